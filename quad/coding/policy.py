"""Who may link, submit, see and review: students their own, mentors their students', heads their department's.

A deputy sees and reviews what the mentor could, for the days of the delegation. Nobody reviews their own.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Date, Select, bindparam, select

from quad.academics.models.people import Student, StudentStatus
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import ALL, Figure
from quad.coding.models.mentoring import Delegation, FollowUp
from quad.coding.models.seasons import Season
from quad.coding.models.snapshots import Snapshot
from quad.coding.models.sync import AccountSync
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.mentors import MentorAssignment
from quad.identity.policy import mentee_ids

Branch = ColumnElement[bool]
REVIEWERS = ("admin", "hod", "counsellor", "advisor")
ANALYSTS = ("admin", "hod", "counsellor")
MENTORS = ("counsellor", "advisor")
HERE = (StudentStatus.ACTIVE, StudentStatus.ON_LEAVE)


def delegated_today() -> tuple[Branch, ...]:
    """Hold for delegations that count on the day of the query."""
    today = bindparam(None, callable_=clock.today, type_=Date)
    return (
        Delegation.first_day <= today,
        Delegation.last_day >= today,
        Delegation.ended_at.is_(None),
    )


def _deputised(actor: Actor) -> Select[int]:
    """Select the user numbers of those whose mentor has `actor` as deputy today."""
    return (
        select(MentorAssignment.mentee_id)
        .join(Delegation, Delegation.mentor_id == MentorAssignment.mentor_id)
        .where(Delegation.deputy_id == actor.own_id, *delegated_today())
    )


def _tended(actor: Actor) -> list[Branch]:
    """Students whom one mentors, stands in for, or heads the department of; for the admin all."""
    if actor.has("admin"):
        return list(EVERYTHING)
    branches: list[Branch] = [Student.user_id.in_(ids) for ids in mentee_ids(actor)]
    if actor.has(*MENTORS):
        branches.append(Student.user_id.in_(_deputised(actor)))
    departments = actor.departments("hod")
    if departments:
        branches.append(Student.department_id.in_(departments))
    return branches


def _own_students(actor: Actor) -> Branches:
    return (Student.user_id == actor.own_id,) if actor.id is not None else NOTHING


def _seen_students(actor: Actor) -> Branches:
    tended = _tended(actor)
    return EVERYTHING if actor.has("admin") else [*tended, *_own_students(actor)]


def _mentored(actor: Actor) -> Branches:
    """Students assigned to one, or to somebody one stands in for."""
    if not actor.has(*MENTORS):
        return NOTHING
    return [
        *(Student.user_id.in_(ids) for ids in mentee_ids(actor)),
        Student.user_id.in_(_deputised(actor)),
    ]


OWN_STUDENT = Permission(
    "coding.student.own", _l("See the own coding record"), Student, _own_students
)
SEE_STUDENT = Permission(
    "coding.student.see", _l("See a student’s coding record"), Student, _seen_students
)
TEND_STUDENT = Permission(
    "coding.student.tend", _l("Look after a student’s coding"), Student, _tended
)
MENTORED = Permission("coding.student.mentored", _l("Be the student’s mentor"), Student, _mentored)
KNOW_STUDENT = Permission(
    "coding.student.know",
    _l("Know that there is a student"),
    Student,
    lambda actor: EVERYTHING if actor.id is not None else NOTHING,
)


def _of_students(
    model: type[CodingAccount] | type[Snapshot] | type[Figure] | type[FollowUp], branches: Branches
) -> Branches:
    """Turn branches about students into branches about rows that belong to them."""
    if any(branch is EVERYTHING[0] for branch in branches):
        return EVERYTHING
    return [model.student_id.in_(select(Student.id).where(branch)) for branch in branches]


ACCOUNT_KNOW = Permission(
    "coding.account.know",
    _l("Know that there is an account on a platform"),
    CodingAccount,
    lambda actor: EVERYTHING if actor.id is not None else NOTHING,
)
ACCOUNT_READ = Permission(
    "coding.account.read",
    _l("See an account on a platform and its snapshots"),
    CodingAccount,
    lambda actor: _of_students(CodingAccount, _seen_students(actor)),
)
ACCOUNT_OWN = Permission(
    "coding.account.own",
    _l("Change the own account on a platform and submit its snapshots"),
    CodingAccount,
    lambda actor: _of_students(CodingAccount, _own_students(actor)),
)
SNAPSHOT_KNOW = Permission(
    "coding.snapshot.know",
    _l("Know that there is a snapshot"),
    Snapshot,
    lambda actor: EVERYTHING if actor.id is not None else NOTHING,
)
SNAPSHOT_READ = Permission(
    "coding.snapshot.read",
    _l("See a snapshot"),
    Snapshot,
    lambda actor: _of_students(Snapshot, _seen_students(actor)),
)
SNAPSHOT_OWN = Permission(
    "coding.snapshot.own",
    _l("Correct one’s own snapshot"),
    Snapshot,
    lambda actor: _of_students(Snapshot, _own_students(actor)),
)


def _reviewed(actor: Actor) -> Branches:
    if actor.has("admin"):
        own = select(Student.id).where(Student.user_id == actor.own_id)
        return (Snapshot.student_id.not_in(own),) if actor.id is not None else EVERYTHING
    others = [branch & (Student.user_id != actor.own_id) for branch in _tended(actor)]
    return _of_students(Snapshot, others)


SNAPSHOT_REVIEW = Permission(
    "coding.snapshot.review", _l("Approve or reject a snapshot"), Snapshot, _reviewed
)


def _seen_figures(actor: Actor) -> Branches:
    """The figures over all platforms, of those who are here."""
    here = Figure.ranked.is_(True) & (Figure.platform_id == ALL)
    if actor.has("admin"):
        return (here,)
    return [here & branch for branch in _of_students(Figure, _tended(actor))]


FIGURE_SEE = Permission(
    "coding.figure.see",
    _l("See the numbers of a student one looks after"),
    Figure,
    _seen_figures,
)


def _readings(actor: Actor) -> Branches:
    """How accounts of students one looks after are read; of linked accounts only."""
    linked = CodingAccount.unlinked_at.is_(None)
    return [
        AccountSync.account_id.in_(select(CodingAccount.id).where(linked, branch))
        for branch in _of_students(CodingAccount, _tended(actor))
    ]


READING_SEE = Permission(
    "coding.reading.see",
    _l("See how the accounts of students one looks after are read"),
    AccountSync,
    _readings,
)
FOLLOW_UP = Permission(
    "coding.follow_up.keep",
    _l("Keep notes and tasks about a student at risk"),
    FollowUp,
    lambda actor: _of_students(FollowUp, _tended(actor)),
)


def _placed(actor: Actor) -> Branches:
    return EVERYTHING if actor.id is not None else NOTHING


def _administered(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


PLATFORM_EDIT = Permission(
    "coding.platform.edit", _l("Change a coding platform"), Platform, _administered
)
SEASON_READ = Permission("coding.season.read", _l("See a season’s leaderboard"), Season, _placed)
SEASON_EDIT = Permission(
    "coding.season.edit", _l("Freeze or change a season"), Season, _administered
)
DELEGATION_KEEP = Permission(
    "coding.delegation.keep",
    _l("End a delegation of one’s reviews"),
    Delegation,
    lambda actor: EVERYTHING if actor.has("admin") else (Delegation.mentor_id == actor.own_id,),
)
REVIEW = Gate(
    "coding.review.open", _l("Open the queue of snapshots"), lambda actor: actor.has(*REVIEWERS)
)
ANALYSE = Gate(
    "coding.analytics.open",
    _l("See summaries, top performers and students at risk"),
    lambda actor: actor.has(*ANALYSTS),
)
STUDENTS = Gate(
    "coding.students.open",
    _l("Open the list of students with their numbers"),
    lambda actor: actor.has(*REVIEWERS),
)
DELEGATE = Gate(
    "coding.delegation.make",
    _l("Let somebody review in one’s place"),
    lambda actor: actor.has(*MENTORS),
)
LEADERBOARD = Gate(
    "coding.leaderboard.open", _l("Open leaderboards"), lambda actor: actor.id is not None
)
IMPORT = Gate("coding.import", _l("Import snapshots"), lambda actor: actor.has("admin"))
SET_UP = Gate(
    "coding.setup.open", _l("Set up platforms and seasons"), lambda actor: actor.has("admin")
)
COUNSELLOR = Gate(
    "coding.counsellor.open",
    _l("See the counsellor’s summary"),
    lambda actor: actor.has("counsellor", "admin"),
)
ADVISOR = Gate(
    "coding.advisor.open",
    _l("See the advisor’s students"),
    lambda actor: actor.has("advisor", "admin"),
)
