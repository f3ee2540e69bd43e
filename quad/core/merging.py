"""What happens to a person's things when two accounts turn out to be one person.

Each domain says it for its own tables (`Module.merges`); the merge itself is one transaction in identity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

Column = InstrumentedAttribute[Any]


def _no_conflict(_db: Session, _kept: int, _gone: int) -> str | None:
    return None


@dataclass(frozen=True)
class Merge:
    """One kind of thing that belongs to a person.

    `columns` are the columns this answers for. `count` tells how many of them a person has, `move` gives those of
    `gone` to `kept` (both user numbers), `conflict` returns a sentence when that cannot be done.
    """

    label: str
    columns: tuple[Column, ...]
    count: Callable[[Session, int], int]
    move: Callable[[Session, int, int], None]
    conflict: Callable[[Session, int, int], str | None] = _no_conflict


def _counted(column: Column) -> Callable[[Session, int], int]:
    model: Any = column.class_

    def count(db: Session, user_id: int) -> int:
        query = select(func.count()).select_from(model).where(column == user_id)
        if hasattr(model, "deleted_at"):
            query = query.where(model.deleted_at.is_(None))
        return db.scalar(query) or 0

    return count


def moved(label: str, column: Column, *, once_per: tuple[Column, ...] = ()) -> Merge:
    """Rows of which a person may have many; with `once_per`, one for each value of those columns.

    Where the kept person has such a row already, that one stays and the other is removed.
    """
    model: Any = column.class_

    def move(db: Session, kept: int, gone: int) -> None:
        if once_per:
            db.execute(
                delete(model).where(model.id.in_(_doubled(db, column, once_per, kept, gone)))
            )
        db.execute(update(model).where(column == gone).values({column.key: kept}))

    return Merge(label, (column,), _counted(column), move)


def _doubled(
    db: Session, column: Column, once_per: tuple[Column, ...], kept: int, gone: int
) -> list[int]:
    """Return the rows of `gone` that `kept` has alike. Read first: MariaDB deletes from no table it reads."""
    model: Any = column.class_
    other = aliased(model)
    alike = [getattr(other, each.key) == each for each in once_per]
    query = select(model.id).where(
        column == gone,
        select(other.id).where(getattr(other, column.key) == kept, *alike).exists(),
    )
    return list(db.scalars(query))


def stays(*columns: Column) -> Merge:
    """Rows that stay with the account that is deleted: evidence of what it was."""
    return Merge("", columns, _nothing, lambda _db, _kept, _gone: None)


def dropped(label: str, column: Column) -> Merge:
    """Rows that end with the account they belong to: nothing moves."""
    model: Any = column.class_

    def move(db: Session, _kept: int, gone: int) -> None:
        db.execute(delete(model).where(column == gone))

    return Merge(label, (column,), _nothing, move)


def _nothing(_db: Session, _user_id: int) -> int:
    return 0


def one_of(label: str, column: Column) -> Merge:
    """A row of which a person has at most one: it moves unless the kept person has their own."""
    model: Any = column.class_

    def move(db: Session, kept: int, gone: int) -> None:
        if db.scalar(select(model.id).where(column == kept)) is None:
            db.execute(update(model).where(column == gone).values({column.key: kept}))
        else:
            db.execute(delete(model).where(column == gone))

    return Merge(label, (column,), _counted(column), move)


def names_of(merges: list[Merge]) -> set[str]:
    """Return the columns that are answered for, as `table.column`."""
    found = set()
    for merge in merges:
        for column in merge.columns:
            table = inspect(column.class_).local_table
            assert isinstance(table, Table)
            found.add(f"{table.name}.{column.key}")
    return found
