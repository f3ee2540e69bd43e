"""What changed: before and after of every changed column, captured for the audit.

Objects are read at flush; UPDATE and DELETE statements on mapped tables are read around their execution, and rows given
to an INSERT statement with it, so bulk work is captured as well. Beyond `DETAIL` rows a statement is recorded as one
change without rows. A column with `info={"secret": True}` is recorded as changed, without its value.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Result, Table, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from quad.core.db.model import Model

DETAIL = 200
HIDDEN = "•••"
QUIET = {"id", "updated_at", "updated_by", "created_at", "created_by", "version", "live"}

Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One changed row. Without values, more than `DETAIL` rows changed by one statement; `row_id` None is not known."""

    table: str
    action: str
    row_id: int | None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    def as_json(self) -> Values:
        """Return the change as plain JSON values."""
        return asdict(self)


def take_changes(db: Session) -> list[Change]:
    """Return what was captured since the last call, and forget it."""
    taken: list[Change] = db.info.pop("changes", [])
    return taken


def note_update(
    db: Session, model: type[Model], row_id: int, before: Values, after: Values
) -> None:
    """Keep a change that a statement on the connection makes, by whoever knows what stood there before."""
    table: Any = model.__table__
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        old, new = ({name: values[name] for name in changed} for values in (before, after))
        _keep(db, table, "update", row_id, old, new)


def plain(value: Any) -> Any:
    """Return `value` as something JSON can hold."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, dict | list | str | int | float):
        return value
    return str(value)


def _keep(
    db: Session, table: Table, action: str, row_id: int | None, old: Values, new: Values
) -> None:
    def shown(values: Values) -> Values:
        return {
            name: HIDDEN
            if value is not None and table.columns[name].info.get("secret")
            else plain(value)
            for name, value in values.items()
            if name not in QUIET
        }

    change = Change(table.name, action, row_id, shown(old), shown(new))
    db.info.setdefault("changes", []).append(change)


@event.listens_for(Session, "after_flush")
def _capture_objects(db: Session, _context: object) -> None:
    for action, objects in (("insert", db.new), ("update", db.dirty), ("delete", db.deleted)):
        for row in objects:
            if isinstance(row, Model) and row.__audited__:
                _capture_object(db, action, row)


def _capture_object(db: Session, action: str, row: Model) -> None:
    state = inspect(row)
    table = state.mapper.local_table
    assert isinstance(table, Table)
    old: Values = {}
    new: Values = {}
    for attribute in state.mapper.column_attrs:
        name, value = attribute.columns[0].key, state.dict.get(attribute.key)
        history = state.attrs[attribute.key].history
        if action == "update":
            if history.has_changes():
                old[name] = history.deleted[0] if history.deleted else None
                new[name] = value
        elif value is not None:
            (new if action == "insert" else old)[name] = value
    if (old.keys() | new.keys()) - QUIET:
        _keep(db, table, action, state.dict.get("id"), old, new)


@event.listens_for(Session, "do_orm_execute")
def _capture_statement(state: ORMExecuteState) -> Result[Any] | None:
    mapper = state.bind_mapper
    if not (state.is_update or state.is_delete or state.is_insert) or mapper is None:
        return None
    if not (issubclass(mapper.class_, Model) and mapper.class_.__audited__):
        return None
    table: Any = mapper.local_table
    if state.is_insert:
        _keep_inserted(state, table)
        return None
    criteria = getattr(state.statement, "whereclause", None)
    before = _rows(state.session, table, criteria)
    action = "update" if state.is_update else "delete"
    result: Result[Any] = state.invoke_statement()
    if len(before) > DETAIL:
        _keep(state.session, table, action, None, {}, {})
        return result
    after = _rows(state.session, table, table.c.id.in_(before)) if state.is_update else {}
    for row_id, old in before.items():
        new = after.get(row_id, {})
        changed = [name for name in old if state.is_delete or old[name] != new.get(name)]
        if set(changed) - QUIET:
            _keep(
                state.session,
                table,
                action,
                row_id,
                {name: old[name] for name in changed},
                {name: new[name] for name in changed if name in new},
            )
    return result


def _keep_inserted(state: ORMExecuteState, table: Any) -> None:
    """Keep the values of rows that a statement inserts; their numbers are the database's own and not known yet."""
    given: Any = state.parameters or []
    rows = [given] if isinstance(given, dict) else list(given)
    if len(rows) > DETAIL:
        _keep(state.session, table, "insert", None, {}, {})
        return
    for row in rows:
        values = {name: value for name, value in row.items() if value is not None}
        known = {name: value for name, value in values.items() if name in table.columns}
        _keep(state.session, table, "insert", known.get("id"), {}, known)


def _rows(db: Session, table: Any, criteria: Any) -> dict[int, Values]:
    wanted = select(table).limit(DETAIL + 1)
    if criteria is not None:
        wanted = wanted.where(criteria)
    return {
        row._mapping[table.c.id]: {c.key: row._mapping[c] for c in table.c}
        for row in db.execute(wanted)
    }
