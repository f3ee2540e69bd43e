"""What the API says about people."""

from __future__ import annotations

from datetime import date
from typing import Any

from quad.core.policy import Actor
from quad.identity.kinds import device_name
from quad.identity.models.accounts import RoleGrant, User, UserSession
from quad.web.api import Moment, Out, WireId


class AccountOut(Out):
    id: WireId
    email: str
    full_name: str
    roles: list[str]
    department_id: WireId | None


class LoginOut(Out):
    access_token: str
    refresh_token: str
    user: AccountOut


class ChallengeOut(Out):
    challenge: str
    sent_to: str
    expires_at: Moment
    methods: list[str]


class TotpOut(Out):
    confirmed_at: Moment
    last_used_at: Moment | None


class PasskeyOut(Out):
    id: WireId
    name: str
    synced: bool
    created_at: Moment
    last_used_at: Moment | None


class FactorsOut(Out):
    totp: TotpOut | None
    passkeys: list[PasskeyOut]
    recovery_codes_left: int


class EnrolmentOut(Out):
    secret: str
    uri: str


class CodesOut(Out):
    """Shown once; empty when earlier codes still work."""

    recovery_codes: list[str]


class CeremonyOut(Out):
    """What an authenticator is asked; `ceremony` goes back with its answer."""

    ceremony: str
    options: dict[str, Any]


class DeviceOut(Out):
    id: WireId
    device: str
    ip: str
    last_used_at: Moment
    expires_at: Moment


class IdentityOut(Out):
    id: WireId
    issuer: str
    email: str
    last_used_at: Moment | None


class TokensOut(Out):
    access_token: str
    refresh_token: str


class RegisteredOut(Out):
    user_id: WireId


class GrantOut(Out):
    id: WireId
    role: str
    department_id: WireId | None
    starts_on: date | None
    ends_on: date | None


class MeOut(AccountOut):
    working_role: str
    language: str
    zone: str
    must_change_password: bool


class SessionOut(Out):
    id: WireId
    device: str
    ip: str
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    current: bool


class TokenOut(Out):
    id: WireId
    name: str
    tail: str
    scopes: list[str]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None
    last_used_ip: str


class NewTokenOut(Out):
    token: str


class UserRowOut(Out):
    id: WireId
    full_name: str
    email: str
    username: str | None
    roles: list[str]
    state: str
    last_sign_in_at: Moment | None


class UserOut(Out):
    id: WireId
    full_name: str
    email: str
    username: str | None
    state: str
    grants: list[GrantOut]
    last_sign_in_at: Moment | None
    created_at: Moment
    version: int


class CreatedUserOut(Out):
    user_id: WireId
    one_time_password: str | None


class ContractUserOut(Out):
    user_id: WireId
    role: str


def session_out(row: UserSession, actor: Actor) -> SessionOut:
    """Describe a session; `current` says whether it is the actor's own of this very request."""
    return SessionOut(
        id=row.id,
        device=device_name(row.user_agent),
        ip=row.ip,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        current=row.id == actor.session_id,
    )


def account_out(actor: Actor) -> AccountOut:
    """Describe a person the way sign-in answers do."""
    return AccountOut(
        id=actor.own_id,
        email=actor.email,
        full_name=actor.name,
        roles=list(dict.fromkeys(grant.role for grant in actor.grants)),
        department_id=next((g.department_id for g in actor.grants if g.department_id), None),
    )


def user_out(user: User, grants: list[RoleGrant]) -> UserOut:
    """Describe an account for administrators."""
    return UserOut(
        id=user.id,
        full_name=user.full_name,
        email=user.email_as_typed,
        username=user.username,
        state=user.state,
        grants=[GrantOut.model_validate(grant) for grant in grants],
        last_sign_in_at=user.last_sign_in_at,
        created_at=user.created_at,
        version=user.version,
    )
