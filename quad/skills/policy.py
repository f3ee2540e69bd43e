"""Who may change the catalogue, and whose skills one sees, changes and confirms."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, SQLColumnExpression, select, true

from quad.academics.models.teaching import Course, Offering
from quad.academics.policy import base as academics
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import User
from quad.skills.models import PersonSkill, Skill

ENDORSERS = ("alumnus", "faculty", "hod", "advisor", "counsellor")

Narrowing = Callable[[Actor, SQLColumnExpression[int]], ColumnElement[bool]]
_narrowings: list[Narrowing] = []


def narrow(narrowing: Narrowing) -> None:
    """Let a floor above say whose skills an actor may not see: privacy settings, blocks.

    `narrowing(actor, person_id)` is a clause that holds for people whose skills may be shown to `actor`; all of them
    must hold. One's own skills are always seen.
    """
    _narrowings.append(narrowing)


def shown_to(actor: Actor, person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the clause for the people whose skills `actor` may see, themselves aside."""
    clause: ColumnElement[bool] = true()
    for narrowing in _narrowings:
        clause = clause & narrowing(actor, person_id)
    return clause


def _seen(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    people = select(User.id).where(User.deleted_at.is_(None))
    others = (
        PersonSkill.hidden.is_(False)
        & PersonSkill.person_id.in_(people)
        & shown_to(actor, PersonSkill.person_id)
    )
    return (others, PersonSkill.person_id == actor.own_id)


def _confirmed(actor: Actor) -> Branches:
    if actor.id is None or not actor.has(*ENDORSERS):
        return NOTHING
    others = PersonSkill.hidden.is_(False) & (PersonSkill.person_id != actor.own_id)
    return (others & shown_to(actor, PersonSkill.person_id),)


def _catalogued(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _taught(actor: Actor) -> Branches:
    """Courses whose skills one may say: an administrator, the head of the department, who teaches the course."""
    if actor.has("admin"):
        return EVERYTHING
    branches: list[ColumnElement[bool]] = []
    departments = actor.departments("hod")
    if departments:
        branches.append(Course.department_id.in_(departments))
    if actor.has("faculty"):
        mine = select(Offering.course_id).where(Offering.faculty_id == actor.own_id)
        branches.append(Course.id.in_(mine))
    return branches


READ = Permission(
    "skills.read", _l("See the catalogue of skills"), Skill, lambda _actor: EVERYTHING
)
EDIT = Permission("skills.edit", _l("Change, merge and retire skills"), Skill, _catalogued)
FOLLOW = Permission(
    "skills.read.merged",
    _l("Follow a merged skill"),
    Skill,
    lambda _actor: EVERYTHING,
    deleted_too=True,
)
SET_UP = Gate("skills.setup", _l("Set up the catalogue of skills"), lambda a: a.has("admin"))
SEE = Gate("skills.see", _l("Look for skills"), lambda actor: actor.signed_in)
HELD_READ = Permission("skills.held.read", _l("See which skills somebody has"), PersonSkill, _seen)
ENDORSE = Permission(
    "skills.held.endorse", _l("Confirm a skill of somebody else"), PersonSkill, _confirmed
)
CLAIM = Permission(
    "skills.claim",
    _l("Say which skills a person has"),
    User,
    lambda actor: EVERYTHING if actor.has("admin") else (User.id == actor.own_id,),
)
OWN = Gate("skills.own", _l("Keep one’s own skills"), lambda actor: actor.id is not None)
COURSE_READ = academics.COURSE_READ
COURSE = Permission("skills.course", _l("Say which skills a course gives"), Course, _taught)
PERSON = Permission(
    "skills.person",
    _l("See somebody’s skills"),
    User,
    lambda actor: (shown_to(actor, User.id), User.id == actor.own_id),
)
