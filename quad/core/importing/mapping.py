"""What a registrar's other systems call a column is asked once and remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.importing.columns import plain
from quad.core.importing.declare import Importer
from quad.core.importing.models import HEADER, ImportColumn
from quad.core.policy import Actor


def remembered(kind: str, db: Session) -> dict[str, str]:
    """Return which field each remembered header (folded by `plain`) means."""
    query = select(ImportColumn.header_key, ImportColumn.field).where(ImportColumn.kind == kind)
    return {row.header_key: row.field for row in db.execute(query)}


def columns_of(db: Session, kind: str) -> Sequence[ImportColumn]:
    """Return what is remembered of a kind, for people to look at."""
    query = select(ImportColumn).where(ImportColumn.kind == kind).order_by(ImportColumn.header)
    return db.scalars(query).all()


def remember(
    db: Session, actor: Actor, importer: Importer[Any, Any], chosen: Mapping[str, str]
) -> None:
    """Remember which field each header means from now on; an empty field is no choice.

    Raises Forbidden, and Invalid for a field the kind does not have or one chosen twice.
    """
    importer.permission.require(actor)
    wanted = {header[:HEADER]: field for header, field in chosen.items() if field}
    if set(wanted.values()) - set(importer.form.model_fields):
        raise Invalid({"columns": _("There is no such field.")})
    if len(set(wanted.values())) < len(wanted):
        raise Invalid({"columns": _("Two columns cannot mean the same. Keep one of them.")})
    keys = [plain(header)[:HEADER] for header in wanted]
    stale = ImportColumn.header_key.in_(keys) | ImportColumn.field.in_(wanted.values())
    db.execute(delete(ImportColumn).where(ImportColumn.kind == importer.kind, stale))
    db.add_all(
        ImportColumn(
            kind=importer.kind, header=header, header_key=plain(header)[:HEADER], field=field
        )
        for header, field in wanted.items()
        if plain(header)
    )
    db.flush()


def forget(db: Session, actor: Actor, importer: Importer[Any, Any], column_id: int) -> None:
    """Forget what one header means. Raises Forbidden."""
    importer.permission.require(actor)
    db.execute(
        delete(ImportColumn).where(ImportColumn.kind == importer.kind, ImportColumn.id == column_id)
    )
