"""Reading a student's record: terms, courses, components and marks, in five statements however long it is.

The student sees what is published; whoever keeps the record sees drafts as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.core.errors import Forbidden, NotFound
from quad.core.policy import Actor, Permission
from quad.identity.models import User
from quad.institution.models import Department, GradingScheme, Programme, Term


@dataclass(frozen=True)
class ComponentMark:
    """One component and the mark in it, as far as the reader may see it."""

    component_id: int
    name: str
    kind: ComponentKind
    maximum: Decimal
    weight: Decimal
    value: Decimal | None
    absent: bool
    entered_at: datetime | None

    @property
    def marked(self) -> bool:
        """Tell whether there is a mark."""
        return self.absent or self.value is not None


@dataclass(frozen=True)
class CourseRecord:
    """One course a student takes or took. Result fields are empty while the reader may not see them."""

    enrolment_id: int
    offering_id: int
    course_id: int
    code: str
    title: str
    credits: Decimal
    section: str
    attempt: int
    withdrawn: bool
    teacher: str | None
    state: ResultState
    complete: bool
    percentage: Decimal | None
    letter: str
    points: Decimal | None
    passed: bool
    components: tuple[ComponentMark, ...]

    @property
    def internals(self) -> tuple[Decimal, Decimal] | None:
        """Sum of the marks before the final exam and of their maxima; None when there are none yet."""
        marked = [c for c in self.components if c.marked and c.kind is not ComponentKind.EXTERNAL]
        if not marked:
            return None
        got = sum((c.value or Decimal(0) for c in marked), Decimal(0))
        return got, sum((c.maximum for c in marked), Decimal(0))

    @property
    def finished(self) -> bool:
        """Tell whether the reader sees a result."""
        return self.complete and not self.withdrawn


@dataclass(frozen=True)
class TermRecord:
    """One term of a record; averages are None until something in it is published."""

    term_id: int
    name: str
    starts_on: date
    is_current: bool
    credits: Decimal | None
    sgpa: Decimal | None
    cgpa: Decimal | None
    courses: tuple[CourseRecord, ...]


@dataclass(frozen=True)
class StudentRecord:
    """A student with everything taken, the latest term first."""

    id: int
    user_id: int
    name: str
    email: str
    register_number: str
    department_id: int | None
    department: str | None
    programme: str | None
    admission_year: int
    semester: int
    graduation_year: int | None
    status: StudentStatus
    cgpa: Decimal | None
    credits_earned: Decimal
    credits_required: Decimal | None
    highest_points: Decimal | None
    deleted_at: datetime | None
    terms: tuple[TermRecord, ...]

    @property
    def current_term(self) -> TermRecord | None:
        """The term that runs now, else the latest one with courses."""
        return next((term for term in self.terms if term.is_current), next(iter(self.terms), None))

    @property
    def graded_terms(self) -> list[TermRecord]:
        """The terms with an average, the first one first."""
        return [term for term in reversed(self.terms) if term.sgpa is not None]


def record(db: Session, actor: Actor, student_id: int) -> StudentRecord:
    """Return the record of a student the actor may see. Raises NotFound, SignedOut."""
    return _load(db, actor, policy.STUDENT_READ, Student.id == student_id)


def deleted_record(db: Session, actor: Actor, student_id: int) -> StudentRecord:
    """Return the record of a deleted student, for whoever may bring it back. Raises NotFound."""
    return _load(db, actor, policy.STUDENT_RESTORE, Student.id == student_id)


def own_record(db: Session, actor: Actor) -> StudentRecord:
    """Return the actor's own record.

    Raises SignedOut, Forbidden for who is neither student nor alumnus, NotFound for one without a profile.
    """
    if actor.signed_in and not policy.OWN_RECORD.branches(actor):
        raise Forbidden
    return _load(db, actor, policy.OWN_RECORD, Student.user_id == actor.own_id)


def _load(db: Session, actor: Actor, read: Permission[Student], which: Any) -> StudentRecord:
    row = db.execute(_student().where(which, read.where(actor))).first()
    if row is None:
        raise NotFound
    own = row.user_id == actor.id and not actor.has("admin")
    courses = _courses(db, row.id, own=own)
    standings = {
        standing.term_id: standing
        for standing in db.execute(
            select(
                TermStanding.term_id, TermStanding.credits, TermStanding.sgpa, TermStanding.cgpa
            ).where(TermStanding.student_id == row.id)
        )
    }
    terms = tuple(
        TermRecord(
            term_id=term.term_id,
            name=term.term_name,
            starts_on=term.starts_on,
            is_current=term.is_current,
            credits=standings[term.term_id].credits if term.term_id in standings else None,
            sgpa=standings[term.term_id].sgpa if term.term_id in standings else None,
            cgpa=standings[term.term_id].cgpa if term.term_id in standings else None,
            courses=tuple(taken),
        )
        for term, taken in courses
    )
    return StudentRecord(**row._asdict(), terms=terms)


def _student() -> Any:
    return (
        select(
            Student.id,
            Student.user_id,
            User.full_name.label("name"),
            User.email_as_typed.label("email"),
            Student.register_number,
            Student.department_id,
            Department.name.label("department"),
            Programme.name.label("programme"),
            Student.admission_year,
            Student.semester,
            Student.graduation_year,
            Student.status,
            Student.cgpa,
            Student.credits_earned,
            Programme.credits_required,
            GradingScheme.maximum.label("highest_points"),
            Student.deleted_at,
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(GradingScheme, GradingScheme.id == Programme.grading_scheme_id)
    )


def _courses(db: Session, student_id: int, *, own: bool) -> list[tuple[Any, list[CourseRecord]]]:
    """Return the courses by term, the latest term first; each term comes with a row that describes it."""
    rows = db.execute(
        select(
            Enrolment.id,
            Enrolment.attempt,
            Enrolment.status,
            Offering.id.label("offering_id"),
            Offering.section,
            Offering.state,
            Course.id.label("course_id"),
            Course.code,
            Course.title,
            Course.credits,
            Term.id.label("term_id"),
            Term.name.label("term_name"),
            Term.starts_on,
            Term.is_current,
            User.full_name.label("teacher"),
            EnrolmentResult.complete,
            EnrolmentResult.percentage,
            EnrolmentResult.letter,
            EnrolmentResult.points,
            EnrolmentResult.passed,
        )
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
        .where(Enrolment.student_id == student_id)
        .order_by(Term.starts_on.desc(), Term.id.desc(), Course.code_key, Offering.id)
    ).all()
    marks = _marks(db, {row.offering_id: row.id for row in rows}, own=own)
    found: dict[int, tuple[Any, list[CourseRecord]]] = {}
    for row in rows:
        seen = not own or row.state is not ResultState.DRAFT
        taken = found.setdefault(row.term_id, (row, []))[1]
        taken.append(
            CourseRecord(
                enrolment_id=row.id,
                offering_id=row.offering_id,
                course_id=row.course_id,
                code=row.code,
                title=row.title,
                credits=row.credits,
                section=row.section,
                attempt=row.attempt,
                withdrawn=row.status is EnrolmentStatus.WITHDRAWN,
                teacher=row.teacher,
                state=row.state,
                complete=bool(seen and row.complete),
                percentage=row.percentage if seen else None,
                letter=row.letter or "" if seen else "",
                points=row.points if seen else None,
                passed=bool(seen and row.passed),
                components=tuple(marks[row.offering_id]),
            )
        )
    return list(found.values())


def _marks(db: Session, enrolments: dict[int, int], *, own: bool) -> dict[int, list[ComponentMark]]:
    """Return the components of offerings with the marks of one enrolment in each."""
    found: dict[int, list[ComponentMark]] = defaultdict(list)
    if not enrolments:
        return found
    on = and_(
        Mark.component_id == Component.id,
        Mark.enrolment_id.in_(enrolments.values()),
        Mark.current == 1,
    )
    rows = db.execute(
        select(
            Component.id,
            Component.offering_id,
            Component.name,
            Component.kind,
            Component.maximum,
            Component.weight,
            Component.published_at,
            Mark.value,
            Mark.absent,
            Mark.created_at,
        )
        .outerjoin(Mark, on)
        .where(Component.offering_id.in_(enrolments))
        .order_by(Component.position, Component.id)
    )
    for row in rows:
        seen = not own or row.published_at is not None
        found[row.offering_id].append(
            ComponentMark(
                component_id=row.id,
                name=row.name,
                kind=row.kind,
                maximum=row.maximum,
                weight=row.weight,
                value=row.value if seen else None,
                absent=bool(seen and row.absent),
                # What counts for "new to you" is when it was shown, or corrected after that.
                entered_at=max(row.created_at, row.published_at)
                if own and seen and row.created_at and row.published_at
                else row.created_at
                if seen
                else None,
            )
        )
    return found


def recent_marks(
    record_: StudentRecord, most: int = 6
) -> Sequence[tuple[CourseRecord, ComponentMark]]:
    """Return the latest marks of a record with their courses, the newest first."""
    marked = [
        (course, mark)
        for term in record_.terms
        for course in term.courses
        for mark in course.components
        if mark.marked and mark.entered_at is not None
    ]
    return sorted(marked, key=lambda pair: str(pair[1].entered_at), reverse=True)[:most]


def person_and_department(db: Session, student_id: int) -> Any:
    """Return name, address and department of a student; the caller has asked the policy."""
    return db.execute(
        select(
            User.full_name,
            User.email_as_typed.label("email"),
            Department.name.label("department_name"),
        )
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .where(Student.id == student_id)
    ).one()
