"""Personal access tokens and sessions, each at an address of its own."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.identity.api.shapes import NewTokenOut, SessionOut, TokenOut, session_out
from quad.identity.forms.tokens import NewToken, RotateToken
from quad.identity.models.accounts import PersonalToken
from quad.identity.service import sessions, tokens
from quad.identity.service.stepup import require_step_up
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("identity_tokens_api", __name__, url_prefix="/api/v1", tag="Tokens and sessions")


def token_out(row: PersonalToken) -> TokenOut:
    """Describe a token; its secret is known to nobody."""
    return TokenOut(
        id=row.id,
        name=row.name,
        tail=row.tail,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_ip=row.last_used_ip,
    )


@operation(bp, "GET", "/tokens", answers=list[TokenOut])
def list_tokens() -> list[TokenOut]:
    actor = current_actor()
    return [token_out(each) for each in tokens.list_tokens(current_db(), actor, actor.own_id)]


@operation(bp, "POST", "/tokens", body=NewToken, answers=NewTokenOut, status=201, errors=(403,))
def create_token(body: NewToken) -> NewTokenOut:
    """Asks for a fresh proof; a personal token makes no others."""
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    ttl = timedelta(days=body.days) if body.days else None
    token = tokens.create_token(
        db, actor, actor.own_id, name=body.name, ttl=ttl, scopes=body.scopes
    )
    return NewTokenOut(token=token)


@operation(
    bp,
    "POST",
    "/tokens/<int:token_id>/rotate",
    body=RotateToken,
    answers=NewTokenOut,
    errors=(403,),
)
def rotate_token(token_id: int, body: RotateToken) -> NewTokenOut:
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    ttl = timedelta(days=body.days) if body.days else None
    return NewTokenOut(token=tokens.rotate_token(db, actor, token_id, ttl=ttl))


@operation(bp, "DELETE", "/tokens/<int:token_id>")
def revoke_token(token_id: int) -> Answer:
    tokens.revoke_token(current_db(), current_actor(), token_id)
    return Answer(None, message=_("The token has ended."))


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
