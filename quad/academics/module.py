from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics import jobs, listeners
from quad.academics.api import attendance as attendance_api
from quad.academics.api import components as components_api
from quad.academics.api import documents as documents_api
from quad.academics.api import marks as marks_api
from quad.academics.api import mentors as mentors_api
from quad.academics.api import promotions as promotions_api
from quad.academics.api import reevaluations as reevaluations_api
from quad.academics.api import results as results_api
from quad.academics.api import simulator as simulator_api
from quad.academics.api import students as students_api
from quad.academics.api import teachers as teachers_api
from quad.academics.api import teaching as teaching_api
from quad.academics.importers import attendance as attendance_import
from quad.academics.importers import components as components_import
from quad.academics.importers import courses as courses_import
from quad.academics.importers import dues as dues_import
from quad.academics.importers import enrolments as enrolments_import
from quad.academics.importers import marks as marks_import
from quad.academics.importers import mentors as mentors_import
from quad.academics.importers import offerings as offerings_import
from quad.academics.importers import results as results_import
from quad.academics.importers import students as students_import
from quad.academics.importers import teachers as teachers_import
from quad.academics.lists.sources import SOURCES
from quad.academics.lists.timeline import TIMELINE
from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.academics.policy import base as policy
from quad.academics.policy.documents import DOCUMENT_READ
from quad.academics.service import (
    attendance_totals,
    findable,
    front,
    merging,
    regrading,
    rollups,
)
from quad.academics.service import mentors as mentors_service
from quad.academics.service.own_data import OWN_DATA
from quad.academics.service.reevaluation.reading import waiting_count
from quad.academics.service.reevaluation.waiting import APPROVAL
from quad.academics.service.reports.report import REPORT
from quad.academics.views import (
    attendance,
    attendance_rules,
    components,
    courses,
    documents,
    enrolments,
    home,
    mark_files,
    marks,
    mentors,
    offerings,
    placing,
    results,
    simulator,
    students,
    teachers,
    verify,
)
from quad.academics.views import dues as dues_pages
from quad.academics.views import panels as placed
from quad.academics.views import promotion as promotions
from quad.academics.views import reevaluation as reevaluation_pages
from quad.academics.views.blueprint import bp
from quad.core.derived import Derived
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.search.searchable import Searchable
from quad.identity.policy import photo_goes_with
from quad.web.module import (
    Badge,
    Blocker,
    Card,
    Module,
    Nav,
    Panel,
    Preview,
    PublicFigure,
    PublicPlace,
)

