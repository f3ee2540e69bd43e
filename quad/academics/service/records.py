"""Reading a student's record: terms, courses, components and marks, in five statements however long it is.

The student sees what is published; whoever keeps the record sees drafts as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from quad.academics import grading
from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues
from quad.academics.models.results import (
    Award,
    AwardKind,
    EnrolmentResult,
    Mark,
    Standing,
    TermStanding,
)
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.academics.service.record_parts import (
    ComponentMark,
    CourseRecord,
    StudentRecord,
    TermRecord,
)
from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, NotFound
from quad.core.policy import Actor, Permission
from quad.identity.models.accounts import User
from quad.institution.models import (
    Batch,
    ClassGroup,
    Department,
    GradingScheme,
    Programme,
    RetakeRule,
    Term,
)

_Flagger = aliased(User)
# Made once: putting these together takes longer than the database needs to answer them.
_STUDENT: Any = (
    select(
        Student.id,
        Student.user_id,
        User.full_name.label("name"),
        User.email_as_typed.label("email"),
        Student.register_number,
        Student.department_id,
        Department.name.label("department"),
        Programme.name.label("programme"),
        Batch.name.label("batch"),
        ClassGroup.name.label("class_name"),
        Student.admission_year,
        Student.semester,
        Student.graduation_year,
        Student.graduated_on,
        Student.status,
        Student.cgpa,
        Student.credits_earned,
        Programme.credits_required,
        GradingScheme.maximum.label("highest_points"),
        GradingScheme.averaging,
        GradingScheme.retake_rule,
        Student.deleted_at,
        Dues.reason.label("owes"),
        Dues.created_at.label("owes_since"),
        _Flagger.full_name.label("owes_by"),
    )
    .join(User, User.id == Student.user_id)
    .outerjoin(Dues, (Dues.student_id == Student.id) & (Dues.open == 1))
    .outerjoin(_Flagger, _Flagger.id == Dues.created_by)
    .outerjoin(Department, Department.id == Student.department_id)
    .outerjoin(Programme, Programme.id == Student.programme_id)
    .outerjoin(
        GradingScheme,
        (GradingScheme.id == Programme.grading_scheme_id)
        | (Programme.id.is_(None) & (GradingScheme.default_mark == 1)),
    )
    .outerjoin(Batch, Batch.id == Student.batch_id)
    .outerjoin(ClassGroup, ClassGroup.id == Student.class_id)
)
_COURSES: Any = (
    select(
        Enrolment.id,
        Enrolment.attempt,
        Enrolment.status,
        Offering.id.label("offering_id"),
        Offering.section,
        Offering.state,
        Offering.weighting,
        Offering.exam_share,
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
        EnrolmentResult.standing,
        Award.kind.label("award"),
    )
    .join(Offering, Offering.id == Enrolment.offering_id)
    .join(Course, Course.id == Offering.course_id)
    .join(Term, Term.id == Offering.term_id)
    .outerjoin(User, User.id == Offering.faculty_id)
    .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
    .outerjoin(Award, (Award.enrolment_id == Enrolment.id) & (Award.current == 1))
    .where(Enrolment.student_id == bindparam("student"))
    .order_by(Term.starts_on.desc(), Term.id.desc(), Course.code_key, Offering.id)
)
_MARKS: Any = (
    select(
        Component.id,
        Component.offering_id,
        Component.name,
        Component.kind,
        Component.kind_name,
        Component.maximum,
        Component.weight,
        Component.published_at,
        Mark.value,
        Mark.absent,
        Mark.carried_over,
        Mark.created_at,
    )
    .outerjoin(
        Mark,
        and_(
            Mark.component_id == Component.id,
            Mark.enrolment_id.in_(bindparam("enrolments", expanding=True)),
            Mark.current == 1,
        ),
    )
    .where(Component.offering_id.in_(bindparam("offerings", expanding=True)))
    .order_by(Component.position, Component.id)
)
_STANDINGS: Any = select(
    TermStanding.term_id, TermStanding.credits, TermStanding.sgpa, TermStanding.cgpa
).where(TermStanding.student_id == bindparam("student"))


def record(db: Session, actor: Actor, student_id: int) -> StudentRecord:
    """Return the record of a student the actor may see. Raises NotFound, SignedOut."""
    return _load(db, actor, policy.STUDENT_READ, Student.id == student_id)


def record_as_student(db: Session, actor: Actor, student_id: int) -> StudentRecord:
    """Return the record of a student the actor may see, as far as the student sees it. Raises NotFound, SignedOut."""
    return _load(db, actor, policy.STUDENT_READ, Student.id == student_id, as_student=True)


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


def _load(
    db: Session,
    actor: Actor,
    read: Permission[Student],
    which: Any,
    *,
    as_student: bool = False,
) -> StudentRecord:
    row = plain_rows(db, _STUDENT.where(which, read.where(actor))).first()
    if row is None:
        raise NotFound
    own = as_student or (row.user_id == actor.id and not actor.has("admin"))
    courses = _without_superseded(_courses(db, row.id, own=own), row.retake_rule)
    standings = {
        standing.term_id: standing for standing in plain_rows(db, _STANDINGS, {"student": row.id})
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


def _courses(db: Session, student_id: int, *, own: bool) -> list[tuple[Any, list[CourseRecord]]]:
    """Return the courses by term, the latest term first; each term comes with a row that describes it."""
    rows = plain_rows(db, _COURSES, {"student": student_id}).all()
    marks = _marks(db, {row.offering_id: row.id for row in rows}, own=own)
    found: dict[int, tuple[Any, list[CourseRecord]]] = {}
    for row in rows:
        seen = not own or row.state is not ResultState.DRAFT
        taken = found.setdefault(row.term_id, (row, []))[1]
        taken.append(_course(row, marks[row.offering_id], seen=seen))
    return list(found.values())


def _course(row: Any, components: Iterable[ComponentMark], *, seen: bool) -> CourseRecord:
    withdrawn = row.status is EnrolmentStatus.WITHDRAWN
    standing = (row.standing or Standing.OPEN) if seen else Standing.OPEN
    return CourseRecord(
        enrolment_id=row.id,
        offering_id=row.offering_id,
        course_id=row.course_id,
        code=row.code,
        title=row.title,
        credits=row.credits,
        section=row.section,
        attempt=row.attempt,
        withdrawn=withdrawn,
        teacher=row.teacher,
        state=row.state,
        weighting=row.weighting,
        exam_share=row.exam_share,
        complete=bool(seen and row.complete),
        standing=Standing.WITHDRAWN if withdrawn else standing,
        awarded=bool(seen and row.award and row.award is not AwardKind.TAKEN_BACK),
        percentage=row.percentage if seen else None,
        letter=row.letter or "" if seen else "",
        points=row.points if seen else None,
        passed=bool(seen and row.passed),
        components=tuple(components),
    )


def _without_superseded(
    terms: list[tuple[Any, list[CourseRecord]]], rule: RetakeRule | None
) -> list[tuple[Any, list[CourseRecord]]]:
    """Mark the attempts that the retake rule leaves out of the CGPA."""
    places: dict[tuple[int, int], CourseRecord] = {}
    attempts: list[grading.Attempt] = []
    for order, (_term, courses) in enumerate(reversed(terms)):
        for course in courses:
            if course.finished and course.state is not ResultState.DRAFT:
                places[course.course_id, course.attempt] = course
                attempts.append(
                    grading.Attempt(
                        course.course_id,
                        order,
                        course.attempt,
                        course.credits,
                        course.points,
                        course.passed,
                    )
                )
    kept = {
        (one.course_id, one.attempt) for one in grading.counted(attempts, rule or RetakeRule.BEST)
    }
    out = {places[key].enrolment_id for key in places.keys() - kept}
    return [
        (
            term,
            [replace(one, superseded=True) if one.enrolment_id in out else one for one in courses],
        )
        for term, courses in terms
    ]


def _marks(db: Session, enrolments: dict[int, int], *, own: bool) -> dict[int, list[ComponentMark]]:
    """Return the components of offerings with the marks of one enrolment in each."""
    found: dict[int, list[ComponentMark]] = defaultdict(list)
    if not enrolments:
        return found
    rows = plain_rows(
        db, _MARKS, {"offerings": list(enrolments), "enrolments": list(enrolments.values())}
    )
    for row in rows:
        seen = not own or row.published_at is not None
        found[row.offering_id].append(
            ComponentMark(
                component_id=row.id,
                name=row.name,
                kind=row.kind,
                kind_name=row.kind_name,
                maximum=row.maximum,
                weight=row.weight,
                value=row.value if seen else None,
                absent=bool(seen and row.absent),
                carried_over=bool(seen and row.carried_over),
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
    return sorted(marked, key=_entered, reverse=True)[:most]


def _entered(pair: tuple[CourseRecord, ComponentMark]) -> datetime:
    assert pair[1].entered_at is not None
    return pair[1].entered_at


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
