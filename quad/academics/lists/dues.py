"""The list of dues."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues
from quad.academics.policy import promotion as policy
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Column, Listing, attribute_of
from quad.core.listing.filters import Filter
from quad.core.search.prefix import matching
from quad.identity.models.accounts import User

Flagger = aliased(User)


def _dues_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Student, Student.id == Dues.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Flagger, Flagger.id == Dues.created_by)
    )


def _matching(text: str) -> ColumnElement[bool]:
    """Hold for the flags of students found by name, number or e-mail."""
    found = select(Student.id).where(
        matching(attribute_of(Student, "id"), "academics.student", text)
    )
    return Dues.student_id.in_(found)


DUES = Listing(
    name="academics.dues",
    title=_l("Dues"),
    singular=_l("dues flag"),
    plural=_l("dues flags"),
    read=policy.DUES_READ,
    columns=(
        Column(
            "student",
            _l("Student"),
            (User.full_name, Student.register_number),
            student_cell,
        ),
        Column("register_number", _l("Register number"), Student.register_number, default=False),
        Column("reason", _l("What is owed"), Dues.reason),
        Column(
            "since",
            _l("Since"),
            Dues.created_at.label("since"),
            sort=Dues.created_at,
            hide_below="sm",
        ),
        Column(
            "flagged_by",
            _l("Flagged by"),
            Flagger.full_name.label("flagged_by"),
            hide_below="md",
        ),
        Column("cleared_at", _l("Cleared"), Dues.cleared_at, hide_below="lg"),
        Column("note", _l("Note"), Dues.cleared_note, default=False, hide_below="lg"),
    ),
    default_sort="-since",
    joins=_dues_joins,
    extra=(Dues.student_id, Dues.open),
    filters=(
        Filter(
            "open",
            _l("Still owed"),
            "flag",
            lambda value: Dues.open.is_not(None) if value else Dues.open.is_(None),
        ),
        Filter(
            "student",
            _l("Student"),
            "text",
            _matching,
            chip=lambda value: _("Student: %(words)s", words=value),
        ),
    ),
    bulk=(
        Bulk(
            "clear",
            _l("Clear"),
            "check",
            "academics.clear_dues_of_many",
            policy.DUES_CLEAR,
            confirm=_l("Clear the flags of the chosen students?"),
        ),
    ),
    href=lambda row: ("academics.student", {"student_id": row.student_id}),
    row_label=lambda row: row.full_name,
)
