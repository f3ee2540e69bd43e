"""Telling people, and their own choices about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.core import clock
from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import Reader, reading_as
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.live import publish, publish_many
from quad.core.mail.models import MailAddress
from quad.core.own_data import OwnData, Table, as_table
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.notifications import policy
from quad.notifications.facts import (
    MailStopped,
    NotificationsRead,
    NotificationsUnread,
    PreferencesChanged,
)
from quad.notifications.forms import HabitIn, MarkRead, MarkUnread, Preferences
from quad.notifications.kinds.base import TOGETHER, Kind
from quad.notifications.kinds.every import KINDS
from quad.notifications.mailing.letters import Letter, Notice, mail
from quad.notifications.mailing.links import DIGESTS, read_token
from quad.notifications.mailing.wishes import Recipient, Wish, default_wish, recipients, wishes
from quad.notifications.models import Habit, Held, MailRhythm, Notification, Preference

# Listeners of all domains take both from here.
__all__ = ["Letter", "notify"]

BATCH = 500
PAGE = 50
GATHERED = (MailRhythm.DAILY, MailRhythm.WEEKLY)
_QUIET = {"synchronize_session": False}


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
    notice = Notice(kind, data, url, private, letter or Letter())
    for start in range(0, len(wanted), BATCH):
        _notify_batch(db, notice, wanted[start : start + BATCH])


def _notify_batch(db: Session, notice: Notice, user_ids: list[int]) -> None:
    wanted = wishes(db, notice.kind, user_ids)
    people = recipients(db, user_ids)
    _put_into_inbox(db, notice, [person for person in people if wanted[person.id].in_app])
    for person in people:
        if wanted[person.id].by_mail:
            mail(db, person, notice, wanted[person.id].mail)


def _put_into_inbox(db: Session, notice: Notice, people: Sequence[Recipient]) -> None:
    if not people:
        return
    kind, url = notice.kind, notice.url
    known = _taken_back(db, kind, url, people) if kind.together else {}
    rows, told = [], []
    for person in people:
        data = dict(notice.data)
        if person.id in known:
            data[TOGETHER] = known[person.id] + 1
        line = {"kind": kind.name, "data": data, "url": url, "created_at": notice.at}
        rows.append({"user_id": person.id, **line})
        with reading_as(Reader(person.language, person.zone)):
            told.append((f"user:{person.id}", {"text": kind.sentence(data), "url": url}))
    db.execute(insert(Notification), rows)
    publish_many(db, "notification", told)


def _taken_back(db: Session, kind: Kind, url: str, people: Sequence[Recipient]) -> dict[int, int]:
    """Take out the unread lines about the same thing, which one new line stands for; return how many by person."""
    rows = db.execute(
        select(Notification.id, Notification.user_id, Notification.data).where(
            Notification.user_id.in_([person.id for person in people]),
            Notification.kind == kind.name,
            Notification.url == url,
            Notification.read_at.is_(None),
        )
    ).all()
    if rows:
        gone = delete(Notification).where(Notification.id.in_([row.id for row in rows]))
        db.execute(gone, execution_options=_QUIET)
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.user_id] = counts.get(row.user_id, 0) + row.data.get(TOGETHER, 1)
    return counts


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


def newest(
    db: Session, actor: Actor, before: int | None = None, *, unread: bool = False, kind: str = ""
) -> list[Notification]:
    """Return up to `PAGE` + 1 of the actor's notifications, newest first, older than `before`.

    With `unread` only those not read yet, with `kind` only those of that kind.
    """
    query = policy.READ.visible(actor).order_by(Notification.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Notification.id < before)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if kind:
        query = query.where(Notification.kind == kind)
    return list(db.scalars(query))


def kinds_in_inbox(db: Session, actor: Actor) -> list[str]:
    """Return the kinds of which there is something in the actor's inbox, in the order of the preferences."""
    query = select(Notification.kind).where(policy.READ.where(actor)).distinct()
    found = set(db.scalars(query))
    return [name for name in KINDS if name in found]


