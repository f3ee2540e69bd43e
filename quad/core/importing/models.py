"""What an import leaves in the database: the batch, its rows on their way in, and what is wrong with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from quad.core.db.model import Id, Model, Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.files import StoredFile

SENTENCE = 500
HEADER = 80


class ImportState(StrEnum):
    """Where a batch is: read into the staging table, looked at by a person, being written, written."""

    STAGING = "staging"
    PREVIEWED = "previewed"
    APPLYING = "applying"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


UNFINISHED = (ImportState.STAGING, ImportState.PREVIEWED, ImportState.APPLYING)


class Outcome(StrEnum):
    """What applying will do (or did) with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


class FoundAt(StrEnum):
    """When a problem was found: reading the row by itself, or checking it against the database and the other rows."""

    READ = "read"
    CHECK = "check"


class Import(Row):
    """One file of one kind. `created_by` is who brought it; the counts are of rows."""

    __tablename__ = "core_import"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "kind", "id"), Index(None, "created_by", "id"))

    kind: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(StoredFile.id, ondelete="SET NULL"), index=True
    )
    state: Mapped[ImportState] = mapped_column(enum_type(ImportState), default=ImportState.STAGING)
    skip_bad: Mapped[bool] = mapped_column(Boolean, default=False)
    staged: Mapped[int] = mapped_column(Integer, default=0)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    new: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    same: Mapped[int] = mapped_column(Integer, default=0)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[str] = mapped_column(String(SENTENCE), default="")
    rows_kept: Mapped[bool] = mapped_column(Boolean, default=True)
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None] = mapped_column(Utc())


class ImportColumn(Row):
    """What people said a header means: `field` of the kind's form, in every file from then on."""

    __tablename__ = "core_import_column"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("kind", "header_key"),)

    kind: Mapped[str] = mapped_column(String(40))
    header: Mapped[str] = mapped_column(String(HEADER))
    header_key: Mapped[str] = mapped_column(String(HEADER))
    field: Mapped[str] = mapped_column(String(80))


class ImportProblem(Model):
    """One sentence about one line. `column_name` is the header in the file, "" for the whole line."""

    __tablename__ = "core_import_problem"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "import_id", "line"),)

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(BigId, ForeignKey(Import.id, ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    column_name: Mapped[str] = mapped_column(String(HEADER))
    sentence: Mapped[str] = mapped_column(String(SENTENCE))
    found_at: Mapped[FoundAt] = mapped_column(enum_type(FoundAt))


class StagedRow(Model):
    """Base of the staging table that each kind of import declares: typed columns, one per value it needs.

    Columns named like a field of the form take that field's value; others (a looked-up `department_id`, say) are filled
    by `Importer.prepare` or `Importer.resolve` and must be nullable.
    """

    __abstract__ = True
    __audited__: ClassVar[bool] = False
    import_id: Mapped[int] = mapped_column(
        BigId, ForeignKey(Import.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:
        """The key is how the rows are read: SQLite keeps them in its order, without a second tree."""
        return {"sqlite_with_rowid": False}
