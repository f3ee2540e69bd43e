"""Co-hosts: who helps to hold an event, and whom one may ask to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.search.prefix import matching
from quad.events import facts, policy
from quad.events.forms.events import AddCoHost
from quad.events.models.events import CoHost, Event
from quad.events.service import findable, writing
from quad.identity.models.accounts import SEARCHED_AS, User
from quad.identity.policy import photo_for

MOST = 20
SHOWN = 20


def co_hosts(db: Session, actor: Actor, event_id: int) -> Sequence[Any]:
    """Return who helps to hold an event, by name, for those who hold it. Raises NotFound, Forbidden."""
    policy.HOST.get(db, actor, event_id, read=policy.READ)
    return db.execute(
        select(User.id, User.full_name.label("name"), photo_for(actor))
        .join(CoHost, CoHost.user_id == User.id)
        .where(CoHost.event_id == event_id)
        .order_by(User.sort_name, User.id)
    ).all()


def people(db: Session, actor: Actor, event_id: int, text: str) -> Sequence[Any]:
    """Return people one may ask to help, whose names have words that begin like those of `text`."""
    helping = select(CoHost.user_id).where(CoHost.event_id == event_id)
    owner = select(Event.owner_id).where(Event.id == event_id)
    return db.execute(
        select(User.id, User.full_name.label("name"), photo_for(actor))
        .where(
            policy.CO_HOST.where(actor, many=True),
            matching(User.id, SEARCHED_AS, text),
            User.id.not_in(helping),
            User.id.not_in(owner),
        )
        .order_by(User.sort_name, User.id)
        .limit(SHOWN)
    ).all()


def add(db: Session, actor: Actor, event_id: int, form: AddCoHost) -> None:
    """Let somebody help to hold an event, with `following` also the later ones of its series.

    Raises NotFound, Forbidden, Invalid for whom one may not ask, Rejected when they help already or there are enough.
    """
    event = policy.LEAD.get(db, actor, event_id, read=policy.READ, lock=True)
    asked = policy.CO_HOST.allowed(db, actor, [form.user_id])
    if not asked or form.user_id == event.owner_id:
        raise Invalid({"user_id": _("Choose one of the people that are offered.")})
    if form.user_id in _helping(db, event.id):
        raise Rejected(_("This person is a co-host already."))
    for one in (event, *(writing.later(db, actor, event) if form.following else ())):
        there = _helping(db, one.id)
        if len(there) >= MOST:
            raise Rejected(_("An event has at most %(n)s co-hosts.", n=MOST))
        if form.user_id not in there:
            db.add(CoHost(event_id=one.id, user_id=form.user_id))
            db.flush()
            findable.index_events(db, [one.id])
            emit(db, facts.CoHostAdded(actor_id=actor.id, event_id=one.id, user_id=form.user_id))


def _helping(db: Session, event_id: int) -> set[int]:
    return set(db.scalars(select(CoHost.user_id).where(CoHost.event_id == event_id)))


def remove(db: Session, actor: Actor, event_id: int, user_id: int) -> None:
    """Let somebody help no longer: the owner everybody, a co-host oneself. Raises NotFound, Forbidden."""
    permission = policy.HOST if user_id == actor.id else policy.LEAD
    event = permission.get(db, actor, event_id, read=policy.READ, lock=True)
    gone: Any = db.execute(
        delete(CoHost).where(CoHost.event_id == event.id, CoHost.user_id == user_id)
    )
    if not gone.rowcount:
        raise NotFound
    findable.index_events(db, [event.id])
    emit(db, facts.CoHostRemoved(actor_id=actor.id, event_id=event.id, user_id=user_id))


def names() -> Any:
    """Return the subquery of the names of an event’s co-hosts, in one text."""
    return (
        select(func.aggregate_strings(User.full_name, ", "))
        .join(CoHost, CoHost.user_id == User.id)
        .where(CoHost.event_id == Event.id)
        .correlate(Event)
        .scalar_subquery()
    )
