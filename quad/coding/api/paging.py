"""Lists that existing clients take whole, and that others may take in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request

from quad.web.api import Answer, ListQuery, PageOut


def whole_or_page(rows: Sequence[Any], query: ListQuery) -> Answer:
    """Answer with all rows or, when a `page` was asked for, with that page of them."""
    if not paged():
        return Answer(list(rows))
    start = (query.page - 1) * query.size
    return one_page(rows[start : start + query.size], len(rows), query)


def paged() -> bool:
    """Tell whether one page is asked for, and not the whole list."""
    return "page" in request.args


def one_page(rows: Sequence[Any], total: int, query: ListQuery, *, exact: bool = True) -> Answer:
    """Answer with a page of `total` rows; `exact` is False when there may be more than were counted."""
    more = query.page * query.size < total
    following = _turn(query, query.page + 1) if more else None
    preceding = _turn(query, query.page - 1) if query.page > 1 else None
    where = PageOut(total=total, exact=exact, next=following, previous=preceding)
    return Answer(list(rows), page=where)


def _turn(query: ListQuery, page: int) -> str:
    return f"{request.path}?{urlencode({'page': page, 'size': query.size})}"
