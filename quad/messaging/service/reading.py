"""Reading: the list of conversations, one conversation page by page, and what is new in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound
from quad.core.files import StoredFile
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for
from quad.messaging import policy
from quad.messaging.models.conversations import (
    Attachment,
    Box,
    Conversation,
    ConversationState,
    Message,
    Side,
)
from quad.messaging.service.presence import Here, here, shown_presence
from quad.messaging.service.wishes import hides_receipts

LISTED = 25
PAGE = 50
MOST_NEWS = 200
# News are asked for by the moment of the last answer; units that were under way then are covered as well.
OVERLAP = timedelta(seconds=30)

Position = tuple[datetime, int]


@dataclass(frozen=True)
class Listed:
    """A page of conversations. `after` leads to the next one, None at the end."""

    rows: Sequence[Any]
    after: Position | None


def conversations(
    db: Session, actor: Actor, box: Box = Box.INBOX, after: Position | None = None
) -> Listed:
    """Return one's conversations, the newest first: the person, the last message, how many are unread.

    Raises SignedOut, Forbidden.
    """
    policy.OWN.require(actor)
    last, other = aliased(Message), aliased(User)
    query = (
        select(
            Side.id.label("side_id"),
            Side.conversation_id.label("id"),
            Side.unread,
            Side.muted,
            Side.last_message_at,
            other.id.label("person_id"),
            other.full_name.label("name"),
            photo_for(actor, other),
            last.text,
            last.deleted_at,
            (last.sender_id == actor.own_id).label("mine"),
            Conversation.state,
            Conversation.opener_id,
        )
        .join(Conversation, Conversation.id == Side.conversation_id)
        .join(other, other.id == Side.other_id)
        .outerjoin(
            last,
            and_(
                last.conversation_id == Side.conversation_id,
                last.id == _newest_of(Side.conversation_id),
            ),
        )
        .where(policy.in_box(actor, box))
        .order_by(Side.last_message_at.desc(), Side.id.desc())
        .limit(LISTED + 1)
    )
    if after is not None:
        moment, side_id = after
        earlier = and_(Side.last_message_at == moment, Side.id < side_id)
        query = query.where(or_(Side.last_message_at < moment, earlier))
    rows = list(plain_rows(db, query))
    more = len(rows) > LISTED
    shown = rows[:LISTED]
    end = (shown[-1].last_message_at, shown[-1].side_id) if more else None
    return Listed(shown, end)


def _newest_of(conversation_id: Any) -> Any:
    newest = aliased(Message)
    return (
        select(func.max(newest.id))
        .where(newest.conversation_id == conversation_id)
        .correlate(Side)
        .scalar_subquery()
    )


def requests_waiting(db: Session, actor: Actor) -> int:
    """Return how many requests wait for one's answer."""
    query = select(func.count(Side.id)).where(policy.in_box(actor, Box.REQUESTS))
    return db.scalar(query) or 0


@dataclass(frozen=True)
class Head:
    """A conversation as one of the two sees it. `receipts`: both show when they read. `here`: see `presence.Here`."""

    id: int
    state: ConversationState
    asked_by_me: bool
    person_id: int
    name: str
    photo: str
    active: bool
    receipts: bool
    unread: int
    muted: bool
    here: Here

    @property
    def to_answer(self) -> bool:
        """Tell whether the reader accepts or declines."""
        return self.state is not ConversationState.OPEN and not self.asked_by_me

    @property
    def waits(self) -> bool:
        """Tell whether the reader wrote, and waits for an answer. That one is declined is not told."""
        return self.state is not ConversationState.OPEN and self.asked_by_me


def head(db: Session, actor: Actor, conversation_id: int) -> Head:
    """Return what stands above a conversation. Raises NotFound, SignedOut."""
    policy.OWN.require(actor)
    other = aliased(User)
    query = (
        select(
            Conversation.id,
            Conversation.state,
            Conversation.opener_id,
            other.id.label("person_id"),
            other.full_name,
            photo_for(actor, other),
            other.is_active.label("active"),
            other.deleted_at,
            or_(hides_receipts(Side.person_id), hides_receipts(Side.other_id)).label("hidden"),
            shown_presence(Side.person_id, Side.other_id).label("here_at"),
            Side.unread,
            Side.muted,
        )
        .join(Side, Side.conversation_id == Conversation.id)
        .join(other, other.id == Side.other_id)
        .where(
            Conversation.id == conversation_id,
            Side.person_id == actor.own_id,
            policy.READ.where(actor),
        )
    )
    row = db.execute(query).first()
    if row is None:
        raise NotFound
    return Head(
        id=row.id,
        state=row.state,
        asked_by_me=row.opener_id == actor.own_id,
        person_id=row.person_id,
        name=row.full_name,
        photo=row.photo,
        active=bool(row.active) and row.deleted_at is None,
        receipts=not row.hidden and row.state is ConversationState.OPEN,
        unread=row.unread,
        muted=row.muted,
        here=here(row.here_at) if row.state is ConversationState.OPEN else Here.AWAY,
    )


