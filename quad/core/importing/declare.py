"""How a domain says what can be imported. See `Importer`; `quad/academics/importers.py` is the example to copy.

A row goes file → form (checked by itself) → staging table → `resolve` (checked against the database, set-wise) →
preview → `apply` (written, set-wise). Nothing here or in a domain runs a statement per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.core.export.tables import Table, declare
from quad.core.facts import Fact
from quad.core.forms import Form
from quad.core.importing.batch import Batch
from quad.core.importing.models import StagedRow
from quad.core.policy import Actor, Gate

F = TypeVar("F", bound=Form)
S = TypeVar("S", bound=StagedRow)

TABLE = "import."


@dataclass(frozen=True, kw_only=True)
class ImportApplied(Fact):
    """A batch was written. One fact for the whole batch; the file and the counts are on the row `import_id`."""

    import_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Importer(Generic[F, S]):
    """One kind of import. Declaring registers it.

    - `form` checks one row by itself; its fields are the file's columns, its titles their names for people.
      `aliases` are further headers that are understood for a field, in any case and spelling of spaces.
    - `staged` is the typed staging table. `prepare(row)` returns its values; left out, the fields of the same name.
    - `key` are the staged columns that tell rows apart; a second row with the same key is refused, naming both lines,
      under the column of the field `key_field`.
    - `resolve(db, batch)` fills looked-up columns (`batch.lookup`), refuses rows (`batch.refuse`) and says of the rest
      whether they are new, changed or the same (`batch.judge`). It runs at the preview and again when applying.
    - `apply(db, batch)` writes the rows `batch.having(Outcome.NEW)` and `batch.having(Outcome.CHANGED)` with
      INSERT … SELECT and UPDATE, in one transaction, and emits no fact per row.
    - `example` is one row for the file people can download to start from.
    - `current(actor)` selects all rows of this kind that the actor may see, a column labelled for each field of the
      form: the file made of it, imported into an empty Quad, makes the same rows. `order` is the place of the kind
      when everything goes in: what a line names comes before it.
    """

    kind: str
    label: str
    hint: str = ""
    permission: Gate
    form: type[F]
    staged: type[S]
    key: tuple[InstrumentedAttribute[Any], ...] = ()
    key_field: str = ""
    resolve: Callable[[Session, Batch[S]], None]
    apply: Callable[[Session, Batch[S]], None]
    prepare: Callable[[F], Mapping[str, Any]] | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    order: int = 50
    current: Callable[[Actor], Select[*tuple[Any, ...]]] | None = None

    registry: ClassVar[dict[str, Importer[Any, Any]]] = {}

    def __post_init__(self) -> None:
        if self.kind in self.registry:
            raise RuntimeError(f"import declared twice: {self.kind}")
        unknown = set(self.aliases) - set(self.form.model_fields)
        if unknown:
            raise RuntimeError(
                f"{self.kind}: aliases for fields that do not exist: {sorted(unknown)}"
            )
        self.registry[self.kind] = self
        if self.current is not None:
            declare(self._table(self.current))

    def _table(self, current: Callable[[Actor], Select[*tuple[Any, ...]]]) -> Table:
        names = tuple(self.form.model_fields)
        return Table(
            name=TABLE + self.kind,
            label=self.label,
            require=self.permission.require,
            names=names,
            heads=lambda: [self.title(name) for name in names],
            query=current,
        )

    def title(self, name: str) -> str:
        """Return what people call the field `name`."""
        return str(self.form.model_fields[name].title or name)

    def values(self, row: F) -> Mapping[str, Any]:
        """Return what the staging table holds of a checked row."""
        if self.prepare is not None:
            return self.prepare(row)
        names = self.staged.__table__.columns.keys()
        return {name: getattr(row, name) for name in self.form.model_fields if name in names}
