"""From approved snapshots to numbers: pure arithmetic on whole numbers, no database.

The score of an account is (easy × w1 + medium × w2 + hard × w3 + the rest × w4) × the platform's weight in percent,
divided by 100 and rounded down; a student's score is the sum. docs/guide/coding.md explains it to people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quad.coding.models.accounts import WHOLE
from quad.coding.models.figures import ALL, Risk
from quad.coding.service.rules import Rules

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
NEVER = date(9999, 12, 31)
HUNDREDTHS = 100


@dataclass(frozen=True)
class Entry:
    """One approved snapshot, as far as numbers need it."""

    day: date
    total: int
    easy: int | None = None
    medium: int | None = None
    hard: int | None = None
    rating: int | None = None


@dataclass(frozen=True)
class Linked:
    """One linked account with its approved snapshots, the oldest first; `weight` is its platform's, in percent."""

    account_id: int
    platform_id: int
    weight: int
    linked_on: date
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Gain:
    """One approved day: the row of `DayGain` without its student."""

    account_id: int
    day: date
    week: date
    total: int
    gain: int
    rating: int | None


def monday(day: date) -> date:
    """Return the first day of a week."""
    return day - timedelta(days=day.weekday())


def gains(account: Linked) -> list[Gain]:
    """Return the days of an account; the first one gains nothing, since nobody knows when that was solved."""
    found = []
    before: int | None = None
    for entry in account.entries:
        gain = 0 if before is None else entry.total - before
        found.append(
            Gain(account.account_id, entry.day, monday(entry.day), entry.total, gain, entry.rating)
        )
        before = entry.total
    return found


def score(entry: Entry, weight: int, rules: Rules) -> int:
    """Return what an account's latest snapshot is worth."""
    easy, medium, hard = entry.easy or 0, entry.medium or 0, entry.hard or 0
    rest = max(entry.total - easy - medium - hard, 0)
    points = easy * rules.easy + medium * rules.medium + hard * rules.hard + rest * rules.unrated
    return points * weight // WHOLE


def average_hundredths(total: int, count: int) -> int:
    """Return an average in hundredths, rounded half up; 0 of nothing."""
    return (2 * total * HUNDREDTHS + count) // (2 * count) if count else 0


@dataclass(frozen=True)
class Weeks:
    """In how many weeks something was solved, how many of the last ones in a row, and the last one (a Monday)."""

    active: int = 0
    streak: int = 0
    last: date | None = None


@dataclass(frozen=True)
class Reached:
    """What the approved snapshots of one linked account come to.

    `week` and `month` are the gains of the last 7 and 30 days, `moves_on` the day on which the next of them leaves its
    window (NEVER when there is none).
    """

    platform_id: int
    weight: int
    linked_on: date
    snapshots: int
    latest: Entry | None
    previous: int
    week: int
    month: int
    moves_on: date
    weeks: Weeks


def figures(accounts: Sequence[Linked], joined_on: date, rules: Rules) -> dict[int, dict[str, Any]]:
    """Return the figures of a student by platform, and over all (0), without the places the student is in."""
    days = [gain for account in accounts for gain in gains(account)]
    return made([reached(one, rules.today) for one in accounts], _weeks(days), joined_on, rules)


def reached(account: Linked, today: date) -> Reached:
    """Return what the snapshots of an account come to; service/gathering.py does the same for many in the database."""
    days = gains(account)
    moves = NEVER
    week = month = 0
    for one in days:
        if one.day + MONTH > today:
            month += one.gain
            if one.gain:
                moves = min(moves, one.day + MONTH)
        if one.day + WEEK > today:
            week += one.gain
            if one.gain:
                moves = min(moves, one.day + WEEK)
    return Reached(
        platform_id=account.platform_id,
        weight=account.weight,
        linked_on=account.linked_on,
        snapshots=len(account.entries),
        latest=account.entries[-1] if account.entries else None,
        previous=account.entries[-2].total if len(account.entries) > 1 else 0,
        week=week,
        month=month,
        moves_on=moves,
        weeks=_weeks(days),
    )


def _weeks(days: Iterable[Gain]) -> Weeks:
    solved: Counter[date] = Counter()
    for one in days:
        solved[one.week] += one.gain
    active = sorted(week for week, gain in solved.items() if gain > 0)
    streak = 0
    for week in reversed(active):
        if week != active[-1] - streak * WEEK:
            break
        streak += 1
    return Weeks(len(active), streak, active[-1] if active else None)


