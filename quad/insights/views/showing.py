"""A report's answer as its pages draw it: chips, a sentence, a chart and the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.errors import QuadError
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.sources import source_of
from quad.insights.forms.reports import Definition
from quad.insights.service.reports import comparing, resolving, running
from quad.insights.service.reports.resolving import Resolved
from quad.insights.service.reports.running import Found, Head

CHARTED = 40
SERIES = 4
Options = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Drawn:
    """A chart: its heads and rows, ready to be written; `bars` have numbers."""

    look: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    bars: Sequence[Mapping[str, Any]]
    cut: bool


@dataclass(frozen=True)
class Shown:
    """What came out. `trouble` says why there are no rows to show, `problems` what was left out."""

    resolved: Resolved
    options: Options
    chips: Sequence[tuple[str, int]] = ()
    found: Found | None = None
    sentence: str = ""
    chart: Drawn | None = None
    trouble: str = ""
    problems: Sequence[str] = field(default=())


def show(
    db: Session,
    actor: Actor,
    definition: Definition,
    *,
    size: int = running.SHOWN,
    page: int = 1,
    building: bool = False,
) -> Shown:
    """Run a report for a page; what does not fit and what takes too long are sentences, not errors.

    While one is `building` a report, a filter that has no value yet does not narrow and is no problem.
    Raises Rejected or Forbidden when its source is not there for `actor`.
    """
    asked = _begun(definition) if building else definition
    resolved = resolving.resolve(asked, actor)
    options = _options(db, actor, definition, resolved)
    chips = _chips(definition, resolved, options)
    try:
        found = running.run(db, actor, resolved, page=page, size=size)
    except QuadError as error:
        return Shown(resolved, options, chips, trouble=str(error), problems=resolved.problems)
    return Shown(
        resolved,
        options,
        chips,
        found,
        _sentence(found, resolved),
        _chart(found, resolved),
        problems=resolved.problems,
    )


def _begun(definition: Definition) -> Definition:
    """Leave out filters that still wait for their value."""
    source = source_of(definition.source)
    filters = []
    for part in definition.filters:
        field = source.field(part.field) if source else None
        op = comparing.op_of(field, part.op) if field else None
        if op is None or op.takes == "nothing" or any(text.strip() for text in part.values):
            filters.append(part)
    return definition.model_copy(update={"filters": filters})


def _options(db: Session, actor: Actor, definition: Definition, resolved: Resolved) -> Options:
    wanted = {part.field for part in definition.filters}
    return {
        one.key: comparing.options(db, actor, one)
        for one in resolving.fields_for(resolved.source, actor)
        if one.key in wanted and one.kind == "choice"
    }


def _chips(definition: Definition, resolved: Resolved, options: Options) -> list[tuple[str, int]]:
    """Word the filters in use, each with its place in the definition."""
    used = {(one.field.key, one.op.name, one.texts): one for one in resolved.filters}
    chips = []
    for place, part in enumerate(definition.filters):
        texts = tuple(text for text in part.values if text.strip())
        one = used.get((part.field, part.op, texts))
        if one is not None:
            words = comparing.worded(one.field, one.op, texts, options.get(part.field, ()))
            chips.append((words, place))
    return chips


def _sentence(found: Found, resolved: Resolved) -> str:
    if resolved.summary:
        words = i18n.ngettext("%(num)s group", "%(num)s groups", found.total)
    else:
        noun = resolved.source.singular if found.total == 1 else resolved.source.plural
        words = f"{i18n.number(found.total)} {noun}"
    if not found.exact:
        return _("More than %(words)s", words=words)
    if found.more or found.page > 1:
        first = (found.page - 1) * found.size
        last = i18n.number(first + len(found.rows))
        return _(
            "%(words)s, shown are %(first)s to %(last)s",
            words=words,
            first=i18n.number(first + 1),
            last=last,
        )
    return words


def _chart(found: Found, resolved: Resolved) -> Drawn | None:
    """Draw the groups by their measures; those without a number stay in the table."""
    first = len(resolved.groups)
    measures = [place for place in range(first, len(found.heads)) if _is_number(found.heads[place])]
    if resolved.chart == "none" or not measures or not found.rows:
        return None
    measures = measures[:SERIES]
    rows = found.rows[:CHARTED]
    names = [_name(found.heads[:first], row.values[:first]) for row in rows]
    written = [
        [name, *(found.heads[place].written(row.values[place]) for place in measures)]
        for name, row in zip(names, rows, strict=True)
    ]
    head = found.heads[measures[0]]
    bars = [
        {
            "label": name,
            "value": row.values[measures[0]] or 0,
            "text": head.written(row.values[measures[0]]),
        }
        for name, row in zip(names, rows, strict=True)
    ]
    title = ", ".join(one.label for one in found.heads[:first])
    heads = [title, *(found.heads[place].label for place in measures)]
    return Drawn(resolved.chart, heads, written, bars, len(found.rows) > CHARTED)


def _is_number(head: Head) -> bool:
    return head.kind == "number" and not head.whole


def _name(heads: Sequence[Head], values: Sequence[Any]) -> str:
    return ", ".join(head.written(one) for head, one in zip(heads, values, strict=True))


def addresses(shown: Shown, address: Callable[[int], str]) -> list[tuple[str, str]]:
    """Return the chips with the address without each."""
    return [(words, address(place)) for words, place in shown.chips]
