"""What a list is: declared once, drawn as HTML, answered as JSON, written as CSV and XLSX."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Label, Select, SQLColumnExpression, Table, inspect

from quad.core import i18n
from quad.core.db.model import Row
from quad.core.listing.filters import Filter
from quad.core.policy import Actor, Gate, Permission
from quad.core.search.prefix import Subject

M = TypeVar("M", bound=Row)

Expression = SQLColumnExpression[Any]
# An address as a path, or as an endpoint with its values, which the web floor turns into a path.
Place = str | tuple[str, Mapping[str, Any]]
CellKind = Literal["text", "person", "number", "status", "date", "tag"]
Width = Literal["sm", "md", "lg"]

RESERVED = frozenset({"q", "sort", "page", "after", "before", "count", "size", "format", "columns"})


@dataclass(frozen=True)
class Cell:
    """What one cell shows.

    `state` is for status marks: open, going, done, warn, stop; `photo` is the address of a person's picture.
    """

    text: str
    sub: str = ""
    href: Place | None = None
    kind: CellKind = "text"
    state: str = ""
    photo: str = ""


@dataclass(frozen=True)
class Column:
    """One column.

    `expression` is what is selected: one expression, or several for a cell that shows more than one value. A row
    given to `cell` and `export` has them by name: a label's own name, an attribute's name, else the column's key.
    `sort` is a NOT NULL, indexed attribute of the listed model. `export` gives the value for files (the plain value
    unless told otherwise). `export=False` keeps the column out of files, `default=False` off the page until chosen.
    """

    key: str
    label: str
    expression: Expression | tuple[Expression, ...]
    cell: Callable[[Any], Cell | str] | None = None
    sort: SQLColumnExpression[Any] | None = None
    numeric: bool = False
    hide_below: Width | None = None
    default: bool = True
    export: Callable[[Any], Any] | Literal[False] | None = None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All that this column selects."""
        return self.expression if isinstance(self.expression, tuple) else (self.expression,)

    @property
    def sortable(self) -> bool:
        """Tell whether the list can be sorted by this column."""
        return self.sort is not None

    def names(self) -> dict[str, Expression]:
        """Name every expression the way rows carry it."""
        several = len(self.expressions) > 1
        return {_name(e, "" if several else self.key): e for e in self.expressions}

    @cached_property
    def _first(self) -> str:
        return next(iter(self.names()))

    def value(self, row: Any) -> Any:
        """Return the plain value of the first expression."""
        return getattr(row, self._first)

    def shown(self, row: Any) -> Cell:
        """Return what the page shows for `row`."""
        if self.cell is None:
            return plain_cell(self.value(row))
        cell = self.cell(row)
        return cell if isinstance(cell, Cell) else Cell(cell)

    def written(self, row: Any) -> Any:
        """Return what a file holds for `row`."""
        if callable(self.export):
            return self.export(row)
        return self.value(row)


def _name(expression: Expression, fallback: str) -> str:
    if isinstance(expression, Label):
        return str(expression.name)
    if fallback:
        return fallback
    key = getattr(expression, "key", None)
    if not isinstance(key, str):
        raise RuntimeError(f"label this expression, so that rows can carry it: {expression}")
    return key


def plain_cell(value: Any) -> Cell:
    """Show a value the usual way for its type."""
    if value is None or value == "":
        return Cell("–")
    if isinstance(value, bool):
        return Cell(i18n.gettext("Yes") if value else i18n.gettext("No"))
    if isinstance(value, int | Decimal | float):
        return Cell(i18n.number(value), kind="number")
    if isinstance(value, datetime):
        return Cell(i18n.moment(value), kind="date")
    if isinstance(value, date):
        return Cell(i18n.day(value), kind="date")
    return Cell(str(value.value if isinstance(value, Enum) else value))


@dataclass(frozen=True)
class SearchTerms:
    """Search through the prefix-term table, under the subject type the rows are indexed by (quad.core.search).

    Where a row's words are not all for every reader, these are several (`quad.core.search.prefix.Kinds`).
    """

    subject_type: Subject


@dataclass(frozen=True)
class SearchColumns:
    """Search by part of a word in `columns`, for tables that stay small by their nature (departments, terms)."""

    columns: tuple[SQLColumnExpression[Any], ...]


@dataclass(frozen=True)
class Bulk:
    """Something to do with several rows at once. `endpoint` takes the POST; see `quad.core.listing.bulk.chosen_ids`."""

    name: str
    label: str
    icon: str
    endpoint: str
    permission: Permission[Any] | Gate
    confirm: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Personal:
    """What a list is for one reader, where what may be shown of a row depends on who looks.

    `columns` and `filters` stand in for those of the same key; so does `search`.
    """

    columns: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    search: SearchTerms | None = None


LISTINGS: dict[str, Listing[Any]] = {}


def attribute_of(model: type[Row], name: str) -> SQLColumnExpression[Any]:
    """Return a mapped attribute as the expression it is in a statement."""
    found: SQLColumnExpression[Any] = getattr(model, name)
    return found


def _all_rows(statement: Select[Any]) -> Select[Any]:
    return statement


