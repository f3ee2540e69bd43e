"""Who may post, see and approve jobs, apply for them, and take care of applications."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select

from quad.audience.service.meeting import contains
from quad.careers.models.applications import Application
from quad.careers.models.jobs import Drive, Job, PostingState
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission

POSTERS = ("admin", "placement", "hod", "faculty", "alumnus")
OFFICE = ("admin", "placement")


def _own(actor: Actor) -> ColumnElement[bool]:
    return Job.poster_id == actor.own_id


def _board(actor: Actor) -> Branches:
    """Open jobs: all that are shown to everybody, and those meant for this person only."""
    opened = Job.state == PostingState.OPEN
    return [
        and_(opened, Job.only_audience.is_(False)),
        and_(opened, Job.only_audience, Job.audience_id.in_(contains(actor))),
    ]


def _applied(actor: Actor) -> ColumnElement[bool]:
    return Job.id.in_(select(Application.job_id).where(Application.person_id == actor.own_id))


def _seen(actor: Actor) -> Branches:
    if actor.has(*OFFICE):
        return [Job.state != PostingState.DRAFT, _own(actor)]
    return [*_board(actor), _own(actor), _applied(actor)]


def _posted(actor: Actor) -> Branches:
    return (_own(actor),) if actor.id is not None else NOTHING


def _kept(actor: Actor) -> Branches:
    if actor.has(*OFFICE):
        return [Job.state != PostingState.DRAFT, _own(actor)]
    return _posted(actor)


JOB_READ = Permission("careers.job.read", _l("See a job"), Job, _seen)
JOB_BOARD = Permission("careers.job.board", _l("See a job on the board"), Job, _board)
JOB_EDIT = Permission("careers.job.edit", _l("Change and close a job"), Job, _kept)
JOB_POSTED = Permission("careers.job.own", _l("See and delete one’s own job"), Job, _posted)
JOB_APPROVE = Permission(
    "careers.job.approve",
    _l("Approve a job, or send it back"),
    Job,
    lambda actor: (Job.state == PostingState.WAITING,) if actor.has(*OFFICE) else NOTHING,
)
JOB_MANAGED = Permission(
    "careers.job.managed",
    _l("See the jobs one posts or looks after"),
    Job,
    _kept,
)
POST = Gate("careers.job.post", _l("Post a job"), lambda actor: actor.has(*POSTERS))
IMPORT = Gate(
    "careers.job.import", _l("Bring jobs in from a file"), lambda actor: actor.has(*OFFICE)
)
APPLY = Permission("careers.job.apply", _l("Apply for a job"), Job, _board)


def _applications(actor: Actor) -> Branches:
    return [*_handled(actor), Application.person_id == actor.own_id]


def _handled(actor: Actor) -> list[ColumnElement[bool]]:
    """Those for one's own jobs; the placement office takes care of all. Nobody of their own."""
    not_own = Application.person_id != actor.own_id
    if actor.has(*OFFICE):
        return [not_own]
    if actor.id is None:
        return []
    jobs = select(Job.id).where(_own(actor), Job.deleted_at.is_(None))
    return [and_(Application.job_id.in_(jobs), not_own)]


APPLICATION_READ = Permission(
    "careers.application.read", _l("See an application"), Application, _applications
)
APPLICATION_HANDLE = Permission(
    "careers.application.handle", _l("Take care of an application"), Application, _handled
)
APPLICATION_OWN = Permission(
    "careers.application.own",
    _l("See and withdraw one’s own application"),
    Application,
    lambda actor: (Application.person_id == actor.own_id,) if actor.id is not None else NOTHING,
)
CV_TAKE = Permission(
    "careers.cv.take",
    _l("Take the CV of an application: who posted the job, and who applied"),
    Application,
    lambda actor: (
        [
            Application.job_id.in_(select(Job.id).where(_own(actor))),
            Application.person_id == actor.own_id,
        ]
        if actor.id is not None
        else NOTHING
    ),
)
REFERENCES_READ = Permission(
    "careers.reference.read",
    _l("Read the references of an application, the confidential ones as well: who posted the job"),
    Application,
    lambda actor: (
        (
            Application.job_id.in_(select(Job.id).where(_own(actor)))
            & (Application.person_id != actor.own_id),
        )
        if actor.id is not None
        else NOTHING
    ),
)
DRIVE_READ = Permission(
    "careers.drive.read", _l("See a placement drive"), Drive, lambda actor: EVERYTHING
)
DRIVE_EDIT = Permission(
    "careers.drive.edit",
    _l("Change a placement drive"),
    Drive,
    lambda actor: EVERYTHING if actor.has(*OFFICE) else NOTHING,
)
RUN_DRIVES = Gate("careers.drive.run", _l("Run placement drives"), lambda actor: actor.has(*OFFICE))
SEE_REPORT = Gate(
    "careers.report.see",
    _l("See the placement report"),
    lambda actor: actor.has("admin", "placement", "hod"),
)
