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
    """Somebody came in by registering, by an invitation or by an administrator, and the account opens now."""

    user_id: int
    role: str = "student"
    department_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RegistrationReceived(Fact):
    """Somebody registered; the address must be confirmed or somebody must agree first."""

    registration_id: int


@dataclass(frozen=True, kw_only=True)
class RegistrationConfirmed(Fact):
    """The address of a registration is proved."""

    registration_id: int


@dataclass(frozen=True, kw_only=True)
class RegistrationWaiting(Fact):
    """Somebody must agree to a registration now; heads of `department_id` may, and administrators."""

    registration_id: int
    department_id: int | None


@dataclass(frozen=True, kw_only=True)
class RegistrationApproved(Fact):
    registration_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class RegistrationRejected(Fact):
    registration_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationMade(Fact):
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationSentAgain(Fact):
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Fact):
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Fact):
    invitation_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ActivationAsked(Fact):
    """Links to set a first password were promised to people who have none."""

    count: int
    job_id: int


@dataclass(frozen=True, kw_only=True)
class ActivationSent(Fact):
    """`user_ids` were mailed a link to set their first password."""

    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AccountActivated(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UsernameChanged(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class EmailChangeAsked(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Fact):
    """The person confirmed the new address; `UserChanged` follows."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class EmailChangeUndone(Fact):
    """The old address's owner stopped the change, or took it back."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class PhotoChanged(Fact):
    """There is another photo, or none any more."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class DeletionAsked(Fact):
    """The person is leaving; the account goes after the days for changing one's mind."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class DeletionUndone(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class UserPurged(Fact):
    """The personal data of somebody who left was removed."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class OwnDataAsked(Fact):
    user_id: int
    copy_id: int


@dataclass(frozen=True, kw_only=True)
class OwnDataReady(Fact):
    user_id: int
    copy_id: int


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
class AccountsMerged(Fact):
    """Everything of `gone_id` belongs to `user_id` now."""

    user_id: int
    gone_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordChangeForced(Fact):
    """The person must choose a new password at the next request."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class SignedOutEverywhere(Fact):
    """Somebody else ended every session of a person."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class PersonalTokenRotated(Fact):
    """A personal token got a new secret; the old one opens nothing any more."""

    user_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class MentorAssigned(Fact):
    """`kind` is `advisor` or `counsellor`; `mentee_ids` are user numbers."""

    kind: str
    mentor_id: int
    mentee_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MentorUnassigned(Fact):
    """These people have no mentor of this kind any more."""

    kind: str
    mentee_ids: tuple[int, ...]


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


@dataclass(frozen=True, kw_only=True)
class RoleGivenToMany(Fact):
    """These people hold a role now that they did not hold, for no department in particular."""

    user_ids: tuple[int, ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class RoleEndedForMany(Fact):
    """These people hold a role no longer, in no department."""

    user_ids: tuple[int, ...]
    role: str