@dataclass(frozen=True)
class Listing(Generic[M]):
    """A list of the rows of `read.model` that the reader may see.

    `joins` adds many-to-one joins (never ones that multiply or drop rows). `extra` are expressions that `href`, cells
    or the API need beside the columns. `singular` and `plural` are the words in a sentence ("student", "students").
    `buttons` are further permissions that the template asks about per row (`page.allowed[name]` holds ids). `tally` is
    the name of the tally (core.tallies) that knows how many rows there are, for those who may see them all.
    `personal` makes it the list of one reader; as declared it must say what everybody may know. `export` is asked of
    whoever wants a file. `saves` lets people keep searches under a name.
    """

    name: str
    title: str
    singular: str
    plural: str
    read: Permission[M]
    columns: tuple[Column, ...]
    default_sort: str
    joins: Callable[[Select[Any]], Select[Any]] = _all_rows
    extra: tuple[Expression, ...] = ()
    search: SearchTerms | SearchColumns | None = None
    search_label: str = ""
    search_placeholder: str = ""
    filters: tuple[Filter, ...] = ()
    size: int = 25
    bulk: tuple[Bulk, ...] = ()
    href: Callable[[Any], Place] | None = None
    row_label: Callable[[Any], str] | None = None
    buttons: Mapping[str, Permission[M]] = field(default_factory=dict)
    tally: str = ""
    personal: Callable[[Actor], Personal] | None = None
    export: Gate | None = None
    saves: bool = False

    def __post_init__(self) -> None:
        if self.name in LISTINGS:
            raise RuntimeError(f"list declared twice: {self.name}")
        for key in (f.key for f in self.filters):
            if key in RESERVED:
                raise RuntimeError(f"{self.name}: a filter may not be called {key!r}")
        for column in self.columns:
            if column.sort is not None:
                self._check_sort(column.key, column.sort)
        self.sort_attribute(self.default_sort.removeprefix("-"))
        self.selected()  # raises RuntimeError on a name used twice
        LISTINGS[self.name] = self

    def add_column(self, column: Column) -> None:
        """Let a floor above add a column about its own things, at import time; such a column is not sorted by.

        Raises RuntimeError for a key or a name that is there already.
        """
        if column.sortable or self.column(column.key) is not None:
            raise RuntimeError(f"{self.name}: {column.key!r} cannot be added")
        object.__setattr__(self, "columns", (*self.columns, column))
        self.__dict__.pop("_selected", None)
        self.selected()

    def seen_by(self, actor: Actor) -> Listing[M]:
        """Return this list as `actor` has it; every door asks for it first."""
        if self.personal is None:
            return self
        own = self.personal(actor)
        columns = {column.key: column for column in own.columns}
        filters = {item.key: item for item in own.filters}
        seen = copy.copy(self)
        vars(seen).pop("_selected", None)
        vars(seen).update(
            columns=tuple(columns.get(column.key, column) for column in self.columns),
            filters=tuple(filters.get(item.key, item) for item in self.filters),
            search=own.search or self.search,
        )
        return seen

    def require_export(self, actor: Actor) -> None:
        """Raise SignedOut or Forbidden when `actor` may not take this list away as a file."""
        if self.export is not None:
            self.export.require(actor)

    def _check_sort(self, key: str, attribute: SQLColumnExpression[Any]) -> None:
        """Sort columns are NOT NULL, on the listed table and indexed (DESIGN §9.13)."""
        where = f"{self.name}: cannot sort by {key!r}, "
        mapper = inspect(self.read.model)
        owner, name = getattr(attribute, "class_", None), getattr(attribute, "key", "")
        column = mapper.columns.get(name)
        table = mapper.local_table
        if column is None or owner is not self.read.model or not isinstance(table, Table):
            raise RuntimeError(where + "it is not on the listed table")
        if column.nullable:
            raise RuntimeError(where + "it may be NULL")
        groups: list[Any] = [*table.indexes, *table.constraints]
        if not any(column.name in group.columns for group in groups if hasattr(group, "columns")):
            raise RuntimeError(where + "it is in no index")

    def column(self, key: str) -> Column | None:
        """Find a column by its key."""
        return next((c for c in self.columns if c.key == key), None)

    def sort_attribute(self, key: str) -> SQLColumnExpression[Any]:
        """Return the attribute that `key` sorts by; raises KeyError for what is not on the allow list."""
        column = self.column(key)
        if column is not None and column.sort is not None:
            return column.sort
        if key == "id":
            return self.model_id
        raise KeyError(key)

    @property
    def model_id(self) -> SQLColumnExpression[int]:
        """The key of the listed rows."""
        return attribute_of(self.read.model, "id")

    def selected(self) -> list[Label[Any]]:
        """Return every expression of columns and extras once, labelled."""
        return self._selected

    @cached_property
    def _selected(self) -> list[Label[Any]]:
        named: dict[str, Expression] = {"id": self.model_id}
        extras = {_name(expression, ""): expression for expression in self.extra}
        for names in (*(column.names() for column in self.columns), extras):
            for name, expression in names.items():
                if named.setdefault(name, expression) is not expression:
                    raise RuntimeError(f"{self.name}: two different values are called {name!r}")
        return [
            expression if isinstance(expression, Label) else expression.label(name)
            for name, expression in named.items()
        ]

    def counted(self, count: int, exact: bool = True) -> str:
        """Write how many ("1 student", "more than 10,000 students")."""
        noun = str(self.singular if count == 1 else self.plural)
        if exact:
            return f"{i18n.number(count)} {noun}"
        return i18n.gettext("more than %(count)s %(noun)s", count=i18n.number(count), noun=noun)
