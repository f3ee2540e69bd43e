"""What one student has reached, and what the institution, a department or one's own students have together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import ALL, Figure, GroupTotal
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import reckoning
from quad.coding.service.snapshots import readable
from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, NotFound
from quad.core.i18n import gettext as _
from quad.core.listing.rights import allowed
from quad.core.policy import Actor, Gate, Permission
from quad.identity.models.accounts import User
from quad.institution.models import Department

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class OnPlatform:
    """One linked account with its latest numbers."""

    platform_account_id: int
    platform_name: str
    platform: str
    username: str
    latest_total_solved: int
    latest_rating: int
    last_snapshot_date: date | None
    total_growth: int
    growth_percentage: Decimal
    easy: int
    medium: int
    hard: int
    score: int


@dataclass(frozen=True)
class Summary:
    """One student with all linked accounts."""

    student: Any
    platforms: tuple[OnPlatform, ...]

    @property
    def total_solved(self) -> int:
        """Problems solved on all platforms."""
        return sum(one.latest_total_solved for one in self.platforms)

    @property
    def growth(self) -> int:
        """Growth on all platforms."""
        return sum(one.total_growth for one in self.platforms)

    @property
    def rating_average(self) -> Decimal:
        """The average over accounts that have a rating, 0 when none has."""
        rated = [one.latest_rating for one in self.platforms if one.latest_rating > 0]
        return average(sum(rated), len(rated))


def average(total: int, count: int) -> Decimal:
    """Return an average with two decimals, rounded half up; 0 of nothing."""
    return Decimal(reckoning.average_hundredths(total, count)) / HUNDRED


def percentage(growth: int, previous: int) -> Decimal:
    """Return growth in percent of what was there before, two decimals, half away from zero; 0 of nothing."""
    if previous <= 0:
        return Decimal(0)
    size = (2 * abs(growth) * 10_000 + previous) // (2 * previous)
    return Decimal(size if growth >= 0 else -size) / HUNDRED


def own_summary(db: Session, actor: Actor) -> Summary:
    """Return one's own summary (two queries). Raises Forbidden without a student record."""
    student = _student(db, policy.OWN_STUDENT.where(actor))
    if student is None:
        raise Forbidden(_("You have no student profile."))
    return Summary(student, _platforms(db, student.id))


def mentee_summary(db: Session, actor: Actor, student_id: int) -> Summary:
    """Return the summary of a student assigned to one. Raises NotFound, Forbidden."""
    policy.KNOW_STUDENT.get(db, actor, student_id)
    if not policy.MENTORED.allowed(db, actor, [student_id]):
        raise Forbidden(_("Student not assigned to you"))
    return summary(db, student_id)


def seen_summary(db: Session, actor: Actor, student_id: int) -> tuple[Summary, bool]:
    """Return the summary of a student one may see, and whether one looks after the student. Raises NotFound."""
    rights: dict[str, Permission[Any] | Gate] = {
        "see": policy.SEE_STUDENT,
        "tend": policy.TEND_STUDENT,
    }
    may = allowed(db, actor, [student_id], rights)
    if not may["see"]:
        raise NotFound
    return summary(db, student_id), bool(may["tend"])


def summary(db: Session, student_id: int) -> Summary:
    """Return a student's summary; the caller has asked (two queries)."""
    student = _student(db, Student.id == student_id)
    if student is None:
        raise NotFound
    return Summary(student, _platforms(db, student_id))


