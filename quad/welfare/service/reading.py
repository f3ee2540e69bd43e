"""What the page of one request shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.core.errors import NotFound
from quad.core.i18n import day, number
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Department, Programme
from quad.welfare import policy
from quad.welfare.models.requests import OPEN, Event, NamedPerson, Request, State
from quad.welfare.models.setup import Category, FieldKind, Office
from quad.welfare.service import attachments
from quad.welfare.service.handling import reason_against_reopening

Asker, Assignee, Person, Writer = aliased(User), aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True)
class Shown:
    """One request with all that its page shows; `own` when the reader asked it, `may` when they take care of it."""

    head: Any
    events: Sequence[Any]
    files: Sequence[Any]
    named: Sequence[str]
    own: bool
    may_handle: bool
    may_reopen: bool
    why_not_reopen: str
    overdue: bool
    days_left: int

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for an answer."""
        return self.head.state in OPEN

    @property
    def may_withdraw(self) -> bool:
        """Tell whether the reader may take it back."""
        return self.own and self.is_open


def _head() -> Select[Any]:
    return (
        select(
            Request.id,
            Request.title,
            Request.state,
            Request.confidential,
            Request.answers,
            Request.first_day,
            Request.last_day,
            Request.asked_on,
            Request.due_on,
            Request.created_at,
            Request.closed_at,
            Request.escalated_at,
            Request.outcome,
            Request.user_id,
            Request.student_id,
            Request.assignee_id,
            Request.office_id,
            Request.document_id,
            Request.category_id,
            Request.department_id,
            Category.name.label("category"),
            Category.icon,
            Category.letter,
            Student.register_number,
            Student.semester,
            Asker.full_name.label("student"),
            Asker.photo,
            Department.name.label("department"),
            Programme.name.label("programme"),
            Assignee.full_name.label("assignee"),
            Office.name.label("office"),
            IssuedDocument.serial,
        )
        .join(Category, Category.id == Request.category_id)
        .join(Student, Student.id == Request.student_id)
        .join(Asker, Asker.id == Request.user_id)
        .outerjoin(Department, Department.id == Request.department_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Assignee, Assignee.id == Request.assignee_id)
        .outerjoin(Office, Office.id == Request.office_id)
        .outerjoin(IssuedDocument, IssuedDocument.id == Request.document_id)
    )


def shown(db: Session, actor: Actor, request_id: int) -> Shown:
    """Return one request with its story and files, in at most five queries. Raises NotFound."""
    may = case((policy.HANDLE.where(actor), 1), else_=0).label("may_handle")
    query = _head().add_columns(may).where(Request.id == request_id, policy.READ.where(actor))
    head = db.execute(query).first()
    if head is None:
        raise NotFound
    own = head.user_id == actor.id
    reason = ""
    if own and head.state in (State.RESOLVED, State.REJECTED):
        reason = reason_against_reopening(db, head)
    left = (head.due_on - local_today(db)).days
    return Shown(
        head=head,
        events=_events(db, request_id, for_staff=not own),
        files=attachments.of_request(db, request_id, for_staff=not own),
        named=_named(db, request_id) if head.confidential else (),
        own=own,
        may_handle=bool(head.may_handle),
        may_reopen=own and head.state in (State.RESOLVED, State.REJECTED) and not reason,
        why_not_reopen=reason,
        overdue=head.state in OPEN and left < 0,
        days_left=left,
    )


def _events(db: Session, request_id: int, *, for_staff: bool) -> Sequence[Any]:
    query = (
        select(
            Event.id,
            Event.kind,
            Event.created_at,
            Event.state_before,
            Event.state_after,
            Event.text,
            Event.internal,
            Event.day,
            Event.actor_id,
            Writer.full_name.label("actor"),
            Person.full_name.label("person"),
            Event.person_id,
            Office.name.label("office"),
        )
        .outerjoin(Writer, Writer.id == Event.actor_id)
        .outerjoin(Person, Person.id == Event.person_id)
        .outerjoin(Office, Office.id == Event.office_id)
        .where(Event.request_id == request_id)
        .order_by(Event.id)
    )
    if not for_staff:
        query = query.where(Event.internal.is_(False))
    return db.execute(query).all()


def _named(db: Session, request_id: int) -> Sequence[str]:
    query = (
        select(User.full_name)
        .join(NamedPerson, NamedPerson.user_id == User.id)
        .where(NamedPerson.request_id == request_id)
        .order_by(User.sort_name)
    )
    return db.scalars(query).all()


def events(db: Session, actor: Actor, request_id: int) -> Sequence[Any]:
    """Return what happened to a request, the first thing first. Raises NotFound."""
    request = policy.READ.get(db, actor, request_id)
    return _events(db, request.id, for_staff=request.user_id != actor.id)


def own_requests(db: Session, actor: Actor, limit: int = 100) -> Sequence[Any]:
    """Return one's own requests, the newest first."""
    policy.ASK.require(actor)
    query = (
        select(
            Request.id,
            Request.title,
            Request.state,
            Request.created_at,
            Request.closed_at,
            Request.due_on,
            Request.confidential,
            Request.document_id,
            Category.name.label("category"),
            Category.icon,
            Assignee.full_name.label("assignee"),
            Office.name.label("office"),
        )
        .join(Category, Category.id == Request.category_id)
        .outerjoin(Assignee, Assignee.id == Request.assignee_id)
        .outerjoin(Office, Office.id == Request.office_id)
        .where(policy.OWN.where(actor))
        .order_by(Request.id.desc())
        .limit(limit)
    )
    return db.execute(query).all()


def worded(kind: str, value: Any) -> str:
    """Return an answer as people read it."""
    if value is None or value == "":
        return "–"
    if kind == FieldKind.YES_NO:
        return _("Yes") if value else _("No")
    if kind == FieldKind.DATE:
        return day(date.fromisoformat(value))
    if kind == FieldKind.NUMBER:
        return number(Decimal(value))
    return str(value)
