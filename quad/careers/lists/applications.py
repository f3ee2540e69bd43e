"""Applications: those for one job, and one's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from quad.academics.models.people import Student
from quad.careers import policy
from quad.careers.models.applications import STAGES, Application
from quad.careers.models.jobs import Job
from quad.core.i18n import day
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, Personal
from quad.core.listing.filters import Filter
from quad.core.policy import NOBODY, Actor
from quad.identity.models.accounts import User
from quad.identity.models.profiles import photo_path
from quad.identity.policy import photo_for
from quad.institution.models import Department, Programme

Person = aliased(User)


def _with_people(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Person, Person.id == Application.person_id)
        .join(Job, Job.id == Application.job_id)
        .outerjoin(Student, Student.user_id == Application.person_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
    )


def _person(row: Any) -> Cell:
    return Cell(
        row.person,
        sub=row.programme or "",
        href=("careers.application", {"application_id": row.id}),
        kind="person",
        photo=photo_path(row.person_id, row.photo),
    )


def _stage(row: Any) -> Cell:
    mark, label = STAGES[row.stage]
    return Cell(str(label), kind="status", state=mark)


def _applicant(actor: Actor) -> Column:
    """The column about the person, with the photo as `actor` sees it."""
    return Column(
        "person",
        _l("Applicant"),
        (
            Person.full_name.label("person"),
            photo_for(actor, Person),
            Application.person_id,
            Programme.name.label("programme"),
        ),
        _person,
    )


STAGE = Column(
    "stage",
    _l("Stage"),
    Application.stage,
    _stage,
    export=lambda row: row.stage.value,
)
BY_STAGE = Filter(
    "stage",
    _l("Stage"),
    "choice",
    lambda value: Application.stage == value,
    choices=tuple((stage, label) for stage, (_mark, label) in STAGES.items()),
)
APPLIED = Column(
    "applied",
    _l("Applied"),
    Application.applied_at,
    lambda row: Cell(day(row.applied), kind="date"),
    sort=Application.application_date,
    hide_below="sm",
)

APPLICANTS = Listing(
    name="careers.applicants",
    title=_l("Applicants"),
    singular=_l("applicant"),
    plural=_l("applicants"),
    read=policy.APPLICATION_HANDLE,
    columns=(
        _applicant(NOBODY),
        Column(
            "match",
            _l("Fit"),
            Application.match,
            lambda row: Cell(f"{row.match} %", kind="number"),
            sort=Application.match,
            numeric=True,
        ),
        STAGE,
        Column(
            "department", _l("Department"), Department.name.label("department"), hide_below="lg"
        ),
        Column(
            "graduation",
            _l("Graduates in"),
            Student.graduation_year.label("graduation"),
            lambda row: Cell(str(row.graduation or "–")),
            hide_below="lg",
        ),
        Column(
            "email",
            _l("E-mail"),
            Person.email_as_typed.label("email"),
            default=False,
            hide_below="lg",
        ),
        APPLIED,
    ),
    default_sort="-match",
    joins=_with_people,
    extra=(Application.job_id, Application.cv_id, Application.stage_at),
    filters=(
        BY_STAGE,
        Filter(
            "job",
            _l("Job"),
            "number",
            lambda value: Application.job_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "fit", _l("Fit, at least"), "number", lambda value: Application.match >= value, places=0
        ),
    ),
    bulk=(Bulk("move", _l("Move"), "arrow-right", "careers.move_many", policy.APPLICATION_HANDLE),),
    href=lambda row: ("careers.application", {"application_id": row.id}),
    row_label=lambda row: row.person,
    personal=lambda actor: Personal((_applicant(actor),)),
)


def _with_job(statement: Select[Any]) -> Select[Any]:
    return statement.join(Job, Job.id == Application.job_id)


def _job(row: Any) -> Cell:
    return Cell(
        row.title, sub=row.company, href=("careers.application", {"application_id": row.id})
    )


OWN = Listing(
    name="careers.own_applications",
    title=_l("My applications"),
    singular=_l("application"),
    plural=_l("applications"),
    read=policy.APPLICATION_OWN,
    columns=(
        Column("job", _l("Job"), (Job.title, Job.company), _job),
        STAGE,
        Column(
            "since",
            _l("Since"),
            Application.stage_at.label("since"),
            lambda row: Cell(day(row.since), kind="date"),
            hide_below="md",
        ),
        APPLIED,
    ),
    default_sort="-applied",
    joins=_with_job,
    extra=(Application.job_id, Application.match),
    filters=(BY_STAGE,),
    href=lambda row: ("careers.application", {"application_id": row.id}),
    row_label=lambda row: row.title,
)
