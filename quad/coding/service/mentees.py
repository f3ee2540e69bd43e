"""The students one looks after, with their numbers and whether they are at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.figures import ALL, Figure, Risk
from quad.coding.service import rules
from quad.coding.service.summaries import average, mine
from quad.core.errors import Forbidden
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorKind
from quad.identity.policy import mentees_as
from quad.institution.models import Department


def cutoff(db: Session) -> date:
    """Return the day before which a latest snapshot is too old."""
    return local_today(db) - timedelta(days=value(db, rules.INACTIVE_DAYS))


def risk_now(before: date) -> ColumnElement[str]:
    """Return the reason as it is today, even before the nightly work has noted a pause that became too long."""
    return case(
        (Figure.risk == Risk.NO_ACCOUNT, literal(Risk.NO_ACCOUNT.value)),
        (Figure.quiet_since < before, literal(Risk.INACTIVE.value)),
        (Figure.risk == Risk.INACTIVE, literal(Risk.NONE.value)),
        else_=Figure.risk,
    )


def at_risk_clause(before: date) -> ColumnElement[bool]:
    """Return the clause for figures of students at risk today."""
    return or_(
        Figure.risk.in_((Risk.NO_ACCOUNT, Risk.NO_GROWTH)),
        and_(Figure.quiet_since < before, Figure.accounts > 0),
    )


def rows(before: date) -> Any:
    """Select what lists of students at risk show, by name."""
    return (
        select(
            Figure.student_id,
            User.full_name,
            Student.register_number,
            Department.name.label("department_name"),
            Figure.total,
            Figure.growth,
            Figure.last_on,
            risk_now(before).label("risk"),
        )
        .join(Student, Student.id == Figure.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .order_by(Figure.sort_name, Figure.id)
    )


def of_advisor(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the students one is the advisor of. Raises Forbidden."""
    if not actor.has("advisor"):
        raise Forbidden(_("Access Denied. Advisor role required."))
    return db.execute(rows(cutoff(db)).where(_assigned(actor, MentorKind.ADVISOR))).all()


def of_counsellor(db: Session, actor: Actor, *, at_risk: bool = False) -> Sequence[Any]:
    """Return the students one is the counsellor of, or those of them at risk. Raises Forbidden."""
    _require_counsellor(actor)
    before = cutoff(db)
    query = rows(before).where(_assigned(actor, MentorKind.COUNSELLOR))
    if at_risk:
        query = query.where(at_risk_clause(before))
    return db.execute(query).all()


def _require_counsellor(actor: Actor) -> None:
    if not actor.has("counsellor"):
        raise Forbidden(_("Access Denied. Counsellor role required."))


def _assigned(actor: Actor, kind: MentorKind) -> ColumnElement[bool]:
    students = select(Student.id).where(Student.user_id.in_(mentees_as(actor, kind)))
    return and_(Figure.platform_id == ALL, Figure.ranked.is_(True), Figure.student_id.in_(students))


def at_risk(db: Session, actor: Actor) -> Sequence[Any]:
    """Return everybody at risk in one's scope. Raises Forbidden."""
    policy.ANALYSE.require(actor)
    before = cutoff(db)
    query = rows(before).where(at_risk_clause(before), scope(actor))
    return db.execute(query).all()


def scope(actor: Actor) -> ColumnElement[bool]:
    """Return the clause for the figures over all platforms that analytics of `actor` are about."""
    here = and_(Figure.platform_id == ALL, Figure.ranked.is_(True))
    if actor.has("admin"):
        return here
    departments = actor.departments("hod")
    if departments:
        return and_(here, Figure.department_id.in_(departments))
    return mine(actor)


@dataclass(frozen=True)
class CounsellorSummary:
    """A counsellor's students together."""

    department_name: str
    total_students: int
    total_solved: int
    average_growth: Decimal
    at_risk_count: int


def counsellor_summary(db: Session, actor: Actor) -> CounsellorSummary:
    """Return the numbers of the students one is the counsellor of. Raises Forbidden."""
    own = of_counsellor(db, actor)
    total_growth = sum(row.growth for row in own)
    size = average(abs(total_growth), len(own))
    return CounsellorSummary(
        department_name=_department(db, actor),
        total_students=len(own),
        total_solved=sum(row.total for row in own),
        average_growth=size if total_growth >= 0 else -size,
        at_risk_count=sum(row.risk != Risk.NONE for row in own),
    )


def _department(db: Session, actor: Actor) -> str:
    held = actor.departments("counsellor")
    name = db.scalar(select(Department.name).where(Department.id == held[0])) if held else None
    return name or _("Unknown Dept")
