"""What happens to second factors, trusted devices and linked providers."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class FactorBegun(Fact):
    """Somebody began to set up a factor; it counts for nothing yet."""

    user_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class FactorAdded(Fact):
    """`kind` is `totp` or `passkey`; `factor_id` is the row's number."""

    user_id: int
    kind: str
    factor_id: int


@dataclass(frozen=True, kw_only=True)
class FactorRemoved(Fact):
    user_id: int
    kind: str
    factor_id: int


@dataclass(frozen=True, kw_only=True)
class PasskeyRenamed(Fact):
    user_id: int
    factor_id: int


@dataclass(frozen=True, kw_only=True)
class PasskeyCopied(Fact):
    """A passkey's counter went backwards, as a copy's would: the sign-in was refused."""

    user_id: int
    factor_id: int


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Fact):
    user_id: int
    left: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorFailed(Fact):
    """A wrong second proof (`method`) between password and session."""

    user_id: int
    method: str


@dataclass(frozen=True, kw_only=True)
class SteppedUp(Fact):
    """The person proved anew who they are, for dangerous acts."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class StepUpFailed(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DeviceTrusted(Fact):
    user_id: int
    device_id: int


@dataclass(frozen=True, kw_only=True)
class DeviceForgotten(Fact):
    """`device_ids` are asked for the second step again."""

    user_id: int
    device_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Fact):
    """The account opens with this provider's sign-in from now on."""

    user_id: int
    provider: str


@dataclass(frozen=True, kw_only=True)
class IdentityUnlinked(Fact):
    user_id: int
    provider: str


@dataclass(frozen=True, kw_only=True)
class ProviderSignInFailed(Fact):
    """Somebody came back from a provider without a proof that holds; `reason` is a word of ours."""

    user_id: int | None
    provider: str
    reason: str
