"""Which columns a person wants to see in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.model import Row
from quad.core.db.rows import plain_rows
from quad.core.db.types import BigId
from quad.core.errors import Invalid, SignedOut
from quad.core.i18n import gettext as _
from quad.core.listing.declaration import Column, Listing
from quad.core.policy import Actor


class ListColumns(Row):
    """One person's choice for one list: column keys in the list's own order."""

    __tablename__ = "core_list_columns"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    list_name: Mapped[str] = mapped_column(String(80))
    keys: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("user_id", "list_name"),)


_CHOSEN = select(ListColumns.keys).where(
    ListColumns.user_id == bindparam("person"), ListColumns.list_name == bindparam("list")
)


def chosen_columns(db: Session, actor: Actor, listing: Listing[Any]) -> tuple[Column, ...]:
    """Return the columns to show: the person's choice, as far as it still exists, else the usual ones."""
    usual = tuple(column for column in listing.columns if column.default)
    if actor.id is None:
        return usual
    keys = plain_rows(db, _CHOSEN, {"person": actor.id, "list": listing.name}).scalar()
    return tuple(column for column in listing.columns if column.key in (keys or ())) or usual


def choose_columns(db: Session, actor: Actor, listing: Listing[Any], keys: Sequence[str]) -> None:
    """Remember which columns `actor` wants to see.

    Raises SignedOut, or Invalid when a column does not exist or none is left.
    """
    if actor.id is None:
        raise SignedOut
    wanted = [column.key for column in listing.columns if column.key in keys]
    if len(wanted) != len(set(keys)):
        raise Invalid({"column": _("This list has no such column.")})
    if not wanted:
        raise Invalid({"column": _("Keep at least one column.")})
    found = db.scalar(
        select(ListColumns).where(
            ListColumns.user_id == actor.id, ListColumns.list_name == listing.name
        )
    )
    if found is None:
        db.add(ListColumns(user_id=actor.id, list_name=listing.name, keys=wanted))
    else:
        found.keys = wanted
    db.flush()


def forget_columns(db: Session, actor: Actor, listing: Listing[Any]) -> None:
    """Go back to the usual columns."""
    found = db.scalar(
        select(ListColumns).where(
            ListColumns.user_id == actor.id, ListColumns.list_name == listing.name
        )
    )
    if found is not None:
        db.delete(found)
        db.flush()
