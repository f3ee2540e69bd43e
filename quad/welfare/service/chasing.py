"""Requests that come due: first a reminder for who has it, then word to who is above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.identity.models.accounts import Role
from quad.welfare import policy
from quad.welfare.models.requests import EventKind, NamedPerson, Request, State
from quad.welfare.models.setup import Category
from quad.welfare.service import people
from quad.welfare.service.handling import GROUP
from quad.welfare.service.story import Step, take

AT_ONCE = 50
UP_TO_60_DAYS = between(0, 60, _l("Write a number of days from 0 to 60."))


REMIND_DAYS = Setting(
    key="welfare.remind_days",
    label=_l("Days before the due day on which to remind"),
    default=1,
    kind="int",
    group=GROUP,
    check=UP_TO_60_DAYS,
    order=20,
)
ESCALATE_DAYS = Setting(
    key="welfare.escalate_days",
    label=_l("Days after the due day on which the head hears of it"),
    default=2,
    kind="int",
    group=GROUP,
    check=UP_TO_60_DAYS,
    order=30,
)


def remind_some(db: Session, actor: Actor) -> int:
    """Remind of up to 50 requests that come due; return how many they were."""
    policy.SET_UP.require(actor)
    until = local_today(db) + timedelta(days=value(db, REMIND_DAYS))
    found = _waiting(db, Request.reminded_at.is_(None), until)
    for request in found:
        request.reminded_at = clock.now()
        step = Step(EventKind.REMINDED, day=request.due_on)
        emit(db, take(db, actor, request, step, people.responsible(db, request)))
    return len(found)


def escalate_some(db: Session, actor: Actor) -> int:
    """Tell who is above of up to 50 overdue requests; return how many they were."""
    policy.SET_UP.require(actor)
    until = local_today(db) - timedelta(days=value(db, ESCALATE_DAYS))
    found = _waiting(db, Request.escalated_at.is_(None), until)
    for request in found:
        request.reminded_at = request.reminded_at or clock.now()
        request.escalated_at = clock.now()
        step = Step(EventKind.ESCALATED, day=request.due_on)
        emit(db, take(db, actor, request, step, _above(db, request)))
    return len(found)


def hand_on_some(db: Session, actor: Actor) -> int:
    """Find up to 50 confidential requests whose named people have all left, and do what can be done; return how many.

    They go to who has joined the committee since: whoever was there before may have been left out on purpose. Without
    anybody new the student is told, and decides.
    """
    policy.SET_UP.require(actor)
    query = (
        select(Request, Category.committee_id)
        .join(Category, Category.id == Request.category_id)
        .where(
            Request.confidential,
            Request.closed_at.is_(None),
            Request.escalated_at.is_(None),
            people.nobody_named(),
        )
        .order_by(Request.id)
        .limit(AT_ONCE)
        .with_for_update(of=Request)
    )
    found = db.execute(query).all()
    for request, committee_id in found:
        request.escalated_at = clock.now()
        _hand_on(db, actor, request, people.joined_since(db, committee_id, request.created_at))
    return len(found)


def _hand_on(db: Session, actor: Actor, request: Request, newcomers: Sequence[int]) -> None:
    chosen = people.least_busy(db, [one for one in newcomers if one != request.user_id])
    if chosen is None:
        request.assignee_id = None
        said = _(
            "Nobody whom you named works here any more. Withdraw this request and ask again, naming others."
        )
        emit(db, take(db, actor, request, Step(EventKind.COMMENTED, text=said)))
        return
    db.add(NamedPerson(request_id=request.id, user_id=chosen))
    request.assignee_id = chosen
    step = Step(EventKind.ASSIGNED, State.ASSIGNED, person_id=chosen)
    emit(db, take(db, actor, request, step, [chosen]))


def _waiting(db: Session, untold: ColumnElement[bool], until: date) -> Sequence[Request]:
    query = (
        select(Request)
        .where(Request.closed_at.is_(None), Request.due_on <= until, untold)
        .order_by(Request.due_on, Request.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    return db.scalars(query).all()


def _above(db: Session, request: Request) -> list[int]:
    """The department's head, or the administrators when the head has it; a confidential one stays among its people."""
    if request.confidential:
        return people.named(db, request.id)
    heads = people.in_role(db, Role.HOD, request.department_id)
    others = [one for one in heads if one not in (request.assignee_id, request.user_id)]
    return others or people.administrators(db)
