"""Telling people, and their own choices about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ScalarSelect, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.core import clock
from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import Reader, reading_as
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.live import publish, publish_many
from quad.core.mail.outbox import send
from quad.core.own_data import OwnData, Table, as_table
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.notifications import policy
from quad.notifications.facts import NotificationsRead, PreferencesChanged
from quad.notifications.forms import MarkRead, Preferences
from quad.notifications.kinds.base import Kind
from quad.notifications.kinds.every import KINDS
from quad.notifications.models import Notification, Preference

BATCH = 500
PAGE = 50


@dataclass(frozen=True)
class Wish:
    """How one person wants to hear of one kind."""

    in_app: bool
    by_mail: bool


@dataclass(frozen=True)
class Recipient:
    """A person to tell: user number, name, address and language."""

    id: int
    name: str
    email: str
    language: str
    zone: str


@dataclass(frozen=True)
class Letter:
    """The mail that goes with a notification: its template, and what that wants beside the sentence."""

    template: str = "notifications/notice"
    details: Mapping[str, Any] = field(default_factory=dict)


def notify(
    db: Session,
    kind: Kind,
    user_ids: Iterable[int],
    data: Mapping[str, Any],
    url: str,
    *,
    private: bool = False,
    letter: Letter | None = None,
) -> None:
    """Tell people of `kind`, by the channels each of them wants. Called by listeners: it writes rows only.

    Nobody but the addressee learns of a `private` mail, not even who looks after the mail. With a `letter` the mail
    says more than the sentence.
    """
    wanted = sorted(set(user_ids))
    words = letter or Letter()
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        _notify_batch(db, kind, some, data, url, private=private, letter=words)


def _notify_batch(
    db: Session,
    kind: Kind,
    user_ids: list[int],
    data: Mapping[str, Any],
    url: str,
    *,
    private: bool,
    letter: Letter,
) -> None:
    wishes = _wishes(db, kind, user_ids)
    people = _recipients(db, user_ids)
    inbox = [person for person in people if wishes[person.id].in_app]
    if inbox:
        rows = [
            {"user_id": person.id, "kind": kind.name, "data": dict(data), "url": url}
            for person in inbox
        ]
        db.execute(insert(Notification), rows)
    told = []
    for person in inbox:
        with reading_as(Reader(person.language, person.zone)):
            told.append((f"user:{person.id}", {"text": kind.sentence(data), "url": url}))
    publish_many(db, "notification", told)
    for person in people:
        if wishes[person.id].by_mail:
            _mail(db, kind, person, data, url, private=private, letter=letter)


def _recipients(db: Session, user_ids: list[int]) -> list[Recipient]:
    rows = db.execute(
        select(User.id, User.full_name, User.email_as_typed, User.language, User.zone)
        .where(User.id.in_(user_ids), User.deleted_at.is_(None))
        .order_by(User.id)
    )
    return [Recipient(*row) for row in rows]


def _mail(
    db: Session,
    kind: Kind,
    person: Recipient,
    data: Mapping[str, Any],
    url: str,
    *,
    private: bool,
    letter: Letter,
) -> None:
    if not person.email:
        return
    with reading_as(Reader(person.language, person.zone)):
        sentence = kind.sentence(data)
    send(
        db,
        template=letter.template,
        to=[(person.name, person.email)],
        context={"name": person.name, "sentence": sentence, "url": url, **letter.details},
        language=person.language,
        private=private,
    )


def _wishes(db: Session, kind: Kind, user_ids: list[int]) -> dict[int, Wish]:
    chosen = {
        row.user_id: Wish(row.in_app, row.by_mail)
        for row in db.execute(
            select(Preference.user_id, Preference.in_app, Preference.by_mail).where(
                Preference.kind == kind.name, Preference.user_id.in_(user_ids)
            )
        )
    }
    default = Wish(in_app=True, by_mail=kind.mailed)
    return {user_id: chosen.get(user_id, default) for user_id in user_ids}


def have_unread(db: Session, kind: Kind, user_ids: Iterable[int]) -> set[int]:
    """Return those of these people who were told of `kind` and did not read it yet."""
    query = select(Notification.user_id).where(
        Notification.user_id.in_(list(user_ids)),
        Notification.kind == kind.name,
        Notification.read_at.is_(None),
    )
    return set(db.scalars(query))


def unread_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts a person's unread notifications, for the bar."""
    return (
        select(func.count(Notification.id))
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .scalar_subquery()
    )


def newest(db: Session, actor: Actor, before: int | None = None) -> list[Notification]:
    """Return up to `PAGE` + 1 of the actor's notifications, newest first, older than `before`."""
    query = policy.READ.visible(actor).order_by(Notification.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Notification.id < before)
    return list(db.scalars(query))


def mark_read(db: Session, actor: Actor, form: MarkRead) -> int:
    """Mark the actor's notifications read; return how many were unread."""
    policy.PREFER.require(actor)
    statement = (
        update(Notification)
        .where(policy.READ.where(actor), Notification.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if form.ids:
        statement = statement.where(Notification.id.in_(form.ids))
    count: int = db.execute(statement).rowcount  # type: ignore[attr-defined]
    publish(db, f"user:{actor.own_id}", "notifications-read")
    emit(db, NotificationsRead(actor_id=actor.id, count=count))
    return count


def preferences(db: Session, actor: Actor) -> dict[str, Wish]:
    """Return the actor's wish for every kind that may come to them."""
    policy.PREFER.require(actor)
    chosen = {
        row.kind: Wish(row.in_app, row.by_mail)
        for row in db.execute(
            select(Preference.kind, Preference.in_app, Preference.by_mail).where(
                Preference.user_id == actor.own_id
            )
        )
    }
    return {kind.name: chosen.get(kind.name, Wish(True, kind.mailed)) for kind in _kinds_for(actor)}


def _kinds_for(actor: Actor) -> list[Kind]:
    return [kind for kind in KINDS.values() if not kind.roles or actor.has(*kind.roles)]


def prefer(db: Session, actor: Actor, form: Preferences) -> None:
    """Keep the actor's wishes for all kinds that may come to them.

    Raises Invalid when a kind is named that does not exist.
    """
    policy.PREFER.require(actor)
    for place, names in (("in_app", form.in_app), ("by_mail", form.by_mail)):
        if not set(names) <= KINDS.keys():
            raise Invalid({place: _("There is no such kind of notification.")})
    held = {
        row.kind: row
        for row in db.scalars(select(Preference).where(Preference.user_id == actor.own_id))
    }
    for name in (kind.name for kind in _kinds_for(actor)):
        row = held.get(name) or Preference(user_id=actor.own_id, kind=name)
        row.in_app, row.by_mail = name in form.in_app, name in form.by_mail
        db.add(row)
    emit(db, PreferencesChanged(actor_id=actor.id))


def _kept(db: Session, user_id: int) -> Mapping[str, Table]:
    inbox = (
        select(Notification.created_at, Notification.kind, Notification.data, Notification.read_at)
        .where(Notification.user_id == user_id)
        .order_by(Notification.id)
    )
    wishes = select(Preference.kind, Preference.in_app, Preference.by_mail).where(
        Preference.user_id == user_id
    )
    return {
        "notifications": as_table(db.execute(inbox)),
        "wishes": as_table(db.execute(wishes)),
    }


OWN_DATA = OwnData("notifications", _l("Notifications"), _kept, order=80)
