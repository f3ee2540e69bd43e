from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Fact):
    """`user_id` is None when nobody has that name."""

    user_id: int | None
    locked: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeSent(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Fact):
    user_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class SessionRevoked(Fact):
    """`session_ids` ended, by signing out or by revoking."""

    user_id: int
    session_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RoleSwitched(Fact):
    session_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TokenReused(Fact):
    """A refresh token came back after its time: the session it belongs to was ended."""

    user_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class PersonalTokenCreated(Fact):
    user_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class PersonalTokenRevoked(Fact):
    user_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class UserCreated(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Fact):
    """Somebody registered by themselves and the account opens now."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class RegistrationReceived(Fact):
    """Somebody registered; the address must be confirmed or an administrator must agree first."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserChanged(Fact):
    """The name or an address changed; copies of the name follow."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserDisabled(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserEnabled(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserUnlocked(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserPasswordReset(Fact):
    """An administrator gave a new one-time password."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserRemoved(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Fact):
    user_id: int
    role: str
    department_id: int | None


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Fact):
    user_id: int
    role: str
    department_id: int | None
