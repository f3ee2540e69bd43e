"""Under which words students, teachers, courses and issued documents are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course
from quad.core.search.searchable import Document
from quad.identity.models.accounts import User

STUDENTS = "academics.student"
COURSES = "academics.course"
TEACHERS = "academics.teacher"
DOCUMENTS = "academics.document"


def student_documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these students: name, register number, e-mail."""
    rows = db.execute(
        select(
            Student.id,
            Student.register_number,
            Student.sort_name,
            User.full_name,
            User.email_as_typed,
        )
        .join(User, User.id == Student.user_id)
        .where(Student.id.in_(ids))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.full_name,
            sub=row.register_number,
            url=f"/students/{row.id}",
            terms=(row.email_as_typed,),
            place=row.sort_name,
        )


def course_documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these courses: title and code."""
    rows = db.execute(
        select(Course.id, Course.code, Course.title, Course.sort_title).where(Course.id.in_(ids))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.title,
            sub=row.code,
            url=f"/courses/{row.id}",
            place=row.sort_title,
        )


def teacher_documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these teachers: name, designation, e-mail."""
    rows = db.execute(
        select(
            Teacher.id,
            Teacher.designation,
            Teacher.sort_name,
            User.full_name,
            User.email_as_typed,
        )
        .join(User, User.id == Teacher.user_id)
        .where(Teacher.id.in_(ids))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.full_name,
            sub=row.designation,
            url=f"/teachers/{row.id}",
            terms=(row.email_as_typed,),
            place=row.sort_name,
        )


def issued_documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these issued documents: number, holder, register number."""
    rows = db.execute(
        select(
            IssuedDocument.id,
            IssuedDocument.serial,
            IssuedDocument.holder,
            Student.register_number,
        )
        .join(Student, Student.id == IssuedDocument.student_id)
        .where(IssuedDocument.id.in_(ids))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.serial,
            sub=row.holder,
            url=f"/documents/{row.id}",
            terms=(row.register_number,),
        )
