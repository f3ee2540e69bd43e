"""Reading requests: one with everything around it, and how many wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.academics.models.reevaluation import (
    Reevaluation,
    ReevaluationMark,
    ReevaluationState,
    ReevaluationStep,
    Step,
)
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, Course, Offering
from quad.academics.policy import reevaluation as policy
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.institution.models import Term

# What a student does not read while it is under way.
QUIET = frozenset({Step.ANSWERED, Step.RETURNED, Step.REMINDED})


@dataclass(frozen=True)
class MarkInQuestion:
    """A component with the mark that stands and, once answered, the one proposed."""

    component_id: int
    name: str
    maximum: Decimal
    value: Decimal | None
    absent: bool
    asked: bool
    proposed: bool
    value_before: Decimal | None
    absent_before: bool
    new_value: Decimal | None
    new_absent: bool


@dataclass(frozen=True)
class StepOf:
    """One step of the history."""

    step: Step
    note: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class Request:
    """One request with the names around it, its marks and its history.

    `hidden`: the reader asked, and does not see the answer before it is confirmed.
    """

    row: Reevaluation
    student: str
    register_number: str
    student_user_id: int
    course: str
    code: str
    section: str
    term: str
    teacher: str | None
    component: str | None
    answered_by: str | None
    decided_by: str | None
    marks: Sequence[MarkInQuestion]
    steps: Sequence[StepOf]
    hidden: bool = False


def request_of(db: Session, actor: Actor, reevaluation_id: int) -> Request:
    """Return a request the actor may see (four queries).

    The student sees the answer once it is confirmed. Raises NotFound, SignedOut.
    """
    row = policy.REEVALUATION_READ.get(db, actor, reevaluation_id)
    teacher, answerer, decider = aliased(User), aliased(User), aliased(User)
    names = db.execute(
        select(
            User.full_name,
            Student.register_number,
            Student.user_id,
            Course.title,
            Course.code,
            Offering.section,
            Term.name,
            teacher.full_name,
            Component.name,
            answerer.full_name,
            decider.full_name,
        )
        .select_from(Reevaluation)
        .join(Student, Student.id == Reevaluation.student_id)
        .join(User, User.id == Student.user_id)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(Component, Component.id == Reevaluation.component_id)
        .outerjoin(teacher, teacher.id == Offering.faculty_id)
        .outerjoin(answerer, answerer.id == Reevaluation.answered_by)
        .outerjoin(decider, decider.id == Reevaluation.decided_by)
        .where(Reevaluation.id == row.id)
    ).one()
    own = names.user_id == actor.id and not actor.has("admin")
    hidden = own and row.open is not None
    return Request(row, *names, _marks(db, row, own, hidden), _steps(db, row.id, hidden), hidden)


def _marks(db: Session, row: Reevaluation, own: bool, hidden: bool) -> Sequence[MarkInQuestion]:
    query = (
        select(
            Component.id,
            Component.name,
            Component.maximum,
            Mark.value,
            Mark.absent,
            ReevaluationMark.id.label("proposal"),
            ReevaluationMark.value_before,
            ReevaluationMark.absent_before,
            ReevaluationMark.value.label("new_value"),
            ReevaluationMark.absent.label("new_absent"),
        )
        .outerjoin(
            Mark,
            (Mark.component_id == Component.id)
            & (Mark.enrolment_id == row.enrolment_id)
            & (Mark.current == 1),
        )
        .outerjoin(
            ReevaluationMark,
            (ReevaluationMark.component_id == Component.id)
            & (ReevaluationMark.reevaluation_id == row.id),
        )
        .where(Component.offering_id == row.offering_id)
        .order_by(Component.position, Component.id)
    )
    if own:
        query = query.where(Component.published_at.is_not(None))
    return [
        MarkInQuestion(
            one.id,
            one.name,
            one.maximum,
            one.value,
            bool(one.absent),
            row.component_id in (None, one.id),
            one.proposal is not None and not hidden,
            one.value_before,
            bool(one.absent_before),
            one.new_value,
            bool(one.new_absent),
        )
        for one in db.execute(query)
    ]


def _steps(db: Session, reevaluation_id: int, hidden: bool) -> Sequence[StepOf]:
    """Return the history, oldest first; `hidden` leaves the notes of answers out until they are confirmed."""
    rows = db.execute(
        select(
            ReevaluationStep.step,
            ReevaluationStep.note,
            ReevaluationStep.created_at,
            ReevaluationStep.created_by,
            User.full_name.label("by"),
        )
        .outerjoin(User, User.id == ReevaluationStep.created_by)
        .where(ReevaluationStep.reevaluation_id == reevaluation_id)
        .order_by(ReevaluationStep.id)
    ).all()
    return [
        StepOf(row.step, "" if hidden and row.step in QUIET else row.note, row.created_at, row.by)
        for row in rows
    ]


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the requests that wait for a person: as teacher, and as head. For the bar."""
    asked = (
        select(func.count(Reevaluation.id))
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .where(
            Offering.faculty_id == user_id,
            Reevaluation.open == 1,
            Reevaluation.state == ReevaluationState.ASKED,
        )
        .correlate(User)
        .scalar_subquery()
    )
    answered = (
        select(func.count(Reevaluation.id))
        .join(RoleGrant, RoleGrant.department_id == Reevaluation.department_id)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == Role.HOD,
            Reevaluation.open == 1,
            Reevaluation.state == ReevaluationState.ANSWERED,
        )
        .correlate(User)
        .scalar_subquery()
    )
    return select(asked + answered).scalar_subquery()
