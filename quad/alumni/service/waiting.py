"""The number beside “Verify graduates” in the menu."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from quad.alumni.models.members import Member, MemberStanding
from quad.identity.models.accounts import Role, RoleGrant, User


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts, for an administrator, the graduates who wait to be verified."""
    admin = (
        exists().where(RoleGrant.user_id == user_id, RoleGrant.role == Role.ADMIN).correlate(User)
    )
    return (
        select(func.count(Member.id))
        .where(Member.standing == MemberStanding.CLAIMED, Member.deleted_at.is_(None), admin)
        .correlate(User)
        .scalar_subquery()
    )
