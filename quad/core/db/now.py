"""The database's own clock, for what must not depend on which machine asks: deadlines, times of arrival."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from quad.core.db.types import Utc


class database_now(FunctionElement[Any]):  # noqa: N801 - it stands among SQL functions
    """The moment at which the database runs the statement, as a `Utc` value."""

    type = Utc()
    inherit_cache = True


@compiles(database_now)
def _standard(_element: database_now, _compiler: Any, **_more: Any) -> str:
    return "clock_timestamp()"


@compiles(database_now, "sqlite")
def _sqlite(_element: database_now, _compiler: Any, **_more: Any) -> str:
    # Written as moments are stored, so that texts compare as times do.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@compiles(database_now, "mysql")
@compiles(database_now, "mariadb")
def _mysql(_element: database_now, _compiler: Any, **_more: Any) -> str:
    return "utc_timestamp(6)"
