"""Counts that many students share: what one student adds to them, and how a difference gets in.

A student's share is taken out and put in as one difference per row, in one order everywhere, by statements that add;
so two units never overwrite each other, and units that touch the same rows wait instead of ending in a deadlock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from quad.coding.models.figures import ALL, GroupTotal, GroupWeek, Metric, RankCount, Risk, Scope
from quad.coding.service import pushing
from quad.core.db.changes import plain
from quad.core.db.model import Model
from quad.core.db.upsert import upsert

TOTALS = (
    "students",
    "with_account",
    "accounts",
    "total",
    "score",
    "growth",
    "week",
    "month",
    "easy",
    "medium",
    "hard",
    "rating_sum",
    "rated",
    "no_account",
    "inactive",
    "no_growth",
)
WEEKS = ("gain", "snapshots", "active")
ORDERS = {
    Metric.TOTAL: "total_down",
    Metric.SCORE: "score_down",
    Metric.RATING: "rating_down",
    Metric.WEEK: "week_down",
    Metric.MONTH: "month_down",
}
RANK_KEY = ("platform_id", "metric", "scope", "scope_id", "value")
GROUP_KEY = ("department_id", "admission_year")
WEEK_KEY = ("department_id", "admission_year", "week")

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Kind:
    """One table of shared counts: what its rows are known by (and how that is read from JSON), and what they count."""

    word: str
    model: type[Model]
    key: tuple[str, ...]
    reads: tuple[Callable[[Any], Any], ...]
    names: tuple[str, ...]


RANKS = Kind("ranks", RankCount, RANK_KEY, (int, Metric, Scope, int, int), ("number",))
GROUPS = Kind("groups", GroupTotal, GROUP_KEY, (int, int), TOTALS)
IN_WEEKS = Kind("weeks", GroupWeek, WEEK_KEY, (int, int, date.fromisoformat), WEEKS)
KINDS = (RANKS, GROUPS, IN_WEEKS)
Moved = dict[Kind, dict[Key, dict[str, int]]]


@dataclass
class Shares:
    """What is to be added to the shared counts, by row."""

    ranks: Counter[Key] = field(default_factory=Counter)
    groups: dict[Key, Counter[str]] = field(default_factory=dict)
    weeks: dict[Key, Counter[str]] = field(default_factory=dict)

    def put(
        self, figures: Iterable[Values], weeks: Mapping[date, tuple[int, int, int]], sign: int
    ) -> None:
        """Add (`sign` 1) or take (-1) a student's share. Who is not ranked has none."""
        for figure in figures:
            if not figure["ranked"]:
                continue
            self._rank(figure, sign)
            if figure["platform_id"] == ALL:
                place = (figure["department_id"], figure["admission_year"])
                self.groups.setdefault(place, Counter()).update(_total(figure, sign))
                for week, numbers in weeks.items():
                    share = {
                        name: sign * number for name, number in zip(WEEKS, numbers, strict=True)
                    }
                    self.weeks.setdefault((*place, week), Counter()).update(share)

    def moved(self) -> Moved:
        """Return what differs, by table and row."""
        ranks = {key: {"number": number} for key, number in self.ranks.items() if number}
        return {RANKS: ranks, GROUPS: _moved(self.groups), IN_WEEKS: _moved(self.weeks)}

    def _rank(self, figure: Values, sign: int) -> None:
        scopes = [(Scope.INSTITUTION, 0), (Scope.BATCH, figure["admission_year"])]
        if figure["department_id"]:
            scopes.append((Scope.DEPARTMENT, figure["department_id"]))
        for metric, order in ORDERS.items():
            value = -figure[order]
            if value > 0:
                for scope, scope_id in scopes:
                    key = (figure["platform_id"], metric, scope, scope_id, value)
                    self.ranks[key] += sign


def _total(figure: Values, sign: int) -> dict[str, int]:
    share = {
        "students": 1,
        "with_account": int(figure["accounts"] > 0),
        "score": -figure["score_down"],
        "no_account": int(figure["risk"] is Risk.NO_ACCOUNT),
        "inactive": int(figure["risk"] is Risk.INACTIVE),
        "no_growth": int(figure["risk"] is Risk.NO_GROWTH),
    }
    share |= {name: figure[name] for name in TOTALS if name not in share}
    return {name: sign * number for name, number in share.items()}


def apply(db: Session, moved: Moved) -> None:
    """Bring differences into the tables, and let open leaderboards know."""
    pushing.moved(db)
    for kind, rows in moved.items():
        add_up(db, kind.model, kind.key, kind.names, rows)


def as_json(moved: Moved) -> dict[str, Any]:
    """Return differences as plain JSON values."""
    return {
        kind.word: [
            [*map(plain, key), [share.get(name, 0) for name in kind.names]]
            for key, share in rows.items()
        ]
        for kind, rows in moved.items()
    }


def from_json(given: Mapping[str, Any]) -> Moved:
    """Read what `as_json` wrote."""
    found: Moved = {}
    for kind in KINDS:
        rows = given.get(kind.word, ())
        found[kind] = {
            tuple(read(one) for read, one in zip(kind.reads, key, strict=True)): dict(
                zip(kind.names, numbers, strict=True)
            )
            for *key, numbers in rows
        }
    return found


def _moved(shares: Mapping[Key, Counter[str]]) -> dict[Key, dict[str, int]]:
    return {
        key: dict(share)
        for key, share in shares.items()
        if any(number for number in share.values())
    }


def add_up(
    db: Session,
    model: type[Model],
    key: Sequence[str],
    names: Sequence[str],
    rows: Mapping[Key, Mapping[str, int]],
) -> None:
    """Add `rows` (key to numbers) to what the table has; rows that are not there yet come to be."""
    ordered = sorted(rows.items(), key=lambda item: item[0])
    values = [
        {**dict(zip(key, place, strict=True)), **{name: share.get(name, 0) for name in names}}
        for place, share in ordered
    ]
    if values:
        statement = upsert(db, model, key, names, add=True)
        db.connection().execute(statement, values)