def _student(db: Session, which: ColumnElement[bool]) -> Any:
    return plain_rows(
        db,
        select(
            Student.id,
            Student.user_id,
            Student.register_number,
            Student.admission_year,
            Student.department_id,
            Student.class_id,
            User.full_name,
            User.email_as_typed.label("email"),
            Department.name.label("department_name"),
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .where(which),
    ).first()


def _platforms(db: Session, student_id: int) -> tuple[OnPlatform, ...]:
    rows = plain_rows(
        db,
        select(
            CodingAccount.id,
            CodingAccount.username,
            Platform.key,
            Platform.name,
            Figure.total,
            Figure.rating_sum,
            Figure.last_on,
            Figure.growth,
            Figure.previous,
            Figure.easy,
            Figure.medium,
            Figure.hard,
            Figure.score_down,
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .outerjoin(
            Figure,
            (Figure.student_id == CodingAccount.student_id)
            & (Figure.platform_id == CodingAccount.platform_id),
        )
        .where(CodingAccount.student_id == student_id, CodingAccount.unlinked_at.is_(None))
        .order_by(Platform.position, Platform.id),
    )
    return tuple(_on_platform(row) for row in rows)


def _on_platform(row: Any) -> OnPlatform:
    growth, previous = int(row.growth or 0), int(row.previous or 0)
    return OnPlatform(
        platform_account_id=row.id,
        platform_name=row.key,
        platform=row.name,
        username=row.username,
        latest_total_solved=int(row.total or 0),
        latest_rating=int(row.rating_sum or 0),
        last_snapshot_date=row.last_on,
        total_growth=growth,
        growth_percentage=percentage(growth, previous),
        easy=int(row.easy or 0),
        medium=int(row.medium or 0),
        hard=int(row.hard or 0),
        score=-int(row.score_down or 0),
    )


@dataclass(frozen=True)
class Growth:
    """The latest approved snapshot of an account against the one before it."""

    platform_account_id: int
    latest_snapshot_date: date
    previous_snapshot_date: date
    latest_total_solved: int
    previous_total_solved: int
    total_growth: int
    growth_percentage: Decimal
    latest_rating: int | None
    previous_rating: int | None
    rating_growth: int | None


def growth(db: Session, actor: Actor, account_id: int) -> Growth | None:
    """Return the growth of an account one may see, None with fewer than two approved snapshots.

    Raises NotFound, Forbidden.
    """
    account = readable(db, actor, account_id)
    rows = db.execute(
        select(Snapshot.taken_on, Snapshot.total_solved, Snapshot.contest_rating)
        .where(Snapshot.account_id == account.id, Snapshot.status == Status.APPROVED)
        .order_by(Snapshot.taken_on.desc())
        .limit(2)
    ).all()
    if len(rows) < 2:
        return None
    new, old = rows
    gained = new.total_solved - old.total_solved
    both = new.contest_rating is not None and old.contest_rating is not None
    return Growth(
        platform_account_id=account.id,
        latest_snapshot_date=new.taken_on,
        previous_snapshot_date=old.taken_on,
        latest_total_solved=new.total_solved,
        previous_total_solved=old.total_solved,
        total_growth=gained,
        growth_percentage=percentage(gained, old.total_solved),
        latest_rating=new.contest_rating,
        previous_rating=old.contest_rating,
        rating_growth=new.contest_rating - old.contest_rating if both else None,
    )


@dataclass(frozen=True)
class Together:
    """What many students have together."""

    total_students: int
    total_departments: int
    total_linked_platforms: int
    total_problems_solved: int
    average_rating: Decimal
    total_growth: int


_SUMS = (
    func.coalesce(func.sum(GroupTotal.students), 0).label("students"),
    func.coalesce(func.sum(GroupTotal.accounts), 0).label("accounts"),
    func.coalesce(func.sum(GroupTotal.total), 0).label("total"),
    func.coalesce(func.sum(GroupTotal.rating_sum), 0).label("rating_sum"),
    func.coalesce(func.sum(GroupTotal.rated), 0).label("rated"),
    func.coalesce(func.sum(GroupTotal.growth), 0).label("growth"),
)


def institution(db: Session, actor: Actor) -> Together:
    """Return the totals of everybody in one's scope. Raises Forbidden."""
    policy.ANALYSE.require(actor)
    departments = scope_departments(actor)
    if departments is None:
        row = db.execute(_mentored_sums(actor)).one()
        count = int(row.departments)
    else:
        row = db.execute(select(*_SUMS).where(groups(departments))).one()
        count = db.scalar(_count_departments(departments)) or 0
    return Together(
        total_students=int(row.students),
        total_departments=count,
        total_linked_platforms=int(row.accounts),
        total_problems_solved=int(row.total),
        average_rating=average(int(row.rating_sum), int(row.rated)),
        total_growth=int(row.growth),
    )


EVERYWHERE: tuple[int, ...] = ()


def scope_departments(actor: Actor) -> tuple[int, ...] | None:
    """Return the departments one's figures are about: () for all, None when they are about one's own students."""
    if actor.has("admin"):
        return EVERYWHERE
    return actor.departments("hod") or None


def groups(departments: tuple[int, ...]) -> ColumnElement[bool]:
    """Return the clause for the groups of these departments, or of all (())."""
    if not departments:
        return GroupTotal.department_id >= 0
    return GroupTotal.department_id.in_(departments)


def _count_departments(departments: tuple[int, ...]) -> Select[int]:
    query = select(func.count(Department.id)).where(Department.deleted_at.is_(None))
    return query.where(Department.id.in_(departments)) if departments else query


def mine(actor: Actor) -> ColumnElement[bool]:
    """Return the clause for the figures, over all platforms, of the ranked students assigned to one."""
    students = select(Student.id).where(policy.MENTORED.where(actor, many=True))
    return and_(Figure.platform_id == ALL, Figure.ranked.is_(True), Figure.student_id.in_(students))


def _mentored_sums(actor: Actor) -> Any:
    department = func.nullif(Figure.department_id, 0)
    return select(
        func.count(Figure.id).label("students"),
        func.count(department.distinct()).label("departments"),
        func.coalesce(func.sum(Figure.accounts), 0).label("accounts"),
        func.coalesce(func.sum(Figure.total), 0).label("total"),
        func.coalesce(func.sum(Figure.rating_sum), 0).label("rating_sum"),
        func.coalesce(func.sum(Figure.rated), 0).label("rated"),
        func.coalesce(func.sum(Figure.growth), 0).label("growth"),
    ).where(mine(actor))


@dataclass(frozen=True)
class OfDepartment:
    """One department's students together."""

    department_id: int
    department_name: str
    total_students: int
    total_solved: int
    with_account: int
    growth: int
    week: int
    month: int
    at_risk: int


def departments(db: Session, actor: Actor) -> Sequence[OfDepartment]:
    """Return the departments in one's scope, the one with the most problems solved first. Raises Forbidden."""
    policy.ANALYSE.require(actor)
    scope = scope_departments(actor)
    rows = db.execute(_mentored_departments(actor) if scope is None else _by_department(scope))
    found = [OfDepartment(row.id, row.name, *(int(value) for value in row[2:])) for row in rows]
    return sorted(found, key=lambda one: (-one.total_solved, one.department_name))


def _by_department(scope: tuple[int, ...]) -> Any:
    risky = GroupTotal.no_account + GroupTotal.inactive + GroupTotal.no_growth
    numbers = (
        GroupTotal.students,
        GroupTotal.total,
        GroupTotal.with_account,
        GroupTotal.growth,
        GroupTotal.week,
        GroupTotal.month,
        risky,
    )
    query = (
        select(
            Department.id,
            Department.name,
            *(
                func.coalesce(func.sum(number), 0).label(f"n{at}")
                for at, number in enumerate(numbers)
            ),
        )
        .outerjoin(GroupTotal, GroupTotal.department_id == Department.id)
        .where(Department.deleted_at.is_(None))
        .group_by(Department.id, Department.name)
    )
    return query.where(Department.id.in_(scope)) if scope else query


def _mentored_departments(actor: Actor) -> Any:
    numbers = (Figure.total, Figure.growth, Figure.week, Figure.month)
    total, grown, week, month = (func.coalesce(func.sum(number), 0) for number in numbers)
    with_account = func.coalesce(func.sum(func.sign(Figure.accounts)), 0)
    at_risk = func.count(func.nullif(Figure.risk, "none"))
    return (
        select(
            Department.id,
            Department.name,
            func.count(Figure.id).label("n0"),
            total.label("n1"),
            with_account.label("n2"),
            grown.label("n3"),
            week.label("n4"),
            month.label("n5"),
            at_risk.label("n6"),
        )
        .join(Department, Department.id == Figure.department_id)
        .where(mine(actor))
        .group_by(Department.id, Department.name)
    )
