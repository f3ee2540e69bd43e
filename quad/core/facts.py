"""Facts, and the one place that commits.

A fact says in the past tense what happened and carries numbers only. A listener runs in the same transaction and
only writes rows. One request or job step is one unit of work: leaving it commits, raising rolls it back.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import uniform
from typing import Any, ClassVar, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core.db.engine import may_run_again
from quad.core.errors import Invalid, Rejected, constraint_sentence

TRIES = 3
# Under this word a unit gathers what is promised for after it (core/jobs/later.py).
LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened. `actor_id` is the user who did it, None for the system.

    What a `confidential` fact says is for the people it concerns only: the audit keeps it and shows it to nobody.
    """

    confidential: ClassVar[bool] = False

    actor_id: int | None


F = TypeVar("F", bound=Fact)
T = TypeVar("T")
Listener = Callable[[Session, Any], None]

_listeners: dict[type[Fact], list[Listener]] = defaultdict(list)
_unit_ends: list[Callable[[Session], None]] = []


def on(kind: type[F]) -> Callable[[Callable[[Session, F], None]], Callable[[Session, F], None]]:
    """Register a listener for `kind` and everything derived from it."""

    def register(listener: Callable[[Session, F], None]) -> Callable[[Session, F], None]:
        _listeners[kind].append(listener)
        return listener

    return register


def emit(db: Session, fact: Fact) -> None:
    """Tell the listeners, in this transaction, in the order from the particular kind to `Fact` itself."""
    db.flush()
    for kind in type(fact).__mro__:
        for listener in _listeners.get(kind, ()):
            listener(db, fact)


def at_unit_end(act: Callable[[Session], None]) -> Callable[[Session], None]:
    """Register `act` to run inside every unit, right before it commits; it may write rows, not emit facts."""
    _unit_ends.append(act)
    return act


def after_commit(db: Session, act: Callable[[], None]) -> None:
    """Do `act` once this unit is committed; it must not touch the database of the unit."""
    db.info.setdefault("after_commit", []).append(act)


@contextmanager
def unit(db: Session) -> Iterator[Session]:
    """The one place that commits: leave normally to commit, raise to roll back.

    A broken constraint becomes its declared sentence (Rejected, or Invalid when it belongs to a field).
    """
    try:
        yield db
        _finish(db)
    except IntegrityError as error:
        db.rollback()
        raise _in_words(error) from error
    except BaseException:
        db.rollback()
        raise
    finally:
        acts = db.info.pop("after_commit", [])
    for act in acts:
        act()


def _finish(db: Session) -> None:
    db.flush()
    for act in _unit_ends:
        act(db)
    db.commit()


def _in_words(error: IntegrityError) -> Exception:
    known = constraint_sentence(str(error.orig))
    if known is None:
        return error
    if known.field:
        return Invalid({known.field: known.sentence})
    return Rejected(known.sentence)


@contextmanager
def attempt(db: Session) -> Iterator[None]:
    """One item of many: a SAVEPOINT, so that a refused item leaves the others standing.

    Raises what the block raises, after undoing only the block; a broken constraint in words.
    """
    db.flush()
    earlier = db.info.pop("changes", [])
    gathered = {name: list(db.info.get(name, ())) for name in ("after_commit", LATER)}
    try:
        with db.begin_nested():
            yield
        earlier += db.info.pop("changes", [])
    except IntegrityError as error:
        db.info.update(gathered)
        raise _in_words(error) from error
    except BaseException:
        db.info.update(gathered)
        raise
    finally:
        db.info["changes"] = earlier


def run(
    open_session: Callable[[], Session], work: Callable[[Session], T], *, tries: int = TRIES
) -> T:
    """Run `work` as one unit in a fresh session, again (`tries` times in all) when the database asks for it."""
    tried = 1
    while True:
        try:
            with open_session() as db, unit(db):
                return work(db)
        except Exception as error:
            if tried == tries or not may_run_again(error):
                raise
        pause_before_retry(tried)
        tried += 1


def pause_before_retry(tries: int) -> None:
    """Wait a little, differently each time, so that two colliding units do not collide again."""
    time.sleep(uniform(0.005, 0.03) * tries)
