"""What other domains' facts mean here. Rows only, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    CourseAdded,
    CourseChanged,
    StudentAdded,
    StudentChanged,
    TeacherAdded,
    TeacherChanged,
)
from quad.academics.facts.documents import DocumentIssued, DocumentsIssued
from quad.academics.service import attendance_totals, findable, graded, students, teachers
from quad.core.facts import on
from quad.core.search.index import index_many
from quad.core.settings import SettingsChanged
from quad.identity.facts.accounts import RoleGranted, UserChanged, UserRegistered
from quad.identity.models.accounts import Role, User
from quad.institution.facts import (
    GradingSchemeAdded,
    GradingSchemeChanged,
    ProgrammeChanged,
    TermChanged,
)


@on(UserRegistered)
def give_profile(db: Session, fact: UserRegistered) -> None:
    if fact.role == Role.STUDENT:
        user = db.scalars(select(User).where(User.id == fact.user_id)).one()
        students.add_profile(db, user, fact.actor_id, fact.department_id)


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


@on(GradingSchemeAdded)
def regrade_by_new(db: Session, fact: GradingSchemeAdded) -> None:
    """A new scheme may be the usual one: students without a programme are read by that."""
    graded.rebuild_later(db, "grading_scheme_id", fact.grading_scheme_id)


@on(GradingSchemeChanged)
def regrade(db: Session, fact: GradingSchemeChanged) -> None:
    graded.rebuild_later(db, "grading_scheme_id", fact.grading_scheme_id)


@on(ProgrammeChanged)
def regrade_programme(db: Session, fact: ProgrammeChanged) -> None:
    graded.rebuild_later(db, "programme_id", fact.programme_id)


@on(TermChanged)
def average_again(db: Session, fact: TermChanged) -> None:
    """The order of terms may be another one now, and with it every average "after" a term."""
    graded.rebuild_later(db, "term_id", fact.term_id)


@on(SettingsChanged)
def measure_attendance_anew(db: Session, fact: SettingsChanged) -> None:
    if attendance_totals.SETTINGS.intersection(fact.keys):
        attendance_totals.measure_anew(db)


@on(DocumentIssued)
def index_document(db: Session, fact: DocumentIssued) -> None:
    _index_documents(db, [fact.document_id])


@on(DocumentsIssued)
def index_documents(db: Session, fact: DocumentsIssued) -> None:
    _index_documents(db, fact.document_ids)


def _index_documents(db: Session, ids: Sequence[int]) -> None:
    index_many(db, findable.DOCUMENTS, findable.issued_documents(db, ids), new=True)
