"""What waits in the network: graduates to be verified, references to be written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.alumni.forms.verifying import Refuse
from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.models.references import WAITING, Reference
from quad.alumni.policy import base as policy
from quad.alumni.policy import giving as giving_policy
from quad.alumni.service import references, verifying
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
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


def references_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the references a person is asked for and has not given yet."""
    return (
        select(func.count(Reference.id))
        .where(Reference.writer_id == user_id, Reference.state.in_(WAITING))
        .correlate(User)
        .scalar_subquery()
    )


def _claims(actor: Actor) -> Select[Any] | None:
    if not policy.VERIFY_OPEN.may(actor):
        return None
    columns = waiting_columns(
        Member.id,
        title=User.full_name,
        detail=Member.register_number,
        person=User.email_as_typed,
        since=Member.created_at,
    )
    claimed = select(*columns).join(User, User.id == Member.user_id)
    return claimed.where(policy.VERIFY.where(actor), Member.standing == MemberStanding.CLAIMED)


def _references(actor: Actor) -> Select[Any] | None:
    columns = waiting_columns(
        Reference.id,
        title=Reference.purpose,
        person=User.full_name,
        since=Reference.created_at,
        due=Reference.due_on,
    )
    asked = select(*columns).join(User, User.id == Reference.asker_id)
    return asked.where(giving_policy.REFERENCE_WRITE.where(actor), Reference.state.in_(WAITING))


def _refuse(db: Session, actor: Actor, member_id: int, reason: str) -> Member:
    return verifying.refuse(db, actor, member_id, Refuse(reason=reason))


CLAIMS = Approval(
    "graduates",
    _l("Graduates to verify"),
    "user-check",
    _claims,
    lambda member_id: f"/alumni/verify/{member_id}",
    "claims",
    refuse=_refuse,
    order=20,
)
REFERENCES = Approval(
    "references",
    _l("References"),
    "file-text",
    _references,
    lambda reference_id: f"/references/{reference_id}",
    "references",
    refuse=references.decline,
    order=60,
)
