from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics import jobs, listeners, policy
from quad.academics.api import marks as marks_api
from quad.academics.api import students as students_api
from quad.academics.api import teaching as teaching_api
from quad.academics.importers import enrolments as enrolments_import
from quad.academics.importers import marks as marks_import
from quad.academics.importers import students as students_import
from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course, Offering
from quad.academics.service import findable
from quad.academics.views import courses, home, marks, offerings, students, teachers
from quad.academics.views.blueprint import bp
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.search.searchable import Searchable
from quad.web.module import Blocker, Card, Module, Nav

STUDIES = _l("Studies")
TEACHING = _l("Teaching")
PEOPLE = _l("People")
STAFF = frozenset({"admin", "hod", "faculty"})
HEADS = frozenset({"admin", "hod"})
LEARNERS = frozenset({"student", "alumnus"})

SEARCHABLES = (
    Searchable(
        findable.STUDENTS,
        _l("Students"),
        policy.STUDENT_READ,
        findable.student_documents,
        icon="users",
        list_url="/students",
        order=10,
    ),
    Searchable(
        findable.TEACHERS,
        _l("Teachers"),
        policy.TEACHER_READ,
        findable.teacher_documents,
        icon="school",
        list_url="/teachers",
        order=20,
    ),
    Searchable(
        findable.COURSES,
        _l("Courses"),
        policy.COURSE_READ,
        findable.course_documents,
        icon="book-2",
        list_url="/courses",
        order=30,
    ),
)


def _students_of(column: Any) -> Callable[[Session, int], str | None]:
    def reason(db: Session, row_id: int) -> str | None:
        count = db.scalar(
            select(func.count()).where(column == row_id, Student.deleted_at.is_(None))
        )
        return (
            ngettext("%(num)s student belongs to it.", "%(num)s students belong to it.", count)
            if count
            else None
        )

    return reason


def _courses_of_department(db: Session, department_id: int) -> str | None:
    count = db.scalar(
        select(func.count()).where(
            Course.department_id == department_id, Course.deleted_at.is_(None)
        )
    )
    return (
        ngettext("%(num)s course belongs to it.", "%(num)s courses belong to it.", count)
        if count
        else None
    )


def _teachers_of_department(db: Session, department_id: int) -> str | None:
    count = db.scalar(
        select(func.count()).where(
            Teacher.department_id == department_id, Teacher.deleted_at.is_(None)
        )
    )
    return (
        ngettext("%(num)s teacher belongs to it.", "%(num)s teachers belong to it.", count)
        if count
        else None
    )


def _offerings_of_term(db: Session, term_id: int) -> str | None:
    count = db.scalar(select(func.count()).where(Offering.term_id == term_id))
    return (
        ngettext("%(num)s course is offered in it.", "%(num)s courses are offered in it.", count)
        if count
        else None
    )


MODULE = Module(
    name="academics",
    blueprints=(bp, students_api.bp, teaching_api.bp, marks_api.bp),
    nav=(
        Nav(_l("My record"), "academics.own_record", "certificate", STUDIES, LEARNERS, order=10),
        Nav(_l("Courses"), "academics.courses_index", "book-2", STUDIES, LEARNERS, order=11),
        Nav(_l("Offerings"), "academics.offerings_index", "table", TEACHING, STAFF, order=20),
        Nav(_l("Courses"), "academics.courses_index", "book-2", TEACHING, STAFF, order=21),
        Nav(_l("Students"), "academics.students_index", "users", PEOPLE, STAFF, order=30),
        Nav(_l("Teachers"), "academics.teachers_index", "id-badge-2", PEOPLE, HEADS, order=31),
    ),
    cards=(
        Card(
            "student",
            "academics/student_home.html",
            home.student_home,
            frozenset({"student"}),
            order=10,
        ),
        Card(
            "faculty",
            "academics/faculty_home.html",
            home.faculty_home,
            frozenset({"faculty"}),
            order=10,
        ),
        Card("staff", "academics/admin_home.html", home.staff_home, HEADS, order=10),
    ),
    blockers=(
        Blocker("department", _students_of(Student.department_id)),
        Blocker("department", _courses_of_department),
        Blocker("department", _teachers_of_department),
        Blocker("programme", _students_of(Student.programme_id)),
        Blocker("term", _offerings_of_term),
    ),
    searchables=SEARCHABLES,
    importers=(
        students_import.STUDENTS,
        enrolments_import.ENROLMENTS,
        marks_import.MARKS,
    ),
    parts=(jobs, listeners, courses, marks, offerings, students, teachers),
)
