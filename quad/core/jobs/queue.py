"""Huey, which only carries the numbers of outbox rows from the process that wrote them to the worker.

Nothing is lost when it loses a message: the row is the truth, and the worker's sweep finds it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

from quad.core.config import Misconfigured, Settings
from quad.core.db.engine import database_url

NAME = "quad"
TASK = "perform"


class PlainSerializer(Serializer):  # type: ignore[misc]
    """JSON instead of pickle: whoever can write into the queue can name a row, and nothing more."""

    def _serialize(self, data: Any) -> bytes:
        return orjson.dumps({"id": data.id, "name": data.name, "args": data.args})

    def _deserialize(self, data: Any) -> Any:
        told = orjson.loads(bytes(data))
        return Message(
            id=told["id"], name=told["name"], args=tuple(told["args"]), kwargs={}, retries=0
        )


class Queue:
    """The way to the worker. `submit` on one side, `on_job` on the other."""

    def __init__(self, settings: Settings) -> None:
        self.on_job: Callable[[int], None] = _nobody_listens
        self._settings = settings
        self._opening = threading.Lock()
        self._opened: tuple[Huey, Callable[[int], object]] | None = None

    def open(self) -> tuple[Huey, Callable[[int], object]]:
        """Return Huey on the configured storage and its one task, connecting at the first call."""
        with self._opening:
            if self._opened is None:
                huey = _huey(self._settings)
                self._opened = huey, huey.task(name=TASK)(self._perform)
            return self._opened

    @property
    def huey(self) -> Huey:
        """Huey itself, for the worker's consumer."""
        return self.open()[0]

    def submit(self, job_id: int) -> None:
        """Tell some worker that this row may be due."""
        self.open()[1](job_id)

    def waiting(self) -> int:
        """Return how many messages no worker has taken yet."""
        return int(self.huey.pending_count())

    def close(self) -> None:
        """Close the connection of this process."""
        if self._opened is not None:
            self._opened[0].storage.close()

    def _perform(self, job_id: int) -> None:
        self.on_job(job_id)


def _nobody_listens(job_id: int) -> None:
    raise RuntimeError(f"job {job_id} reached a process that is no worker")


def _huey(settings: Settings) -> Huey:
    common: dict[str, Any] = {"results": False, "serializer": PlainSerializer()}
    address = settings.queue
    scheme = address.split(":", 1)[0].split("+", 1)[0]
    if not address:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(settings.data_dir / "queue.db"), **common)
    if scheme in ("redis", "rediss", "unix"):
        return RedisHuey(NAME, url=address, **common)
    if scheme in ("postgres", "postgresql"):
        dsn = database_url(address).set(drivername="postgresql")
        return PostgresHuey(NAME, dsn=dsn.render_as_string(hide_password=False), **common)
    if scheme == "sqlite":
        return SqliteHuey(NAME, filename=database_url(address).database, **common)
    if scheme == "memory":  # one process only: tests
        return MemoryHuey(NAME, **common)
    raise Misconfigured(
        "QUAD_QUEUE_URL must start with redis://, rediss://, postgresql:// or sqlite://."
    )