def mark_read(db: Session, actor: Actor, form: MarkRead) -> tuple[int, datetime]:
    """Mark the actor's notifications read; return how many were unread, and the moment that undoes it."""
    policy.PREFER.require(actor)
    moment = clock.now()
    statement = (
        update(Notification)
        .where(policy.READ.where(actor), Notification.read_at.is_(None))
        .values(read_at=moment)
        .execution_options(synchronize_session=False)
    )
    if form.ids:
        statement = statement.where(Notification.id.in_(form.ids))
    count: int = db.execute(statement).rowcount  # type: ignore[attr-defined]
    publish(db, f"user:{actor.own_id}", "notifications-read")
    emit(db, NotificationsRead(actor_id=actor.id, count=count))
    return count, moment


def mark_unread(db: Session, actor: Actor, form: MarkUnread) -> int:
    """Mark the actor's notifications as not read: the named ones, or what was marked at one moment (an undo).

    Return how many. Raises Invalid when neither is given.
    """
    policy.PREFER.require(actor)
    if not form.ids and form.at is None:
        raise Invalid({"ids": _("Say which notifications.")})
    statement = (
        update(Notification)
        .where(policy.READ.where(actor), Notification.read_at.is_not(None))
        .values(read_at=None)
        .execution_options(synchronize_session=False)
    )
    if form.ids:
        statement = statement.where(Notification.id.in_(form.ids))
    if form.at is not None:
        moment = form.at if form.at.tzinfo else form.at.replace(tzinfo=clock.now().tzinfo)
        statement = statement.where(Notification.read_at == moment)
    count: int = db.execute(statement).rowcount  # type: ignore[attr-defined]
    publish(db, f"user:{actor.own_id}", "notifications-read")
    emit(db, NotificationsUnread(actor_id=actor.id, count=count))
    return count


def preferences(db: Session, actor: Actor) -> dict[str, Wish]:
    """Return the actor's wish for every kind that may come to them."""
    policy.PREFER.require(actor)
    chosen = {
        row.kind: Wish(row.in_app, row.mail)
        for row in db.execute(
            select(Preference.kind, Preference.in_app, Preference.mail).where(
                Preference.user_id == actor.own_id
            )
        )
    }
    return {kind.name: chosen.get(kind.name, default_wish(kind)) for kind in _kinds_for(actor)}


def _kinds_for(actor: Actor) -> list[Kind]:
    return [kind for kind in KINDS.values() if not kind.roles or actor.has(*kind.roles)]


def prefer(db: Session, actor: Actor, form: Preferences) -> None:
    """Keep the actor's wishes for all kinds that may come to them.

    Raises Invalid when a kind is named that does not exist, or twice.
    """
    policy.PREFER.require(actor)
    mailed: dict[str, MailRhythm] = {}
    for place, rhythm in (
        ("by_mail", MailRhythm.INSTANT),
        ("daily", MailRhythm.DAILY),
        ("weekly", MailRhythm.WEEKLY),
    ):
        for name in getattr(form, place):
            if name in mailed and mailed[name] is not rhythm:
                raise Invalid({place: _("Choose one of at once, once a day and once a week.")})
            mailed[name] = rhythm
        _require_known(place, getattr(form, place))
    _require_known("in_app", form.in_app)
    for kind in _kinds_for(actor):
        wish = Wish(kind.name in form.in_app, mailed.get(kind.name, MailRhythm.OFF))
        _keep(db, actor.own_id, kind.name, wish)
    emit(db, PreferencesChanged(actor_id=actor.id))


def _require_known(place: str, names: Iterable[str]) -> None:
    if not set(names) <= KINDS.keys():
        raise Invalid({place: _("There is no such kind of notification.")})


def _keep(
    db: Session, user_id: int, kind: str, wish: Wish, stopped: MailRhythm | None = None
) -> None:
    own = (Preference.user_id == user_id, Preference.kind == kind)
    row = db.scalar(select(Preference).where(*own)) or Preference(user_id=user_id, kind=kind)
    row.in_app, row.mail, row.stopped = wish.in_app, wish.mail, stopped
    db.add(row)
    if not wish.by_mail:
        _forget_held(db, user_id, Held.kind == kind)


def _forget_held(db: Session, user_id: int, *which: ColumnElement[bool]) -> None:
    gone = delete(Held).where(Held.user_id == user_id, *which)
    db.execute(gone, execution_options=_QUIET)


