"""Numbers that follow from other rows: kept up to date as those change, made anew by one command, and compared.

A domain declares a `Derived` in its module; the roof hands all of them over (`use_derived`), so that `quad rebuild`
and `quad doctor` reach every floor without this one knowing them. Numbers the database keeps by itself are counters
and tallies (`core.counters`, `core.tallies`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

PIECE = 1_000


@dataclass(frozen=True)
class Derived:
    """Rollups of one domain.

    `key` is the number of what they belong to (a student, say). `rebuild(db, keys)` makes everything of those anew
    from the source rows and returns for how many of them anything was off. `job` is the kind of job that does all of
    them in steps, going on where it was stopped; it writes `done` and `off` into its payload (`JobContext.reach`).
    """

    name: str
    key: InstrumentedAttribute[int]
    rebuild: Callable[[Session, Sequence[int]], int]
    job: str = ""

    def after(self, db: Session, last: int, limit: int = PIECE) -> Sequence[int]:
        """Return the next keys above `last`, ascending; none at the end."""
        return db.scalars(
            select(self.key).where(self.key > last).order_by(self.key).limit(limit)
        ).all()

    def newest(self, db: Session, limit: int = PIECE) -> Sequence[int]:
        """Return the newest keys."""
        return db.scalars(select(self.key).order_by(self.key.desc()).limit(limit)).all()


_parts: list[Derived] = []


def use_derived(parts: Iterable[Derived]) -> None:
    """Say what the domains derive (called by the roof with what the modules declare)."""
    _parts[:] = parts


def derived() -> Iterator[Derived]:
    """Yield what each domain derives."""
    yield from _parts
