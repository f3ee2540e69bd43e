"""The placement report: offers and who was hired, by year and department, with the median of what is paid in a year.

Read from the counted offers (models/figures.py). A line about few offers shows neither its median nor, when leaving it
out would leave one that can be worked out, the only other small one's: see `_hidden`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.models.applications import Stage
from quad.careers.models.figures import PlacementFigures
from quad.careers.service import rules
from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.core.settings import value
from quad.institution.models import Department

NOWHERE = 0


@dataclass(frozen=True)
class Line:
    """Offers of one group. `median` is None where nothing was said or the group is too small to be shown.

    `offers` counts offers that stand or were taken, `hired` those taken; both None when the group is too small.
    """

    key: int
    offers: int | None
    hired: int | None
    median: Decimal | None
    small: bool


@dataclass(frozen=True)
class Placement:
    """The report of a year (None: of all years) in one currency."""

    year: int | None
    currency: str
    whole: Line
    departments: tuple[Line, ...]
    years: tuple[int, ...]
    currencies: tuple[str, ...]
    least: int


@dataclass
class _Counted:
    offers: int = 0
    hired: int = 0
    amounts: dict[Decimal, int] | None = None

    def add(self, stage: str, amount: Decimal, number: int) -> None:
        self.offers += number
        if stage == Stage.HIRED:
            self.hired += number
        if amount > 0:
            known = self.amounts = self.amounts if self.amounts is not None else {}
            known[amount] = known.get(amount, 0) + number


def report(
    db: Session,
    *,
    year: int | None = None,
    currency: str = "",
    departments: Sequence[int] | None = None,
) -> Placement:
    """Return the report (one statement). `departments` None means the whole institution. The caller asked the policy.

    Offers of which no salary is known count in every currency.
    """
    query = select(
        PlacementFigures.year,
        PlacementFigures.department_id,
        PlacementFigures.currency,
        PlacementFigures.yearly,
        PlacementFigures.stage,
        PlacementFigures.number,
    ).where(PlacementFigures.number > 0)
    if departments is not None:
        query = query.where(PlacementFigures.department_id.in_(departments))
    rows: list[Any] = list(plain_rows(db, query))
    least = value(db, rules.SMALL_GROUP)
    currencies = sorted({row.currency for row in rows if row.currency})
    usual = value(db, rules.CURRENCY)
    chosen = currency or (usual if usual in currencies or not currencies else currencies[0])
    counted: defaultdict[int, _Counted] = defaultdict(_Counted)
    whole = _Counted()
    for row in rows:
        if (year is None or row.year == year) and row.currency in ("", chosen):
            for group in (counted[row.department_id], whole):
                group.add(row.stage, row.yearly, int(row.number))
    hidden = _hidden({key: one.offers for key, one in counted.items()}, least)
    return Placement(
        year=year,
        currency=chosen,
        whole=_line(NOWHERE, whole, small=whole.offers < least),
        departments=tuple(
            _line(key, one, small=key in hidden)
            for key, one in sorted(counted.items(), key=lambda item: (-item[1].offers, item[0]))
        ),
        years=tuple(sorted({row.year for row in rows}, reverse=True)),
        currencies=tuple(currencies),
        least=least,
    )


def _hidden(sizes: Mapping[int, int], least: int) -> set[int]:
    """Return the groups that are not shown: small ones and, beside a single small one, the next smallest.

    The whole less all shown groups would otherwise tell the one that is left out.
    """
    small = {key for key, size in sizes.items() if size < least}
    if len(small) == 1 and len(sizes) > 1:
        rest = sorted((size, key) for key, size in sizes.items() if key not in small)
        small.add(rest[0][1])
    return small


def _line(key: int, one: _Counted, *, small: bool) -> Line:
    if small:
        return Line(key, None, None, None, small=True)
    return Line(key, one.offers, one.hired, median((one.amounts or {}).items()), small=False)


def median(amounts: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """Return the middle of amounts that come with how often each stands; of two middles their exact mean."""
    ordered = sorted(amounts)
    total = sum(number for _amount, number in ordered)
    if not total:
        return None
    first, second = (total - 1) // 2, total // 2
    found, seen = [Decimal(0), Decimal(0)], 0
    for amount, number in ordered:
        for place, wanted in enumerate((first, second)):
            if seen <= wanted < seen + number:
                found[place] = amount
        seen += number
    return (found[0] + found[1]) / 2


def seen_by(
    db: Session, actor: Actor, year: int | None, currency: str
) -> tuple[Placement, Mapping[int, str]]:
    """Return the report as far as `actor` may see it, and the names of departments. Raises Forbidden, SignedOut."""
    policy.SEE_REPORT.require(actor)
    whole = actor.has(*policy.OFFICE)
    found = report(
        db,
        year=year,
        currency=currency.upper(),
        departments=None if whole else actor.departments("hod"),
    )
    keys = [line.key for line in found.departments]
    rows = db.execute(select(Department.id, Department.name).where(Department.id.in_(keys)))
    return found, {row.id: row.name for row in rows}
