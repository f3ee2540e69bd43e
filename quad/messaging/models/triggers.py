"""`last_message_at` of a conversation and of its two sides, kept by the database: no path can miss it.

BEFORE INSERT on MariaDB and MySQL, as for counters (`core/counters.py`). A new message moves the moment forward; a
message that is moved or purged lets it be looked up, which the index over (conversation, moment) answers at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from quad.core.db.attachments import Attachment, attach
from quad.messaging.models.conversations import Conversation, Message, Side

NAME = "messaging_last_message"
_TABLE = "messaging_message"

_NEWEST = "(SELECT max(m.created_at) FROM messaging_message m WHERE m.conversation_id = {row}.conversation_id)"
_SET = (
    "UPDATE messaging_conversation SET last_message_at = {moment} WHERE id = {row}.conversation_id; "
    "UPDATE messaging_side SET last_message_at = {moment}"
    " WHERE conversation_id = {row}.conversation_id;"
)


def _forward() -> str:
    """Take the new message's moment, unless one that is there already is later."""
    newest = f"coalesce({_NEWEST.format(row='NEW')}, NEW.created_at)"
    later = f"CASE WHEN {newest} > NEW.created_at THEN {newest} ELSE NEW.created_at END"
    return _SET.format(moment=later, row="NEW")


def _again(row: str) -> str:
    """Look the moment up; a conversation without messages has that of its beginning."""
    newest = _NEWEST.format(row=row)
    return _SET.format(moment=f"coalesce({newest}, created_at)", row=row)


_BOTH = f"{_again('OLD')} {_again('NEW')}"
_MOVED = "NOT (OLD.conversation_id = NEW.conversation_id AND OLD.created_at = NEW.created_at)"
_DROP = tuple(f"DROP TRIGGER IF EXISTS {NAME}_{event}" for event in "iud")

attach(
    Attachment(
        name=NAME,
        needs=("messaging_conversation", "messaging_side", _TABLE),
        create={
            "sqlite": (
                f"CREATE TRIGGER IF NOT EXISTS {NAME}_i AFTER INSERT ON {_TABLE} BEGIN {_forward()} END",
                f"CREATE TRIGGER IF NOT EXISTS {NAME}_d AFTER DELETE ON {_TABLE} BEGIN {_again('OLD')} END",
                f"CREATE TRIGGER IF NOT EXISTS {NAME}_u AFTER UPDATE OF conversation_id, created_at"
                f" ON {_TABLE} BEGIN {_BOTH} END",
            ),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF TG_OP = 'INSERT' THEN {_forward()}"
                f" ELSIF TG_OP = 'DELETE' THEN {_again('OLD')}"
                f" ELSE {_BOTH} END IF; RETURN NULL; END $$",
                f"CREATE OR REPLACE TRIGGER {NAME} AFTER INSERT OR DELETE OR UPDATE OF conversation_id,"
                f" created_at ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
            ),
            "mysql": (
                *_DROP,
                f"CREATE TRIGGER {NAME}_i BEFORE INSERT ON {_TABLE} FOR EACH ROW BEGIN {_forward()} END",
                f"CREATE TRIGGER {NAME}_d AFTER DELETE ON {_TABLE} FOR EACH ROW BEGIN {_again('OLD')} END",
                f"CREATE TRIGGER {NAME}_u AFTER UPDATE ON {_TABLE} FOR EACH ROW BEGIN"
                f" IF {_MOVED} THEN {_BOTH} END IF; END",
            ),
        },
        drop={
            "sqlite": _DROP,
            "mysql": _DROP,
            "postgresql": (
                f"DROP TRIGGER IF EXISTS {NAME} ON {_TABLE}",
                f"DROP FUNCTION IF EXISTS {NAME}()",
            ),
        },
    )
)


def rebuild(db: Session, conversation_ids: Sequence[int]) -> int:
    """Set the moments of these conversations right; return how many were wrong (none, unless a trigger is away)."""
    newest = (
        select(func.max(Message.created_at))
        .where(Message.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )
    sides = (
        select(Side.id)
        .where(Side.conversation_id == Conversation.id)
        .where(Side.last_message_at != newest)
    )
    query = select(Conversation.id, newest).where(
        Conversation.id.in_(conversation_ids),
        or_(Conversation.last_message_at != newest, sides.exists()),
    )
    wrong = db.execute(query).all()
    for conversation_id, moment in wrong:
        for table, key in ((Conversation, Conversation.id), (Side, Side.conversation_id)):
            db.execute(
                update(table).where(key == conversation_id).values(last_message_at=moment),
                execution_options={"synchronize_session": False},
            )
    return len(wrong)
