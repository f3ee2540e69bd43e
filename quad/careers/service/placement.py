"""The placement report: offers and who was hired, by year and department, with the median of what is paid in a year.

Read from the counted offers (models/figures.py). Nobody may work out a group that is too small to be shown by taking
what is shown from a sum, so there are two rules, which hold for everybody who asks, whatever they ask for:

1. In one year of the whole institution small departments are left out, and with them as many of the next smallest as
   it takes for those left out to be two at least and no small group together (`_published`). Their sum, which the total
   of the year gives away, then tells none of them.
2. Every other sum, over all years or over some departments, adds up only what the first rule shows. It tells nothing
   that is not told already, so no difference of two sums does.

A median follows the same two rules, counted over the offers whose salary is known in its currency.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.models.applications import Stage
from quad.careers.models.figures import PlacementFigures
from quad.careers.service import rules
from quad.core.db.rows import plain_rows
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.institution.models import Department

NOWHERE = 0
Group = tuple[int, int]  # a year and a department
K = TypeVar("K", int, Group)


@dataclass(frozen=True)
class Line:
    """Offers of one group. `median` is None where too few salaries are known, or the group is not shown.

    `offers` counts offers that stand or were taken, `hired` those taken; both None (and `small`) when nothing of the
    group may be shown.
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
    """Offers of one year and department, and how often each salary was offered, in the currency asked for."""

    offers: int = 0
    hired: int = 0
    amounts: Counter[Decimal] = field(default_factory=Counter)

    def add(self, stage: str, amount: Decimal, number: int) -> None:
        """Count so many offers; an amount of 0 is one that is not known."""
        self.offers += number
        if stage == Stage.HIRED:
            self.hired += number
        if amount > 0:
            self.amounts[amount] += number


@dataclass(frozen=True)
class _Published:
    """What may be shown: `groups` of a year and a department, and the `years` whose total may."""

    groups: frozenset[Group]
    years: frozenset[int]

    def has(self, group: Group, *, as_years: bool) -> bool:
        """Tell whether a group may be shown, or (`as_years`) be part of the total of its year."""
        return group[0] in self.years if as_years else group in self.groups


def report(
    db: Session,
    *,
    year: int | None = None,
    currency: str = "",
    departments: Sequence[int] | None = None,
) -> Placement:
    """Return the report (one statement). `departments` None means the whole institution. The caller asked the policy.

    Offers count whatever their currency is; `currency` chooses the salaries that medians are of. Offers of all
    departments are read in any case, since what may be shown of some depends on the others.
    """
    query = select(
        PlacementFigures.year,
        PlacementFigures.department_id,
        PlacementFigures.currency,
        PlacementFigures.yearly,
        PlacementFigures.stage,
        PlacementFigures.number,
    ).where(PlacementFigures.number > 0)
    return put_together(
        list(plain_rows(db, query)),
        least=value(db, rules.SMALL_GROUP),
        usual=value(db, rules.CURRENCY),
        year=year,
        currency=currency,
        departments=departments,
    )


def put_together(
    rows: Sequence[Any],
    *,
    least: int,
    usual: str,
    year: int | None = None,
    currency: str = "",
    departments: Sequence[int] | None = None,
) -> Placement:
    """Make the report of the counted offers of the whole institution; `usual` is the currency if none is asked for."""
    mine = [row for row in rows if departments is None or row.department_id in departments]
    currencies = sorted({row.currency for row in mine if row.currency})
    chosen = currency or (usual if usual in currencies or not currencies else currencies[0])
    counted = _counted(rows, chosen)
    offers = _published({group: one.offers for group, one in counted.items()}, least)
    paid = _published({group: one.amounts.total() for group, one in counted.items()}, least)
    wanted = [
        group
        for group in counted
        if year in (None, group[0]) and (departments is None or group[1] in departments)
    ]

    def line(key: int, groups: Iterable[Group], *, as_years: bool = False) -> Line:
        """Add up of `groups` what may be shown, each by itself or as part of its year."""
        shown = [group for group in groups if offers.has(group, as_years=as_years)]
        medians = [counted[group] for group in shown if paid.has(group, as_years=as_years)]
        return _line(key, [counted[group] for group in shown], medians)

    lines = [
        line(key, [group for group in wanted if group[1] == key])
        for key in {group[1] for group in wanted}
    ]
    return Placement(
        year=year,
        currency=chosen,
        whole=line(NOWHERE, wanted, as_years=departments is None),
        departments=tuple(sorted(lines, key=lambda one: (-(one.offers or 0), one.key))),
        years=tuple(sorted({row.year for row in mine}, reverse=True)),
        currencies=tuple(currencies),
        least=least,
    )


def _counted(rows: Iterable[Any], currency: str) -> dict[Group, _Counted]:
    counted: defaultdict[Group, _Counted] = defaultdict(_Counted)
    for row in rows:
        amount = row.yearly if row.currency == currency else Decimal(0)
        counted[row.year, row.department_id].add(row.stage, amount, int(row.number))
    return dict(counted)


def _published(sizes: Mapping[Group, int], least: int) -> _Published:
    """Say of which groups, and of which whole years, the numbers may be shown."""
    groups: set[Group] = set()
    years: set[int] = set()
    by_year: defaultdict[int, dict[Group, int]] = defaultdict(dict)
    for group, size in sizes.items():
        if size:
            by_year[group[0]][group] = size
    for year, within in by_year.items():
        hidden = _hidden(within, least)
        groups |= within.keys() - hidden
        if not hidden or _covers([within[group] for group in hidden], least):
            years.add(year)
    return _Published(frozenset(groups), frozenset(years))


def _hidden(sizes: Mapping[K, int], least: int) -> set[K]:
    """Return the groups of one total that are not shown: small ones, and the next smallest until these cover them."""
    small = {key for key, size in sizes.items() if size < least}
    rest = sorted((key for key in sizes if key not in small), key=lambda key: (sizes[key], key))
    for key in rest:
        if not small or _covers([sizes[each] for each in small], least):
            break
        small.add(key)
    return small


def _covers(sizes: Sequence[int], least: int) -> bool:
    """Tell whether the sum of these groups gives none of them away: several, not small together, and not one each."""
    return len(sizes) > 1 and sum(sizes) >= max(least, len(sizes) + 1)


def _line(key: int, shown: Sequence[_Counted], paid: Sequence[_Counted]) -> Line:
    if not shown:
        return Line(key, None, None, None, small=True)
    amounts: Counter[Decimal] = Counter()
    for one in paid:
        amounts.update(one.amounts)
    return Line(
        key,
        sum(one.offers for one in shown),
        sum(one.hired for one in shown),
        median(amounts.items()),
        small=False,
    )


def rule(least: int) -> str:
    """Say in one sentence what is left out of the report."""
    return _(
        "A department with fewer than %(n)s offers in a year is not shown, nor the next smallest where it would give "
        "that one away; sums over all years or over some departments leave out what is not shown.",
        n=least,
    )


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
