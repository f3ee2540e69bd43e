"""What people may build reports from: each domain declares its sources in its module (`Module.sources`).

A source is a permission on rows, the joins around them, and fields. The report builder (quad/insights) chooses fields,
filters, groups and sums; whatever it asks goes through `read.where(actor)`, so that a report never shows a row that
the domain's own list would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, SQLColumnExpression
from sqlalchemy.orm import Session

from quad.core.policy import Actor, Gate, Permission

Kind = Literal["text", "number", "date", "moment", "choice", "flag"]
Choice = tuple[Any, str]
Choices = Sequence[Choice] | Callable[[Session, Actor], Sequence[Choice]]


@dataclass(frozen=True)
class Field:
    """One value of a row.

    `expression` is what is shown and grouped by. A `choice` with words of its own has them in `choices` (an enum and
    its labels); one that names another row (a department) shows its name, and `by` is the number that filters compare
    and groups are told apart by, with a loader in `choices`. `places` are the decimals of a number. `whole` numbers are
    names, not amounts (a year, a semester): they are written without separators and not added up.

    `read` narrows further than the source: a Gate refuses the field to who does not pass it, a Permission (on a model
    that the source joins) leaves the value empty on the rows it does not cover, in filters, groups and sums too.
    """

    key: str
    label: str
    kind: Kind
    expression: SQLColumnExpression[Any]
    choices: Choices = ()
    by: SQLColumnExpression[Any] | None = None
    places: int = 0
    unit: str = ""
    whole: bool = False
    read: Permission[Any] | Gate | None = None

    @property
    def groups(self) -> bool:
        """Tell whether rows can be put together by this field."""
        return self.kind in ("text", "date", "choice", "flag") or self.whole

    @property
    def adds_up(self) -> bool:
        """Tell whether sums and averages of it mean something."""
        return self.kind == "number" and not self.whole


@dataclass(frozen=True)
class Ready:
    """A report to begin with. `definition` is as the builder stores it, without the source's name."""

    name: str
    label: str
    about: str
    definition: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Source:
    """One kind of rows.

    `gate` says who may choose it at all. Rows are those of `base` (the model of `read` unless told otherwise) for which
    `read` holds; `joins` brings in what fields and `read` speak of, and may not multiply rows. `only` leaves out rows
    that no report shows. `usual` are the columns to begin with; `link` is (endpoint, value's name, expression) of the
    page behind a row.
    """

    name: str
    label: str
    about: str
    singular: str
    plural: str
    gate: Gate
    read: Permission[Any]
    joins: Callable[[Select[Any]], Select[Any]]
    fields: tuple[Field, ...]
    usual: tuple[str, ...]
    base: type[Any] | None = None
    only: Callable[[], ColumnElement[bool]] | None = None
    link: tuple[str, str, SQLColumnExpression[Any]] | None = None
    ready: tuple[Ready, ...] = ()
    order: int = 50

    def __post_init__(self) -> None:
        keys = [one.key for one in self.fields]
        if len(set(keys)) != len(keys) or not set(self.usual) <= set(keys):
            raise RuntimeError(f"{self.name}: a field is declared twice, or is not there")

    @property
    def model(self) -> type[Any]:
        """The model whose rows are counted."""
        return self.base or self.read.model

    def field(self, key: str) -> Field | None:
        """Find a field by its key."""
        return next((one for one in self.fields if one.key == key), None)

    def open_to(self, actor: Actor) -> bool:
        """Tell whether `actor` may choose this source: the gate is passed and some row could be seen."""
        return self.gate.may(actor) and bool(self.read.branches(actor))


_sources: dict[str, Source] = {}


def use_sources(sources: Iterable[Source]) -> None:
    """Say what reports can be built from (called by the roof with what the modules declare)."""
    found = sorted(sources, key=lambda one: one.order)
    if len({one.name for one in found}) != len(found):
        raise RuntimeError("a source of reports is declared twice")
    _sources.clear()
    _sources.update({one.name: one for one in found})


def sources() -> list[Source]:
    """Return every source, in their order."""
    return list(_sources.values())


def source_of(name: str) -> Source | None:
    """Find a source by its name."""
    return _sources.get(name)
