"""From a resolved definition to one SELECT. Every row passes the source's permission first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    extract,
    func,
    select,
    type_coerce,
)

from quad.core.policy import EVERYTHING, Actor, Permission
from quad.core.sources import Field, Source
from quad.insights.service.reports.resolving import Group, Measure, Resolved

LINK, ROW = "link_", "id_"


def seen(field: Field, expression: Any, actor: Actor) -> Any:
    """Return a value as `actor` may see it: empty where the field's own permission does not hold."""
    if not isinstance(field.read, Permission) or field.read.branches(actor) is EVERYTHING:
        return expression
    return case((field.read.where(actor, many=True), expression), else_=None)


def rows(found: Resolved, actor: Actor) -> Select[Any]:
    """Select all rows of a report, in its order; each expression is labelled c0, c1 …"""
    return _summary(found, actor) if found.summary else _list(found, actor)


def _visible(found: Resolved, actor: Actor, *expressions: Any) -> Select[Any]:
    source: Source = found.source
    statement = source.joins(select(*expressions).select_from(source.model))
    clauses: list[ColumnElement[bool]] = [source.read.where(actor, many=True)]
    if source.only is not None:
        clauses.append(source.only())
    for one in found.filters:
        compared = one.field.by if one.field.kind == "choice" and one.field.by is not None else None
        expression = one.field.expression if compared is None else compared
        clauses.append(one.op.where(seen(one.field, expression, actor), one.value))
    return statement.where(*clauses)


def _list(found: Resolved, actor: Actor) -> Select[Any]:
    shown = [
        seen(field, field.expression, actor).label(f"c{place}")
        for place, field in enumerate(found.columns)
    ]
    link: list[Any] = [found.source.link[2].label(LINK)] if found.source.link else []
    key = found.source.model.id
    statement = _visible(found, actor, *shown, *link, key.label(ROW))
    field = found.source.field(found.sort) if found.sort else None
    if field is not None:
        value = seen(field, field.expression, actor)
        statement = statement.order_by(value.is_(None), _way(value, found.descending))
    return statement.order_by(_way(key, found.descending))


def _way(value: Any, descending: bool) -> Any:
    return value.desc() if descending else value.asc()


def _summary(found: Resolved, actor: Actor) -> Select[Any]:
    """Group what the inner query has named: an expression with values in it is written once only."""
    inner: list[Any] = [found.source.model.id.label(ROW)]
    for place, group in enumerate(found.groups):
        inner.append(_grouped(group, actor).label(f"g{place}"))
        if group.field.by is not None:
            inner.append(seen(group.field, group.field.by, actor).label(f"b{place}"))
    for place, measure in enumerate(found.measures):
        if measure.field is not None:
            value = seen(measure.field, measure.field.expression, actor)
            inner.append(value.label(f"m{place}"))
    table = _visible(found, actor, *inner).subquery("chosen")
    names = [table.c[f"g{place}"] for place in range(len(found.groups))]
    keys = [one for one in table.c if one.name.startswith(("g", "b"))]
    shown = [name.label(f"c{place}") for place, name in enumerate(names)]
    for place, measure in enumerate(found.measures):
        shown += _measured(table, place, measure, len(names))
    statement = select(*shown).select_from(table)
    if keys:
        statement = statement.group_by(*keys)
    return _summary_order(found, statement, table, keys)


def _grouped(group: Group, actor: Actor) -> Any:
    value = seen(group.field, group.field.expression, actor)
    if not group.period:
        return value
    year = cast(extract("year", value), Integer)
    if group.period == "year":
        return year
    return year * 100 + cast(extract("month", value), Integer)


def _measured(table: Subquery, place: int, measure: Measure, first: int) -> list[Any]:
    """Return what is selected for a measure; an average is its sum and how many values it is of."""
    name = f"c{first + place}"
    if measure.field is None:
        return [func.count().label(name)]
    value = table.c[f"m{place}"]
    if measure.by == "average":
        return [func.sum(value).label(name), func.count(value).label(f"n{first + place}")]
    return [_worked_out(measure.by, value).label(name)]


def _worked_out(by: str, value: Any) -> Any:
    if by == "sum":
        return func.sum(value)
    return func.min(value) if by == "least" else func.max(value)


def _summary_order(
    found: Resolved, statement: Select[Any], table: Subquery, keys: list[Any]
) -> Select[Any]:
    for place, group in enumerate(found.groups):
        if found.sort == group.field.key:
            name = table.c[f"g{place}"]
            statement = statement.order_by(name.is_(None), _way(name, found.descending))
    for place, measure in enumerate(found.measures):
        if found.sort == measure.key:
            value = _order_value(table, place, measure)
            if measure.field is not None:
                statement = statement.order_by(func.count(table.c[f"m{place}"]) == 0)
            statement = statement.order_by(_way(value, found.descending))
    return statement.order_by(*(one.asc() for key in keys for one in (key.is_(None), key)))


def _order_value(table: Subquery, place: int, measure: Measure) -> Any:
    if measure.field is None:
        return func.count()
    value = table.c[f"m{place}"]
    if measure.by == "average":
        plain = type_coerce(value, BigInteger)
        return func.sum(plain) * 1.0 / func.nullif(func.count(value), 0)
    return _worked_out(measure.by, value)
