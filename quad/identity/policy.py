from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Label,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import PersonalToken, Role, RoleGrant, User, UserSession
from quad.identity.models.joining import Invitation, Registration
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.models.profiles import OwnDataCopy, SecurityEvent

# Whom the holder of a role may make, find and look after, in the department of the role.
TEAM_OF: dict[str, tuple[Role, ...]] = {
    "hod": (Role.ADVISOR, Role.COUNSELLOR),
    "advisor": (Role.COUNSELLOR,),
}


def _managed(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _sessions(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (UserSession.user_id == actor.own_id,)


def _tokens(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (PersonalToken.user_id == actor.own_id,)


def grant_counts() -> ColumnElement[bool]:
    """Hold for grants that count on the day of the query: neither expired nor still to come."""
    today = bindparam(None, callable_=clock.today, type_=Date)
    return and_(
        or_(RoleGrant.starts_on.is_(None), RoleGrant.starts_on <= today),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )


def _holders(roles: tuple[Role, ...], departments: tuple[int, ...]) -> ColumnElement[bool]:
    return User.id.in_(
        select(RoleGrant.user_id).where(
            RoleGrant.role.in_(roles), RoleGrant.department_id.in_(departments), grant_counts()
        )
    )


def _team(actor: Actor) -> Branches:
    """The mentors one is responsible for."""
    if actor.has("admin"):
        mentors = (Role.HOD, Role.ADVISOR, Role.COUNSELLOR)
        held = select(RoleGrant.user_id).where(RoleGrant.role.in_(mentors), grant_counts())
        return (User.id.in_(held),)
    return [
        _holders(roles, departments)
        for role, roles in TEAM_OF.items()
        if (departments := actor.departments(role))
    ]


def _tended(actor: Actor) -> Branches:
    """Mentors who hold nothing beyond one's own department: nobody grows by helping somebody with more rights."""
    if actor.has("admin"):
        return EVERYTHING
    departments = actor.departments("hod")
    if not departments:
        return NOTHING
    more = aliased(RoleGrant)
    beyond = select(more.id).where(
        more.user_id == User.id,
        or_(
            more.role.not_in(TEAM_OF["hod"]),
            more.department_id.is_(None),
            more.department_id.not_in(departments),
        ),
    )
    return (and_(_holders(TEAM_OF["hod"], departments), not_(beyond.exists())),)


def _revocable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    departments = actor.departments("hod")
    if not departments:
        return NOTHING
    return (
        and_(
            RoleGrant.role.in_(TEAM_OF["hod"]),
            RoleGrant.department_id.in_(departments),
        ),
    )


def mentee_ids(actor: Actor) -> list[Select[int]]:
    """Select the user numbers of the people assigned to `actor`, one indexed SELECT per mentor role held.

    For scopes of domains above: `Student.user_id.in_(ids) for ids in mentee_ids(actor)`.
    """
    return [mentees_as(actor, kind) for kind in MentorKind if actor.has(kind.role)]


def mentees_as(actor: Actor, kind: MentorKind) -> Select[int]:
    """Select the user numbers of those whom `actor` looks after in this way (whether the role is held or not)."""
    return select(MentorAssignment.mentee_id).where(
        MentorAssignment.mentor_id == actor.own_id, MentorAssignment.kind == kind
    )


def _users(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else [User.id == actor.own_id, *_team(actor)]


READ = Permission("identity.user.read", _l("See an account"), User, _users)
MANAGE = Permission("identity.user.manage", _l("Change an account and its roles"), User, _managed)
TAKE_AWAY = Permission("identity.grant.revoke", _l("Take a role away"), RoleGrant, _revocable)
MERGE = Permission("identity.user.merge", _l("Merge two accounts"), User, _managed)
TEAM = Permission("identity.team.read", _l("See the staff one is responsible for"), User, _team)
TEND = Permission(
    "identity.user.tend", _l("Close, open, unlock and reset an account"), User, _tended
)
END_SESSION = Permission(
    "identity.session.revoke", _l("See and end a session"), UserSession, _sessions
)
USE_TOKENS = Permission(
    "identity.token.revoke", _l("See and end a personal access token"), PersonalToken, _tokens
)
ROTATE_TOKENS = Permission(
    "identity.token.rotate",
    _l("Give a personal access token a new secret"),
    PersonalToken,
    lambda actor: (PersonalToken.user_id == actor.own_id,) if actor.id else NOTHING,
)
ADMINISTER = Gate(
    "identity.user.create", _l("Create accounts and give roles"), lambda actor: actor.has("admin")
)
MAKE_STAFF = Gate(
    "identity.staff.create",
    _l("Create advisors and counsellors"),
    lambda actor: actor.has("admin") or any(map(actor.departments, TEAM_OF)),
)
SEE_TEAM = Gate(
    "identity.team.open",
    _l("Open the list of one’s staff"),
    lambda actor: actor.has("admin", *TEAM_OF),
)
OWN_ACCOUNT = Gate(
    "identity.account.change",
    _l("Change the own account, password and sessions"),
    lambda actor: actor.id is not None,
)
SEE_AS = Gate(
    "identity.permissions.explain",
    _l("See what a person can see"),
    lambda actor: actor.has("admin"),
)
SEE_PERMISSIONS = Gate(
    "identity.permissions.read", _l("See who may do what"), lambda actor: actor.has("admin")
)


def _registrations(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return tuple(Registration.department_id == number for number in actor.departments("hod"))


def _applied(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return [*_registrations(actor), Registration.user_id == actor.own_id]


def _invitations(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return tuple(Invitation.department_id == number for number in actor.departments("hod"))


def _own_log(actor: Actor) -> Branches:
    return (SecurityEvent.user_id == actor.own_id,)


def _own_copies(actor: Actor) -> Branches:
    return (OwnDataCopy.user_id == actor.own_id,)


DECIDE = Permission(
    "identity.registration.decide",
    _l("Approve or reject who applied for an account"),
    Registration,
    _registrations,
)
APPLIED = Permission(
    "identity.registration.read",
    _l("See that somebody applied for an account, in a timeline"),
    Registration,
    _applied,
)
SEE_REGISTRATIONS = Gate(
    "identity.registration.list",
    _l("See who applied for an account"),
    lambda actor: actor.has("admin", "hod"),
)
MANAGE_INVITATION = Permission(
    "identity.invitation.manage",
    _l("See, send again and take back an invitation"),
    Invitation,
    _invitations,
)
INVITE = Gate(
    "identity.invitation.create",
    _l("Invite people by mail"),
    lambda actor: actor.has("admin", "hod"),
)
READ_SECURITY_LOG = Permission(
    "identity.security_log.read", _l("See one's own security log"), SecurityEvent, _own_log
)
READ_OWN_DATA = Permission(
    "identity.own_data.read", _l("Get a copy of one's own data"), OwnDataCopy, _own_copies
)

Narrowing = Callable[[Actor, SQLColumnExpression[int]], ColumnElement[bool]]
_narrowings: list[Narrowing] = []
_records: list[tuple[Permission[Any], SQLColumnExpression[int]]] = []


def narrow_photos(narrowing: Narrowing) -> None:
    """Let a floor above say whose photo an actor may not see: privacy settings, blocks.

    `narrowing(actor, person_id)` is a clause that holds for people whose photo `actor` may see; all of them must hold.
    One's own photo is always seen.
    """
    _narrowings.append(narrowing)


def photo_goes_with(permission: Permission[Any], person_id: SQLColumnExpression[int]) -> None:
    """Let a floor above say whose records an actor works with: their photo stands there whatever its owner chose.

    Rows of `permission` are the records, `person_id` is whose they are. Lists of such records show `User.photo`, all
    others `photo_for`.
    """
    _records.append((permission, person_id))


def sees_photo(actor: Actor, person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Hold for people whose photo `actor` sees, outside the records that `actor` works with."""
    clauses = (narrowing(actor, person_id) for narrowing in _narrowings)
    return or_(person_id == actor.own_id, and_(true(), *clauses))


def photo_for(actor: Actor, person: Any = User) -> Label[str]:
    """Return the mark of the photo of `person` as `actor` sees it, called `photo`; empty where they do not see it.

    A column of the statement that loads the person; who has no photo is not asked about.
    """
    shown = and_(person.photo != "", sees_photo(actor, person.id))
    return case((shown, person.photo), else_="").label("photo")


def _photos(actor: Actor) -> Branches:
    """All ways in one clause, since one photo is looked for and not all that one may see."""
    if actor.id is None or actor.has("admin"):
        return EVERYTHING
    ways = [sees_photo(actor, User.id), *_users(actor)]
    for permission, person_id in _records:
        if permission.branches(actor):
            rows = select(permission.model.id).where(person_id == User.id, permission.where(actor))
            ways.append(rows.exists())
    return (or_(*ways),)


SEE_PHOTOS = Permission("identity.photo.see", _l("See people's photos"), User, _photos)
