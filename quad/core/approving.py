"""What waits for somebody's decision. Each domain declares its kinds; one page shows them together.

A kind selects what waits for an actor in the same columns (see `waiting_columns`), so that all kinds are one statement.
What is decided goes through the domain's own command, which asks its own policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, String, cast, null, type_coerce
from sqlalchemy.orm import Session

from quad.core.db.types import Utc
from quad.core.policy import Actor

Waiting = Callable[[Actor], Select[Any] | None]


@dataclass(frozen=True)
class Approval:
    """One kind of thing that waits for people.

    `waiting` selects what waits for an actor now, by `waiting_columns`; None when nothing of this kind ever does.
    `link` is where it is looked at. `approve` and `refuse` (which gets the reason) are the domain's commands, left out
    where a decision needs more than that. `badge` names the Badge that counts the same in the bar.
    """

    name: str
    label: str
    icon: str
    waiting: Waiting
    link: Callable[[int], str]
    badge: str
    approve: Callable[[Session, Actor, int], object] | None = None
    refuse: Callable[[Session, Actor, int, str], object] | None = None
    order: int = 50


def waiting_columns(
    row_id: Any, *, title: Any, since: Any, person: Any, detail: Any = "", due: Any = None
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a waiting thing: what it is, more about it, from whom, since when, and until which day."""
    return (
        type_coerce(row_id, BigInteger).label("id"),
        _text(title).label("title"),
        _text(detail).label("detail"),
        _text(person).label("person"),
        type_coerce(since, Utc()).label("since"),
        (cast(null(), Date) if due is None else type_coerce(due, Date)).label("due"),
    )


def _text(value: Any) -> ColumnElement[str]:
    return cast(value, String(400))


APPROVALS: dict[str, Approval] = {}


def use_approvals(approvals: Iterable[Approval]) -> None:
    """Show these kinds, in their order (called by the roof with what the modules declare)."""
    APPROVALS.clear()
    APPROVALS.update({one.name: one for one in sorted(approvals, key=lambda one: one.order)})
