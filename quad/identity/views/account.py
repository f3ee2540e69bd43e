"""The own account: preferences, sessions, tokens."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import available_timezones

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core.errors import SignedOut
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import languages
from quad.core.policy import Actor
from quad.identity.forms import NewToken, Preferences
from quad.identity.models import Theme
from quad.identity.service import account, sessions, tokens
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.security import SESSION_COOKIE

bp = Blueprint("identity_account", __name__, url_prefix="/account", template_folder="../templates")


def _me() -> Actor:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    return actor


@bp.route("", methods=["GET", "POST"])
def preferences() -> ResponseReturnValue:
    actor = _me()
    user = account.get_own(current_db(), actor)
    settings = runtime().settings
    form = bind(
        Preferences,
        initial={
            "full_name": user.full_name,
            "language": user.language or settings.language,
            "zone": user.zone or settings.time_zone,
            "theme": user.theme.value,
        },
        choices={
            "language": languages(),
            "zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
            "theme": [
                (Theme.AUTO.value, _("As the device")),
                (Theme.LIGHT.value, _("Light")),
                (Theme.DARK.value, _("Dark")),
            ],
        },
    )
    if form.data is not None:
        with refusals(form):
            account.change_preferences(current_db(), actor, form.data)
        if not form.errors:
            return done(_("Your account is saved."), url_for("identity_account.preferences"))
    return page("identity/account.html", form.status, form=form, user=user)


@bp.get("/security")
def security() -> ResponseReturnValue:
    return _security_page(Bound(NewToken, choices=_scopes()))


def _scopes() -> dict[str, list[tuple[str, str]]]:
    return {"scopes": [("read", _("Only read")), ("read write", _("Read and change"))]}


def _security_page(form: Bound[NewToken], *, token: str = "") -> tuple[str, int]:
    actor, db = _me(), current_db()
    return page(
        "identity/security.html",
        form.status,
        form=form,
        token=token,
        sessions=[
            {
                "id": each.id,
                "device": sessions.device_name(each.user_agent),
                "ip": each.ip,
                "seen": each.last_seen_at,
                "since": each.created_at,
                "current": each.id == actor.session_id,
            }
            for each in sessions.list_sessions(db, actor, actor.own_id)
        ],
        tokens=tokens.list_tokens(db, actor, actor.own_id),
    )


@bp.post("/sessions/<int:session_id>/revoke")
def revoke_session(session_id: int) -> Response:
    actor = _me()
    sessions.revoke_session(current_db(), actor, session_id)
    if session_id == actor.session_id:
        response = done(_("You are signed out."), url_for("home.index"))
        response.delete_cookie(SESSION_COOKIE)
        return response
    return done(_("That device is signed out."), url_for("identity_account.security"))


@bp.post("/sessions/revoke-others")
def revoke_others() -> Response:
    count = sessions.revoke_other_sessions(current_db(), _me())
    message = (
        _("All other devices are signed out.") if count else _("No other device was signed in.")
    )
    return done(message, url_for("identity_account.security"))


@bp.post("/tokens")
def new_token() -> ResponseReturnValue:
    """Make a token; it is shown on this answer and never again."""
    actor = _me()
    form = bind(NewToken, choices=_scopes())
    if form.data is None:
        return _security_page(form)
    ttl = timedelta(days=form.data.days) if form.data.days else None
    token = tokens.create_token(
        current_db(), actor, actor.own_id, name=form.data.name, ttl=ttl, scopes=form.data.scopes
    )
    return _security_page(Bound(NewToken, choices=_scopes()), token=token)


@bp.post("/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    tokens.revoke_token(current_db(), _me(), token_id)
    return done(_("The token has ended."), url_for("identity_account.security"))