STUDIES = _l("Studies")
TEACHING = _l("Teaching")
PEOPLE = _l("People")
STAFF = frozenset({"admin", "hod", "faculty"})
MENTORS = STAFF | {"advisor", "counsellor"}
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
    Searchable(
        findable.DOCUMENTS,
        _l("Documents"),
        DOCUMENT_READ,
        findable.issued_documents,
        icon="file-text",
        list_url="/documents",
        order=60,
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


def _students_of_department(db: Session, department_id: int) -> str | None:
    """The sentence is promised to clients of the coding API (docs/api.md)."""
    there = select(Student.id).where(
        Student.department_id == department_id, Student.deleted_at.is_(None)
    )
    if db.scalar(there.limit(1)) is None:
        return None
    return _("Cannot delete department. Students are assigned.")


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


photo_goes_with(policy.STUDENT_READ, Student.user_id)
photo_goes_with(policy.TEACHER_READ, Teacher.user_id)

MODULE = Module(
    name="academics",
    blueprints=(
        bp,
        students_api.bp,
        teachers_api.bp,
        teaching_api.bp,
        components_api.bp,
        marks_api.bp,
        results_api.bp,
        promotions_api.bp,
        reevaluations_api.bp,
        mentors_api.bp,
        simulator_api.bp,
        attendance_api.bp,
        documents_api.bp,
        verify.bp,
    ),
    nav=(
        Nav(_l("My record"), "academics.own_record", "certificate", STUDIES, LEARNERS, order=10),
        Nav(_l("Courses"), "academics.courses_index", "book-2", STUDIES, LEARNERS, order=11),
        Nav(
            _l("Attendance"), "academics.own_attendance", "list-check", STUDIES, LEARNERS, order=13
        ),
        Nav(_l("Documents"), "academics.own_documents", "file-text", STUDIES, LEARNERS, order=14),
        Nav(_l("What if?"), "academics.simulate", "calculator", STUDIES, LEARNERS, order=12),
        Nav(_l("Offerings"), "academics.offerings_index", "table", TEACHING, STAFF, order=20),
        Nav(_l("Courses"), "academics.courses_index", "book-2", TEACHING, STAFF, order=21),
        Nav(
            _l("Re-evaluations"),
            "academics.reevaluations_index",
            "scale",
            STUDIES,
            LEARNERS,
            order=15,
        ),
        Nav(
            _l("Re-evaluations"),
            "academics.reevaluations_index",
            "scale",
            TEACHING,
            STAFF,
            badge="reevaluations",
            order=25,
        ),
        Nav(
            _l("Attendance"),
            "academics.attendance_index",
            "list-check",
            TEACHING,
            STAFF | {"advisor"},
            order=22,
        ),
        Nav(
            _l("Holidays"),
            "academics.holidays",
            "calendar",
            TEACHING,
            frozenset({"admin"}),
            order=23,
        ),
        Nav(_l("Documents"), "academics.documents_index", "file-text", PEOPLE, HEADS, order=36),
        Nav(_l("Students"), "academics.students_index", "users", PEOPLE, MENTORS, order=30),
        Nav(_l("Teachers"), "academics.teachers_index", "id-badge-2", PEOPLE, HEADS, order=31),
        Nav(_l("Promotions"), "academics.promotions_index", "stairs-up", PEOPLE, HEADS, order=34),
        Nav(_l("Dues"), "academics.dues_index", "cash", PEOPLE, HEADS, order=35),
        Nav(
            _l("Assign mentors"),
            "academics.assign_class",
            "transfer",
            PEOPLE,
            frozenset({"admin", "hod", "advisor"}),
            order=33,
        ),
    ),
    badges=(Badge("reevaluations", waiting_count),),
    approvals=(APPROVAL,),
    cards=(
        Card(
            "student",
            "academics/student_home.html",
            home.student_home,
            frozenset({"student"}),
            order=10,
            head=True,
        ),
        Card(
            "faculty",
            "academics/faculty_home.html",
            home.faculty_home,
            frozenset({"faculty"}),
            order=10,
            head=True,
        ),
        Card(
            "registers",
            "academics/today_card.html",
            attendance.today_card,
            frozenset({"faculty"}),
            width=6,
            order=20,
            later=True,
        ),
        Card(
            "attendance",
            "academics/attendance_card.html",
            attendance.own_card,
            frozenset({"student"}),
            width=6,
            order=20,
            later=True,
        ),
        Card("staff", "academics/admin_home.html", home.staff_home, HEADS, order=10, head=True),
    ),
    public_figures=(PublicFigure("students", _l("Students"), front.students, order=10),),
    public_places=(PublicPlace(_l("Check a document"), "academics_verify.check", order=30),),
    blockers=(
        Blocker("department", _students_of_department),
        Blocker("department", _courses_of_department),
        Blocker("department", _teachers_of_department),
        Blocker("programme", _students_of(Student.programme_id)),
        Blocker("batch", _students_of(Student.batch_id)),
        Blocker("class", _students_of(Student.class_id)),
        Blocker("term", _offerings_of_term),
    ),
    panels=(
        Panel("batch", "academics/students_panel.html", placed.students_of("batch")),
        Panel("batch", "academics/promotion_batch_panel.html", promotions.batch_panel, order=60),
        Panel("programme", "academics/promotion_rule_panel.html", promotions.rule_panel),
        Panel("class", "academics/students_panel.html", placed.students_of("class")),
        Panel("grading_scheme", "academics/scheme_panel.html", results.regrading),
        Panel("staff", "academics/mentees.html", mentors_service.panel),
    ),
    previews=(
        Preview("grading_scheme", regrading.effects),
        Preview("programme", regrading.effects_of_move),
    ),
    timeline=TIMELINE,
    label=_l("Students, courses and marks"),
    searchables=SEARCHABLES,
    importers=(
        students_import.STUDENTS,
        teachers_import.TEACHERS,
        courses_import.COURSES,
        enrolments_import.ENROLMENTS,
        dues_import.DUES,
        mentors_import.MENTORS,
        marks_import.MARKS,
        attendance_import.ATTENDANCE,
        offerings_import.OFFERINGS,
        components_import.COMPONENTS,
        results_import.AWARDS,
        results_import.RESULT_STATES,
    ),
    merges=merging.MERGES,
    own_data=(OWN_DATA,),
    reports=(REPORT,),
    derived=(
        Derived("averages", Student.id, rollups.rebuild_rollups),
        Derived("attendance", Enrolment.id, attendance_totals.rebuild),
    ),
    sources=SOURCES,
    parts=(
        attendance,
        attendance_rules,
        documents,
        dues_pages,
        promotions,
        reevaluation_pages,
        jobs,
        listeners,
        components,
        courses,
        marks,
        mentors,
        mark_files,
        offerings,
        results,
        simulator,
        students,
        teachers,
        enrolments,
        placing,
    ),
)
