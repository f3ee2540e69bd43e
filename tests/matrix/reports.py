"""Saved reports in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock
from quad.identity.models.accounts import Role, User
from quad.insights.models import ReportShare, SavedReport

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]
DEFINITION: Given = {"source": "welfare.requests", "columns": ["category", "state"]}
KEPT = {"name": "Requests", "definition": DEFINITION}


def build(db: Session, people: dict[str, User]) -> Given:
    """Keep a report of the administrator that heads and teachers may open, and one that was deleted."""
    rows = []
    for deleted in (None, clock.now()):
        row = SavedReport(
            owner_id=people["admin"].id,
            name="Requests",
            sort_name="requests",
            source=DEFINITION["source"],
            definition=DEFINITION,
            deleted_at=deleted,
        )
        db.add(row)
        db.flush()
        db.add_all(ReportShare(report_id=row.id, role=role) for role in (Role.HOD, Role.FACULTY))
        rows.append(row.id)
    db.flush()
    return {"saved_report": rows[0], "deleted_report": rows[1]}


USUAL = {"report_id": "saved_report"}
WORDS: dict[str, str] = {}
GONE = {"report_id": "deleted_report"}
OTHERS: dict[str, dict[str, str]] = {"/reports/<int:report_id>/restore": GONE}
_POSTED = (
    '{"source": "welfare.requests", "shape": "list", "columns": ["category"], "filters": [],'
    ' "groups": [], "measures": [], "sort": "", "chart": "none", "version": 1}'
)
FORMS: dict[str, Give] = {
    "/reports/new": lambda _: {"name": "Another", "definition": _POSTED},
    "/reports/<int:report_id>/edit": lambda _: {
        "name": "Changed",
        "definition": _POSTED,
        "version": "1",
    },
    "/reports/<int:report_id>/export": lambda _: {"format": "csv"},
    "/reports/<int:report_id>/share": lambda _: {"roles": "hod"},
    "/reports/<int:report_id>/schedule": lambda _: {"rhythm": "daily"},
    "/reports/<int:report_id>/mute": lambda _: {"muted": "true"},
}
BODIES: dict[str, Give] = {
    "POST /reports": lambda _: dict(KEPT),
    "POST /reports/run": lambda _: {"definition": DEFINITION},
    "POST /reports/<int:report_id>/export": lambda _: {"format": "csv"},
    "PUT /reports/<int:report_id>": lambda _: {**KEPT, "version": 1},
    "PUT /reports/<int:report_id>/share": lambda _: {"roles": ["hod"]},
    "PUT /reports/<int:report_id>/schedule": lambda _: {"rhythm": "daily"},
    "PUT /reports/<int:report_id>/mute": lambda _: {"muted": True},
}
