"""Taking care of requests: give them to somebody, talk about them, decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.welfare import policy
from quad.welfare.facts import LeaveApproved
from quad.welfare.forms.requests import Assign, ChangeDue, Comment, RejectRequest, Resolve, Why
from quad.welfare.models.requests import (
    CLOSED,
    Event,
    EventKind,
    NamedPerson,
    Request,
    State,
)
from quad.welfare.models.setup import Category, Letter, Office
from quad.welfare.service import letters, people
from quad.welfare.service.absences import excuse
from quad.welfare.service.story import Step, take

GROUP = _l("Requests")
LATEST_DUE = timedelta(days=730)


REOPEN_DAYS = Setting(
    key="welfare.reopen_days",
    label=_l("Days in which a student may reopen a closed request"),
    default=14,
    kind="int",
    group=GROUP,
    check=between(0, 365, _l("Write a number of days from 0 to 365.")),
    order=10,
)


def _held(db: Session, actor: Actor, request_id: int) -> Request:
    """Load an open request for a change by the staff. Raises NotFound, Forbidden, Rejected when it is closed."""
    request = policy.HANDLE.get(db, actor, request_id, read=policy.READ, lock=True)
    _require_open(request)
    return request


def _require_open(request: Request) -> None:
    if request.state in CLOSED:
        raise Rejected(_("This request is closed. The student can reopen it."))


def assign(db: Session, actor: Actor, request_id: int, form: Assign) -> Request:
    """Give a request to a person or an office. Raises NotFound, Forbidden, Rejected when closed, Invalid.

    A confidential request goes to its named people only.
    """
    request = _held(db, actor, request_id)
    kind, _colon, number = form.to.partition(":")
    if kind == "office":
        _pass_on(db, actor, request, int(number), form.note)
    else:
        _give(db, actor, request, int(number), form.note)
    return request


def _give(db: Session, actor: Actor, request: Request, person_id: int, note: str) -> None:
    if person_id == request.user_id:
        raise Invalid({"to": _("Nobody takes care of their own request.")})
    if not people.is_staff(db, person_id):
        raise Invalid({"to": _("Choose somebody of the staff.")})
    if request.confidential and person_id not in people.named(db, request.id):
        raise Invalid({"to": _("A confidential request stays with its named people.")})
    if request.assignee_id == person_id:
        raise Rejected(_("This person has the request already."))
    request.assignee_id = person_id
    _start_chasing_anew(request)
    step = Step(EventKind.ASSIGNED, State.ASSIGNED, person_id=person_id, text=note)
    emit(db, take(db, actor, request, step, [person_id]))


def _pass_on(db: Session, actor: Actor, request: Request, office_id: int, note: str) -> None:
    if request.confidential:
        raise Invalid({"to": _("A confidential request stays with its named people.")})
    there = select(Office.id).where(Office.id == office_id, Office.deleted_at.is_(None))
    if db.scalar(there) is None:
        raise Invalid({"to": _("There is no such office.")})
    if request.office_id == office_id and request.assignee_id is None:
        raise Rejected(_("This office has the request already."))
    request.office_id, request.assignee_id = office_id, None
    _start_chasing_anew(request)
    step = Step(EventKind.PASSED, State.SUBMITTED, office_id=office_id, text=note)
    emit(db, take(db, actor, request, step, people.of_office(db, office_id)))


def _start_chasing_anew(request: Request) -> None:
    request.reminded_at = request.escalated_at = None


def start(db: Session, actor: Actor, request_id: int) -> Request:
    """Begin to work on a request; it becomes one's own. Raises NotFound, Forbidden, Rejected."""
    request = _held(db, actor, request_id)
    if request.state is State.IN_PROGRESS and request.assignee_id == actor.id:
        raise Rejected(_("You work on this request already."))
    if actor.id is not None:
        request.assignee_id = actor.id
    step = Step(EventKind.STARTED, State.IN_PROGRESS, person_id=request.assignee_id)
    emit(db, take(db, actor, request, step))
    return request


def change_due(db: Session, actor: Actor, request_id: int, form: ChangeDue) -> Request:
    """Say until when a request is to be answered. Raises NotFound, Forbidden, Rejected, Invalid."""
    request = _held(db, actor, request_id)
    now = local_today(db)
    if not now <= form.due_on <= now + LATEST_DUE:
        raise Invalid({"due_on": _("Choose a day from today on, within two years.")})
    if form.due_on == request.due_on:
        return request
    request.due_on = form.due_on
    _start_chasing_anew(request)
    step = Step(EventKind.DUE_CHANGED, day=form.due_on)
    emit(db, take(db, actor, request, step, _others(request)))
    return request


def _others(request: Request) -> Iterable[int]:
    """The staff that has the request; an office nobody took it from yet hears only of new requests."""
    return [request.assignee_id] if request.assignee_id is not None else ()


