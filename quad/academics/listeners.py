"""What other domains' facts mean here. Rows only, in the same transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts import (
    CourseAdded,
    CourseChanged,
    StudentAdded,
    StudentChanged,
    TeacherAdded,
    TeacherChanged,
)
from quad.academics.service import findable, rollups, students, teachers
from quad.core.facts import on
from quad.core.jobs.outbox import enqueue
from quad.core.search.index import index_many
from quad.identity.facts import RoleGranted, UserChanged, UserRegistered
from quad.identity.models import Role, User
from quad.institution.facts import GradingSchemeChanged, ProgrammeChanged
from quad.institution.models import Programme


@on(UserRegistered)
def give_profile(db: Session, fact: UserRegistered) -> None:
    user = db.scalars(select(User).where(User.id == fact.user_id)).one()
    students.add_profile(db, user, fact.actor_id)


@on(RoleGranted)
def give_role_profile(db: Session, fact: RoleGranted) -> None:
    if fact.role == Role.FACULTY:
        teachers.keep_profile(db, fact.user_id, fact.department_id, fact.actor_id)


@on(UserChanged)
def copy_name(db: Session, fact: UserChanged) -> None:
    _index_teachers(db, teachers.copy_name(db, fact.user_id))
    _index_students(db, students.copy_name(db, fact.user_id))


@on(StudentAdded)
def index_added_student(db: Session, fact: StudentAdded) -> None:
    _index_students(db, [fact.student_id])


@on(StudentChanged)
def index_changed_student(db: Session, fact: StudentChanged) -> None:
    _index_students(db, [fact.student_id])


def _index_students(db: Session, ids: list[int]) -> None:
    index_many(db, findable.STUDENTS, findable.student_documents(db, ids))


@on(TeacherAdded)
def index_added_teacher(db: Session, fact: TeacherAdded) -> None:
    _index_teachers(db, [fact.teacher_id])


@on(TeacherChanged)
def index_changed_teacher(db: Session, fact: TeacherChanged) -> None:
    _index_teachers(db, [fact.teacher_id])


def _index_teachers(db: Session, ids: list[int]) -> None:
    index_many(db, findable.TEACHERS, findable.teacher_documents(db, ids))


@on(CourseAdded)
def index_added_course(db: Session, fact: CourseAdded) -> None:
    index_many(db, findable.COURSES, findable.course_documents(db, [fact.course_id]))


@on(CourseChanged)
def index_changed_course(db: Session, fact: CourseChanged) -> None:
    index_many(db, findable.COURSES, findable.course_documents(db, [fact.course_id]))


@on(GradingSchemeChanged)
def regrade(db: Session, fact: GradingSchemeChanged) -> None:
    enqueue(db, rollups.REBUILD_JOB, {"grading_scheme_id": fact.grading_scheme_id})


@on(ProgrammeChanged)
def regrade_programme(db: Session, fact: ProgrammeChanged) -> None:
    scheme_id = db.scalar(
        select(Programme.grading_scheme_id).where(Programme.id == fact.programme_id)
    )
    if scheme_id is not None:
        enqueue(db, rollups.REBUILD_JOB, {"grading_scheme_id": scheme_id})