def habit(db: Session, actor: Actor) -> Habit:
    """Return when mail may come to the actor; a row that is not kept stands for the defaults."""
    policy.PREFER.require(actor)
    found = db.scalar(select(Habit).where(Habit.user_id == actor.own_id))
    return found or Habit(user_id=actor.own_id, digest_hour=8, digest_day=0)


def keep_habit(db: Session, actor: Actor, form: HabitIn) -> Habit:
    """Keep when mail may come. Raises Invalid for half a span of quiet hours."""
    for one, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
        if getattr(form, one) is None and getattr(form, other) is not None:
            raise Invalid({one: _("Fill in both hours, or none.")})
    row = habit(db, actor)
    for name in ("quiet_from", "quiet_until"):
        given = getattr(form, name)
        setattr(row, name, None if given is None else given.hour * 60 + given.minute)
    row.digest_hour, row.digest_day = form.digest_hour, form.digest_day
    db.add(row)
    emit(db, PreferencesChanged(actor_id=actor.id))
    return row


def dead_address(db: Session, actor: Actor) -> MailAddress | None:
    """Return why nothing is mailed to the actor's address any more, None while it is."""
    return db.scalar(
        select(MailAddress)
        .join(User, User.email == MailAddress.address)
        .where(User.id == actor.own_id, MailAddress.suppressed_at.is_not(None))
    )


def stop_mail(db: Session, token: str) -> str:
    """Stop mail of one kind, or all digests, by the link of a mail; whoever has the mail may. Return what it names.

    Doing it twice is as good as once. Raises NotFound for a link that Quad did not write.
    """
    user_id, name = read_token(db, token)
    for each, rhythm in _mailed(db, user_id).items():
        if each == name or (name == DIGESTS and rhythm in GATHERED):
            _keep(db, user_id, each, _in_app(db, user_id, each, MailRhythm.OFF), stopped=rhythm)
    emit(db, MailStopped(actor_id=user_id, user_id=user_id, kind=name, stopped=True))
    return name


def undo_stop(db: Session, token: str) -> str:
    """Let mail come again as it did before `stop_mail` with this link. Return what the link names. Raises NotFound."""
    user_id, name = read_token(db, token)
    which = Preference.stopped.in_(GATHERED) if name == DIGESTS else Preference.kind == name
    stopped = select(Preference.kind, Preference.stopped).where(
        Preference.user_id == user_id,
        Preference.stopped.is_not(None),
        Preference.kind.in_(KINDS),
        which,
    )
    for kind, rhythm in db.execute(stopped).all():
        assert rhythm is not None
        _keep(db, user_id, kind, _in_app(db, user_id, kind, rhythm))
    emit(db, MailStopped(actor_id=user_id, user_id=user_id, kind=name, stopped=False))
    return name


def _in_app(db: Session, user_id: int, name: str, mail: MailRhythm) -> Wish:
    """Return somebody's wish for a kind with another rhythm of mail."""
    return Wish(wishes(db, KINDS[name], [user_id])[user_id].in_app, mail)


def _mailed(db: Session, user_id: int) -> dict[str, MailRhythm]:
    """Return the kinds of which somebody has mail, chosen or by default, and how often."""
    chosen: dict[str, MailRhythm] = {
        row.kind: row.mail
        for row in db.execute(
            select(Preference.kind, Preference.mail).where(Preference.user_id == user_id)
        )
    }
    found = {name: chosen.get(name, default_wish(kind).mail) for name, kind in KINDS.items()}
    return {name: rhythm for name, rhythm in found.items() if rhythm is not MailRhythm.OFF}


def _kept(db: Session, user_id: int) -> Mapping[str, Table]:
    inbox = (
        select(Notification.created_at, Notification.kind, Notification.data, Notification.read_at)
        .where(Notification.user_id == user_id)
        .order_by(Notification.id)
    )
    chosen = select(Preference.kind, Preference.in_app, Preference.mail).where(
        Preference.user_id == user_id
    )
    hours = select(Habit.quiet_from, Habit.quiet_until, Habit.digest_hour, Habit.digest_day).where(
        Habit.user_id == user_id
    )
    return {
        "notifications": as_table(db.execute(inbox)),
        "wishes": as_table(db.execute(chosen)),
        "hours": as_table(db.execute(hours)),
    }


OWN_DATA = OwnData("notifications", _l("Notifications"), _kept, order=80)