def resolve(db: Session, actor: Actor, request_id: int, form: Resolve) -> Request:
    """Answer a request as asked: an approved leave excuses absence, and a letter is written where there is one.

    Raises NotFound, Forbidden, Rejected.
    """
    request = _held(db, actor, request_id)
    category = db.get_one(Category, request.category_id)
    excuse(db, actor, request)
    if category.letter is not Letter.NONE:
        request.document_id = letters.write(db, actor, request, category)
    _close(db, actor, request, Step(EventKind.RESOLVED, State.RESOLVED, text=form.note))
    if request.first_day is not None and request.last_day is not None:
        emit(
            db,
            LeaveApproved(
                actor_id=actor.id,
                request_id=request.id,
                student_id=request.student_id,
                first_day=request.first_day,
                last_day=request.last_day,
            ),
        )
    return request


def reject(db: Session, actor: Actor, request_id: int, form: RejectRequest) -> Request:
    """Decline a request, with the reason. Raises NotFound, Forbidden, Rejected."""
    request = _held(db, actor, request_id)
    _close(db, actor, request, Step(EventKind.REJECTED, State.REJECTED, text=form.reason))
    return request


def _close(db: Session, actor: Actor, request: Request, step: Step) -> None:
    had = list(_others(request))
    if request.assignee_id is None:
        request.assignee_id = actor.id
    request.outcome = step.text
    emit(db, take(db, actor, request, step, had))


def withdraw(db: Session, actor: Actor, request_id: int, form: Why) -> Request:
    """Take one's own request back. Raises NotFound, Forbidden, Rejected when it is closed."""
    request = policy.OWN.get(db, actor, request_id, read=policy.READ, lock=True)
    if request.state in CLOSED:
        raise Rejected(_("This request is closed already."))
    request.outcome = form.note
    step = Step(EventKind.WITHDRAWN, State.WITHDRAWN, text=form.note)
    emit(db, take(db, actor, request, step, _others(request)))
    return request


def reopen(db: Session, actor: Actor, request_id: int, form: Why) -> Request:
    """Ask to look at one's own closed request again. Raises NotFound, Forbidden, Rejected with the reason."""
    request = policy.OWN.get(db, actor, request_id, read=policy.READ, lock=True)
    reason = reason_against_reopening(db, request)
    if reason:
        raise Rejected(reason)
    request.outcome = ""
    _start_chasing_anew(request)
    due_days = db.scalar(select(Category.due_days).where(Category.id == request.category_id))
    request.due_on = local_today(db) + timedelta(days=due_days or 1)
    kept = request.assignee_id is not None and people.is_staff(db, request.assignee_id)
    if not kept:
        request.assignee_id = None
    state = State.ASSIGNED if kept else State.SUBMITTED
    step = Step(EventKind.REOPENED, state, person_id=request.assignee_id, text=form.note)
    emit(db, take(db, actor, request, step, people.responsible(db, request)))
    return request


def reason_against_reopening(db: Session, request: Any) -> str:
    """Return why a closed request cannot be reopened, "" when it can."""
    days = value(db, REOPEN_DAYS)
    if request.state not in (State.RESOLVED, State.REJECTED) or request.closed_at is None:
        return _("Only a request that was answered or declined can be reopened.")
    if request.state is State.RESOLVED and (request.document_id or request.first_day):
        return _("What was asked for is given. Ask anew if you need something else.")
    if clock.now() > request.closed_at + timedelta(days=days):
        return ngettext(
            "A request can be reopened within %(num)s day. Ask anew instead.",
            "A request can be reopened within %(num)s days. Ask anew instead.",
            days,
        )
    return ""


def comment(db: Session, actor: Actor, request_id: int, form: Comment) -> int:
    """Write about a request, return the event's number; an internal comment is for the staff only.

    Raises NotFound, and Invalid for an internal comment of the student.
    """
    request = policy.READ.get(db, actor, request_id, lock=True)
    own = request.user_id == actor.id
    if form.internal and own:
        raise Invalid({"internal": _("Your comments are for the people who help you.")})
    told = set(_others(request)) | (_who_wrote(db, request) if own else set())
    step = Step(EventKind.COMMENTED, text=form.text, internal=form.internal)
    fact = take(db, actor, request, step, told or (people.responsible(db, request) if own else ()))
    emit(db, fact)
    return fact.event_id


def _who_wrote(db: Session, request: Request) -> set[int]:
    """Return who of the staff wrote openly about a request: they hear of the answer."""
    wrote = select(Event.actor_id).where(
        Event.request_id == request.id,
        Event.kind == EventKind.COMMENTED,
        Event.internal.is_(False),
        Event.actor_id.is_not(None),
        Event.actor_id != request.user_id,
    )
    found = {one for one in db.scalars(wrote) if one is not None}
    if request.confidential:
        found &= set(
            db.scalars(select(NamedPerson.user_id).where(NamedPerson.request_id == request.id))
        )
    return found
