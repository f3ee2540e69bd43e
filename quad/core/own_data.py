"""Everything kept about a person: each domain says what it holds, forgets, and must keep.

A domain declares its `OwnData` in its module; the roof hands all of them over (`use_own_data`), so that the copy for
the person and the removal of an account reach every floor without this one knowing them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

Table = Sequence[Mapping[str, Any]]


def _nothing(_db: Session, _user_id: int) -> None:
    return None


@dataclass(frozen=True)
class OwnData:
    """What one domain keeps about people.

    `load(db, user_id)` gives tables of plain values by name. `keeps(db, user_id)` says in one sentence what must be
    kept with the person's name after they left, or None. `forget(db, user_id)` removes the rest, in the transaction of
    the purge, after the account lost its name; rows that hang on the account with ON DELETE CASCADE go by themselves.
    """

    name: str
    label: str
    load: Callable[[Session, int], Mapping[str, Table]]
    forget: Callable[[Session, int], None] = _nothing
    keeps: Callable[[Session, int], str | None] = _nothing
    order: int = 50


_parts: list[OwnData] = []


def use_own_data(parts: Iterable[OwnData]) -> None:
    """Say what the domains keep (called by the roof with what the modules declare)."""
    _parts[:] = sorted(parts, key=lambda part: part.order)


def own_data() -> Iterator[OwnData]:
    """Yield what each domain keeps about people."""
    yield from _parts


def kept_sentences(db: Session, user_id: int) -> list[str]:
    """Return what must be kept of this person after they left, a sentence each."""
    return [sentence for part in _parts if (sentence := part.keeps(db, user_id)) is not None]


def as_table(rows: Iterable[Any]) -> Table:
    """Return result rows as mappings."""
    return [dict(row._mapping) for row in rows]
