"""What messages hear of people: a block closes a conversation to both, and its numbers go."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.core.facts import on
from quad.messaging.service.live import tell_both, tell_number
from quad.messaging.service.writing import between
from quad.relations.facts import Blocked, Unblocked


@on(Blocked)
def close_pages(db: Session, fact: Blocked) -> None:
    """Let open pages of the two ask again, which finds nothing."""
    _ask_again(db, fact.blocker_id, fact.blocked_id)


@on(Unblocked)
def open_pages(db: Session, fact: Unblocked) -> None:
    """Let open pages of the two ask again."""
    _ask_again(db, fact.blocker_id, fact.blocked_id)


def _ask_again(db: Session, one: int, other: int) -> None:
    there = between(db, one, other)
    if there is not None:
        tell_both(db, there)
        for person_id in (one, other):
            tell_number(db, person_id)
