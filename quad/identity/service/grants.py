"""Who holds which role, where, and from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from quad.core import clock
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.accounts import RoleGranted, RoleRevoked
from quad.identity.forms.accounts import NewGrant
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import ADMINISTER, MANAGE, READ, TAKE_AWAY
from quad.identity.service.actor import held
from quad.identity.service.people import holders
from quad.institution.models import Department
from quad.institution.service.heads import Head

NEEDS_DEPARTMENT = frozenset({Role.HOD})
TAKES_DEPARTMENT = frozenset({Role.HOD, Role.ADVISOR, Role.COUNSELLOR, Role.FACULTY})
STAFF = frozenset(
    {Role.ADMIN, Role.HOD, Role.ADVISOR, Role.COUNSELLOR, Role.FACULTY, Role.PLACEMENT}
)


def add_grant(db: Session, actor: Actor, user_id: int, form: NewGrant) -> RoleGrant:
    """Give a role, or new dates to a role that is held already.

    Raises NotFound, Forbidden, or Invalid with a sentence for the department.
    """
    user = MANAGE.get(db, actor, user_id, read=READ, lock=True)
    grant = place_grant(
        db, user.id, form.role, form.department_id, starts_on=form.starts_on, ends_on=form.ends_on
    )
    emit(db, _granted(actor, grant))
    return grant


def place_grant(
    db: Session,
    user_id: int,
    role: Role,
    department_id: int | None,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleGrant:
    """Write the row of a grant without asking the policy. Raises Invalid when the department does not fit."""
    require_department(db, role, department_id)
    grant = db.scalar(
        select(RoleGrant)
        .where(RoleGrant.user_id == user_id, RoleGrant.role == role)
        .where(RoleGrant.scope == (department_id or 0))
        .with_for_update()
    )
    if grant is None:
        grant = RoleGrant(user_id=user_id, role=role, department_id=department_id)
        db.add(grant)
    grant.starts_on, grant.ends_on = starts_on, ends_on
    db.flush()
    return grant


def require_department(db: Session, role: Role, department_id: int | None) -> None:
    """Raise Invalid unless the role goes with this department (or with none)."""
    if department_id is None:
        if role in NEEDS_DEPARTMENT:
            raise Invalid({"department_id": _("Choose the department this person heads.")})
        return
    if role not in TAKES_DEPARTMENT:
        raise Invalid(
            {
                "department_id": _(
                    "This role counts for the whole institution. Leave the department empty."
                )
            }
        )
    require_known(db, department_id)


def require_known(db: Session, department_id: int) -> None:
    """Raise Invalid unless there is such a department."""
    known = select(Department.id).where(
        Department.id == department_id, Department.deleted_at.is_(None)
    )
    if db.scalar(known) is None:
        raise Invalid({"department_id": _("There is no such department.")})


def revoke_grant(db: Session, actor: Actor, user_id: int, grant_id: int) -> None:
    """Take a role away. Raises NotFound, Forbidden, or Rejected for the last administrator."""
    grant = TAKE_AWAY.get(db, actor, grant_id, lock=True)
    if grant.user_id != user_id:
        raise NotFound
    if grant.role is Role.ADMIN:
        require_another_admin(db, user_id)
    revoked = _revoked(actor, grant)
    db.delete(grant)
    emit(db, revoked)


def require_another_admin(db: Session, user_id: int) -> None:
    """Raise Rejected when nobody else could administer."""
    others = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.ends_on.is_(None),
            User.id != user_id,
            User.is_active,
            User.deleted_at.is_(None),
        )
        .order_by(User.id)
        .with_for_update()
    )
    if not db.scalars(others).first():
        raise Rejected(_("This is the last administrator. Make somebody else administrator first."))


def list_grants(db: Session, actor: Actor, user_id: int) -> Sequence[RoleGrant]:
    """Return all grants of a person, past and coming ones too, with their departments."""
    query = (
        select(RoleGrant)
        .outerjoin(RoleGrant.department)
        .options(contains_eager(RoleGrant.department))
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.user_id == user_id, READ.where(actor))
        .order_by(RoleGrant.role, Department.sort_name)
    )
    return db.scalars(query).all()


def find_heads(db: Session, department_ids: Sequence[int]) -> dict[int, Head]:
    """Return who heads each of these departments today; of several, who has done so the longest."""
    query = (
        select(RoleGrant.department_id, User.id, User.full_name)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.role == Role.HOD,
            RoleGrant.department_id.in_(department_ids),
            User.deleted_at.is_(None),
            held(clock.today()),
        )
        .order_by(RoleGrant.id.desc())
    )
    return {row[0]: Head(row[1], row[2]) for row in db.execute(query) if row[0] is not None}


def appoint_head(db: Session, actor: Actor, department_id: int, user_id: int) -> None:
    """Make a member of staff the one head of a department; who headed it before does not any more.

    Raises NotFound when there is no such member of staff, Forbidden.
    """
    ADMINISTER.require(actor)
    if user_id not in holders(db, [user_id], *STAFF):
        raise NotFound
    before = select(RoleGrant).where(
        RoleGrant.role == Role.HOD,
        RoleGrant.department_id == department_id,
        RoleGrant.user_id != user_id,
    )
    for grant in db.scalars(before.with_for_update()).all():
        revoked = _revoked(actor, grant)
        db.delete(grant)
        emit(db, revoked)
    grant = place_grant(db, user_id, Role.HOD, department_id)
    emit(db, _granted(actor, grant))


def _granted(actor: Actor, grant: RoleGrant) -> RoleGranted:
    return RoleGranted(
        actor_id=actor.id,
        user_id=grant.user_id,
        role=grant.role,
        department_id=grant.department_id,
    )


def _revoked(actor: Actor, grant: RoleGrant) -> RoleRevoked:
    return RoleRevoked(
        actor_id=actor.id,
        user_id=grant.user_id,
        role=grant.role,
        department_id=grant.department_id,
    )
