"""How many students there are, by department, cohort, status and CGPA: read from the cube, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from quad.academics.models.figures import BAND, StudentFigures
from quad.academics.models.people import StudentStatus
from quad.academics.models.tallies import TEACHERS
from quad.core.db.rows import plain_rows
from quad.core.db.types import Fixed
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.reporting import Scope, ratio
from quad.core.settings import Setting, value
from quad.core.tallies import TallyRow

STUDYING = (StudentStatus.ACTIVE, StudentStatus.ON_LEAVE)
STEP = Decimal(BAND).scaleb(-2)


def _risk(text: str) -> None:
    try:
        limit = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(_("Write a number, such as 5 or 5.5.")) from error
    if not limit.is_finite() or not 0 <= limit <= 100 or limit % STEP:
        raise ValueError(_("Use a multiple of 0.5 from 0 to 100."))


RISK = Setting(
    key="academics.risk_cgpa",
    label=_l("CGPA below which a student counts as at risk"),
    hint=_l(
        "A rule for the analytics, in steps of half a grade point: it counts and predicts nothing. 0: nobody."
    ),
    default="5",
    kind="text",
    group=_l("Analytics"),
    check=_risk,
)


@dataclass(frozen=True)
class Counted:
    """Students of one kind. `graded` of those studying have an average, of which `cgpa` is the sum.

    `known` and `sum` are the same over everybody but those who withdrew.
    """

    number: int = 0
    studying: int = 0
    graded: int = 0
    cgpa: Decimal = Decimal(0)
    risk: int = 0
    graduated: int = 0
    withdrawn: int = 0
    known: int = 0
    sum: Decimal = Decimal(0)

    @property
    def average(self) -> Decimal | None:
        """The average CGPA of those studying."""
        return ratio(self.cgpa, self.graded)

    @property
    def average_of_all(self) -> Decimal | None:
        """The average CGPA of those studying and those who have graduated."""
        return ratio(self.sum, self.known)


@dataclass(frozen=True)
class StudentCounts:
    """Everything the analytics say about students. Departments are by number, 0 for none; bands by lower bound."""

    whole: Counted
    teachers: int
    departments: dict[int, Counted]
    cohorts: dict[int, Counted]
    statuses: dict[StudentStatus, int]
    bands: dict[Decimal, int]
    without_average: int


def risk_below(db: Session) -> Decimal:
    """Return the CGPA below which a student counts as at risk."""
    return Decimal(value(db, RISK).strip())


def within(scoped: bool, column: Any) -> Sequence[ColumnElement[bool]]:
    """Return the clause that keeps a cube within the departments asked about; `places` says which."""
    return (column.in_(bindparam("departments", expanding=True)),) if scoped else ()


def places(scope: Scope) -> dict[str, Any]:
    """Return the values for the clause of `within`."""
    return {} if scope.departments is None else {"departments": list(scope.departments)}


def count(db: Session, scope: Scope) -> StudentCounts:
    """Count the students asked about (one statement)."""
    found: dict[str, dict[str, Counted]] = {}
    asked = {"risk": risk_below(db), **places(scope)}
    rows: Any = plain_rows(db, _statement(scope.departments is not None), asked)
    for kind, key, *numbers in rows:
        found.setdefault(kind, {})[key] = _counted(numbers)
    departments = {int(key): one for key, one in found.get("department", {}).items()}
    bands = {Decimal(key).scaleb(-2): one.studying for key, one in found.get("band", {}).items()}
    return StudentCounts(
        _sum(departments.values()),
        found["teachers"][""].number,
        departments,
        {int(key): one for key, one in sorted(found.get("cohort", {}).items())},
        {StudentStatus(key): one.number for key, one in found.get("status", {}).items()},
        {low: bands[low] for low in sorted(bands) if low >= 0 and bands[low]},
        sum(many for low, many in bands.items() if low < 0),
    )


@lru_cache(2)
def _statement(scoped: bool) -> Any:
    """Return the statement, made once: putting it together takes longer than the database needs to answer it."""
    one = StudentFigures
    return union_all(
        _part("department", one.department_id, scoped),
        _part("cohort", one.cohort, scoped),
        _part("status", one.status, scoped),
        _part("band", one.band, scoped),
        _teachers(scoped),
    )


def _part(kind: str, key: Any, scoped: bool) -> Select[Any]:
    one = StudentFigures
    risk = bindparam("risk", type_=Fixed(2))
    studying = one.status.in_([status.value for status in STUDYING])
    staying = one.status != StudentStatus.WITHDRAWN.value
    graded = one.band >= 0

    def total(column: Any, *which: ColumnElement[bool]) -> Any:
        chosen = column
        for clause in which:
            chosen = case((clause, chosen), else_=0)
        return func.coalesce(func.sum(chosen), 0)

    return (
        select(
            literal(kind, String(20)),
            cast(key, String(40)),
            total(one.number),
            total(one.number, studying),
            total(one.number, studying, graded),
            total(one.cgpa, studying, graded),
            total(one.number, studying, graded, one.band < risk),
            total(one.number, one.status == StudentStatus.GRADUATED.value),
            total(one.number, one.status == StudentStatus.WITHDRAWN.value),
            total(one.number, staying, graded),
            total(one.cgpa, staying, graded),
        )
        .where(one.number > 0, *within(scoped, one.department_id))
        .group_by(key)
    )


def _teachers(scoped: bool) -> Any:
    number = func.coalesce(func.sum(TallyRow.value), 0)
    rest: list[Any] = [literal(0) for _place in range(8)]
    return select(literal("teachers", String(20)), literal("", String(40)), number, *rest).where(
        TallyRow.name == TEACHERS.name, *within(scoped, TallyRow.scope)
    )


def _counted(numbers: Sequence[Any]) -> Counted:
    number, studying, graded, cgpa, risk, graduated, withdrawn, known, total = numbers
    return Counted(
        int(number),
        int(studying),
        int(graded),
        _sum_of(cgpa),
        int(risk),
        int(graduated),
        int(withdrawn),
        int(known),
        _sum_of(total),
    )


def _sum_of(stored: Any) -> Decimal:
    """Return a sum of averages; through a CASE a database gives the scaled whole number."""
    return stored if isinstance(stored, Decimal) else Decimal(int(stored)).scaleb(-2)


def _sum(parts: Iterable[Counted]) -> Counted:
    whole = Counted()
    for one in parts:
        whole = Counted(
            whole.number + one.number,
            whole.studying + one.studying,
            whole.graded + one.graded,
            whole.cgpa + one.cgpa,
            whole.risk + one.risk,
            whole.graduated + one.graduated,
            whole.withdrawn + one.withdrawn,
            whole.known + one.known,
            whole.sum + one.sum,
        )
    return whole
