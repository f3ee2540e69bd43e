"""Who asks for a re-evaluation, who answers, who confirms."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from quad.academics.models.people import Student
from quad.academics.models.reevaluation import Reevaluation
from quad.academics.models.teaching import Enrolment, Offering
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission


def _own_student(actor: Actor) -> ColumnElement[int]:
    return select(Student.id).where(Student.user_id == actor.own_id)  # type: ignore[return-value]


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    """What one asked for oneself; graduates still read it."""
    if not actor.has("student", "alumnus"):
        return []
    return [Reevaluation.student_id.in_(_own_student(actor))]


def _supervised(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    departments = actor.departments("hod")
    return (Reevaluation.department_id.in_(departments),) if departments else NOTHING


def _answerable(actor: Actor) -> Branches:
    """The offering's teacher answers, or in their place who supervises."""
    branches = _supervised(actor)
    if branches is EVERYTHING or not actor.has("faculty"):
        return branches
    taught = select(Offering.id).where(Offering.faculty_id == actor.own_id)
    return [*branches, Reevaluation.offering_id.in_(taught)]


def _seen(actor: Actor) -> Branches:
    branches = _answerable(actor)
    return branches if branches is EVERYTHING else [*branches, *_own(actor)]


def _askable(actor: Actor) -> Branches:
    if not actor.has("student"):
        return NOTHING
    return (Enrolment.student_id.in_(_own_student(actor)),)


REEVALUATION_READ = Permission(
    "academics.reevaluation.read", _l("See a request for re-evaluation"), Reevaluation, _seen
)
REEVALUATION_ASK = Permission(
    "academics.reevaluation.ask", _l("Ask for the re-evaluation of a result"), Enrolment, _askable
)
REEVALUATION_WITHDRAW = Permission(
    "academics.reevaluation.withdraw",
    _l("Withdraw the own request for re-evaluation"),
    Reevaluation,
    lambda actor: _own(actor) if actor.has("student") else NOTHING,
)
REEVALUATION_ANSWER = Permission(
    "academics.reevaluation.answer",
    _l("Answer a request for re-evaluation"),
    Reevaluation,
    _answerable,
)
REEVALUATION_CONFIRM = Permission(
    "academics.reevaluation.confirm",
    _l("Confirm or send back the answer to a re-evaluation"),
    Reevaluation,
    _supervised,
)
REEVALUATION_LIST = Gate(
    "academics.reevaluation.list",
    _l("Open the list of re-evaluations"),
    lambda actor: actor.has("admin", "hod", "faculty", "student", "alumnus"),
)
