"""People, what they may do, and how they come in.

A person is one `User` for life. What a person may do is a set of `RoleGrant`. Everything secret is kept as a hash:
the database alone opens no door.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.institution.models import Department

SECRET = {"secret": True}
SEARCHED_AS = "user"
HASH_LENGTH = 64  # SHA-256 as hexadecimal
SORT_LENGTH = 360


class Role(enum.StrEnum):
    """The words a grant may hold (DESIGN §3)."""

    ADMIN = "admin"
    HOD = "hod"
    COUNSELLOR = "counsellor"
    ADVISOR = "advisor"
    FACULTY = "faculty"
    PLACEMENT = "placement"
    STUDENT = "student"
    ALUMNUS = "alumnus"


ROLE_NAMES: dict[str, str] = {
    Role.ADMIN: _l("Admin"),
    Role.HOD: _l("Head of department"),
    Role.FACULTY: _l("Faculty"),
    Role.ADVISOR: _l("Advisor"),
    Role.COUNSELLOR: _l("Counsellor"),
    Role.PLACEMENT: _l("Placement"),
    Role.STUDENT: _l("Student"),
    Role.ALUMNUS: _l("Alumnus"),
}


class AccountState(enum.StrEnum):
    """Whether the account opens: only `active` signs in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class AccountOrigin(enum.StrEnum):
    """How an account came to be."""

    INVITED = "invited"
    REGISTERED = "registered"
    IMPORTED = "imported"


class Theme(enum.StrEnum):
    """How pages look; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class User(SoftDeleted, Versioned, Row):
    """One person, for life. `email` is compared, `email_as_typed` is shown and written to."""

    __tablename__ = "identity_user"
    __table_args__ = (
        UniqueConstraint("email", "live"),
        UniqueConstraint("username", "live"),
        Index(None, "sort_name", "id"),
        Index(None, "deleted_at"),
        Index(None, "created_at", "id"),
        Index(None, "last_sign_in_at", "id"),
    )

    full_name: Mapped[str] = mapped_column(String(160))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(SORT_LENGTH))
    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    username: Mapped[str | None] = mapped_column(NormalisedKey(60), default=None)
    password_hash: Mapped[str | None] = mapped_column(String(255), default=None, info=SECRET)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    one_time_until: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    state: Mapped[AccountState] = mapped_column(
        enum_type(AccountState), default=AccountState.ACTIVE, index=True
    )
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    language: Mapped[str] = mapped_column(String(20), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    theme: Mapped[Theme] = mapped_column(enum_type(Theme), default=Theme.AUTO)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    origin: Mapped[AccountOrigin] = mapped_column(
        enum_type(AccountOrigin), default=AccountOrigin.INVITED, server_default="invited"
    )
    # The account this one was merged into; this one is deleted then.
    merged_into_id: Mapped[int | None] = mapped_column(BigId, default=None)
    # The mark in the address of the person's photo, which changes with it; empty without one.
    photo: Mapped[str] = mapped_column(String(20), default="", server_default="")
    # Set while the person is leaving: from this moment the worker removes the account.
    leaves_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, index=True)

    @hybrid_property
    def is_active(self) -> bool:
        """Tell whether the account opens."""
        return self.state == AccountState.ACTIVE

    @is_active.inplace.expression
    @classmethod
    def _is_active(cls) -> ColumnElement[bool]:
        return cls.state == AccountState.ACTIVE


constraint(
    "uq_identity_user_email_live", _l("This e-mail address has an account already."), "email"
)
constraint("uq_identity_user_username_live", _l("This user name is taken."), "username")


class RoleGrant(Row):
    """A role held, in one department or in the whole institution, from a day to a day (both inclusive)."""

    __tablename__ = "identity_role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "scope"),
        Index("ix_identity_role_grant_holders", "role", "department_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    department_id: Mapped[int | None] = mapped_column(
        BigId,
        ForeignKey("institution_department.id", ondelete="RESTRICT"),
        default=None,
        index=True,
    )
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    ends_on: Mapped[date | None] = mapped_column(Date, default=None)
    # A unique constraint lets NULL repeat; the institution is scope 0.
    scope: Mapped[int] = mapped_column(
        BigId, Computed(func.coalesce(department_id, 0), persisted=True), nullable=True
    )

    department: Mapped[Department | None] = relationship(lazy="raise", viewonly=True)


constraint(
    "uq_identity_role_grant_user_id_role_scope", _l("This person holds that role already."), "role"
)


class UserSession(Row):
    """One signed-in browser or API client. The cookie holds an opaque key; only its hash is kept."""

    __tablename__ = "identity_session"
    __audited__ = False
    __table_args__ = (Index("ix_identity_session_user", "user_id", "revoked_at", "expires_at"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    via_api: Mapped[bool] = mapped_column(Boolean, default=False)
    working_role: Mapped[str] = mapped_column(String(80), default="")
    remember: Mapped[bool] = mapped_column(Boolean, default=False)
    last_seen_at: Mapped[datetime] = mapped_column(Utc())
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    # When the person last proved who they are: dangerous acts ask for a fresh proof.
    proved_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    # A role asks for a second factor that the person has not set up yet.
    needs_factor: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The provider that vouched for this sign-in, for signing out there as well.
    provider: Mapped[str] = mapped_column(String(40), default="", server_default="")


class LoginChallenge(Row):
    """The step between the first proof and the session: a second one is awaited."""

    __tablename__ = "identity_login_challenge"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    public_id: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    # Empty while no code was mailed: who has an app or a passkey is asked for that.
    code_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), default="", info=SECRET)
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    sent_at: Mapped[datetime] = mapped_column(Utc())
    tries: Mapped[int] = mapped_column(Integer, default=0)
    resends: Mapped[int] = mapped_column(Integer, default=0)
    used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    remember: Mapped[bool] = mapped_column(Boolean, default=False)
    wanted_role: Mapped[str] = mapped_column(String(80), default="")
    provider: Mapped[str] = mapped_column(String(40), default="", server_default="")


class LinkPurpose(enum.StrEnum):
    """What a mailed link is for."""

    RESET = "reset"


class PasswordReset(Row):
    """A mailed link: one use, a short life. Using it proves the address as well."""

    __tablename__ = "identity_password_reset"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose), default=LinkPurpose.RESET)
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class RefreshToken(Row):
    """One link in a chain of refresh tokens. The session is the family: reuse ends it."""

    __tablename__ = "identity_refresh_token"
    __audited__ = False

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_session.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    rotated_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class PersonalToken(Row):
    """A key a person made for a program. Facts tell its making and its end; its use is not audited."""

    __tablename__ = "identity_personal_token"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    tail: Mapped[str] = mapped_column(String(8))
    # "read write" for everything, else `read:area` and `write:area` (service/scopes.py).
    scopes: Mapped[str] = mapped_column(String(200), default="")
    expires_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    last_used_ip: Mapped[str] = mapped_column(String(45), default="", server_default="")
    revoked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class SignInGuard(Row):
    """Failed tries per account name and per address. Names nobody has are counted alike, so they tell nothing."""

    __tablename__ = "identity_sign_in_guard"
    __audited__ = False

    key: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), default=None, unique=True
    )
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failed_at: Mapped[datetime] = mapped_column(Utc())
    locked_until: Mapped[datetime | None] = mapped_column(Utc(), default=None)
