"""Accounts, for administrators' programs."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from quad.core.forms import Form, Id
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity import policy
from quad.identity.api.shapes import (
    ContractUserOut,
    CreatedUserOut,
    GrantOut,
    SessionOut,
    UserOut,
    UserRowOut,
    session_out,
    user_out,
)
from quad.identity.forms.accounts import (
    ApiNewUser,
    CreateUserBody,
    EditUser,
    NewGrant,
    NewUser,
    PatchUser,
)
from quad.identity.lists.accounts import USERS, roles_of
from quad.identity.models.accounts import Role
from quad.identity.service import activation, grants, leaving, merge, people, sees, sessions, users
from quad.identity.service.hashing import hasher
from quad.identity.service.stepup import require_step_up
from quad.web.api import Answer, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json, place

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
        role=Role(body.role),
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
    require_step_up(db, actor)
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
    require_step_up(current_db(), current_actor())
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
    with runtime().database.reading() as looking:  # a hash follows before the writing begins
        require_step_up(looking, current_actor())
    user, one_time = users.reset_user(
        current_db(), current_actor(), user_id, hasher(runtime().settings)
    )
    return CreatedUserOut(user_id=user.id, one_time_password=one_time)


class ActivateBody(Form):
    user_ids: Annotated[list[Id], Field(title=_l("People"), min_length=1, max_length=10_000)]


class ActivationOut(Out):
    job_id: WireId


ACTS = {
    "keep": (leaving.cancel_leaving, _l("The account stays.")),
    "send-reset": (users.send_reset, _l("A link to set a new password goes out by mail.")),
    "force-change": (users.force_change, _l("A new password must be chosen at the next page.")),
    "sign-out": (users.sign_out_user, _l("Every device is signed out.")),
}


@operation(bp, "POST", "/users/<int:user_id>/send-reset", errors=(403,))
def send_reset(user_id: int) -> Answer:
    return _act("send-reset", user_id)


@operation(bp, "POST", "/users/<int:user_id>/force-change", errors=(403, 409))
def force_change(user_id: int) -> Answer:
    return _act("force-change", user_id)


@operation(bp, "POST", "/users/<int:user_id>/sign-out", errors=(403,))
def sign_out_user(user_id: int) -> Answer:
    return _act("sign-out", user_id)


@operation(bp, "POST", "/users/<int:user_id>/keep", errors=(403, 409))
def keep_user(user_id: int) -> Answer:
    """Keep the account of somebody who asked for its deletion."""
    return _act("keep", user_id)


@operation(bp, "GET", "/users/<int:user_id>/sessions", answers=list[SessionOut], errors=(403,))
def list_sessions(user_id: int) -> list[SessionOut]:
    """Where somebody is signed in; `DELETE /sessions/{session_id}` ends one."""
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    people.get_user(db, actor, user_id)
    return [session_out(each, actor) for each in sessions.list_sessions(db, actor, user_id)]


@operation(
    bp,
    "POST",
    "/users/activate",
    body=ActivateBody,
    answers=ActivationOut,
    status=202,
    message="The links go out by mail",
    errors=(403,),
)
def activate(body: ActivateBody) -> ActivationOut:
    """Mail links for a first password to those of the people who have none."""
    job_id = activation.ask_for_activation(current_db(), current_actor(), body.user_ids)
    return ActivationOut(job_id=job_id)


def _act(name: str, user_id: int) -> Answer:
    command, message = ACTS[name]
    command(current_db(), current_actor(), user_id)
    return Answer(None, message=str(message))


class MergeBody(Form):
    gone_id: Annotated[Id, Field(title=_l("The account that goes"))]


class MovingOut(Out):
    label: str
    kept: int
    coming: int


class MergeOut(Out):
    kept_id: WireId
    gone_id: WireId
    moving: list[MovingOut]
    conflicts: list[str]


class PairOut(Out):
    one_id: WireId
    other_id: WireId
    full_name: str
    emails: list[str]
    reasons: list[str]


class SampleOut(Out):
    text: str
    href: str | None


class SightOut(Out):
    name: str
    label: str
    count: int | None
    exact: bool
    through: list[str]
    samples: list[SampleOut]


class SeesQuery(Form):
    area: Annotated[str, Field(title=_l("Area"), max_length=40)] = "academics"


@operation(bp, "GET", "/users/duplicates", answers=list[PairOut], errors=(403,))
def duplicates() -> list[PairOut]:
    policy.ADMINISTER.require(current_actor())
    return [
        PairOut(
            one_id=pair.one.id,
            other_id=pair.other.id,
            full_name=pair.one.full_name,
            emails=[pair.one.email_as_typed, pair.other.email_as_typed],
            reasons=pair.reasons,
        )
        for pair in merge.suggest(current_db(), current_actor())
    ]


@operation(
    bp,
    "POST",
    "/users/<int:user_id>/merge/preview",
    body=MergeBody,
    answers=MergeOut,
    errors=(403,),
)
def preview_merge(user_id: int, body: MergeBody) -> MergeOut:
    shown = merge.preview(current_db(), current_actor(), user_id, body.gone_id)
    return MergeOut(
        kept_id=shown.kept.id,
        gone_id=shown.gone.id,
        moving=[MovingOut.model_validate(each) for each in shown.moving],
        conflicts=shown.conflicts,
    )


@operation(bp, "POST", "/users/<int:user_id>/merge", body=MergeBody, errors=(403, 409))
def merge_users(user_id: int, body: MergeBody) -> Answer:
    """Cannot be undone; asks for a fresh proof."""
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    require_step_up(db, actor)
    merge.merge(db, actor, user_id, body.gone_id)
    return Answer(None, message=_("The two accounts are one now."))


@operation(
    bp,
    "GET",
    "/users/<int:user_id>/sees",
    query=SeesQuery,
    answers=list[SightOut],
    errors=(403,),
)
def what_a_person_sees(user_id: int, query: SeesQuery) -> list[SightOut]:
    zone = runtime().settings.time_zone
    found = sees.what_is_seen(current_db(), current_actor(), user_id, query.area, zone=zone)
    return [
        SightOut(
            name=sight.name,
            label=sight.label,
            count=sight.count,
            exact=sight.exact,
            through=sight.through,
            samples=[
                SampleOut(text=each.text, href=place(each.place) if each.place else None)
                for each in sight.samples
            ],
        )
        for sight in found.sights
    ]