def made(
    accounts: Sequence[Reached], together: Weeks, joined_on: date, rules: Rules
) -> dict[int, dict[str, Any]]:
    """Return the figures that follow from what each account has reached; `together` are the weeks of all of them."""
    found = {account.platform_id: _of_account(account, rules) for account in accounts}
    found[ALL] = _of_all(accounts, found, together, joined_on, rules)
    return {platform_id: _ordered(values) for platform_id, values in found.items()}


def _of_account(account: Reached, rules: Rules) -> dict[str, Any]:
    latest = account.latest
    rated = latest is not None and latest.rating is not None and latest.rating > 0
    return {
        "accounts": 1,
        "snapshots": account.snapshots,
        "total": latest.total if latest else 0,
        "previous": account.previous,
        "growth": latest.total - account.previous if latest and account.snapshots > 1 else 0,
        "easy": (latest.easy or 0) if latest else 0,
        "medium": (latest.medium or 0) if latest else 0,
        "hard": (latest.hard or 0) if latest else 0,
        "score": score(latest, account.weight, rules) if latest else 0,
        "rating_sum": (latest.rating or 0) if latest and rated else 0,
        "rated": int(rated),
        "week": account.week,
        "month": account.month,
        "last_on": latest.day if latest else None,
        "quiet_since": latest.day if latest else account.linked_on,
        "moves_on": account.moves_on,
        "risk": Risk.NONE,
        **_in_words(account.weeks),
    }


def _in_words(weeks: Weeks) -> dict[str, Any]:
    return {"active_weeks": weeks.active, "streak": weeks.streak, "streak_week": weeks.last}


SUMMED = (
    "accounts",
    "snapshots",
    "total",
    "previous",
    "growth",
    "easy",
    "medium",
    "hard",
    "score",
    "rating_sum",
    "rated",
    "week",
    "month",
)


def _of_all(
    accounts: Sequence[Reached],
    found: Mapping[int, Mapping[str, Any]],
    together: Weeks,
    joined_on: date,
    rules: Rules,
) -> dict[str, Any]:
    parts = list(found.values())
    values: dict[str, Any] = {name: sum(part[name] for part in parts) for name in SUMMED}
    seen = [part["last_on"] for part in parts if part["last_on"] is not None]
    linked = [account.linked_on for account in accounts]
    values["last_on"] = max(seen, default=None)
    values["quiet_since"] = max(seen or linked, default=joined_on)
    values |= _in_words(together)
    values["risk"] = _risk(values, any(one.snapshots > 1 for one in accounts), rules)
    values["moves_on"] = min([part["moves_on"] for part in parts], default=NEVER)
    too_long = values["quiet_since"] + timedelta(days=rules.inactive_days + 1)
    if values["accounts"] and too_long > rules.today:
        values["moves_on"] = min(values["moves_on"], too_long)
    return values


def _risk(values: Mapping[str, Any], measured: bool, rules: Rules) -> Risk:
    if not values["accounts"]:
        return Risk.NO_ACCOUNT
    if values["quiet_since"] < rules.today - timedelta(days=rules.inactive_days):
        return Risk.INACTIVE
    if rules.no_growth and measured and values["growth"] <= 0:
        return Risk.NO_GROWTH
    return Risk.NONE


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """Add what leaderboards rank by: negated, and never above 0."""
    rating = average_hundredths(values["rating_sum"], values["rated"])
    ranks = {
        "total_down": values["total"],
        "score_down": values.pop("score"),
        "rating_down": rating,
        "week_down": values["week"],
        "month_down": values["month"],
    }
    return values | {name: -max(value, 0) for name, value in ranks.items()}


def weekly(days: Iterable[Gain]) -> dict[date, tuple[int, int, int]]:
    """Return for each week of a student what was gained, how many snapshots it had, and 1 if anything was gained."""
    gained: Counter[date] = Counter()
    number: Counter[date] = Counter()
    for one in days:
        gained[one.week] += one.gain
        number[one.week] += 1
    return {week: (gained[week], number[week], int(gained[week] > 0)) for week in number}
