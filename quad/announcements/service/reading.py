"""What the pages of announcements show, and that somebody has seen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, case, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.announcements import policy
from quad.announcements.facts import AnnouncementAcknowledged
from quad.announcements.kinds import phase
from quad.announcements.models import Announcement, AnnouncementState, Recipient
from quad.announcements.service import attachments, comments, reach
from quad.audience.service.naming import describe
from quad.core import clock
from quad.core.behind import Buffer, behind
from quad.core.db.now import database_now
from quad.core.errors import NotFound, Rejected
from quad.core.facts import attempt, emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.identity.models.accounts import User

Key = tuple[int, int]
_QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class Shown:
    """One announcement with all that its page shows to this reader."""

    row: Announcement
    author: str
    may_host: bool
    may_approve: bool
    names_readers: bool
    seen_at: datetime | None
    acknowledged_at: datetime | None
    meant_for: str
    files: Sequence[Any]
    comments: Sequence[Any]

    @property
    def phase(self) -> tuple[str, str]:
        """Mark and word of where it stands."""
        return phase(self.row.state, self.row.ends_at)

    @property
    def hidden(self) -> bool:
        """Tell whether its text is kept from this reader: it was withdrawn."""
        return self.row.state is AnnouncementState.WITHDRAWN and not self.may_host

    @property
    def open(self) -> bool:
        """Tell whether it is published."""
        return self.row.state is AnnouncementState.PUBLISHED

    @property
    def may_acknowledge(self) -> bool:
        """Tell whether the reader is asked to confirm."""
        return self.open and self.row.acknowledge and self.acknowledged_at is None


def shown(db: Session, actor: Actor, announcement_id: int) -> Shown:
    """Return one announcement for its page. Raises NotFound."""
    head = db.execute(
        select(
            Announcement,
            User.full_name,
            case((policy.HOST.where(actor), 1), else_=0),
            case((policy.APPROVE.where(actor), 1), else_=0),
            Recipient.seen_at,
            Recipient.acknowledged_at,
        )
        .join(User, User.id == Announcement.author_id)
        .outerjoin(
            Recipient,
            and_(Recipient.announcement_id == Announcement.id, Recipient.user_id == actor.own_id),
        )
        .where(Announcement.id == announcement_id, policy.READ.where(actor))
    ).first()
    if head is None:
        raise NotFound
    row = head[0]
    hosts = bool(head[2])
    hidden = row.state is AnnouncementState.WITHDRAWN and not hosts
    return Shown(
        row=row,
        author=head[1],
        may_host=hosts,
        may_approve=bool(head[3]),
        names_readers=hosts and policy.OPEN_READERS.may(actor),
        seen_at=head[4],
        acknowledged_at=head[5],
        meant_for=_meant_for(db, row),
        files=() if hidden else attachments.of(db, row.id),
        comments=comments.of(db, actor, row) if row.comments and not hidden else (),
    )


def _meant_for(db: Session, row: Announcement) -> str:
    if row.mentor_id is not None:
        return reach.mentor_name(db, row.mentor_id)
    if row.offering_id is not None:
        return reach.course_name(db, row.offering_id)
    assert row.audience_id is not None
    return describe(db, row.audience_id)


def note_seen(db: Session, actor: Actor, found: Shown) -> None:
    """Remember, a little later, that somebody opened what they are meant to read."""
    runtime = runtime_of(db)
    if runtime is None or not found.open or found.seen_at or found.row.author_id == actor.id:
        return
    behind(runtime.database).put(SEEN, (found.row.id, actor.own_id), clock.now())


def _write_seen(db: Session, seen: Mapping[Key, datetime]) -> None:
    for (announcement_id, user_id), moment in sorted(seen.items()):
        mark(db, announcement_id, user_id, seen_at=moment)


SEEN: Buffer[Key, datetime] = Buffer("announcements.seen", _write_seen)


def mark(db: Session, announcement_id: int, user_id: int, **values: datetime) -> None:
    """Write into somebody's row of an announcement what it does not say yet; the row is made when it is not there."""
    own = (Recipient.announcement_id == announcement_id, Recipient.user_id == user_id)
    if db.scalar(select(Recipient.id).where(*own)) is None:
        name = db.scalar(select(User.sort_name).where(User.id == user_id))
        if name is None or db.get(Announcement, announcement_id) is None:
            return
        with attempt(db):
            db.add(Recipient(announcement_id=announcement_id, user_id=user_id, sort_name=name))
    for column, moment in values.items():
        unknown = getattr(Recipient, column).is_(None)
        db.execute(
            update(Recipient).where(*own, unknown).values({column: moment}),
            execution_options=_QUIET,
        )


def acknowledge(db: Session, actor: Actor, announcement_id: int) -> None:
    """Confirm having read an announcement. Raises NotFound, Rejected when nobody asks; twice is as good as once."""
    row = policy.READ.get(db, actor, announcement_id)
    if not row.acknowledge or row.state is not AnnouncementState.PUBLISHED:
        raise Rejected(_("Nobody asks you to confirm this announcement."))
    now = clock.now()
    mark(db, row.id, actor.own_id, seen_at=now, acknowledged_at=now)
    emit(
        db,
        AnnouncementAcknowledged(actor_id=actor.id, announcement_id=row.id, user_id=actor.own_id),
    )


def for_home(db: Session, actor: Actor, limit: int) -> Sequence[Any]:
    """Return what is pinned and what one has not confirmed, in the order of the list."""
    unconfirmed = Announcement.acknowledge & Recipient.acknowledged_at.is_(None)
    return db.execute(
        select(
            Announcement.id,
            Announcement.title,
            Announcement.priority,
            Announcement.pinned,
            Announcement.published_at,
            User.full_name.label("author"),
            case((unconfirmed, 1), else_=0).label("asks"),
        )
        .join(User, User.id == Announcement.author_id)
        .outerjoin(
            Recipient,
            and_(Recipient.announcement_id == Announcement.id, Recipient.user_id == actor.own_id),
        )
        .where(
            policy.SHOW.where(actor, many=True),
            Announcement.author_id != actor.own_id,
            or_(Announcement.pinned.is_(True), unconfirmed),
        )
        .order_by(case((unconfirmed, 1), else_=0).desc(), Announcement.rank.desc())
        .limit(limit)
    ).all()


def unconfirmed_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts what a person was told of and is asked to confirm."""
    return (
        select(func.count(Recipient.id))
        .join(Announcement, Announcement.id == Recipient.announcement_id)
        .where(
            Recipient.user_id == user_id,
            Recipient.acknowledged_at.is_(None),
            Announcement.acknowledge.is_(True),
            Announcement.deleted_at.is_(None),
            Announcement.state == AnnouncementState.PUBLISHED,
            or_(Announcement.ends_at.is_(None), Announcement.ends_at > database_now()),
        )
        .correlate(User)
        .scalar_subquery()
    )
