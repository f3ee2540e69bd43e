"""Who sees whom in the network, and who looks after it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, true

from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.policy.audience import STAFF, connected, is_known, same_department, unblocked
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import Role

EVERY_ROLE = tuple(role.value for role in Role)

DIRECTORY = Gate(
    "alumni.directory.open",
    _l("Open the directories of alumni and students"),
    lambda actor: actor.id is not None and actor.has(*EVERY_ROLE),
)
EXPORT = Gate(
    "alumni.directory.export",
    _l("Take a directory away as a file"),
    lambda actor: actor.has("admin", "hod", "placement"),
)
VERIFY_OPEN = Gate(
    "alumni.verification.open",
    _l("Open the list of graduates to be verified"),
    lambda actor: actor.has("admin"),
)
IMPORT = Gate("alumni.import", _l("Import alumni"), lambda actor: actor.has("admin"))
OWN = Gate(
    "alumni.profile.own",
    _l("Keep the own profile in the network"),
    lambda actor: actor.id is not None and actor.has("student", "alumnus"),
)


def _seen(actor: Actor, *, own: bool) -> Branches:
    if not DIRECTORY.may(actor):
        return NOTHING
    parts: list[ColumnElement[bool]] = [Member.shown == 1, unblocked(actor)]
    if not actor.has("student", *STAFF):
        parts.append(is_known(actor))
    others = and_(*parts)
    return (or_(others, Member.user_id == actor.own_id) if own else others,)


def _listed(actor: Actor, kind: ColumnElement[bool]) -> Branches:
    return [and_(branch, kind) for branch in _seen(actor, own=False)]


SEE = Permission(
    "alumni.member.see",
    _l("See a profile in the network, as far as its owner shows it"),
    Member,
    lambda actor: _seen(actor, own=True),
)
LISTED = Permission(
    "alumni.member.listed",
    _l("Find people of the network"),
    Member,
    lambda actor: _seen(actor, own=False),
)
ALUMNI = Permission(
    "alumni.alumnus.listed",
    _l("Find alumni"),
    Member,
    lambda actor: _listed(actor, Member.is_alumnus == true()),
)
STUDENTS = Permission(
    "alumni.student.listed",
    _l("Find students in the network"),
    Member,
    lambda actor: _listed(actor, Member.is_student == true()),
)


OF_DEPARTMENT = Permission(
    "alumni.member.department",
    _l("Find people of the own department by what they show there"),
    Member,
    lambda actor: [and_(b, same_department(actor)) for b in _seen(actor, own=False)],
)
OF_CONNECTIONS = Permission(
    "alumni.member.connections",
    _l("Find connections by what they show to these"),
    Member,
    lambda actor: [and_(b, connected(actor)) for b in _seen(actor, own=False)],
)


def _own(actor: Actor) -> Branches:
    return (Member.user_id == actor.own_id,) if OWN.may(actor) else NOTHING


def _unverified(actor: Actor) -> Branches:
    if not actor.has("admin"):
        return NOTHING
    return (Member.standing.in_((MemberStanding.CLAIMED, MemberStanding.REFUSED)),)


EDIT = Permission("alumni.member.edit", _l("Change the own profile in the network"), Member, _own)
VERIFY = Permission(
    "alumni.member.verify", _l("Verify who says they graduated here"), Member, _unverified
)
