"""Whose timeline may be opened. What stands in it, each domain's policy says."""

from __future__ import annotations

from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.policy.base import STUDENT_READ
from quad.alumni.models.members import Member
from quad.alumni.policy.base import SEE
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Permission
from quad.identity.models.accounts import User
from quad.identity.policy import READ


def _known(actor: Actor) -> Branches:
    """Oneself, the accounts and records one looks after, and the people whose profile one sees.

    Of who is deleted the administration alone knows, as on their record.
    """
    if actor.has("admin"):
        return EVERYTHING
    if actor.id is None:
        return NOTHING
    records = select(Student.user_id).where(STUDENT_READ.where(actor))
    profiles = select(Member.user_id).where(SEE.where(actor))
    known = (*READ.branches(actor), User.id.in_(records), User.id.in_(profiles))
    return [User.deleted_at.is_(None) & branch for branch in known]


OPEN = Permission(
    "timeline.person.open",
    _l("Open the timeline of a person, with what one may see of it"),
    User,
    _known,
    deleted_too=True,
)
