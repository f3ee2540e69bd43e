"""The declarative base and the few shapes tables share."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import Computed, Integer, MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from quad.core import clock
from quad.core.db.types import BigId, Utc

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_acting: ContextVar[int | None] = ContextVar("quad_acting_user", default=None)


def set_acting_user(user_id: int | None) -> None:
    """Say whose number `created_by` and `updated_by` take in this context; None is the system."""
    _acting.set(user_id)


def acting_user() -> int | None:
    """Return the number of the user whose changes these are."""
    return _acting.get()


Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]


class Model(DeclarativeBase):
    """Every table. `__audited__ = False` leaves a table out of the captured changes."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Utc()}
    __audited__: ClassVar[bool] = True


class Row(Model):
    """A table with an integer key and the four stamps.

    The stamps hold user numbers without a foreign key: they are evidence, not references (docs/adr).
    """

    __abstract__ = True

    id: Mapped[Id]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)
    created_by: Mapped[int | None] = mapped_column(BigId, default=acting_user, sort_order=91)
    updated_at: Mapped[datetime] = mapped_column(
        default=clock.now, onupdate=clock.now, sort_order=92
    )
    updated_by: Mapped[int | None] = mapped_column(
        BigId, default=acting_user, onupdate=acting_user, sort_order=93
    )


class SoftDeleted:
    """Deleting hides. `live` is 1 or NULL, so that a unique over it binds only rows not deleted."""

    deleted_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, sort_order=94)
    live: Mapped[int | None] = mapped_column(
        Integer,
        Computed("CASE WHEN deleted_at IS NULL THEN 1 END", persisted=True),
        sort_order=95,
    )


class Versioned:
    """Two people editing: the second save is told. The number grows with every update."""

    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=96)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


@event.listens_for(Table, "after_parent_attach")
def _one_collation(table: Table, _parent: object) -> None:
    """MariaDB's default collation says 'José' = 'jose'; ours compares bytes."""
    table.dialect_options["mysql"]["engine"] = "InnoDB"
    table.dialect_options["mysql"]["charset"] = "utf8mb4"
    table.dialect_options["mysql"]["collate"] = "utf8mb4_bin"
