"""SQL views for reports and BI tools: `vw_…`, declared once, documented column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select, Table
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.ddl import CreateView

from quad.core.db.attachments import Attachment, attach

PREFIX = "vw_"
DIALECTS: dict[str, Dialect] = {
    # `format` as the drivers in use have it: a percent sign in a view is written twice for them.
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
    "mysql": mysql.dialect(paramstyle="format"),
}


@dataclass(frozen=True)
class View:
    """A declared view: what it shows, and what each column means."""

    name: str
    about: str
    columns: Mapping[str, str]
    query: Select[Any]

    def __post_init__(self) -> None:
        if not self.name.startswith(PREFIX):
            raise RuntimeError(f"a view's name starts with {PREFIX}: {self.name}")
        if list(self.columns) != list(self.query.selected_columns.keys()):
            raise RuntimeError(f"{self.name}: document exactly the columns, in their order")

    def attachment(self) -> Attachment:
        """Return the statements, per database."""
        drop = f"DROP VIEW IF EXISTS {self.name}"
        return Attachment(
            name=self.name,
            needs=self._tables(),
            create={name: (drop, self._create(dialect)) for name, dialect in DIALECTS.items()},
            drop=dict.fromkeys(DIALECTS, (drop,)),
        )

    def _create(self, dialect: Dialect) -> str:
        return str(CreateView(self.query, self.name).compile(dialect=dialect))

    def _tables(self) -> tuple[str, ...]:
        found = {item.name for item in visitors.iterate(self.query) if isinstance(item, Table)}
        return tuple(sorted(found))


VIEWS: dict[str, View] = {}


def view(name: str, query: Select[Any], *, about: str, columns: Mapping[str, str]) -> View:
    """Declare a view of this installation, at import time. `columns` says in words what each column holds."""
    made = View(name, about, columns, query)
    attach(made.attachment())
    VIEWS[name] = made
    return made
