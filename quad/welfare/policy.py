"""Who may ask, see, and take care of requests; who says how it all works.

A confidential request is seen by the student and by its named people, whatever roles others hold.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from quad.academics.models.people import Student, StudentStatus
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.mentors import MentorKind
from quad.identity.policy import mentees_as
from quad.welfare.models.requests import OPEN, NamedPerson, Request
from quad.welfare.models.setup import Category, CategoryField, Office, OfficeMember, Route

Branch = ColumnElement[bool]
STAFF_ROLES = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")

_ORDINARY = Request.confidential.is_(False)


def _named(actor: Actor) -> Branch:
    return Request.id.in_(select(NamedPerson.request_id).where(NamedPerson.user_id == actor.own_id))


def _of_my_offices(actor: Actor) -> Branch:
    mine = select(OfficeMember.office_id).where(OfficeMember.user_id == actor.own_id)
    return _ORDINARY & Request.office_id.in_(mine)


def _taken_care_of(actor: Actor) -> list[Branch]:
    """Requests that are one's business as staff; nobody takes care of their own request."""
    if not actor.has(*STAFF_ROLES):
        return []
    not_own = Request.user_id != actor.own_id
    if actor.has("admin"):
        return [_ORDINARY & not_own, _named(actor) & not_own]
    branches = [Request.assignee_id == actor.own_id, _of_my_offices(actor), _named(actor)]
    departments = actor.departments("hod")
    if departments:
        branches.append(_ORDINARY & Request.department_id.in_(departments))
    return [branch & not_own for branch in branches]


def _own(actor: Actor) -> Branches:
    return (Request.user_id == actor.own_id,) if actor.id is not None else NOTHING


def _seen_by_staff(actor: Actor) -> list[Branch]:
    branches = _taken_care_of(actor)
    if actor.has("advisor") and not actor.has("admin"):
        branches.append(_ORDINARY & Request.user_id.in_(mentees_as(actor, MentorKind.ADVISOR)))
    return branches


READ = Permission(
    "welfare.request.read",
    _l("See a request"),
    Request,
    lambda actor: [*_own(actor), *_seen_by_staff(actor)],
)
QUEUE = Permission("welfare.request.queue", _l("See requests as staff"), Request, _seen_by_staff)
HANDLE = Permission(
    "welfare.request.handle",
    _l("Take care of a request: assign, answer, decide"),
    Request,
    _taken_care_of,
)
OWN = Permission(
    "welfare.request.own", _l("See, withdraw and reopen one’s own request"), Request, _own
)
ASK = Gate("welfare.request.ask", _l("Ask for something"), lambda actor: actor.has("student"))
OPEN_QUEUE = Gate(
    "welfare.queue.open", _l("Open the queue of requests"), lambda actor: actor.has(*STAFF_ROLES)
)
SEE_FIGURES = Gate(
    "welfare.figures.see", _l("See how many requests there are"), lambda a: a.has("admin", "hod")
)
ASKING_STUDENT = Permission(
    "welfare.student.ask",
    _l("Be the student of a request"),
    Student,
    lambda actor: (
        (
            (Student.user_id == actor.own_id)
            & Student.status.in_((StudentStatus.ACTIVE, StudentStatus.ON_LEAVE)),
        )
        if actor.has("student")
        else NOTHING
    ),
)


def _asking_students(actor: Actor) -> Branches:
    """Students whose open request one takes care of: what they ask for may be given to them."""
    return [
        Student.id.in_(select(Request.student_id).where(Request.state.in_(OPEN), branch))
        for branch in _taken_care_of(actor)
    ]


APPROVE = Permission(
    "welfare.request.approve",
    _l("Give the letter or leave that a request asks for"),
    Student,
    _asking_students,
)


def _settled(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


SET_UP = Gate(
    "welfare.setup.open",
    _l("Set up categories, offices and rules of requests"),
    lambda actor: actor.has("admin"),
)
CATEGORY_EDIT = Permission(
    "welfare.category.edit", _l("Change a category of requests"), Category, _settled
)
CATEGORY_RESTORE = Permission(
    "welfare.category.restore",
    _l("Bring back a deleted category of requests"),
    Category,
    _settled,
    deleted_too=True,
)
CATEGORY_ASK = Permission(
    "welfare.category.ask",
    _l("Ask within a category"),
    Category,
    lambda actor: (Category.open.is_(True),) if actor.has("student") else NOTHING,
)
FIELD_EDIT = Permission(
    "welfare.field.edit", _l("Change a field of a category"), CategoryField, _settled
)
OFFICE_EDIT = Permission("welfare.office.edit", _l("Change an office"), Office, _settled)
ROUTE_EDIT = Permission("welfare.route.edit", _l("Change who gets which requests"), Route, _settled)
