"""What of messages belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from quad.core.derived import Derived
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, one_of
from quad.core.own_data import OwnData, Table, as_table
from quad.core.policy import Actor, Grant
from quad.core.search.index import index_many, unindex
from quad.identity.models.accounts import User
from quad.messaging import policy
from quad.messaging.models.conversations import (
    Attachment,
    Conversation,
    Message,
    MessagingWish,
    Presence,
    Revision,
    Side,
)
from quad.messaging.models.triggers import rebuild
from quad.messaging.service.finding import FOUND, documents
from quad.messaging.service.writing import between, empty, other_of

_QUIET: dict[str, Any] = {"synchronize_session": False}
SOME = 500


def _count(db: Session, user_id: int) -> int:
    return db.scalar(select(func.count(Side.id)).where(Side.person_id == user_id)) or 0


def _move(db: Session, kept: int, gone: int) -> None:
    """Conversations go to the kept account; two with the same person become one, and one between the two ends."""
    mine = or_(Conversation.low_id == gone, Conversation.high_id == gone)
    for there in db.scalars(select(Conversation).where(mine).order_by(Conversation.id)).all():
        other = other_of(there, gone)
        if other == kept:
            _purge(db, there.id)
            continue
        target = between(db, kept, other)
        if target is None:
            _hand_over(db, there, kept, gone, other)
        else:
            _pour(db, there, target, kept, gone)
    for column in (Message.sender_id, Conversation.opener_id):
        left = update(column.class_).where(column == gone).values({column.key: kept})
        db.execute(left, execution_options=_QUIET)


def _hand_over(db: Session, there: Conversation, kept: int, gone: int, other: int) -> None:
    """Let `kept` stand where `gone` stood."""
    there.low_id, there.high_id = min(kept, other), max(kept, other)
    if there.opener_id == gone:
        there.opener_id = kept
    for side in db.scalars(select(Side).where(Side.conversation_id == there.id)):
        if side.person_id == gone:
            side.person_id = kept
        else:
            side.other_id = kept
    db.flush()
    _write_down(db, there.id, kept, gone)


def _pour(db: Session, there: Conversation, target: Conversation, kept: int, gone: int) -> None:
    """Put the messages of one conversation into the other one of the same two people."""
    sides = dict(
        db.execute(select(Side.person_id, Side.id).where(Side.conversation_id == target.id)).all()
    )
    rows = db.execute(select(Side.id, Side.person_id).where(Side.conversation_id == there.id)).all()
    for row in rows:
        person = kept if row.person_id == gone else row.person_id
        db.execute(
            update(Message)
            .where(Message.side_id == row.id)
            .values(conversation_id=target.id, side_id=sides[person]),
            execution_options=_QUIET,
        )
    _write_down(db, target.id, kept, gone)
    _purge(db, there.id)


def _write_down(db: Session, conversation_id: int, kept: int, gone: int) -> None:
    """Let `kept` be the writer, and find the messages under the number of who has them now."""
    # The names of two accounts' messages may be alike; they have done their work.
    written = update(Message).where(
        Message.conversation_id == conversation_id, Message.sender_id == gone
    )
    db.execute(written.values(sender_id=kept, key=None), execution_options=_QUIET)
    ids = db.scalars(select(Message.id).where(Message.conversation_id == conversation_id)).all()
    for start in range(0, len(ids), SOME):
        index_many(db, FOUND, documents(db, ids[start : start + SOME]))


def _purge(db: Session, conversation_id: int) -> None:
    """Remove a conversation with everything in it: by statements, since a cascade would not be counted."""
    ids = db.scalars(select(Message.id).where(Message.conversation_id == conversation_id)).all()
    unindex(db, FOUND, ids)
    for table in (Attachment, Revision):
        db.execute(delete(table).where(table.message_id.in_(ids)), execution_options=_QUIET)
    for key in (Message.conversation_id, Side.conversation_id, Conversation.id):
        db.execute(delete(key.class_).where(key == conversation_id), execution_options=_QUIET)


MERGES: tuple[Merge, ...] = (
    Merge(
        _l("Conversations"),
        (
            Conversation.low_id,
            Conversation.high_id,
            Conversation.opener_id,
            Side.person_id,
            Side.other_id,
            Message.sender_id,
        ),
        _count,
        _move,
    ),
    one_of("", MessagingWish.user_id),
    one_of("", Presence.user_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    """What one wrote, always; what others wrote to one, as far as it can be read."""
    actor = Actor(id=user_id, grants=(Grant("student"),))
    other = aliased(User)
    of_side = Message.conversation_id == Side.conversation_id
    wrote = (
        select(other.full_name.label("to"), Message.created_at, Message.text, Message.deleted_at)
        .join(Side, of_side & (Side.person_id == user_id))
        .join(other, other.id == Side.other_id)
        .where(Message.sender_id == user_id)
        .order_by(Message.id)
    )
    got = (
        select(other.full_name.label("from"), Message.created_at, Message.text, Message.deleted_at)
        .join(Side, of_side & (Side.person_id == user_id))
        .join(other, other.id == Side.other_id)
        .where(Message.sender_id != user_id, policy.MESSAGE.where(actor))
        .order_by(Message.id)
    )
    earlier = (
        select(Message.id.label("message"), Revision.created_at, Revision.text)
        .join(Message, Message.id == Revision.message_id)
        .where(Message.sender_id == user_id)
        .order_by(Revision.id)
    )
    wishes = select(
        MessagingWish.receipts,
        MessagingWish.requests,
        MessagingWish.presence,
        MessagingWish.quiet_from,
        MessagingWish.quiet_until,
    ).where(MessagingWish.user_id == user_id)
    tables = {
        "you_wrote": wrote,
        "written_to_you": got,
        "before_changes": earlier,
        "wishes": wishes,
        "last_here": select(Presence.here_at).where(Presence.user_id == user_id),
    }
    return {name: as_table(db.execute(query)) for name, query in tables.items()}


def _forget(db: Session, user_id: int) -> None:
    """Empty what a person who left wrote; what others wrote to them stays theirs, until both are gone."""
    wrote = select(Message).where(Message.sender_id == user_id, Message.deleted_at.is_(None))
    while messages := db.scalars(wrote.limit(SOME)).all():
        empty(db, messages)
    mine = select(Message.id).where(Message.sender_id == user_id)
    db.execute(delete(Revision).where(Revision.message_id.in_(mine)), execution_options=_QUIET)
    over = (
        select(Side.conversation_id)
        .join(User, User.id == Side.other_id)
        .where(Side.person_id == user_id, User.deleted_at.is_not(None))
    )
    for conversation_id in db.scalars(over).all():
        _purge(db, conversation_id)


OWN_DATA = OwnData("messages", _l("Messages"), _load, forget=_forget, order=64)
DERIVED = (Derived("last_messages", Conversation.id, rebuild),)
