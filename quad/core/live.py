"""Live events, and the numbering that makes rows safe to read with a cursor.

Ids are not cursors: a row with a smaller id may become visible after one with a larger id, and a reader that has moved
past it never sees it. So rows are written without `seq`, and one publisher, holding a lock row, numbers what is
committed. Numbers have no gaps and appear in order; readers use `seq` only.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import random
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from sqlalchemy import JSON, BigInteger, Index, String, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.model import Model, Row
from quad.core.facts import after_commit, attempt, run

BATCH = 500
PAGE = 1_000
PRUNE_SECONDS = 3600.0
# Processes that nothing wakes (no Redis) find out by themselves: what is said is there within a second.
INTERVAL = 0.5
KEEP = timedelta(hours=24)
# Told to an audience when a session of it ended: its streams end at once and come back with what still holds.
SIGNED_OUT = "signed-out"
# The audience of everybody who is signed in. Every open page is told, so nothing may be published to it often.
EVERYBODY = "everybody"


class Sequenced:
    """Mixin for a table read with a cursor: `seq` is empty until the publisher has numbered the row.

    The model says `__table_args__ = SEQUENCED_TABLE` (SQLite otherwise gives a deleted row's id to a new one).
    """

    if TYPE_CHECKING:
        id: Mapped[int]

    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True, default=None, sort_order=80)


SEQUENCED_TABLE: dict[str, Any] = {"sqlite_autoincrement": True}


class Lock(Model):
    """One row per sequence: who holds it may number; `value` is the last number given."""

    __tablename__ = "core_lock"
    __audited__: ClassVar[bool] = False

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


class LiveEvent(Sequenced, Row):
    """Something a browser should know now. `audience` is a token such as `user:12`."""

    __tablename__ = "core_live_event"
    __table_args__ = (
        Index(None, "audience", "seq"),
        Index(None, "created_at"),
        SEQUENCED_TABLE,
    )
    __audited__: ClassVar[bool] = False

    audience: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Event:
    """A numbered event as readers get it."""

    seq: int
    audience: str
    kind: str
    data: dict[str, Any]


class WakeUp:
    """Tells the readers of this process, and by `forward` those of others, that there is something new."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self.forward: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every wake-up, from any thread; call what is returned to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def here(self) -> None:
        """Wake the readers of this process."""
        for listener in tuple(self._listeners):
            listener()

    def everywhere(self) -> None:
        """Wake the readers of all processes; those it cannot reach find out when they look by themselves."""
        self.here()
        if self.forward is not None:
            self.forward()


WAKE = WakeUp()


def publish(db: Session, audience: str, kind: str, **data: Any) -> None:
    """Tell `audience` that `kind` happened, once (and only if) this unit is committed."""
    publish_many(db, kind, [(audience, data)])


def publish_many(db: Session, kind: str, told: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Tell many audiences, each its own data, in one statement; else as `publish`."""
    if not told:
        return
    rows = [{"audience": audience, "kind": kind, "data": dict(data)} for audience, data in told]
    db.execute(insert(LiveEvent), rows)
    if WAKE.everywhere not in db.info.get("after_commit", ()):
        after_commit(db, WAKE.everywhere)


def prepare(database: Database, *models: type[Sequenced]) -> None:
    """Make sure each model's lock row is there. Safe to call by several processes at once."""
    names = [_name(model) for model in models]
    run(database.writer, lambda db: _ensure_locks(db, names))


def _ensure_locks(db: Session, names: list[str]) -> None:
    there = set(db.scalars(select(Lock.name).where(Lock.name.in_(names))))
    for name in set(names) - there:
        # Another process may be doing the same at this moment.
        with contextlib.suppress(IntegrityError), attempt(db):
            db.add(Lock(name=name, value=0))


def _name(model: type[Sequenced]) -> str:
    return str(model.__tablename__)  # type: ignore[attr-defined]


def waiting(db: Session, model: type[Sequenced]) -> bool:
    """Tell whether there are committed rows without a number."""
    return db.scalar(select(model.id).where(model.seq.is_(None)).limit(1)) is not None


def number(db: Session, model: type[Sequenced], limit: int = BATCH) -> int:
    """Number up to `limit` committed rows, oldest id first, and return how many; needs a unit of its own.

    0 means nothing to do, or that another process is at it.
    """
    lock = db.scalar(
        select(Lock).where(Lock.name == _name(model)).with_for_update(skip_locked=True)
    )
    if lock is None:
        return 0
    ids: Sequence[int] = db.scalars(
        select(model.id).where(model.seq.is_(None)).order_by(model.id).limit(limit)
    ).all()
    if not ids:
        return 0
    numbers = {id_: lock.value + place for place, id_ in enumerate(ids, start=1)}
    db.execute(
        update(model)
        .where(model.id.in_(ids))
        .values(seq=case(numbers, value=model.id))
        .execution_options(synchronize_session=False)
    )
    lock.value += len(ids)
    return len(ids)


def number_all(database: Database, model: type[Sequenced]) -> int:
    """Number everything that is committed, batch by batch; return how many rows got a number here."""
    total = 0
    while True:
        with database.reading() as db:
            if not waiting(db, model):
                return total
        done = run(database.writer, lambda db: number(db, model))
        if not done:
            return total
        total += done


def head(db: Session) -> int:
    """Return the number of the newest numbered event, 0 before the first."""
    return db.scalar(select(Lock.value).where(Lock.name == LiveEvent.__tablename__)) or 0


def read_after(db: Session, seq: int, limit: int = PAGE) -> list[Event]:
    """Return the next events after `seq`, in order, for whomever they are meant."""
    rows = db.execute(
        select(LiveEvent.seq, LiveEvent.audience, LiveEvent.kind, LiveEvent.data)
        .where(LiveEvent.seq > seq)
        .order_by(LiveEvent.seq)
        .limit(limit)
    )
    return [Event(number, audience, kind, data) for number, audience, kind, data in rows if number]


@dataclass(frozen=True)
class Missed:
    """What a reader that was away has missed; `reset` when some of it is not kept any more."""

    events: tuple[Event, ...] = ()
    reset: bool = False


def missed(
    db: Session, tokens: frozenset[str], after: int, until: int, limit: int = PAGE
) -> Missed:
    """Return the events for `tokens` with after < seq <= until.

    A reader may be ahead of `until` (another process told it); it has missed nothing unless that number does not exist.
    """
    if after >= until:
        return Missed(reset=after > until and after > head(db))
    oldest = db.scalar(select(func.min(LiveEvent.seq)))
    if oldest is None or oldest > after + 1:
        return Missed(reset=True)
    rows = db.execute(
        select(LiveEvent.seq, LiveEvent.audience, LiveEvent.kind, LiveEvent.data)
        .where(LiveEvent.seq > after, LiveEvent.seq <= until, LiveEvent.audience.in_(tokens))
        .order_by(LiveEvent.seq)
        .limit(limit + 1)
    ).all()
    if len(rows) > limit:
        return Missed(reset=True)
    return Missed(
        tuple(Event(seq or 0, audience, kind, data) for seq, audience, kind, data in rows)
    )


def prune(db: Session, keep: timedelta = KEEP) -> int:
    """Delete numbered events older than `keep`, from the oldest on; return how many."""
    newest_old = db.scalar(
        select(func.max(LiveEvent.seq)).where(LiveEvent.created_at < clock.now() - keep)
    )
    if newest_old is None:
        return 0
    result: Any = db.execute(
        delete(LiveEvent)
        .where(LiveEvent.seq <= newest_old)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


class Listener(Protocol):
    """Who takes numbered events, in order, from the follower's thread."""

    def __call__(self, events: Sequence[Event]) -> None:
        """Take the next events."""


class Follower:
    """One thread per process that numbers what is new and hands every numbered event on, in order, exactly once.

    It looks when woken and every `interval` seconds, and prunes about once an hour. `begin` returns the number it
    follows from, so that whoever listens knows it before the first event comes.
    """

    def __init__(
        self, database: Database, listener: Listener, *, interval: float = INTERVAL
    ) -> None:
        self._database = database
        self._listener = listener
        self._interval = interval
        self._signal = threading.Event()
        self._stopping = False
        self._prune_at = time.monotonic() + PRUNE_SECONDS * random()
        self._at = 0
        self._thread: threading.Thread | None = None
        self._deaf: Callable[[], None] = lambda: None
        self.on_error: Callable[[Exception], None] = lambda error: None

    def begin(self) -> int:
        """Choose where to follow from: the events up to the returned number are not handed on."""
        prepare(self._database, LiveEvent)
        with self._database.reading() as db:
            self._at = head(db)
        return self._at

    def start(self) -> None:
        """Follow from where `begin` said."""
        self._deaf = WAKE.listen(self._signal.set)
        self._thread = threading.Thread(target=self._follow, name="quad-live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self._stopping = True
        self._deaf()
        self._signal.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _follow(self) -> None:
        while not self._stopping:
            self._signal.clear()
            try:
                self._look()
            except Exception as error:  # a database that is away must not end the thread
                self.on_error(error)
            self._signal.wait(self._interval)

    def _look(self) -> None:
        number_all(self._database, LiveEvent)
        if time.monotonic() >= self._prune_at:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
            run(self._database.writer, prune)
        while not self._stopping:
            with self._database.reading() as db:
                events = read_after(db, self._at)
            if not events:
                return
            self._listener(events)
            self._at = events[-1].seq
