"""Heads of department, advisors and counsellors: who makes them, and who is responsible for whom.

An administrator makes any of them, a head the advisors of the own department, an advisor its counsellors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Forbidden, Invalid, NotFound, QuadError, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.accounts import RoleGranted, UserCreated
from quad.identity.models.accounts import ROLE_NAMES, Role, RoleGrant, User
from quad.identity.policy import MAKE_STAFF, SEE_TEAM, TEAM_OF, grant_counts
from quad.identity.service.grants import STAFF, find_heads, place_grant
from quad.identity.service.people import holds, require_new_email
from quad.identity.service.users import new_person
from quad.institution.models import Department

MAKES: dict[str, tuple[Role, ...]] = {"hod": (Role.ADVISOR,), "advisor": (Role.COUNSELLOR,)}
ALL = (Role.HOD, Role.ADVISOR, Role.COUNSELLOR)


def may_make(actor: Actor) -> list[tuple[Role, tuple[int, ...] | None]]:
    """Return the roles `actor` may give, each with the departments it may be given in (None is every one)."""
    if actor.has("admin"):
        return [(role, None) for role in ALL]
    return [
        (role, departments)
        for held, roles in MAKES.items()
        if (departments := actor.departments(held))
        for role in roles
    ]


def require_may_make(db: Session, actor: Actor, role: Role, department_id: int) -> None:
    """Raise unless `actor` may make somebody `role` in a department that has a place for them.

    Raises Forbidden, NotFound (no such department), QuadError (400) when the department has a head already.
    """
    MAKE_STAFF.require(actor)
    allowed = dict(may_make(actor))
    if role not in allowed:
        raise Forbidden(_("You may not create this role."))
    known = select(Department.id).where(
        Department.id == department_id, Department.deleted_at.is_(None)
    )
    if db.scalar(known) is None:
        raise NotFound(_("Department not found"))
    departments = allowed[role]
    if departments is not None and department_id not in departments:
        raise Forbidden(_("You may do this in your own department only."))
    if role is Role.HOD and find_heads(db, [department_id]):
        raise QuadError(_("This department already has an HOD assigned."))


@dataclass(frozen=True)
class NewMember:
    """Somebody new on the staff; the hash was made before the transaction."""

    full_name: str
    email: str
    role: Role
    department_id: int
    password_hash: str


def create_staff(db: Session, actor: Actor, member: NewMember) -> User:
    """Make an account with one role in one department. It opens at once with the password that was hashed.

    Raises as `require_may_make`, and Rejected when the address has an account.
    """
    require_may_make(db, actor, member.role, member.department_id)
    require_new_email(db, member.email)
    user = new_person(db, member.full_name, member.email)
    user.password_hash = member.password_hash
    user.email_confirmed_at = clock.now()
    db.flush()
    place_grant(db, user.id, member.role, member.department_id)
    emit(db, UserCreated(actor_id=actor.id, user_id=user.id))
    emit(db, _granted(actor, user.id, member.role, member.department_id))
    return user


def appoint(db: Session, actor: Actor, email: str, role: Role, department_id: int) -> User:
    """Give a member of staff who has an account one more role.

    Raises as `require_may_make`, and Invalid when nobody on the staff has this address.
    """
    require_may_make(db, actor, role, department_id)
    user = db.scalar(
        select(User)
        .where(User.email == normalised(email), User.deleted_at.is_(None))
        .with_for_update()
    )
    if user is None or not holds(db, user.id, *STAFF):
        raise Invalid({"email": _("Nobody on the staff has this address.")})
    place_grant(db, user.id, role, department_id)
    emit(db, _granted(actor, user.id, role, department_id))
    return user


def _granted(actor: Actor, user_id: int, role: Role, department_id: int) -> RoleGranted:
    return RoleGranted(actor_id=actor.id, user_id=user_id, role=role, department_id=department_id)


@dataclass(frozen=True)
class Member:
    """One role of one member of the staff, in the shape of the coding contract."""

    user_id: int
    full_name: str
    email: str
    role_type: str
    department_name: str | None
    created_by: str
    created_at: datetime


def my_team(db: Session, actor: Actor) -> list[Member]:
    """Return the staff one is responsible for. Raises Forbidden for others than admin, HOD and advisor."""
    if not SEE_TEAM.may(actor):
        raise Forbidden(_("Admin, HOD or advisor access required"))
    maker = aliased(User)
    query = (
        select(
            User.id.label("user_id"),
            User.full_name,
            User.email_as_typed,
            RoleGrant.role,
            RoleGrant.created_at,
            Department.name,
            maker.full_name.label("maker"),
        )
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .outerjoin(Department, Department.id == RoleGrant.department_id)
        .outerjoin(maker, maker.id == RoleGrant.created_by)
        .where(User.deleted_at.is_(None), grant_counts(), _in_team(actor))
        .order_by(User.sort_name, User.id, RoleGrant.role)
    )
    return [_member(row) for row in db.execute(query)]


def _in_team(actor: Actor) -> Any:
    if actor.has("admin"):
        return and_(RoleGrant.role.in_(ALL), true())
    return or_(
        *(
            and_(RoleGrant.role.in_(roles), RoleGrant.department_id.in_(departments))
            for held, roles in TEAM_OF.items()
            if (departments := actor.departments(held))
        )
    )


def _member(row: Any) -> Member:
    return Member(
        user_id=row.user_id,
        full_name=row.full_name,
        email=row.email_as_typed,
        role_type=row.role.value,
        department_name=row.name,
        created_by=row.maker or "System",
        created_at=row.created_at,
    )


def role_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the roles `actor` may give, for a menu."""
    return [(role.value, str(ROLE_NAMES[role])) for role, _departments in may_make(actor)]


def department_choices(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the departments in which `actor` may give any role, for a menu."""
    query = select(Department.id, Department.name).where(Department.deleted_at.is_(None))
    allowed = [departments for _role, departments in may_make(actor)]
    if None not in allowed:
        ids = {each for departments in allowed for each in departments or ()}
        query = query.where(Department.id.in_(ids))
    return [(row.id, row.name) for row in db.execute(query.order_by(Department.sort_name))]


def refuse_known(db: Session, email: str) -> None:
    """Raise Invalid beside the field when the address has an account, for forms."""
    try:
        require_new_email(db, email)
    except Rejected as error:
        raise Invalid(
            {"email": _("This address has an account. Give the role to that person below instead.")}
        ) from error
