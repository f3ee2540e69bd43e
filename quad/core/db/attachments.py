"""What a database holds beside tables: triggers, views, full-text indexes. Declared once, per dialect, in code.

They are made after the tables and taken away before a migration, so no migration has to know them. Statements are
idempotent: `create` may run on a database that has them, `drop` on one that has not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, event, inspect

from quad.core.db.model import Model

Statements = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Attachment:
    """`create` and `drop` hold statements per dialect name (sqlite, postgresql, mysql); `needs` are its tables.

    `tables` names tables and indexes that belong to the attachment, so that comparing tables with models passes over
    them. One whose `drop` is empty keeps its data through migrations.
    """

    name: str
    needs: tuple[str, ...]
    create: Statements
    drop: Statements
    tables: tuple[str, ...] = ()


_ATTACHMENTS: dict[str, Attachment] = {}


def attach(attachment: Attachment) -> None:
    """Declare an attachment, at import time."""
    if attachment.name in _ATTACHMENTS:
        raise RuntimeError(f"attachment declared twice: {attachment.name}")
    _ATTACHMENTS[attachment.name] = attachment


def is_attached(table: str) -> bool:
    """Tell whether a table or index belongs to an attachment."""
    return any(
        table.startswith(prefix)
        for attachment in _ATTACHMENTS.values()
        for prefix in attachment.tables
    )


def create_attachments(connection: Connection) -> None:
    """Make what is declared, in the order of declaration, where the tables it needs exist."""
    present = set(inspect(connection).get_table_names())
    for attachment in _ATTACHMENTS.values():
        if present.issuperset(attachment.needs):
            _run(connection, attachment.create)


def drop_attachments(connection: Connection) -> None:
    """Take away what is declared, in the reverse order."""
    present = set(inspect(connection).get_table_names())
    for attachment in reversed(_ATTACHMENTS.values()):
        if present.issuperset(attachment.needs):
            _run(connection, attachment.drop)


def _run(connection: Connection, statements: Statements) -> None:
    for statement in statements.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)


@event.listens_for(Model.metadata, "after_create")
def _after_create(_metadata: MetaData, connection: Connection, **_options: Any) -> None:
    create_attachments(connection)


@event.listens_for(Model.metadata, "before_drop")
def _before_drop(_metadata: MetaData, connection: Connection, **_options: Any) -> None:
    drop_attachments(connection)
