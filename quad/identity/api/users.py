"""Accounts, for administrators' programs."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.identity import policy
from quad.identity.api.shapes import (
    ContractUserOut,
    CreatedUserOut,
    GrantOut,
    UserOut,
    UserRowOut,
    user_out,
)
from quad.identity.forms import (
    ApiNewUser,
    CreateUserBody,
    EditUser,
    NewGrant,
    NewUser,
    PatchUser,
)
from quad.identity.lists import USERS, roles_of
from quad.identity.service import grants, people, users
from quad.identity.service.hashing import hasher
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

bp = APIBlueprint("identity_users_api", __name__, url_prefix="/api/v1", tag="Accounts")


@operation(bp, "GET", "/users", answers=list[UserRowOut], errors=(403,), paged=True)
def list_users() -> Answer:
    policy.ADMINISTER.require(current_actor())
    return list_json(USERS, _row)


def _row(row: Any) -> UserRowOut:
    return UserRowOut(
        id=row.id,
        full_name=row.full_name,
        email=row.email_as_typed,
        username=row.username,
        roles=roles_of(row),
        state=row.state,
        last_sign_in_at=row.last_sign_in_at,
    )


@operation(
    bp,
    "POST",
    "/users",
    body=ApiNewUser,
    answers=CreatedUserOut,
    status=201,
    message="Account created",
    errors=(403, 409),
)
def create_user(body: ApiNewUser) -> CreatedUserOut:
    password = body.password.get_secret_value() if body.password else None
    user, one_time = users.create_user(
        current_db(), current_actor(), body, hasher(runtime().settings), password=password
    )
    return CreatedUserOut(user_id=user.id, one_time_password=one_time)


@operation(
    bp,
    "POST",
    "/admin/create-user",
    body=CreateUserBody,
    answers=ContractUserOut,
    status=201,
    message="User created",
    errors=(403, 409),
    lenient="email, password, full_name and role required",
)
def create_contract_user(body: CreateUserBody) -> ContractUserOut:
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    with runtime().database.reading() as looking:
        people.require_new_email(looking, body.email)
    form = NewUser(
        full_name=body.full_name,
        email=body.email,
        role=body.role,
        department_id=body.department_id,
    )
    password = body.password.get_secret_value()
    user, _one_time = users.create_user(
        db, actor, form, hasher(runtime().settings), password=password
    )
    return ContractUserOut(user_id=user.id, role=body.role)


@operation(bp, "GET", "/users/<int:user_id>", answers=UserOut)
def show_user(user_id: int) -> UserOut:
    db, actor = current_db(), current_actor()
    user = people.get_user(db, actor, user_id)
    return user_out(user, list(grants.list_grants(db, actor, user_id)))


@operation(bp, "PATCH", "/users/<int:user_id>", body=PatchUser, answers=UserOut, errors=(403, 409))
def change_user(user_id: int, body: PatchUser) -> UserOut:
    db, actor = current_db(), current_actor()
    user = people.get_user(db, actor, user_id)
    given = body.model_fields_set
    form = EditUser(
        full_name=body.full_name or user.full_name,
        email=body.email or user.email_as_typed,
        username=body.username if "username" in given else user.username,
        version=body.version,
    )
    users.change_user(db, actor, user_id, form)
    db.flush()
    return user_out(user, list(grants.list_grants(db, actor, user_id)))


@operation(
    bp,
    "POST",
    "/users/<int:user_id>/grants",
    body=NewGrant,
    answers=GrantOut,
    status=201,
    errors=(403,),
)
def add_grant(user_id: int, body: NewGrant) -> GrantOut:
    grant = grants.add_grant(current_db(), current_actor(), user_id, body)
    return GrantOut.model_validate(grant)


@operation(bp, "DELETE", "/users/<int:user_id>/grants/<int:grant_id>", errors=(403, 409))
def revoke_grant(user_id: int, grant_id: int) -> Answer:
    grants.revoke_grant(current_db(), current_actor(), user_id, grant_id)
    return Answer(None, message=_("The role is taken away."))


@operation(bp, "POST", "/users/<int:user_id>/disable", errors=(403, 409))
def disable_user(user_id: int) -> Answer:
    users.disable_user(current_db(), current_actor(), user_id)
    return Answer(None, message=_("The account is closed."))


@operation(bp, "POST", "/users/<int:user_id>/enable", errors=(403,))
def enable_user(user_id: int) -> Answer:
    users.enable_user(current_db(), current_actor(), user_id)
    return Answer(None, message=_("The account is open."))


@operation(bp, "POST", "/users/<int:user_id>/unlock", errors=(403,))
def unlock_user(user_id: int) -> Answer:
    users.unlock_user(current_db(), current_actor(), user_id)
    return Answer(None, message=_("The wait is over; signing in works again."))


@operation(bp, "POST", "/users/<int:user_id>/reset-password", answers=CreatedUserOut, errors=(403,))
def reset_password(user_id: int) -> CreatedUserOut:
    user, one_time = users.reset_user(
        current_db(), current_actor(), user_id, hasher(runtime().settings)
    )
    return CreatedUserOut(user_id=user.id, one_time_password=one_time)
