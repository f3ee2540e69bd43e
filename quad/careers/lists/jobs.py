"""The board, the jobs one looks after, and drives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from quad.audience.service.meeting import containing
from quad.careers import policy
from quad.careers.kinds import salary_words
from quad.careers.models.jobs import (
    JOB_STATES,
    KINDS,
    WORKPLACES,
    Drive,
    Job,
    JobSkill,
    SavedJob,
    Workplace,
)
from quad.core.db.model import acting_user
from quad.core.db.types import BigId
from quad.core.i18n import day, moment
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.identity.models.accounts import User

SEARCHED = "careers.job"


def _me() -> Any:
    """Return the number of whoever reads the list, filled in when the statement runs."""
    return bindparam(None, callable_=lambda: acting_user() or 0, type_=BigId)


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Job.poster_id).outerjoin(Drive, Drive.id == Job.drive_id)


def drives(db: Session, actor: Actor) -> Sequence[tuple[int, str]]:
    """Return the drives there are, the latest first."""
    rows = db.execute(
        select(Drive.id, Drive.name)
        .where(policy.DRIVE_READ.where(actor))
        .order_by(Drive.starts_on.desc(), Drive.id.desc())
        .limit(200)
    )
    return [(row.id, row.name) for row in rows]


def _title(row: Any) -> Cell:
    return Cell(row.title, sub=row.company, href=("careers.show", {"job_id": row.id}))


def _place(row: Any) -> Cell:
    words = str(WORKPLACES[row.workplace])
    if row.workplace is Workplace.REMOTE or not row.location:
        return Cell(words, sub=row.location)
    return Cell(row.location, sub="" if row.workplace is Workplace.ON_SITE else words)


def _salary(row: Any) -> Cell:
    return Cell(salary_words(row.salary_min, row.salary_max, row.currency, row.pay_period) or "–")


def _state(row: Any) -> Cell:
    mark, label = JOB_STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


def _saved(yes: bool) -> ColumnElement[bool]:
    mine = Job.id.in_(select(SavedJob.job_id).where(SavedJob.user_id == _me()))
    return mine if yes else ~mine


def _meant(yes: bool) -> ColumnElement[bool]:
    mine = Job.audience_id.in_(containing(_me()))
    return mine if yes else ~mine


def _with_skill(skill_id: int) -> ColumnElement[bool]:
    return Job.id.in_(select(JobSkill.job_id).where(JobSkill.skill_id == skill_id))


TITLE = Column("title", _l("Job"), (Job.title, Job.company), _title, sort=Job.sort_title)
KIND = Column(
    "kind",
    _l("Kind"),
    Job.kind,
    lambda row: str(KINDS[row.kind]),
    hide_below="md",
    export=lambda row: row.kind.value,
)
PLACE = Column("place", _l("Place"), (Job.location, Job.workplace), _place, hide_below="sm")
SALARY = Column(
    "salary",
    _l("Salary"),
    (Job.salary_min, Job.salary_max, Job.currency, Job.pay_period),
    _salary,
    hide_below="lg",
    export=lambda row: salary_words(row.salary_min, row.salary_max, row.currency, row.pay_period),
)
DEADLINE = Column(
    "deadline",
    _l("Apply until"),
    Job.deadline,
    lambda row: Cell(moment(row.deadline), kind="date"),
    sort=Job.deadline,
    hide_below="md",
)
LISTED = Column(
    "listed",
    _l("Posted"),
    Job.listed_at,
    lambda row: Cell(day(row.listed), kind="date"),
    sort=Job.listed_at,
    hide_below="lg",
)
APPLICATIONS = Column(
    "applications",
    _l("Applications"),
    Job.applications_count,
    sort=Job.applications_count,
    numeric=True,
    hide_below="lg",
)
VIEWS = Column("views", _l("Views"), Job.views_count, numeric=True, default=False)
STATE = Column("state", _l("State"), Job.state, _state, export=lambda row: row.state.value)
POSTER = Column(
    "poster", _l("Posted by"), User.full_name.label("poster"), default=False, hide_below="lg"
)
FILTERS = (
    Filter(
        "kind",
        _l("Kind"),
        "choice",
        lambda value: Job.kind == value,
        choices=tuple(KINDS.items()),
    ),
    Filter(
        "workplace",
        _l("Workplace"),
        "choice",
        lambda value: Job.workplace == value,
        choices=tuple(WORKPLACES.items()),
    ),
    Filter("drive", _l("Drive"), "choice", lambda value: Job.drive_id == value, choices=drives),
    Filter("until", _l("Apply until"), "date", lambda value: Job.deadline <= value, menu=False),
    Filter("skill", _l("Skill"), "number", _with_skill, places=0, menu=False),
)

BOARD = Listing(
    name="careers.board",
    title=_l("Jobs"),
    singular=_l("job"),
    plural=_l("jobs"),
    read=policy.JOB_BOARD,
    columns=(TITLE, KIND, PLACE, SALARY, DEADLINE, LISTED, APPLICATIONS, VIEWS, POSTER),
    default_sort="-listed",
    joins=_joins,
    extra=(Job.state, Job.audience_id, Job.places, Drive.name.label("drive"), Job.poster_id),
    search=SearchTerms(SEARCHED),
    search_label=_l("Search by title, company, place or skill"),
    search_placeholder=_l("Title, company, place or skill"),
    filters=(
        *FILTERS,
        Filter("meant", _l("I am meant"), "flag", _meant),
        Filter("saved", _l("Saved by me"), "flag", _saved),
    ),
    href=lambda row: ("careers.show", {"job_id": row.id}),
    row_label=lambda row: row.title,
)
MANAGED = Listing(
    name="careers.managed",
    title=_l("Posted jobs"),
    singular=_l("job"),
    plural=_l("jobs"),
    read=policy.JOB_MANAGED,
    columns=(
        TITLE,
        STATE,
        APPLICATIONS,
        Column(
            "views",
            _l("Views"),
            Job.views_count,
            numeric=True,
            hide_below="lg",
        ),
        DEADLINE,
        LISTED,
        Column("poster", _l("Posted by"), User.full_name.label("poster"), hide_below="lg"),
    ),
    default_sort="-listed",
    joins=_joins,
    extra=(
        Job.audience_id,
        Job.places,
        Drive.name.label("drive"),
        Job.poster_id,
        Job.kind,
        Job.location,
        Job.workplace,
        Job.salary_min,
        Job.salary_max,
        Job.currency,
        Job.pay_period,
    ),
    search=SearchTerms(SEARCHED),
    search_label=_l("Search by title, company, place or skill"),
    search_placeholder=_l("Title, company, place or skill"),
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda value: Job.state == value,
            choices=tuple((state, label) for state, (_mark, label) in JOB_STATES.items()),
        ),
        *FILTERS,
        Filter(
            "own",
            _l("Posted by me"),
            "flag",
            lambda yes: (Job.poster_id == _me()) if yes else (Job.poster_id != _me()),
        ),
    ),
    href=lambda row: ("careers.show", {"job_id": row.id}),
    row_label=lambda row: row.title,
)


def _span(row: Any) -> Cell:
    return Cell(
        _("%(first)s to %(last)s", first=day(row.starts_on), last=day(row.ends_on)), kind="date"
    )


DRIVES = Listing(
    name="careers.drives",
    title=_l("Placement drives"),
    singular=_l("drive"),
    plural=_l("drives"),
    read=policy.DRIVE_READ,
    columns=(
        Column(
            "name",
            _l("Drive"),
            Drive.name,
            lambda row: Cell(row.name, href=("careers.drive", {"drive_id": row.id})),
            sort=Drive.name_key,
        ),
        Column(
            "days",
            _l("Days"),
            (Drive.starts_on, Drive.ends_on),
            _span,
            sort=Drive.starts_on,
            export=lambda row: row.starts_on,
        ),
    ),
    default_sort="-days",
    extra=(Drive.about,),
    search=SearchColumns((Drive.name_key,)),
    search_label=_l("Search by name"),
    href=lambda row: ("careers.drive", {"drive_id": row.id}),
    row_label=lambda row: row.name,
)
