"""The frames of triggers that keep numbers about a table: what is the same whatever they keep.

SQLite and MariaDB have triggers by row. PostgreSQL's run once per statement and see its rows as the tables `added` and
`taken`, so that an import of 100,000 rows writes a kept number once. A frame has the words `{trigger}`, `{table}` and,
where it says so, `{watched}` and `{differs}` left to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping

_EVENTS = "iud"
_DROP_BY_ROW = tuple(f"DROP TRIGGER IF EXISTS {{trigger}}_{event}" for event in _EVENTS)
DROP: Mapping[str, tuple[str, ...]] = {
    "sqlite": _DROP_BY_ROW,
    "mysql": _DROP_BY_ROW,
    "mariadb": _DROP_BY_ROW,
    "postgresql": (
        *(f"DROP TRIGGER IF EXISTS {{trigger}}_{event} ON {{table}}" for event in _EVENTS),
        "DROP FUNCTION IF EXISTS {trigger}()",
    ),
}


def sqlite(
    add: str, take: str, insert: str = "", *, when_added: str = "", when_taken: str = ""
) -> tuple[str, ...]:
    """Return SQLite's triggers: `add` and `take` are statements, `insert` a cheaper `add` for new rows."""
    begin = "CREATE TRIGGER IF NOT EXISTS {trigger}"
    return (
        f"{begin}_i AFTER INSERT ON {{table}} {when_added}BEGIN {insert or add}; END",
        f"{begin}_d AFTER DELETE ON {{table}} {when_taken}BEGIN {take}; END",
        f"{begin}_u AFTER UPDATE OF {{watched}} ON {{table}} BEGIN {take}; {add}; END",
    )


def mysql(add: str, take: str) -> tuple[str, ...]:
    """Return MariaDB's and MySQL's triggers; an update moves a row only when a watched column `{differs}`."""
    return (
        *_DROP_BY_ROW,
        f"CREATE TRIGGER {{trigger}}_i AFTER INSERT ON {{table}} FOR EACH ROW {add}",
        f"CREATE TRIGGER {{trigger}}_d AFTER DELETE ON {{table}} FOR EACH ROW {take}",
        "CREATE TRIGGER {trigger}_u AFTER UPDATE ON {table} FOR EACH ROW BEGIN"
        f" IF {{differs}} THEN {take}; {add}; END IF; END",
    )


def postgresql(move: str, added: str, taken: str) -> tuple[str, ...]:
    """Return PostgreSQL's triggers: `move` is a statement whose `{rows}` become SELECTs of `added` and `taken`."""
    inserted, deleted, updated = (
        move.replace("{rows}", rows) for rows in (added, taken, f"{added} UNION ALL {taken}")
    )
    each = "FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()"
    return (
        "CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN {inserted}; ELSIF TG_OP = 'DELETE' THEN {deleted};"
        f" ELSE {updated}; END IF; RETURN NULL; END $$",
        "CREATE OR REPLACE TRIGGER {trigger}_i AFTER INSERT ON {table}"
        f" REFERENCING NEW TABLE AS added {each}",
        "CREATE OR REPLACE TRIGGER {trigger}_d AFTER DELETE ON {table}"
        f" REFERENCING OLD TABLE AS taken {each}",
        "CREATE OR REPLACE TRIGGER {trigger}_u AFTER UPDATE ON {table} REFERENCING"
        f" OLD TABLE AS taken NEW TABLE AS added {each}",
    )


def create(
    sqlite: tuple[str, ...], mysql: tuple[str, ...], postgresql: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the statements that make the triggers, by the name of the database."""
    return {"sqlite": sqlite, "postgresql": postgresql, "mysql": mysql, "mariadb": mysql}
