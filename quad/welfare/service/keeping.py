"""What of requests belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.welfare.models.requests import Attachment, Event, NamedPerson, Request
from quad.welfare.models.setup import Category, OfficeMember, Route


def _count(db: Session, user_id: int) -> int:
    return db.scalar(select(func.count(Request.id)).where(Request.user_id == user_id)) or 0


def _move(db: Session, kept: int, gone: int) -> None:
    """Requests go to the kept person, and to the kept student record where both have one."""
    came = db.scalar(select(Student.id).where(Student.user_id == gone))
    stays = db.scalar(select(Student.id).where(Student.user_id == kept))
    quiet = {"synchronize_session": False}
    if came is not None and stays is not None:
        moving = update(Request).where(Request.student_id == came).values(student_id=stays)
        db.execute(moving, execution_options=quiet)
    db.execute(
        update(Request).where(Request.user_id == gone).values(user_id=kept),
        execution_options=quiet,
    )


MERGES: tuple[Merge, ...] = (
    Merge(_l("Requests"), (Request.user_id, Request.student_id), _count, _move),
    moved(_l("Requests taken care of"), Request.assignee_id),
    moved(_l("Steps of requests"), Event.actor_id),
    moved("", Event.person_id),
    moved("", NamedPerson.user_id, once_per=(NamedPerson.request_id,)),
    moved(_l("Offices"), OfficeMember.user_id, once_per=(OfficeMember.office_id,)),
    moved("", Route.person_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    asked = (
        select(
            Request.id,
            Category.name.label("category"),
            Request.title,
            Request.answers,
            Request.first_day,
            Request.last_day,
            Request.state,
            Request.asked_on,
            Request.due_on,
            Request.closed_at,
            Request.outcome,
        )
        .join(Category, Category.id == Request.category_id)
        .where(Request.user_id == user_id)
        .order_by(Request.id)
    )
    happened = (
        select(Event.request_id, Event.created_at, Event.kind, Event.state_after, Event.text)
        .join(Request, Request.id == Event.request_id)
        .where(Request.user_id == user_id, Event.internal.is_(False))
        .order_by(Event.id)
    )
    wrote = (
        select(Event.request_id, Event.created_at, Event.kind, Event.text)
        .where(Event.actor_id == user_id)
        .order_by(Event.id)
    )
    return {
        "requests": as_table(db.execute(asked)),
        "what_happened": as_table(db.execute(happened)),
        "steps_by_you": as_table(db.execute(wrote)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove what the person told, in answers, comments and files; that there was a request stays."""
    own = select(Request.id).where(Request.user_id == user_id)
    category = select(Category.name).where(Category.id == Request.category_id).scalar_subquery()
    quiet = {"synchronize_session": False}
    db.execute(delete(Attachment).where(Attachment.request_id.in_(own)), execution_options=quiet)
    db.execute(
        update(Event).where(Event.request_id.in_(own)).values(text=""), execution_options=quiet
    )
    db.execute(
        update(Request)
        .where(Request.user_id == user_id)
        .values(title=category, answers=[], outcome=""),
        execution_options=quiet,
    )


OWN_DATA = OwnData("welfare", _l("Requests"), _load, forget=_forget, order=60)
