"""The own account."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.identity.api.shapes import (
    MeOut,
    NewTokenOut,
    SessionOut,
    TokenOut,
    account_out,
    session_out,
)
from quad.identity.api.tokens import token_out
from quad.identity.door import current_visit
from quad.identity.forms.accounts import ApiPassword
from quad.identity.forms.tokens import NewToken
from quad.identity.service import account, sessions, tokens
from quad.identity.service.hashing import hasher
from quad.identity.service.stepup import require_step_up
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("identity_me_api", __name__, url_prefix="/api/v1/me", tag="Own account")


@operation(bp, "GET", "", answers=MeOut)
def me() -> MeOut:
    actor, visit = current_actor(), current_visit()
    return MeOut(
        **account_out(actor).__dict__,
        working_role=actor.working_role,
        language=actor.language,
        zone=actor.zone,
        must_change_password=visit is not None and visit.must_change_password,
    )


@operation(bp, "PUT", "/password", body=ApiPassword, message="Password changed")
def change_password(body: ApiPassword) -> None:
    actor = current_actor()
    with runtime().database.reading() as looking:
        own = account.read_own_password(looking, actor)
    kept = account.prepare_password(
        own,
        current=body.current.get_secret_value(),
        new=body.password.get_secret_value(),
        hasher=hasher(runtime().settings),
    )
    account.change_password(current_db(), actor, own.password_hash, kept)


@operation(bp, "GET", "/sessions", answers=list[SessionOut])
def list_sessions() -> list[SessionOut]:
    actor = current_actor()
    return [
        session_out(each, actor)
        for each in sessions.list_sessions(current_db(), actor, actor.own_id)
    ]


@operation(bp, "DELETE", "/sessions", errors=(403,))
def revoke_other_sessions() -> Answer:
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    sessions.revoke_other_sessions(db, actor)
    return Answer(None, message=_("All other devices are signed out."))


@operation(bp, "DELETE", "/sessions/<int:session_id>", errors=(403,))
def revoke_session(session_id: int) -> Answer:
    db, actor = current_db(), current_actor()
    if session_id != actor.session_id:
        require_step_up(db, actor)
    sessions.revoke_session(db, actor, session_id)
    return Answer(None, message=_("That device is signed out."))


@operation(bp, "GET", "/tokens", answers=list[TokenOut])
def list_tokens() -> list[TokenOut]:
    actor = current_actor()
    return [token_out(each) for each in tokens.list_tokens(current_db(), actor, actor.own_id)]


@operation(bp, "POST", "/tokens", body=NewToken, answers=NewTokenOut, status=201, errors=(403,))
def create_token(body: NewToken) -> NewTokenOut:
    actor = current_actor()
    require_step_up(current_db(), actor)
    ttl = timedelta(days=body.days) if body.days else None
    token = tokens.create_token(
        current_db(), actor, actor.own_id, name=body.name, ttl=ttl, scopes=body.scopes
    )
    return NewTokenOut(token=token)


@operation(bp, "DELETE", "/tokens/<int:token_id>")
def revoke_token(token_id: int) -> Answer:
    tokens.revoke_token(current_db(), current_actor(), token_id)
    return Answer(None, message=_("The token has ended."))
