"""How long one may ask, how long an answer may take, and who has to act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.reevaluation import (
    Reevaluation,
    ReevaluationState,
    ReevaluationStep,
    Step,
)
from quad.academics.models.teaching import Component, Offering, ResultState
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, between, value
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.service.actor import held

LONGEST = 365
GROUP = _l("Re-evaluation")
A_NUMBER_OF_DAYS = _l("Write a number of days from %(least)s to %(most)s.")


ASK_DAYS = Setting(
    key="academics.reevaluation.days",
    label=_l("Students may ask for, in days"),
    hint=_l("Counted from the day a mark or result was published. 0 lets nobody ask."),
    default=14,
    kind="int",
    group=GROUP,
    check=between(0, LONGEST, A_NUMBER_OF_DAYS),
    order=10,
)
ANSWER_DAYS = Setting(
    key="academics.reevaluation.answer_days",
    label=_l("Days for the teacher, and again for the head of the department"),
    hint=_l("They are reminded the day before, and every third day when it is over."),
    default=7,
    kind="int",
    group=GROUP,
    check=between(1, LONGEST, A_NUMBER_OF_DAYS),
    order=20,
)
FEE_NOTE = Setting(
    key="academics.reevaluation.fee_note",
    label=_l("What students are told about the fee"),
    hint=_l("Empty when there is none. With a text here, students may give the receipt’s number."),
    default="",
    kind="text",
    group=GROUP,
    order=30,
)


def published_at(db: Session, offering: Offering, component: Component | None) -> datetime | None:
    """Return when a mark, or (without a component) the result was shown to the students; None while it is not."""
    if component is not None:
        return component.published_at
    if offering.state is ResultState.DRAFT:
        return None
    if offering.published_at is not None:
        return offering.published_at
    return db.scalar(
        select(func.max(Component.published_at)).where(Component.offering_id == offering.id)
    )


def until(db: Session, shown: datetime | None) -> datetime | None:
    """Return until when one may ask about what was shown at a moment; None when one may not at all."""
    days = value(db, ASK_DAYS)
    return shown + timedelta(days=days) if shown is not None and days else None


def due_day(db: Session) -> date:
    """Return the day until which whoever gets a request now is to act."""
    return clock.today() + timedelta(days=value(db, ANSWER_DAYS))


def deciders(db: Session, department_id: int | None) -> tuple[int, ...]:
    """Return the heads of a department today; the administration where there is none."""
    heads: Sequence[int] = ()
    if department_id is not None:
        heads = _holders(
            db, (RoleGrant.role == Role.HOD) & (RoleGrant.department_id == department_id)
        )
    return tuple(heads or _holders(db, RoleGrant.role == Role.ADMIN))


def _holders(db: Session, which: Any) -> list[int]:
    query = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(which, held(clock.today()), User.is_active, User.deleted_at.is_(None))
        .distinct()
        .order_by(User.id)
    )
    return list(db.scalars(query))


def to_act(db: Session, row: Reevaluation, offering: Offering) -> tuple[int, ...]:
    """Return who has a request now: the teacher, else who decides; nobody when it is over."""
    if row.state is ReevaluationState.ASKED and offering.faculty_id is not None:
        return (offering.faculty_id,)
    if row.open is None:
        return ()
    return deciders(db, row.department_id)


def note_step(db: Session, row: Reevaluation, step: Step, note: str = "") -> None:
    """Write one step into the history of a request."""
    db.add(ReevaluationStep(reevaluation_id=row.id, step=step, note=note))
