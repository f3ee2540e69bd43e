"""Open leaderboards learn that figures moved: one piece of news for all of them, at most every few seconds.

A unit that moves figures promises the news for the end of the present slot of time, as its very last act, so that
nobody who waits for the promise holds a count. All of a slot share one promise; a process that has made it asks the
database for nothing more. Pages then fetch their rows again by themselves.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import after_commit, at_unit_end
from quad.core.jobs.outbox import enqueue
from quad.core.live import EVERYBODY, publish

TELL_JOB = "coding.boards.tell"
NEWS = "leaderboards"
SLOT = timedelta(seconds=4)
MARK = "coding.boards"

_promised: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()


def moved(db: Session) -> None:
    """Say that this unit moves figures: open leaderboards are told once it is committed."""
    db.info[MARK] = True


@at_unit_end
def promise(db: Session) -> None:
    """Promise the news of this slot, if figures moved and nobody here has promised it."""
    if not db.info.pop(MARK, False):
        return
    engine = db.get_bind().engine
    slot = int(clock.now().timestamp() // SLOT.total_seconds())
    if _promised.get(engine) != slot:
        enqueue(db, TELL_JOB, {}, key=f"{TELL_JOB}/{slot}", delay=SLOT)
        after_commit(db, partial(_promised.__setitem__, engine, slot))


def tell(db: Session) -> None:
    """Tell every open page; those that show a leaderboard look again."""
    publish(db, EVERYBODY, NEWS)
