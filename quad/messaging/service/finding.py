"""Messages among what search finds: by the words in them, for the two people alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.core.errors import NotFound
from quad.core.policy import Actor
from quad.core.search.fulltext import candidates
from quad.core.search.index import index_many, unindex
from quad.core.search.prefix import matching
from quad.core.search.searchable import Document
from quad.identity.models.accounts import SEARCHED_AS, User
from quad.identity.policy import photo_for
from quad.messaging import policy
from quad.messaging.models.conversations import Conversation, Message, Side

FOUND = "messaging.message"
CONVERSATIONS = "messaging.conversation"
EXCERPT = 120
MOST_HITS = 50
MOST_PEOPLE = 20


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these messages; one that was taken back has none."""
    rows = db.execute(
        select(
            Message.id,
            Message.conversation_id,
            Message.text,
            Conversation.low_id,
            Conversation.high_id,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(ids), Message.deleted_at.is_(None), Message.text != "")
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=excerpt(row.text),
            url=f"/messages/{row.conversation_id}?at={row.id}",
            body=row.text,
            audiences=(f"user {row.low_id}", f"user {row.high_id}"),
        )


def index_message(db: Session, message: Message, *, new: bool = False) -> None:
    """Make a message findable as it is now."""
    if not new:
        unindex(db, FOUND, [message.id])
    index_many(db, FOUND, documents(db, [message.id]), new=True)


def found_messages(db: Session, actor: Actor, asked: str) -> Sequence[Any]:
    """Return one's newest messages that hold all words: id, conversation_id, text, created_at, mine, name."""
    policy.OWN.require(actor)
    hits = candidates(db, asked, [f"user {actor.own_id}"], [FOUND])
    ids = [hit.subject_id for hit in hits][:MOST_HITS]
    if not ids:
        return []
    other = aliased(User)
    query = (
        select(
            Message.id,
            Message.conversation_id,
            Message.text,
            Message.created_at,
            (Message.sender_id == actor.own_id).label("mine"),
            other.id.label("person_id"),
            other.full_name.label("name"),
            photo_for(actor, other),
        )
        .join(
            Side,
            (Side.conversation_id == Message.conversation_id) & (Side.person_id == actor.own_id),
        )
        .join(other, other.id == Side.other_id)
        .where(Message.id.in_(ids), policy.FOUND.where(actor))
        .order_by(Message.id.desc())
    )
    return db.execute(query).all()


def people(db: Session, actor: Actor, asked: str) -> Sequence[Any]:
    """Return people of one's circle whose names begin so: id, full_name, photo."""
    policy.OWN.require(actor)
    query = (
        select(User.id, User.full_name, photo_for(actor))
        .where(policy.CIRCLE.where(actor, many=True))
        .order_by(User.sort_name, User.id)
        .limit(MOST_PEOPLE)
    )
    if asked:
        query = query.where(matching(User.id, SEARCHED_AS, asked))
    return db.execute(query).all()


def person_of_student(db: Session, actor: Actor, student_id: int) -> int:
    """Return the account behind a student's record. Raises NotFound, also when one may not write to the student."""
    query = select(Student.user_id).where(
        Student.id == student_id,
        Student.user_id.in_(select(User.id).where(policy.WRITE_TO.where(actor))),
    )
    found = db.scalar(query)
    if found is None:
        raise NotFound
    return found
