"""Who may list results across courses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Offering
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor, Branches, Gate, Permission


def _results(actor: Actor) -> Branches:
    """Results that count: of one's department's students, and of the courses one teaches."""
    counted = EnrolmentResult.counts & ~EnrolmentResult.hidden
    if actor.has("admin"):
        return (counted,)
    branches = []
    departments = actor.departments("hod")
    if departments:
        branches.append(counted & EnrolmentResult.department_id.in_(departments))
    if actor.has("faculty"):
        taught = select(Offering.id).where(Offering.faculty_id == actor.own_id)
        branches.append(counted & EnrolmentResult.offering_id.in_(taught))
    return branches


# A derived row has no stamps, only a number; a permission needs no more.
_RESULT: Any = EnrolmentResult
READ: Permission[Any] = Permission(
    "academics.result.read", _l("List the results of students"), _RESULT, _results
)
LIST = Gate(
    "academics.result.list",
    _l("Open the list of results"),
    lambda actor: actor.has("admin", "hod", "faculty"),
)
