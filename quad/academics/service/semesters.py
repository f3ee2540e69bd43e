"""Records that came from a system without semesters: what semester each student and course is in, by when it was taken.

A student's first term with a course is the first semester, and every term of the calendar after it is one more, up to
the length of the programme. A course without a semester gets the one in which most students first took it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.facts.base import CourseChanged
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.academics.policy import base as policy
from quad.academics.service import placing
from quad.core import clock
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.institution.models import Programme, Term

LONGEST = 40


@dataclass(frozen=True)
class Plan:
    """What would change: semesters by student and by course, and how many are right already."""

    students: Mapping[int, int]
    courses: Mapping[int, int]
    right: int


def plan(db: Session) -> Plan:
    """Work out the semesters from what was taken (four queries). The caller may see everything."""
    order = {
        term_id: place
        for place, term_id in enumerate(
            db.scalars(
                select(Term.id)
                .where(Term.deleted_at.is_(None), Term.starts_on <= clock.today())
                .order_by(Term.starts_on, Term.id)
            )
        )
    }
    taken = db.execute(
        select(Enrolment.student_id, Offering.course_id, Offering.term_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.attempt == 1)
    ).all()
    first: dict[int, int] = {}
    for row in taken:
        if row.term_id in order:
            place = order[row.term_id]
            first[row.student_id] = min(place, first.get(row.student_id, place))
    students, right = _students(db, first, len(order))
    return Plan(students, _courses(db, taken, first, order), right)


def _students(db: Session, first: Mapping[int, int], terms: int) -> tuple[dict[int, int], int]:
    length = func.coalesce(Programme.duration_terms, LONGEST)
    rows = db.execute(
        select(Student.id, Student.semester, length.label("length"))
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .where(Student.deleted_at.is_(None), Student.status == StudentStatus.ACTIVE)
        .order_by(Student.id)
    )
    found, right = {}, 0
    for row in rows:
        if row.id not in first:
            continue
        semester = min(terms - first[row.id], row.length)
        if semester == row.semester:
            right += 1
        else:
            found[row.id] = semester
    return found, right


def _courses(
    db: Session, taken: Sequence[Any], first: Mapping[int, int], order: Mapping[int, int]
) -> dict[int, int]:
    without = set(
        db.scalars(select(Course.id).where(Course.semester.is_(None), Course.deleted_at.is_(None)))
    )
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for student_id, course_id, term_id in taken:
        if course_id in without and term_id in order:
            counts[course_id][order[term_id] - first[student_id] + 1] += 1
    return {
        # Of equally many, the earlier one.
        course_id: min(LONGEST, max(sorted(seen), key=seen.__getitem__))
        for course_id, seen in sorted(counts.items())
    }


def write(db: Session, actor: Actor) -> Plan:
    """Write what `plan` says, all of it in this unit; doing it again changes nothing. Raises Forbidden."""
    policy.STUDENT_IMPORT.require(actor)
    found = plan(db)
    by_semester: dict[int, list[int]] = defaultdict(list)
    for student_id, semester in found.students.items():
        by_semester[semester].append(student_id)
    for semester, ids in sorted(by_semester.items()):
        placing.put_into_semester(db, actor, ids, semester)
    rows = db.scalars(
        select(Course).where(Course.id.in_(found.courses)).order_by(Course.id).with_for_update()
    )
    for course in rows.all():
        course.semester = found.courses[course.id]
        emit(db, CourseChanged(actor_id=actor.id, course_id=course.id))
    return found
