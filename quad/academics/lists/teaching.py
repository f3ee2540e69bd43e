"""The lists of courses and offerings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from quad.academics.lists.choices import departments, terms
from quad.academics.models.teaching import (
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Department, Term

STATES: dict[ResultState, tuple[str, str]] = {
    ResultState.DRAFT: ("open", _l("Draft")),
    ResultState.PUBLISHED: ("going", _l("Published")),
    ResultState.LOCKED: ("done", _l("Locked")),
}
FOUND_COURSES = SearchTerms("academics.course")


def _course_joins(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(Department, Department.id == Course.department_id).outerjoin(
        User, User.id == Course.created_by
    )


def _course_state(row: Any) -> Cell:
    if row.archived_at is not None:
        return Cell(_("Archived"), kind="status", state="stop")
    return Cell(_("Offered"), kind="status", state="done")


COURSES = Listing(
    name="academics.courses",
    title=_l("Courses"),
    singular=_l("course"),
    plural=_l("courses"),
    read=policy.COURSE_READ,
    columns=(
        Column(
            "title",
            _l("Course"),
            (Course.title, Course.code),
            lambda row: Cell(row.title, sub=row.code),
            sort=Course.sort_title,
        ),
        Column("code", _l("Code"), Course.code, sort=Course.code_key, default=False),
        Column("credits", _l("Credits"), Course.credits, numeric=True),
        Column("semester", _l("Semester"), Course.semester, numeric=True, hide_below="sm"),
        Column(
            "department", _l("Department"), Department.code.label("department"), hide_below="md"
        ),
        Column("starts_on", _l("Starts on"), Course.starts_on, hide_below="md"),
        Column("creator", _l("Added by"), User.full_name.label("creator"), default=False),
        Column(
            "state",
            _l("State"),
            Course.archived_at.label("archived_at"),
            _course_state,
            hide_below="md",
            export=lambda row: "archived" if row.archived_at else "offered",
        ),
    ),
    default_sort="title",
    joins=_course_joins,
    extra=(
        Course.department_id,
        Course.created_by,
        Course.version,
    ),
    search=FOUND_COURSES,
    search_label=_l("Search by title or code"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Course.department_id == value,
            choices=departments,
        ),
        Filter(
            "semester", _l("Semester"), "number", lambda value: Course.semester == value, places=0
        ),
        Filter(
            "archived",
            _l("Archived"),
            "flag",
            lambda value: (
                Course.archived_at.is_not(None) if value else Course.archived_at.is_(None)
            ),
        ),
    ),
    href=lambda row: ("academics.course", {"course_id": row.id}),
    row_label=lambda row: row.title,
)


def _offering_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
    )


def _offering_state(row: Any) -> Cell:
    state, label = STATES[row.state]
    return Cell(str(label), kind="status", state=state)


ROSTER_SIZE = (
    select(func.count())
    .where(Enrolment.offering_id == Offering.id, Enrolment.status == EnrolmentStatus.ENROLLED)
    .correlate(Offering)
    .scalar_subquery()
    .label("enrolled")
)

OFFERINGS = Listing(
    name="academics.offerings",
    title=_l("Offerings"),
    singular=_l("offering"),
    plural=_l("offerings"),
    read=policy.OFFERING_MANAGE,
    columns=(
        Column(
            "course",
            _l("Course"),
            (Course.title, Course.code, Offering.section),
            lambda row: Cell(
                _("%(title)s, section %(section)s", title=row.title, section=row.section),
                sub=row.code,
            ),
        ),
        Column("term", _l("Term"), Term.name.label("term"), hide_below="sm"),
        Column("teacher", _l("Taught by"), User.full_name.label("teacher"), hide_below="md"),
        Column("enrolled", _l("Students"), ROSTER_SIZE, numeric=True),
        Column(
            "state",
            _l("Results"),
            Offering.state,
            _offering_state,
            hide_below="sm",
            export=lambda row: row.state.value,
        ),
    ),
    default_sort="-id",
    joins=_offering_joins,
    extra=(
        Offering.course_id,
        Offering.term_id,
        Offering.department_id,
        Offering.faculty_id,
        Offering.version,
    ),
    filters=(
        Filter(
            "term",
            _l("Term"),
            "choice",
            lambda value: Offering.term_id == value,
            choices=terms,
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Offering.department_id == value,
            choices=departments,
        ),
        Filter(
            "state",
            _l("Results"),
            "choice",
            lambda value: Offering.state == value,
            choices=tuple((state, label) for state, (_mark, label) in STATES.items()),
        ),
        Filter(
            "course",
            _l("Course"),
            "number",
            lambda value: Offering.course_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "faculty",
            _l("Taught by"),
            "number",
            lambda value: Offering.faculty_id == value,
            places=0,
            menu=False,
        ),
    ),
    href=lambda row: ("academics.offering", {"offering_id": row.id}),
    row_label=lambda row: row.title,
)
