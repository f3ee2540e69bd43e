"""The student's side: what may be asked about, asking, and withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.reevaluation import ReevaluationAsked, ReevaluationWithdrawn
from quad.academics.forms.reevaluation import AskReevaluation
from quad.academics.models.people import Student
from quad.academics.models.reevaluation import Reevaluation, ReevaluationState, Step
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import base as records
from quad.academics.policy import reevaluation as policy
from quad.academics.service.reevaluation import rules
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import day, number
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value

DECIDED = (ReevaluationState.KEPT, ReevaluationState.CHANGED)


@dataclass(frozen=True)
class Choice:
    """Something one may ask about; `component_id` None is the whole result."""

    component_id: int | None
    label: str
    until: datetime


@dataclass(frozen=True)
class Askable:
    """What may be asked about one result, or in `problem` why nothing may; `open_id` is the request that waits."""

    enrolment: Enrolment
    offering: Offering
    choices: Sequence[Choice]
    problem: str
    open_id: int | None
    fee_note: str


def askable(db: Session, actor: Actor, enrolment_id: int) -> Askable:
    """Say what the actor may ask about a result of their own (five queries). Raises NotFound, Forbidden."""
    enrolment = policy.REEVALUATION_ASK.get(db, actor, enrolment_id, read=records.ENROLMENT_READ)
    return _askable(db, enrolment)


def _askable(db: Session, enrolment: Enrolment) -> Askable:
    offering = db.scalars(select(Offering).where(Offering.id == enrolment.offering_id)).one()
    earlier = db.execute(
        select(
            Reevaluation.id, Reevaluation.component_id, Reevaluation.state, Reevaluation.open
        ).where(Reevaluation.enrolment_id == enrolment.id)
    ).all()
    waiting = next((row.id for row in earlier if row.open), None)
    decided = {row.component_id for row in earlier if row.state in DECIDED}
    choices: list[Choice] = []
    problem = ""
    if enrolment.status is EnrolmentStatus.WITHDRAWN:
        problem = _("You withdrew from this course.")
    elif waiting is not None:
        problem = _("There is an open request about this result already.")
    else:
        choices, problem = _choices(db, enrolment, offering, decided)
    fee = value(db, rules.FEE_NOTE)
    return Askable(enrolment, offering, choices, problem, waiting, fee)


def _choices(
    db: Session, enrolment: Enrolment, offering: Offering, decided: set[int | None]
) -> tuple[list[Choice], str]:
    """Return what is published, was not decided before, and is within its days; else the sentence why not."""
    found: list[Choice] = []
    latest: datetime | None = None
    published = False
    for component_id, label, shown in _published(db, enrolment, offering):
        published = True
        end = rules.until(db, shown)
        if end is None:
            return [], _("Re-evaluation is not offered here.")
        latest = max(latest or end, end)
        if component_id not in decided and clock.now() <= end:
            found.append(Choice(component_id, label, end))
    if found:
        return found, ""
    if not published:
        return [], _("Nothing is published yet that you could ask about.")
    if latest is not None and clock.now() > latest:
        return [], _("You could ask until %(day)s.", day=day(latest))
    return [], _("What you could ask about is decided already.")


def _published(
    db: Session, enrolment: Enrolment, offering: Offering
) -> list[tuple[int | None, str, datetime | None]]:
    found: list[tuple[int | None, str, datetime | None]] = []
    rows = db.execute(
        select(Component, Mark.value, Mark.absent)
        .join(Mark, (Mark.component_id == Component.id) & (Mark.current == 1))
        .where(
            Mark.enrolment_id == enrolment.id,
            Component.published_at.is_not(None),
            Mark.value.is_not(None) | Mark.absent,
        )
        .order_by(Component.position, Component.id)
    ).all()
    result = db.scalar(
        select(EnrolmentResult).where(
            EnrolmentResult.enrolment_id == enrolment.id, EnrolmentResult.counts
        )
    )
    if result is not None:
        shown = rules.published_at(db, offering, None)
        found.append((None, _("The whole result (%(grade)s)", grade=result.letter or "–"), shown))
    for component, mark, absent in rows:
        words = _("absent") if absent else f"{number(mark)} / {number(component.maximum)}"
        found.append((component.id, f"{component.name}: {words}", component.published_at))
    return found


def ask(db: Session, actor: Actor, enrolment_id: int, form: AskReevaluation) -> Reevaluation:
    """Ask that a mark, or the whole result, be looked at again.

    Raises NotFound, Forbidden, Rejected when the days are over, a request is open or it was decided already, Invalid
    for a component that is not one's own or not published.
    """
    enrolment = policy.REEVALUATION_ASK.get(
        db, actor, enrolment_id, read=records.ENROLMENT_READ, lock=True
    )
    about = _askable(db, enrolment)
    if about.problem:
        raise Rejected(about.problem)
    if form.component_id not in {choice.component_id for choice in about.choices}:
        raise Invalid({"component_id": _("Choose from the list what should be looked at again.")})
    before = db.scalar(
        select(EnrolmentResult).where(
            EnrolmentResult.enrolment_id == enrolment_id, EnrolmentResult.counts
        )
    )
    row = Reevaluation(
        enrolment_id=enrolment_id,
        component_id=form.component_id,
        student_id=enrolment.student_id,
        offering_id=about.offering.id,
        department_id=about.offering.department_id,
        reason=form.reason,
        receipt=form.receipt,
        due_on=rules.due_day(db),
        percentage_before=before.percentage if before else None,
        letter_before=before.letter if before else "",
    )
    db.add(row)
    db.flush()
    rules.note_step(db, row, Step.ASKED, form.reason)
    emit(db, ReevaluationAsked(**said(db, actor.id, row, about.offering)))
    return row


def withdraw(db: Session, actor: Actor, reevaluation_id: int) -> Reevaluation:
    """Take the own request back. Raises NotFound, Forbidden, Rejected once it is answered."""
    row = policy.REEVALUATION_WITHDRAW.get(
        db, actor, reevaluation_id, read=policy.REEVALUATION_READ, lock=True
    )
    if row.state is not ReevaluationState.ASKED:
        raise Rejected(_("It is answered already, so it goes on."))
    row.state, row.open = ReevaluationState.WITHDRAWN, None
    rules.note_step(db, row, Step.WITHDRAWN)
    offering = db.scalars(select(Offering).where(Offering.id == row.offering_id)).one()
    emit(db, ReevaluationWithdrawn(**said(db, actor.id, row, offering)))
    return row


def said(db: Session, by: int | None, row: Reevaluation, offering: Offering) -> dict[str, Any]:
    """Return what every fact about a request says. Reads only; the caller has asked the policy."""
    user_id = db.scalars(select(Student.user_id).where(Student.id == row.student_id)).one()
    return {
        "actor_id": by,
        "reevaluation_id": row.id,
        "offering_id": row.offering_id,
        "student_user_id": user_id,
        "to_ids": rules.to_act(db, row, offering),
    }


def of_enrolment(db: Session, actor: Actor, enrolment_id: int) -> Sequence[Any]:
    """Return the requests about one result that the actor may see, the newest first."""
    return db.execute(
        select(Reevaluation.id, Reevaluation.state, Reevaluation.created_at, Component.name)
        .outerjoin(Component, Component.id == Reevaluation.component_id)
        .where(Reevaluation.enrolment_id == enrolment_id, policy.REEVALUATION_READ.where(actor))
        .order_by(Reevaluation.id.desc())
    ).all()
