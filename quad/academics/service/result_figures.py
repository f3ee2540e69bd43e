"""How results came out, by term, department, cohort and letter: read from the cube."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import String, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from quad.academics.models.figures import ResultFigures
from quad.academics.service.student_figures import places, within
from quad.core.db.rows import plain_rows
from quad.core.reporting import Period, Scope, ratio, share

HIDDEN_PLACES = 4  # a product of two numbers with two decimals each


@dataclass(frozen=True)
class Outcome:
    """Results that count: how many, how many pass, and what the average grade point is made of."""

    number: int = 0
    passes: int = 0
    graded: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.number + other.number,
            self.passes + other.passes,
            self.graded + other.graded,
            self.weighted + other.weighted,
        )

    @property
    def pass_rate(self) -> Decimal | None:
        """Those who pass, in per cent."""
        return share(self.passes, self.number)

    @property
    def average(self) -> Decimal | None:
        """The average grade point, weighted by credits."""
        return ratio(self.weighted, self.graded)


@dataclass(frozen=True)
class ResultCounts:
    """Everything the analytics say about results.

    `by_term` has every term asked about that has results. The rest is of `focus`: the chosen term, else the latest one
    with results. A letter comes with whether it passes; departments are by number, 0 for none.
    """

    by_term: Mapping[int, Outcome]
    focus: Period | None
    before: Period | None
    by_letter: Mapping[tuple[str, bool], Outcome]
    by_department: Mapping[int, Outcome]
    by_cohort: Mapping[int, Outcome]

    @property
    def now(self) -> Outcome:
        """The results of the term in focus."""
        return self.by_term.get(self.focus.id, Outcome()) if self.focus else Outcome()


def _sums() -> tuple[Any, ...]:
    one = ResultFigures
    return (
        func.sum(one.number),
        func.sum(one.number * one.passed),
        func.sum(one.graded),
        func.sum(one.weighted),
    )


def count(db: Session, scope: Scope) -> ResultCounts:
    """Count the results asked about (two statements)."""
    known = {period.id: period for period in scope.terms}
    scoped = scope.departments is not None
    asked = places(scope)
    terms: Any = plain_rows(db, _by_term(scoped), asked)
    by_term = {row[0]: _outcome(row[1:]) for row in terms if row[0] in known}
    there = [period for period in scope.terms if period.id in by_term]
    focus = scope.term or (there[-1] if there else None)
    earlier = [p for p in there if focus is not None and p.starts_on < focus.starts_on]
    parts: dict[tuple[str, str, int], Outcome] = {}
    if focus is not None:
        rows: Any = plain_rows(db, _of_term(scoped), {"term": focus.id, **asked})
        for row in rows:
            parts[row[0], str(row[1]), int(row[2])] = _outcome(row[3:])
    return ResultCounts(
        {period.id: by_term[period.id] for period in there},
        focus,
        earlier[-1] if earlier else None,
        {
            (key, bool(flag)): found
            for (kind, key, flag), found in parts.items()
            if kind == "letter"
        },
        {int(key): found for (kind, key, _f), found in parts.items() if kind == "department"},
        {int(key): found for (kind, key, _f), found in sorted(parts.items()) if kind == "cohort"},
    )


# Made once each: putting them together takes longer than the database needs to answer them.
@lru_cache(2)
def _by_term(scoped: bool) -> Any:
    one = ResultFigures
    counted = (one.number > 0, *within(scoped, one.department_id))
    return select(one.term_id, *_sums()).where(*counted).group_by(one.term_id)


@lru_cache(2)
def _of_term(scoped: bool) -> Any:
    one = ResultFigures
    nothing = literal(0)
    parts = [
        _part("letter", one.letter, one.passed),
        _part("department", one.department_id, nothing),
        _part("cohort", one.cohort, nothing),
    ]
    clauses = (
        one.term_id == bindparam("term"),
        one.number > 0,
        *within(scoped, one.department_id),
    )
    return union_all(*(part.where(*clauses) for part in parts))


@lru_cache(2)
def _by_cohort(scoped: bool) -> Any:
    one = ResultFigures
    return (
        select(one.cohort, one.term_id, *_sums())
        .where(one.number > 0, *within(scoped, one.department_id))
        .group_by(one.cohort, one.term_id)
    )


def _part(kind: str, key: Any, flag: Any) -> Any:
    shown = select(literal(kind, String(20)), cast(key, String(40)), flag, *_sums())
    return shown.group_by(key, flag) if flag is ResultFigures.passed else shown.group_by(key)


def of_cohorts(db: Session, scope: Scope) -> Mapping[tuple[int, int], Outcome]:
    """Return the results of each cohort in each term, by (year of admission, term); one statement."""
    rows: Any = plain_rows(db, _by_cohort(scope.departments is not None), places(scope))
    return {(row[0], row[1]): _outcome(row[2:]) for row in rows}


def _outcome(sums: Any) -> Outcome:
    number, passes, graded, weighted = sums
    return Outcome(
        int(number),
        int(passes),
        Decimal(graded),
        Decimal(int(weighted)).scaleb(-HIDDEN_PLACES),
    )
