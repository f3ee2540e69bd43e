"""Letting a colleague review while one is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.coding import policy
from quad.coding.facts import DelegationChanged
from quad.coding.forms.mentoring import NewDelegation
from quad.coding.models.mentoring import Delegation
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.policy import grant_counts

LONGEST = 120  # days
Mentor, Deputy = aliased(User), aliased(User)


def add(db: Session, actor: Actor, form: NewDelegation) -> Delegation:
    """Let somebody review in one's place for some days. Raises Forbidden, Invalid."""
    policy.DELEGATE.require(actor)
    if form.deputy_id == actor.id:
        raise Invalid({"deputy_id": _("Choose somebody else.")})
    if form.deputy_id not in {number for number, _name in choices(db, actor)}:
        raise Invalid({"deputy_id": _("Choose an advisor or a counsellor.")})
    if form.last_day < form.first_day:
        raise Invalid({"last_day": _("The last day comes before the first one.")})
    if form.last_day < local_today(db):
        raise Invalid({"last_day": _("This day is over.")})
    if (form.last_day - form.first_day).days >= LONGEST:
        raise Invalid({"last_day": _("Choose at most %(n)s days.", n=LONGEST)})
    row = Delegation(
        mentor_id=actor.own_id,
        deputy_id=form.deputy_id,
        first_day=form.first_day,
        last_day=form.last_day,
    )
    db.add(row)
    db.flush()
    _tell(db, actor, row, "made")
    return row


def end(db: Session, actor: Actor, delegation_id: int) -> Delegation:
    """End a delegation before its last day. Raises NotFound, Rejected."""
    row = policy.DELEGATION_KEEP.get(db, actor, delegation_id, lock=True)
    if row.ended_at is not None or row.last_day < local_today(db):
        raise Rejected(_("This is over already."))
    row.ended_at = clock.now()
    db.flush()
    _tell(db, actor, row, "ended")
    return row


def _tell(db: Session, actor: Actor, row: Delegation, what: str) -> None:
    emit(
        db,
        DelegationChanged(
            actor_id=actor.id,
            delegation_id=row.id,
            mentor_id=row.mentor_id,
            deputy_id=row.deputy_id,
            what=what,
        ),
    )


def choices(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the advisors and counsellors who could stand in for one."""
    holders = select(RoleGrant.user_id).where(RoleGrant.role.in_(policy.MENTORS), grant_counts())
    query = (
        select(User.id, User.full_name)
        .where(
            User.id.in_(holders), User.id != actor.own_id, User.deleted_at.is_(None), User.is_active
        )
        .order_by(User.sort_name, User.id)
        .limit(500)
    )
    return [(row.id, row.full_name) for row in db.execute(query)]


def current(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the delegations from and to one that are not over, the first to begin first."""
    return db.execute(
        select(
            Delegation.id,
            Delegation.mentor_id,
            Delegation.deputy_id,
            Delegation.first_day,
            Delegation.last_day,
            Mentor.full_name.label("mentor"),
            Deputy.full_name.label("deputy"),
        )
        .join(Mentor, Mentor.id == Delegation.mentor_id)
        .join(Deputy, Deputy.id == Delegation.deputy_id)
        .where(
            (Delegation.mentor_id == actor.own_id) | (Delegation.deputy_id == actor.own_id),
            Delegation.last_day >= local_today(db),
            Delegation.ended_at.is_(None),
        )
        .order_by(Delegation.first_day, Delegation.id)
    ).all()