@dataclass(frozen=True)
class ShownMessage:
    """One message as the reader sees it. `read_at` is None where receipts are not shown."""

    id: int
    conversation_id: int
    sender_id: int
    mine: bool
    text: str
    created_at: datetime
    edited_at: datetime | None
    deleted: bool
    delivered_at: datetime | None
    read_at: datetime | None
    files: Sequence[Any] = ()


@dataclass(frozen=True)
class Page:
    """Some messages in their order. `older` and `newer` tell whether there are others."""

    messages: Sequence[ShownMessage]
    older: bool = False
    newer: bool = False

    @property
    def first(self) -> int:
        """The number of the oldest one, 0 without any."""
        return self.messages[0].id if self.messages else 0

    @property
    def last(self) -> int:
        """The number of the newest one, 0 without any."""
        return self.messages[-1].id if self.messages else 0


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Message.id,
        Message.conversation_id,
        Message.sender_id,
        Message.text,
        Message.created_at,
        Message.edited_at,
        Message.deleted_at,
        Message.delivered_at,
        Message.read_at,
    )


def messages(
    db: Session,
    actor: Actor,
    found: Head,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Page:
    """Return a page of the conversation `found`: the newest, those before a message, or those after one."""
    query = _columns().where(Message.conversation_id == found.id, policy.MESSAGE.where(actor))
    if after is not None:
        rising = query.where(Message.id > after).order_by(Message.id).limit(PAGE + 1)
        rows = list(plain_rows(db, rising))
        return Page(_shown(db, actor, found, rows[:PAGE]), older=True, newer=len(rows) > PAGE)
    if before is not None:
        query = query.where(Message.id < before)
    rows = list(plain_rows(db, query.order_by(Message.id.desc()).limit(PAGE + 1)))
    shown = _shown(db, actor, found, rows[:PAGE][::-1])
    return Page(shown, older=len(rows) > PAGE, newer=before is not None)


def around(db: Session, actor: Actor, found: Head, message_id: int) -> Page:
    """Return a page with a message in the middle, so that what search found stands in its context."""
    later = (
        select(Message.id)
        .where(Message.conversation_id == found.id, Message.id > message_id)
        .order_by(Message.id)
        .offset(PAGE // 2)
        .limit(1)
    )
    return messages(db, actor, found, before=db.scalar(later))


def news(db: Session, actor: Actor, found: Head, *, after: int, since: datetime) -> Page:
    """Return what came after a message, and what changed since a moment: drawn by number, twice is once.

    `newer` tells that there is more than is told one by one.
    """
    changed = and_(Message.updated_at > since - OVERLAP, Message.id <= after)
    query = (
        _columns()
        .where(Message.conversation_id == found.id, policy.MESSAGE.where(actor))
        .where(or_(Message.id > after, changed))
        .order_by(Message.id.desc())
        .limit(MOST_NEWS + 1)
    )
    rows = list(plain_rows(db, query))
    return Page(_shown(db, actor, found, rows[:MOST_NEWS][::-1]), newer=len(rows) > MOST_NEWS)


def one(db: Session, actor: Actor, message_id: int) -> ShownMessage:
    """Return one message. Raises NotFound, SignedOut."""
    row = policy.MESSAGE.get(db, actor, message_id)
    found = head(db, actor, row.conversation_id)
    query = _columns().where(Message.id == message_id)
    return _shown(db, actor, found, list(plain_rows(db, query)))[0]


def _shown(db: Session, actor: Actor, found: Head, rows: Sequence[Any]) -> Sequence[ShownMessage]:
    files = _files(db, [row.id for row in rows])
    return [
        ShownMessage(
            id=row.id,
            conversation_id=row.conversation_id,
            sender_id=row.sender_id,
            mine=row.sender_id == actor.own_id,
            text=row.text,
            created_at=row.created_at,
            edited_at=row.edited_at,
            deleted=row.deleted_at is not None,
            delivered_at=row.delivered_at,
            read_at=row.read_at if found.receipts else None,
            files=files[row.id],
        )
        for row in rows
    ]


def _files(db: Session, message_ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    if message_ids:
        query = (
            select(
                Attachment.id,
                Attachment.message_id,
                StoredFile.name,
                StoredFile.size,
                StoredFile.media_type,
            )
            .join(StoredFile, StoredFile.id == Attachment.file_id)
            .where(Attachment.message_id.in_(message_ids))
            .order_by(Attachment.id)
        )
        for row in plain_rows(db, query):
            found[row.message_id].append(row)
    return found


def file(db: Session, actor: Actor, attachment_id: int) -> StoredFile:
    """Return a file that came with a message one may read. Raises NotFound, SignedOut."""
    row = policy.ATTACHMENT.get(db, actor, attachment_id)
    return db.get_one(StoredFile, row.file_id)
