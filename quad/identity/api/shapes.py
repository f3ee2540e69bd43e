"""What the API says about people."""

from __future__ import annotations

from datetime import date

from quad.core.policy import Actor
from quad.identity.models import RoleGrant, User
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
