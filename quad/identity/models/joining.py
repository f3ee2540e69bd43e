"""How people come in by themselves, by invitation, and by a mailed link to an account that waits for them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import (
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from quad.core.db.model import Row
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.models import StagedRow
from quad.identity.models.accounts import HASH_LENGTH, SECRET, SORT_LENGTH, Role
from quad.institution.models import Department

REASON_LENGTH = 500
MESSAGE_LENGTH = 1_000


class RegistrationState(enum.StrEnum):
    """Where a registration is. Only `approved` has an account; `unconfirmed` waits for a click in a mail."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class Registration(Row):
    """Somebody who asks for an account. It becomes an account when the address and the institution agree."""

    __tablename__ = "identity_registration"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "sort_name", "id"),
        Index(None, "department_id", "id"),
        Index(None, "created_at", "id"),
    )

    full_name: Mapped[str] = mapped_column(String(160))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(SORT_LENGTH))
    email: Mapped[str] = mapped_column(NormalisedKey(254), index=True)
    email_as_typed: Mapped[str] = mapped_column(String(254))
    username: Mapped[str | None] = mapped_column(NormalisedKey(60), default=None)
    password_hash: Mapped[str | None] = mapped_column(String(255), default=None, info=SECRET)
    role: Mapped[Role] = mapped_column(enum_type(Role), default=Role.STUDENT)
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="SET NULL"), default=None
    )
    register_number: Mapped[str] = mapped_column(String(40), default="")
    graduation_year: Mapped[int | None] = mapped_column(Integer, default=None)
    note: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[RegistrationState] = mapped_column(
        enum_type(RegistrationState), default=RegistrationState.UNCONFIRMED
    )
    token_hash: Mapped[str | None] = mapped_column(
        String(HASH_LENGTH), default=None, unique=True, info=SECRET
    )
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    decided_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), default=None, index=True
    )

    department: Mapped[Department | None] = relationship(lazy="raise", viewonly=True)


class InvitationState(enum.StrEnum):
    """What became of an invitation. That its time is over is seen by `expires_at`."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class Invitation(Row):
    """A mailed offer of an account with one role. There is one open invitation per address."""

    __tablename__ = "identity_invitation"
    __table_args__ = (
        UniqueConstraint("email", "open"),
        Index(None, "state", "id"),
        Index(None, "department_id", "id"),
        Index(None, "created_at", "id"),
    )

    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(160), default="")
    role: Mapped[Role] = mapped_column(enum_type(Role))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="CASCADE"), default=None
    )
    message: Mapped[str] = mapped_column(String(MESSAGE_LENGTH), default="")
    state: Mapped[InvitationState] = mapped_column(
        enum_type(InvitationState), default=InvitationState.WAITING
    )
    # Empty until the worker has made the link; only its hash is kept.
    token_hash: Mapped[str | None] = mapped_column(
        String(HASH_LENGTH), default=None, unique=True, info=SECRET
    )
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, index=True)
    sends: Mapped[int] = mapped_column(Integer, default=0)
    accepted_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), default=None, index=True
    )
    # A unique lets NULL repeat: only open invitations are told apart by their address.
    open: Mapped[int | None] = mapped_column(
        Integer, Computed("CASE WHEN state = 'waiting' THEN 1 END", persisted=True)
    )

    department: Mapped[Department | None] = relationship(lazy="raise", viewonly=True)


constraint(
    "uq_identity_invitation_email_open", _l("This address has an open invitation already."), "email"
)


class StagedInvitation(StagedRow):
    """One invitation on the way in from a file."""

    __tablename__ = "identity_staged_invitation"

    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(160), default="")
    role: Mapped[str] = mapped_column(String(30))
    department_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    message: Mapped[str] = mapped_column(String(MESSAGE_LENGTH))
    department_id: Mapped[int | None] = mapped_column(BigId)
    owner_id: Mapped[int | None] = mapped_column(BigId)
    invitation_id: Mapped[int | None] = mapped_column(BigId)


class AccountLinkPurpose(enum.StrEnum):
    """What a mailed link to an account is for."""

    ACTIVATE = "activate"
    NEW_EMAIL = "new_email"
    KEEP_EMAIL = "keep_email"
    STAY = "stay"


class AccountLink(Row):
    """A mailed link of an existing account: one use, an end. `address` is the e-mail address it speaks of."""

    __tablename__ = "identity_account_link"
    __audited__ = False
    __table_args__ = (Index("ix_identity_account_link_of", "user_id", "purpose"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    purpose: Mapped[AccountLinkPurpose] = mapped_column(enum_type(AccountLinkPurpose))
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    address: Mapped[str] = mapped_column(String(254), default="")
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
