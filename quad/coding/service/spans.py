"""Growth over any time: from day to day, on each account and in all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.forms.spans import Span
from quad.coding.service import trends
from quad.coding.service.reckoning import monday
from quad.coding.service.summaries import percentage
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor


@dataclass(frozen=True)
class OnAccount:
    """One linked account over a time. `before` is what was solved when it began, ratings are None where unknown."""

    account_id: int
    before: int
    total: int
    growth: int
    rating_before: int | None
    rating: int | None

    @property
    def rating_growth(self) -> int | None:
        """How the rating moved, None where it is unknown at either end."""
        if self.rating is None or self.rating_before is None:
            return None
        return self.rating - self.rating_before


@dataclass(frozen=True)
class Growth:
    """What a student gained from `since` to `until`, both included; `days` are (day, solved in all, new on it)."""

    since: date
    until: date
    growth: int
    percentage: Decimal
    active_days: int
    active_weeks: int
    accounts: tuple[OnAccount, ...]
    days: tuple[tuple[date, int, int], ...]


def between(rows: Sequence[Any], span: Span, today: date) -> Growth:
    """Return the growth of a student with these approved days (`trends.days`). Raises Invalid.

    The first snapshot of an account gains nothing: nobody knows when that was solved.
    """
    until = span.until or today
    since = span.since or min((row.day for row in rows), default=until)
    since = min(since, until) if span.since is None else since
    _require_in_order(since, until, today)
    accounts = tuple(_on_account(own, since) for own in _by_account(rows, until))
    growth = sum(one.growth for one in accounts)
    gained = {row.day for row in rows if since <= row.day <= until and row.gain > 0}
    return Growth(
        since=since,
        until=until,
        growth=growth,
        percentage=percentage(growth, sum(one.before for one in accounts)),
        active_days=len(gained),
        active_weeks=len({monday(day) for day in gained}),
        accounts=accounts,
        days=tuple(_days(rows, since, until)),
    )


def of_student(db: Session, actor: Actor, student_id: int, span: Span) -> Growth:
    """Return the growth of a student one may see. Raises NotFound, Invalid."""
    policy.SEE_STUDENT.get(db, actor, student_id)
    return between(trends.days(db, student_id), span, local_today(db))


def _require_in_order(since: date, until: date, today: date) -> None:
    if until > today:
        raise Invalid({"until": _("This day is in the future.")})
    if since > until:
        raise Invalid({"until": _("The last day comes before the first one.")})


def _by_account(rows: Sequence[Any], until: date) -> Iterable[list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        if row.day <= until:
            found.setdefault(row.account_id, []).append(row)
    return found.values()


def _on_account(rows: Sequence[Any], since: date) -> OnAccount:
    earlier = [row for row in rows if row.day < since]
    within = [row for row in rows if row.day >= since]
    began, ended = (earlier or within)[-1 if earlier else 0], rows[-1]
    rated = [row.rating for row in within if row.rating is not None]
    known = [row.rating for row in earlier if row.rating is not None]
    return OnAccount(
        account_id=ended.account_id,
        before=began.total,
        total=ended.total,
        growth=sum(row.gain for row in within),
        rating_before=(known[-1:] or rated[:1] or [None])[0],
        rating=((known + rated)[-1:] or [None])[0],
    )


def _days(rows: Sequence[Any], since: date, until: date) -> Iterable[tuple[date, int, int]]:
    held: dict[int, int] = {}
    found: dict[date, tuple[int, int]] = {}
    for row in rows:
        held[row.account_id] = row.total
        if since <= row.day <= until:
            gain = found.get(row.day, (0, 0))[1] + row.gain
            found[row.day] = (sum(held.values()), gain)
    return ((day, total, gain) for day, (total, gain) in found.items())
