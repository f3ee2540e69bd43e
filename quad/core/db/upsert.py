"""Rows that come to be or are changed where they stand, by one statement on every database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import Session

from quad.core.db.model import Model


def upsert(
    db: Session, model: type[Model], key: Sequence[str], names: Sequence[str], *, add: bool = False
) -> Any:
    """Return the statement that inserts rows, or where `key` is there writes (or with `add` adds) their `names`.

    Give it many rows at once: it is prepared once, and the driver sends them together.
    """
    table: Any = model.__table__

    def wanted(given: Any) -> dict[str, Any]:
        return {name: table.c[name] + given[name] if add else given[name] for name in names}

    dialect = db.get_bind().dialect.name
    if dialect in ("mysql", "mariadb"):
        putting = mysql.insert(table)
        return putting.on_duplicate_key_update(wanted(putting.inserted))
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    inserting = insert(table)
    return inserting.on_conflict_do_update(
        index_elements=list(key), set_=wanted(inserting.excluded)
    )
