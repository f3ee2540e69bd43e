"""Invitations from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, and_, insert, literal, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.settings import value
from quad.identity.forms.joining import InvitationRow
from quad.identity.models.accounts import Role, User
from quad.identity.models.joining import Invitation, InvitationState, StagedInvitation
from quad.identity.policy import INVITE
from quad.identity.service.grants import NEEDS_DEPARTMENT, TAKES_DEPARTMENT
from quad.identity.service.invitations import BY_HEADS, DAYS, STUDYING, promise_sending
from quad.institution.service.named import find_departments


def _prepare(row: InvitationRow) -> Mapping[str, Any]:
    return {
        "email": row.email,
        "email_as_typed": row.email,
        "full_name": " ".join(row.full_name.split()),
        "role": row.role.value,
        "department_key": row.department,
        "message": row.message,
    }


def _resolve(db: Session, batch: Batch[StagedInvitation]) -> None:
    staged = batch.rows
    find_departments(db, batch)
    batch.lookup(
        db,
        staged.owner_id,
        select(User.id).where(User.email == staged.email, User.deleted_at.is_(None)),
    )
    batch.lookup(
        db,
        staged.invitation_id,
        select(Invitation.id).where(
            Invitation.email == staged.email, Invitation.state == InvitationState.WAITING
        ),
    )
    _refuse(db, batch)
    batch.judge(db, exists=staged.invitation_id.is_not(None), differs=literal(False))


def _refuse(db: Session, batch: Batch[StagedInvitation]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.owner_id.is_not(None),
        _("“%(value)s” has an account already."),
        field="email",
        value=staged.email,
    )
    batch.refuse(
        db,
        and_(staged.role.in_(NEEDS_DEPARTMENT), staged.department_id.is_(None)),
        _("Choose the department this person heads."),
        field="department",
    )
    batch.refuse(
        db,
        and_(staged.role.not_in(TAKES_DEPARTMENT | STUDYING), staged.department_id.is_not(None)),
        _("This role counts for the whole institution. Leave the department empty."),
        field="department",
    )
    if not batch.actor.has("admin"):
        _refuse_beyond(db, batch)


def _refuse_beyond(db: Session, batch: Batch[StagedInvitation]) -> None:
    """A head invites to some roles only, in the own department."""
    staged = batch.rows
    batch.refuse(
        db,
        staged.role.not_in(BY_HEADS),
        _("Only an administrator invites people to this role."),
        field="role",
    )
    own = batch.actor.departments("hod")
    batch.refuse(
        db,
        staged.department_id.is_(None) | staged.department_id.not_in(own),
        _("Choose your own department."),
        field="department",
    )


def _apply(db: Session, batch: Batch[StagedInvitation]) -> None:
    staged = batch.rows
    names = ("email", "email_as_typed", "full_name", "role", "department_id", "message")
    until = clock.now() + timedelta(days=value(db, DAYS))
    fresh = (
        select(
            *(getattr(staged, name) for name in names),
            literal(InvitationState.WAITING.value),
            literal(until, Invitation.expires_at.type),
            literal(0, Integer),
        )
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    db.execute(insert(Invitation).from_select([*names, "state", "expires_at", "sends"], fresh))
    promise_sending(db)


INVITATIONS = Importer(
    kind="invitations",
    label=_l("Invitations"),
    hint=_l("One person a line. Each gets a mail with a link to make the account."),
    permission=INVITE,
    form=InvitationRow,
    staged=StagedInvitation,
    key=(StagedInvitation.email,),
    key_field="email",
    aliases={
        "email": ("e-mail", "mail", "address", "e-mail address"),
        "full_name": ("name",),
        "department": ("department code", "dept"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "email": "asha.rao@example.org",
        "role": Role.FACULTY.value,
        "full_name": "Asha Rao",
        "department": "CSE",
        "message": "Welcome to the team.",
    },
    endpoint="identity_applicants.list_invitations",
)
