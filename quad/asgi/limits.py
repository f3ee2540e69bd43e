"""How much one client may take: sizes, counts and times. The settings name what operators change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from quad.core.config import Settings

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    spool_dir: Path | None = None
    """Where bodies wait that do not fit into memory; the system's own folder when None."""
    max_body: int = 32 * MEBIBYTE
    larger_bodies: tuple[tuple[str, int], ...] = ()
    """(path prefix, size) of the addresses that take more (or less) than `max_body`; the longest prefix counts."""
    in_memory: int = 512 * 1024
    """A body or an answer above this goes to disk."""
    body_idle: float = 20
    """The longest silence inside a body."""
    body_grace: float = 20
    body_rate: int = 512
    """After the grace a body has to arrive with at least so many bytes a second."""
    send_idle: float = 60
    """The longest a client may take to read the next piece of an answer."""
    linger: float = 5
    """How long to go on reading (and forgetting) a refused body, so that the refusal can be read."""
    header_bytes: int = 32 * 1024
    header_count: int = 100
    header_seconds: float = 15
    """The longest a request may take to say what it wants."""
    threads: int = 16
    waiting: int = 512
    """Complete requests that may wait for a thread; the next one is told to come back later."""

    @classmethod
    def of(cls, settings: Settings, larger_bodies: tuple[tuple[str, int], ...] = ()) -> Self:
        """Read the limits from the settings; the spool folder is made when it is not there."""
        spool_dir = settings.data_dir / "spool"
        spool_dir.mkdir(parents=True, exist_ok=True)
        return cls(
            spool_dir=spool_dir,
            max_body=settings.max_body,
            larger_bodies=larger_bodies,
            body_idle=settings.body_timeout,
            body_grace=settings.body_timeout,
            send_idle=settings.send_timeout,
            header_seconds=settings.header_timeout,
            threads=settings.threads,
        )

    def body_limit(self, path: str) -> int:
        """Return how large a body sent to `path` may be."""
        fitting = [
            (len(prefix), size) for prefix, size in self.larger_bodies if path.startswith(prefix)
        ]
        return max(fitting)[1] if fitting else self.max_body
