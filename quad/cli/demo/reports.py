"""Saved reports in the demo college: of the administrator, one shared, one sent every Monday, and one of a head."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.cli.demo import plan
from quad.core.acting import actor_by_id
from quad.identity.models.accounts import Role, User
from quad.insights.forms.reports import Definition, SavedForm, ScheduleForm, ShareForm
from quad.insights.models import Rhythm
from quad.insights.service.reports import saving, scheduling

PLACED = {
    "source": "academics.students",
    "shape": "summary",
    "filters": [{"field": "cgpa", "op": "least", "values": ["7.5"]}],
    "groups": [{"field": "department"}, {"field": "admission_year"}],
    "measures": [{"by": "count"}, {"by": "most", "of": "cgpa"}],
    "sort": "-count",
    "chart": "bar",
}


def build_reports(db: Session) -> None:
    """Keep the reports, through the commands that people use."""
    admin, head = (
        actor_by_id(db, db.scalars(select(User.id).where(User.email == address)).one())
        for address in (f"admin@{plan.DOMAIN}", f"cse1@{plan.DOMAIN}")
    )
    failed = saving.ready_definition(admin, "academics.results.failed")[1]
    shared = saving.add(
        db,
        admin,
        SavedForm(name="Where students fail", note="For the meeting of heads", definition=failed),
    )
    saving.share(db, admin, shared.id, ShareForm(roles=[Role.HOD, Role.FACULTY]))
    waiting = saving.ready_definition(admin, "welfare.requests.open")[1]
    weekly = saving.add(db, admin, SavedForm(name="What waits for an answer", definition=waiting))
    scheduling.schedule(db, admin, weekly.id, ScheduleForm(rhythm=Rhythm.WEEKLY))
    definition = Definition.model_validate(PLACED)
    saving.add(db, head, SavedForm(name="CGPA of 7.5 or more", definition=definition))
