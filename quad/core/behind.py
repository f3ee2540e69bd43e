"""What a reading request wants to remember (last seen, last used, views) is written a little later, together.

A GET runs on a connection that cannot write, and taking the write lock for every page would make all of them wait.
The newest value per key wins. What is in memory at a hard kill is lost, so only keep here what may be lost.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, ref

import structlog
from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.facts import run

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

EVERY = 3.0
LONGEST = 50_000

log = structlog.get_logger("quad.behind")


@dataclass(frozen=True, eq=False)
class Buffer(Generic[K, V]):
    """One kind of late write: `write` gets the newest value per key, inside a unit."""

    name: str
    write: Callable[[Session, Mapping[K, V]], None]


class WriteBehind:
    """The late writes of one database, every so many seconds (0: only when told). Safe to use from any thread."""

    def __init__(self, database: Database, *, every: float | None = None) -> None:
        self._database = ref(database)
        self._every = EVERY if every is None else every
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._pending: dict[Buffer[Any, Any], dict[Any, Any]] = {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def put(self, buffer: Buffer[K, V], key: K, value: V) -> None:
        """Remember `value` for `key`; a later value replaces it. Beyond `LONGEST` keys new ones are dropped."""
        with self._lock:
            values = self._pending.setdefault(buffer, {})
            if len(values) < LONGEST or key in values:
                values[key] = value
            if self._thread is None and self._every > 0 and not self._stop.is_set():
                self._thread = threading.Thread(target=self._work, name="write-behind", daemon=True)
                self._thread.start()

    def flush(self) -> int:
        """Write everything now, one unit per buffer; return how many values were written.

        A buffer that cannot be written is tried again at the next flush, unless newer values came.
        """
        written = 0
        with self._writing:
            with self._lock:
                taken, self._pending = self._pending, {}
            database = self._database()
            for buffer, values in taken.items():
                if database is None:
                    break
                try:
                    run(database.writer, lambda db, b=buffer, v=values: b.write(db, v))  # type: ignore[misc]
                    written += len(values)
                except Exception as error:
                    log.warning("late write failed", buffer=buffer.name, exc_info=error)
                    with self._lock:
                        self._pending[buffer] = values | self._pending.get(buffer, {})
        return written

    def close(self) -> None:
        """Stop the thread and write what is left."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10)
        self.flush()

    def _work(self) -> None:
        while not self._stop.wait(self._every):
            self.flush()


_by_database: WeakKeyDictionary[Database, WriteBehind] = WeakKeyDictionary()
_making = threading.Lock()


def behind(database: Database) -> WriteBehind:
    """Return the late writes of `database`, the same object every time in this process."""
    with _making:
        found = _by_database.get(database)
        if found is None:
            found = _by_database[database] = WriteBehind(database)
        return found


def forget(database: Database) -> None:
    """Drop what waits for `database`, which is going away."""
    with _making:
        _by_database.pop(database, None)


@atexit.register
def flush_all() -> None:
    """Write everything that waits, for every database (also done when the process ends)."""
    for waiting in list(_by_database.values()):
        waiting.close()
