"""The builder's form: its fields as a definition and back, and what each control offers.

The whole state stands in the address, so that a report under construction can be reloaded, kept as a bookmark and
passed on before it is saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from quad.core.errors import Invalid
from quad.core.forms import sentences
from quad.core.policy import Actor
from quad.core.sources import Field, Source
from quad.insights.forms.reports import MOST_FILTERS, MOST_GROUPS, MOST_MEASURES, Definition
from quad.insights.service.reports import comparing, resolving
from quad.insights.service.reports.comparing import Op
from quad.insights.service.reports.resolving import ENDS, MEASURES

Arguments = MultiDict[str, str]
Pairs = list[tuple[str, str]]
PART = re.compile(r"(f|g|m)(\d{1,2})\.(field|op|value|period|by|of)")


def _parts(given: Arguments, letter: str) -> list[dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for name, values in given.lists():
        matched = PART.fullmatch(name)
        if matched and matched[1] == letter:
            found.setdefault(int(matched[2]), {})[matched[3]] = values
    return [found[place] for place in sorted(found)]


def _first(part: Mapping[str, list[str]], name: str) -> str:
    return (part.get(name) or [""])[0]


def from_arguments(given: Arguments, actor: Actor, source: Source) -> Definition:
    """Read the definition out of an address; a change of source starts anew. Raises Invalid."""
    if given.get("was", source.name) != source.name:
        return Definition(source=source.name)
    dropped = given.get("drop", "")
    filters = [
        {
            "field": _first(part, "field"),
            "op": _usual_op(source, _first(part, "field"), _first(part, "op")),
            "values": [text for text in part.get("value", []) if text.strip()],
        }
        for place, part in enumerate(_parts(given, "f"))
        if _first(part, "field") and dropped != str(place)
    ]
    added = source.field(given.get("add", ""))
    if added is not None and resolving.may_use(added, actor) and len(filters) < MOST_FILTERS:
        filters.append({"field": added.key, "op": comparing.OPS[added.kind][0].name, "values": []})
    groups = [
        {"field": _first(part, "field"), "period": _period(source, part)}
        for part in _parts(given, "g")
        if _first(part, "field")
    ]
    measures = [
        {
            "by": _first(part, "by"),
            "of": "" if _first(part, "by") == "count" else _first(part, "of"),
        }
        for part in _parts(given, "m")
        if _first(part, "by")
    ]
    values = {
        "source": source.name,
        "shape": given.get("shape", "list"),
        "columns": given.getlist("column"),
        "filters": filters,
        "groups": groups[:MOST_GROUPS],
        "measures": measures[:MOST_MEASURES],
        "sort": given.get("sort", ""),
        "chart": given.get("chart", "none"),
    }
    try:
        return Definition.model_validate(values)
    except ValidationError as error:
        raise Invalid(sentences(error, Definition)) from error


def _usual_op(source: Source, key: str, name: str) -> str:
    field = source.field(key)
    if field is None or comparing.op_of(field, name) is not None:
        return name
    return comparing.OPS[field.kind][0].name


def _period(source: Source, part: Mapping[str, list[str]]) -> str:
    field = source.field(_first(part, "field"))
    return _first(part, "period") if field is not None and field.kind == "date" else ""


def to_arguments(definition: Definition) -> Pairs:
    """Write a definition into an address."""
    pairs: Pairs = [("source", definition.source), ("shape", definition.shape)]
    pairs += [("column", key) for key in definition.columns]
    for place, narrowed in enumerate(definition.filters):
        pairs += [(f"f{place}.field", narrowed.field), (f"f{place}.op", narrowed.op)]
        pairs += [(f"f{place}.value", text) for text in narrowed.values]
    for place, group in enumerate(definition.groups):
        pairs += [(f"g{place}.field", group.field), (f"g{place}.period", group.period)]
    for place, measure in enumerate(definition.measures):
        pairs += [(f"m{place}.by", measure.by), (f"m{place}.of", measure.of)]
    return [*pairs, ("sort", definition.sort), ("chart", definition.chart)]


@dataclass(frozen=True)
class FilterRow:
    """One filter as the builder shows it. `picked` are the values of a choice that are ticked."""

    field: Field
    op: Op
    ops: Sequence[tuple[str, str]]
    value: str
    picked: frozenset[str]
    choices: Sequence[tuple[str, str]]
    error: str


@dataclass(frozen=True)
class Controls:
    """What the builder's controls offer and what is chosen in them."""

    source: Source
    fields: Pairs
    columns: frozenset[str]
    filters: Sequence[FilterRow]
    groups: Sequence[tuple[Field | None, str]]
    measures: Sequence[tuple[str, str]]
    group_fields: Pairs
    measure_words: Pairs
    amounts: Mapping[str, Pairs]
    sorts: Pairs


def controls(
    definition: Definition, found: resolving.Resolved, actor: Actor, options: Mapping[str, Any]
) -> Controls:
    """Put together what the builder shows; `options` are the choices of the fields that are filtered by."""
    source = found.source
    fields = resolving.fields_for(source, actor)
    known = {one.key: one for one in fields}
    filters = []
    for part in definition.filters:
        field = known.get(part.field)
        op = comparing.op_of(field, part.op) if field else None
        if field is None or op is None:
            continue
        filters.append(
            FilterRow(
                field,
                op,
                [(one.name, str(one.label)) for one in comparing.OPS[field.kind]],
                part.values[0] if part.values else "",
                frozenset(part.values),
                options.get(field.key, ()),
                _error(field, op, part.values),
            )
        )
    groups = [(one.field, one.period) for one in found.groups]
    measures = [(one.by, one.of) for one in definition.measures] or [("count", "")]
    return Controls(
        source=source,
        fields=_labelled(fields),
        columns=frozenset(one.key for one in found.columns),
        filters=filters,
        groups=[*groups, (None, "")][:MOST_GROUPS],
        measures=[*measures, ("", "")][:MOST_MEASURES],
        group_fields=_labelled(one for one in fields if one.groups),
        measure_words=[(key, str(label)) for key, label in MEASURES.items()],
        amounts={
            by: _labelled(
                one for one in fields if (one.adds_up if by in ADDED else one.kind in ENDS)
            )
            for by in MEASURES
            if by != "count"
        },
        sorts=_sorts(found, fields),
    )


ADDED = ("sum", "average")


def _labelled(fields: Iterable[Field]) -> Pairs:
    return [(one.key, str(one.label)) for one in fields]


def _error(field: Field, op: Op, values: Sequence[str]) -> str:
    """Return what is wrong with a value that was given; one that is still missing is no error."""
    if not any(text.strip() for text in values):
        return ""
    try:
        comparing.read(field, op, values)
    except ValueError as error:
        return str(error)
    return ""


def _sorts(found: resolving.Resolved, fields: Sequence[Field]) -> list[tuple[str, str]]:
    if not found.summary:
        return _labelled(fields)
    groups = [(one.field.key, str(one.field.label)) for one in found.groups]
    return groups + [(one.key, one.label) for one in found.measures]
