"""From a stored definition to fields and values: what does not fit (any more) is said in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from quad.core.errors import Forbidden, Rejected
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor, Gate
from quad.core.sources import Field, Source, source_of
from quad.insights.forms.reports import Definition
from quad.insights.service.reports import comparing
from quad.insights.service.reports.comparing import Op

T = TypeVar("T")
MEASURES: Mapping[str, str] = {
    "count": _l("Number"),
    "sum": _l("Sum"),
    "average": _l("Average"),
    "least": _l("Least"),
    "most": _l("Most"),
}
OF = {
    "sum": _l("%(field)s, sum"),
    "average": _l("%(field)s, average"),
    "least": _l("%(field)s, least"),
    "most": _l("%(field)s, most"),
}
ENDS = ("number", "date", "moment")


@dataclass(frozen=True)
class Narrowed:
    """A filter that can be asked. `texts` are the values as they were written."""

    field: Field
    op: Op
    value: Any
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """What rows stand together by."""

    field: Field
    period: str


@dataclass(frozen=True)
class Measure:
    """One number of each group; without a field it counts rows."""

    by: str
    field: Field | None

    @property
    def key(self) -> str:
        """What `sort` calls it."""
        return f"{self.by}.{self.field.key}" if self.field else self.by

    @property
    def label(self) -> str:
        """The head of its column."""
        if self.field is None:
            return str(MEASURES[self.by])
        return str(OF[self.by]) % {"field": str(self.field.label)}


@dataclass(frozen=True)
class Resolved:
    """A definition whose parts are all there. `problems` are about parts that were left out, a sentence each."""

    source: Source
    summary: bool
    columns: tuple[Field, ...]
    filters: tuple[Narrowed, ...]
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    sort: str
    descending: bool
    chart: str
    problems: tuple[str, ...]


def may_use(field: Field, actor: Actor) -> bool:
    """Tell whether a field is there for `actor` at all."""
    return not isinstance(field.read, Gate) or field.read.may(actor)


def fields_for(source: Source, actor: Actor) -> list[Field]:
    """Return the fields of a source that `actor` may use."""
    return [one for one in source.fields if may_use(one, actor)]


def resolve(definition: Definition, actor: Actor) -> Resolved:
    """Put fields and values in the place of names; parts that do not fit are left out and named in `problems`.

    Raises Rejected when there is no such source any more, Forbidden when `actor` may not use it.
    """
    source = source_of(definition.source)
    if source is None:
        raise Rejected(
            _("Reports cannot be built from “%(name)s” (any more).", name=definition.source)
        )
    if not source.open_to(actor):
        raise Forbidden(_("You may not build reports from “%(label)s”.", label=str(source.label)))
    return _Resolving(definition, actor, source).resolved()


def strictly(definition: Definition, actor: Actor) -> Resolved:
    """Resolve a definition all of whose parts must fit. Raises as `resolve`, and Rejected with the first problem."""
    found = resolve(definition, actor)
    if found.problems:
        raise Rejected(found.problems[0])
    return found


def _there(found: Iterable[T | None]) -> list[T]:
    return [one for one in found if one is not None]


class _Resolving:
    """Collects what fits and says what does not."""

    def __init__(self, definition: Definition, actor: Actor, source: Source) -> None:
        self.definition, self.actor, self.source = definition, actor, source
        self.problems: list[str] = []

    def resolved(self) -> Resolved:
        given, summary = self.definition, self.definition.shape == "summary"
        columns = _there(self._field(key) for key in dict.fromkeys(given.columns))
        groups = _there(self._group(part.field, part.period) for part in given.groups)
        measures = _there(self._measure(part.by, part.of) for part in given.measures)
        filters = _there(self._filter(part.field, part.op, part.values) for part in given.filters)
        if not summary and not columns:
            usual = set(self.source.usual)
            columns = [one for one in fields_for(self.source, self.actor) if one.key in usual]
        unique = {one.key: one for one in measures} or {"count": Measure("count", None)}
        fresh = {one.field.key: one for one in groups}
        found = Resolved(
            source=self.source,
            summary=summary,
            columns=() if summary else tuple(columns),
            filters=tuple(filters),
            groups=tuple(fresh.values()) if summary else (),
            measures=tuple(unique.values()) if summary else (),
            sort="",
            descending=False,
            chart=given.chart if summary and groups else "none",
            problems=(),
        )
        sort, descending = self._sort(found)
        problems = tuple(dict.fromkeys(self.problems))
        return replace(found, sort=sort, descending=descending, problems=problems)

    def _field(self, key: str) -> Field | None:
        field = self.source.field(key)
        label = str(self.source.label)
        if field is None:
            self.problems.append(
                _("“%(label)s” has no field “%(key)s” (any more).", label=label, key=key)
            )
            return None
        if not may_use(field, self.actor):
            self.problems.append(_("You may not see “%(label)s”.", label=str(field.label)))
            return None
        return field

    def _filter(self, key: str, name: str, values: list[str]) -> Narrowed | None:
        field = self._field(key)
        if field is None:
            return None
        op = comparing.op_of(field, name)
        if op is None:
            self.problems.append(
                _("“%(label)s” cannot be compared so: %(op)s.", label=str(field.label), op=name)
            )
            return None
        try:
            value = comparing.read(field, op, values)
        except ValueError as error:
            self.problems.append(str(error))
            return None
        return Narrowed(field, op, value, tuple(text for text in values if text.strip()))

    def _group(self, key: str, period: str) -> Group | None:
        field = self._field(key)
        if field is None:
            return None
        if not field.groups or (period and field.kind != "date"):
            self.problems.append(
                _("Rows cannot be put together by “%(label)s”.", label=str(field.label))
            )
            return None
        return Group(field, period)

    def _measure(self, by: str, of: str) -> Measure | None:
        if by == "count":
            return Measure(by, None)
        if not of:
            self.problems.append(
                _("Choose of what: “%(measure)s” needs a field.", measure=str(MEASURES[by]))
            )
            return None
        field = self._field(of)
        if field is None:
            return None
        fits = field.adds_up if by in ("sum", "average") else field.kind in ENDS
        if not fits:
            self.problems.append(
                _(
                    "“%(label)s” has no “%(measure)s”.",
                    label=str(field.label),
                    measure=str(MEASURES[by]),
                )
            )
            return None
        return Measure(by, field)

    def _sort(self, found: Resolved) -> tuple[str, bool]:
        text = self.definition.sort
        key, descending = text.removeprefix("-"), text.startswith("-")
        if not key:
            return "", False
        if found.summary:
            known = {one.field.key for one in found.groups} | {one.key for one in found.measures}
            fits = key in known
        else:
            field = self.source.field(key)
            fits = field is not None and may_use(field, self.actor)
        if not fits:
            self.problems.append(_("The report cannot be sorted by “%(key)s”.", key=key))
            return "", False
        return key, descending
