"""Days and years as moments, so that they sort among moments on every database: midnight UTC of the (first) day."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from quad.core.db.types import Utc


class start_of_day(FunctionElement[Any]):  # noqa: N801 - it stands among SQL functions
    """The first moment of a date, as a `Utc` value."""

    type = Utc()
    inherit_cache = True


class start_of_year(FunctionElement[Any]):  # noqa: N801 - it stands among SQL functions
    """The first moment of a year given as a number of four digits, as a `Utc` value."""

    type = Utc()
    inherit_cache = True


def _inside(element: Any, compiler: Any, options: dict[str, Any]) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(start_of_day)
def _day_standard(element: Any, compiler: Any, **options: Any) -> str:
    return f"(CAST({_inside(element, compiler, options)} AS TIMESTAMP) AT TIME ZONE 'UTC')"


@compiles(start_of_day, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # Written as moments are stored, so that texts compare as times do.
    return f"({_inside(element, compiler, options)} || ' 00:00:00.000000')"


@compiles(start_of_day, "mysql")
@compiles(start_of_day, "mariadb")
def _day_mysql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({_inside(element, compiler, options)} AS DATETIME(6))"


@compiles(start_of_year)
def _year_standard(element: Any, compiler: Any, **options: Any) -> str:
    return f"make_timestamptz({_inside(element, compiler, options)}, 1, 1, 0, 0, 0, 'UTC')"


@compiles(start_of_year, "sqlite")
def _year_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"({_inside(element, compiler, options)} || '-01-01 00:00:00.000000')"


@compiles(start_of_year, "mysql")
@compiles(start_of_year, "mariadb")
def _year_mysql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(CONCAT({_inside(element, compiler, options)}, '-01-01') AS DATETIME(6))"
