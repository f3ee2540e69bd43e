"""What people prove themselves with beside the password, and the short-lived rows of a ceremony under way."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import HASH_LENGTH, SECRET

# Facts tell what happens to a factor; the rows change at every sign-in and are not audited themselves.


class TotpFactor(Row):
    """An authenticator app. Until `confirmed_at` is set it is only being set up and opens nothing."""

    __tablename__ = "identity_totp"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    secret_sealed: Mapped[str] = mapped_column(String(300), info=SECRET)
    confirmed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    # The time step of the newest code used: no code counts twice, and none from before it.
    last_counter: Mapped[int] = mapped_column(BigInteger, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Passkey(Row):
    """A public key whose private half never leaves the person's device."""

    __tablename__ = "identity_passkey"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    # Credential ids may be 1,023 bytes long, more than every database indexes.
    credential_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    credential_id: Mapped[str] = mapped_column(Text)
    # What authenticators know the person by: random, the same for all passkeys of a person.
    user_handle: Mapped[str] = mapped_column(String(100), index=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[str] = mapped_column(String(100), default="")
    synced: Mapped[bool] = mapped_column(Boolean, default=False)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


constraint("uq_identity_passkey_credential_hash", _l("This passkey is in use already."))


class CeremonyPurpose(enum.StrEnum):
    """What a passkey challenge was made for; it serves nothing else."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    SECOND = "second"
    PROVE = "prove"


class PasskeyCeremony(Row):
    """A challenge handed to an authenticator: one use, a few minutes, one browser session."""

    __tablename__ = "identity_passkey_ceremony"
    __audited__ = False

    public_id: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    purpose: Mapped[CeremonyPurpose] = mapped_column(enum_type(CeremonyPurpose))
    challenge: Mapped[str] = mapped_column(String(100), info=SECRET)
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), default=None, index=True
    )
    user_handle: Mapped[str] = mapped_column(String(100), default="")
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)


class RecoveryCode(Row):
    """One of ten codes on paper, kept as a keyed hash, good once."""

    __tablename__ = "identity_recovery_code"
    __audited__ = False
    __table_args__ = (Index("ix_identity_recovery_code_left", "user_id", "used_at"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class TrustedDevice(Row):
    """A browser that is not asked for a second step for a while. Its cookie changes at every sign-in."""

    __tablename__ = "identity_trusted_device"
    __audited__ = False
    __table_args__ = (Index("ix_identity_trusted_device_of", "user_id", "expires_at"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True, info=SECRET)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")
    last_used_at: Mapped[datetime] = mapped_column(Utc())
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)


class ExternalIdentity(Row):
    """A person as an OpenID Connect provider knows them."""

    __tablename__ = "identity_external"
    __audited__ = False
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(254), default="")
    # The roles that the provider's claims gave; only these does it take away again.
    roles: Mapped[str] = mapped_column(String(200), default="")
    last_used_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


constraint(
    "uq_identity_external_issuer_subject",
    _l("This sign-in belongs to another account already."),
)
constraint(
    "uq_identity_external_user_id_issuer",
    _l("Your account is linked with this provider already."),
)


class OidcPurpose(enum.StrEnum):
    """Why somebody was sent to a provider."""

    SIGN_IN = "sign_in"
    LINK = "link"
    PROVE = "prove"


class OidcFlow(Row):
    """Somebody who was sent to a provider and is expected back once, within minutes, in the same browser."""

    __tablename__ = "identity_oidc_flow"
    __audited__ = False

    state_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    provider: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[OidcPurpose] = mapped_column(enum_type(OidcPurpose))
    nonce: Mapped[str] = mapped_column(String(100), info=SECRET)
    verifier: Mapped[str] = mapped_column(String(150), info=SECRET)
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), default=None, index=True
    )
    wanted: Mapped[str] = mapped_column(String(2000), default="/")
    wanted_role: Mapped[str] = mapped_column(String(80), default="")
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
