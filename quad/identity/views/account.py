"""Where one is signed in, and how."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core.errors import SignedOut
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.kinds import SECURITY_WORDS, device_name
from quad.identity.service import security_log, sessions
from quad.identity.service.rules import IDLE_MINUTES
from quad.identity.service.stepup import require_step_up
from quad.identity.views.factors import security_parts
from quad.web.kit import current_actor, current_db, done, page
from quad.web.security import SESSION_COOKIE

bp = Blueprint("identity_account", __name__, url_prefix="/account", template_folder="../templates")


def _me() -> Actor:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    return actor


@bp.get("/security")
def security() -> ResponseReturnValue:
    actor, db = _me(), current_db()
    return page(
        "identity/security.html",
        idle_minutes=value(db, IDLE_MINUTES),
        changed="changed" in request.args,
        sessions=[
            {
                "id": each.id,
                "device": device_name(each.user_agent),
                "ip": each.ip,
                "seen": each.last_seen_at,
                "since": each.created_at,
                "current": each.id == actor.session_id,
            }
            for each in sessions.list_sessions(db, actor, actor.own_id)
        ],
        recent=[
            (each, SECURITY_WORDS[each.kind], device_name(each.user_agent))
            for each in security_log.recent(db, actor)
        ],
        **security_parts(actor),
    )


@bp.post("/sessions/<int:session_id>/revoke")
def revoke_session(session_id: int) -> Response:
    actor = _me()
    if session_id != actor.session_id:
        require_step_up(current_db(), actor)
    sessions.revoke_session(current_db(), actor, session_id)
    if session_id == actor.session_id:
        response = done(_("You are signed out."), url_for("home.index"))
        response.delete_cookie(SESSION_COOKIE)
        return response
    return done(_("That device is signed out."), url_for("identity_account.security"))


@bp.post("/sessions/revoke-others")
def revoke_others() -> Response:
    actor = _me()
    require_step_up(current_db(), actor)
    count = sessions.revoke_other_sessions(current_db(), actor)
    message = (
        _("All other devices are signed out.") if count else _("No other device was signed in.")
    )
    return done(message, url_for("identity_account.security"))
