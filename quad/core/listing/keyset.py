"""Pages past number 50: a cursor says after (or before) which row to go on, so that depth costs nothing.

A cursor carries the sort, the sort value and the id of a row, and its place in the list as far as it was counted. It
is not secret and not trusted: every part is checked against the list before the database sees it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Date, Integer, SQLColumnExpression, String, and_, or_
from sqlalchemy.sql import coercions, roles
from sqlalchemy.types import TypeEngine

from quad.core.db.types import Fixed, Utc
from quad.core.errors import QuadError
from quad.core.i18n import gettext as _

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Cursor:
    """One row's place: the sort it belongs to, the row's sort value and id, and its ordinal (1 is the first)."""

    sort: str
    value: Any
    row_id: int
    ordinal: int

    def encode(self) -> str:
        """Write the cursor so that it fits into an address."""
        value = self.value
        if isinstance(value, datetime | date):
            value = value.isoformat()
        elif isinstance(value, Decimal):
            value = str(value)
        packed = orjson.dumps([self.sort, value, self.row_id, self.ordinal])
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(text: str, sort: str, attribute: SQLColumnExpression[Any]) -> Cursor:
    """Read a cursor made for `sort`.

    Raises QuadError (400) when it is damaged or belongs to another sort.
    """
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        made_for, value, row_id, ordinal = orjson.loads(
            base64.b64decode(padded, b"-_", validate=True)
        )
        if made_for != sort or not (_whole(row_id) and _whole(ordinal)):
            raise ValueError(text)
        return Cursor(sort, _reader(column_type(attribute))(value), row_id, ordinal)
    except (ValueError, TypeError, binascii.Error, InvalidOperation) as error:
        raise QuadError(
            _("This address does not fit the list any more. Start again from its first page.")
        ) from error


def column_type(attribute: SQLColumnExpression[Any]) -> TypeEngine[Any]:
    """Return the column type of a mapped attribute."""
    element: ColumnElement[Any] = coercions.expect(roles.ExpressionElementRole, attribute)
    return element.type


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_ID


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    if isinstance(kind, Utc):
        return _moment
    if isinstance(kind, Fixed):
        return lambda value: _decimal(value, kind.places)
    for base, read in ((Boolean, _flag), (Integer, _number), (Date, date.fromisoformat)):
        if isinstance(kind, base) or isinstance(getattr(kind, "impl", None), base):
            return read
    if isinstance(kind, String) or isinstance(getattr(kind, "impl", None), String):
        return _text
    raise TypeError(f"cannot page by {kind}")


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _decimal(value: Any, places: int) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > LARGEST_ID or number != round(number, places):
        raise ValueError(value)
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _number(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST_ID:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value


def order(
    attribute: SQLColumnExpression[Any], row_id: SQLColumnExpression[int], descending: bool
) -> list[ColumnElement[Any]]:
    """Order by the attribute, then by id in the same direction, so that one index serves both."""
    keys = [attribute] if attribute is row_id else [attribute, row_id]
    return [key.desc() if descending else key.asc() for key in keys]


def beyond(
    cursor: Cursor,
    attribute: SQLColumnExpression[Any],
    row_id: SQLColumnExpression[int],
    descending: bool,
) -> ColumnElement[bool]:
    """Return the clause for the rows after `cursor` in that order.

    The first half alone is a range of the index; a row comparison would be one too, but not on MariaDB.
    """
    value, last = cursor.value, cursor.row_id
    if attribute is row_id:
        return row_id < last if descending else row_id > last
    if descending:
        return and_(attribute <= value, or_(attribute < value, row_id < last))
    return and_(attribute >= value, or_(attribute > value, row_id > last))
