"""Reporting what does not belong here, and answering it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.relations import policy
from quad.relations.facts import ReportDecided, Reported
from quad.relations.forms import DecideReport, ReportForm
from quad.relations.models import Report, ReportState

PERSON = "user"


def person(db: Session, actor: Actor, person_id: int) -> User:
    """Return somebody one may block or report. Raises NotFound, SignedOut."""
    return policy.BLOCK.get(db, actor, person_id)


def report_person(db: Session, actor: Actor, person_id: int, form: ReportForm) -> Report:
    """Report a person. Raises NotFound, SignedOut, Rejected when one's report of them is still open."""
    row = policy.BLOCK.get(db, actor, person_id)
    return report(db, actor, PERSON, person_id, form, person_id=row.id, title=row.full_name, url="")


def report(
    db: Session,
    actor: Actor,
    subject_type: str,
    subject_id: int,
    form: ReportForm,
    *,
    person_id: int,
    title: str,
    url: str,
) -> Report:
    """Report a thing whose owner is `person_id`; the floor it stands on has asked whether one may see it.

    Raises SignedOut, Rejected when one's report of it is still open.
    """
    policy.OWN.require(actor)
    earlier = select(Report.id).where(
        Report.reporter_id == actor.own_id,
        Report.subject_type == subject_type,
        Report.subject_id == subject_id,
        Report.state == ReportState.OPEN,
    )
    if db.scalar(earlier) is not None:
        raise Rejected(_("You reported this already. An administrator looks at it."))
    row = Report(
        reporter_id=actor.own_id,
        person_id=person_id,
        subject_type=subject_type,
        subject_id=subject_id,
        title=title[:200],
        url=url[:300],
        reason=form.reason,
        text=form.text,
    )
    db.add(row)
    db.flush()
    emit(db, Reported(actor_id=actor.id, report_id=row.id, person_id=person_id))
    return row


def decide(db: Session, actor: Actor, report_id: int, form: DecideReport) -> Report:
    """Answer a report. Raises NotFound, Rejected when it is answered already."""
    policy.REPORTS.require(actor)
    row = policy.REPORT_READ.get(db, actor, report_id, lock=True)
    if row.state is not ReportState.OPEN:
        raise Rejected(_("This report is answered already."))
    row.state = ReportState(form.state)
    row.open_mark = None
    row.decided_at = clock.now()
    row.decided_by_id = actor.id
    row.outcome = form.outcome
    emit(db, ReportDecided(actor_id=actor.id, report_id=row.id, state=row.state.value))
    return row


def report_details(db: Session, actor: Actor, report_id: int) -> Any:
    """Return a report with the names of both people. Raises NotFound, SignedOut."""
    row = policy.REPORT_READ.get(db, actor, report_id)
    query = select(User.id, User.full_name).where(User.id.in_((row.reporter_id, row.person_id)))
    who = {each.id: each.full_name for each in db.execute(query)}
    return row, who.get(row.reporter_id, ""), who.get(row.person_id, "")
