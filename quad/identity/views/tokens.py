"""Personal access tokens, and keeping each of them to what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core.errors import Invalid, SignedOut
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.forms.tokens import NewToken, RotateToken
from quad.identity.service import scopes, tokens
from quad.identity.service.stepup import require_step_up
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.site import SAFE_METHODS

bp = Blueprint(
    "identity_tokens", __name__, url_prefix="/account/tokens", template_folder="../templates"
)

# Every token may ask whose it is.
ALWAYS = frozenset({"identity_me_api.me"})


@bp.before_app_request
def keep_to_scopes() -> None:
    """Refuse what the personal token of this request was not made for."""
    actor = current_actor()
    if actor.token_scopes is None or request.endpoint is None or request.endpoint in ALWAYS:
        return
    writes = request.method not in SAFE_METHODS
    scopes.require_scope(actor.token_scopes, area_of(request.blueprints), writes=writes)


def area_of(blueprints: Iterable[str]) -> str:
    """Return the domain that a request's blueprint belongs to; nothing for what belongs to none."""
    named = set(blueprints)
    for module in runtime().modules:
        if any(blueprint.name in named for blueprint in module.blueprints):
            return module.name
    return ""


def _me() -> Actor:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    return actor


@bp.get("")
def index() -> ResponseReturnValue:
    return _page(Bound(NewToken))


def _page(form: Bound[NewToken], *, token: str = "") -> tuple[str, int]:
    actor, db = _me(), current_db()
    chosen = form.value("scopes") or []
    return page(
        "identity/tokens.html",
        form.status,
        form=form,
        chosen=chosen.split() if isinstance(chosen, str) else chosen,
        token=token,
        areas=scopes.areas(),
        tokens=[
            (each, scopes.worded(each.scopes))
            for each in tokens.list_tokens(db, actor, actor.own_id)
        ],
    )


def _ttl(days: int | None) -> timedelta | None:
    return timedelta(days=days) if days else None


@bp.post("")
def new() -> ResponseReturnValue:
    """Make a token; it is shown on this answer and never again."""
    actor, db = _me(), current_db()
    require_step_up(db, actor)
    form = bind(NewToken)
    if "scopes" not in request.form and form.data is not None:
        form.refuse(Invalid({"scopes": _("Choose what the token may do.")}))
    token = ""
    if form.data is not None:
        given = form.data
        with refusals(form):
            token = tokens.create_token(
                db,
                actor,
                actor.own_id,
                name=given.name,
                ttl=_ttl(given.days),
                scopes=given.scopes,
            )
    return _page(form if form.errors else Bound(NewToken), token=token)


@bp.post("/<int:token_id>/rotate")
def rotate(token_id: int) -> ResponseReturnValue:
    """Give the token a new secret; the old one stops working at once."""
    actor, db = _me(), current_db()
    require_step_up(db, actor)
    form = bind(RotateToken)
    days = form.data.days if form.data is not None else 90
    return _page(Bound(NewToken), token=tokens.rotate_token(db, actor, token_id, ttl=_ttl(days)))


@bp.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    tokens.revoke_token(current_db(), _me(), token_id)
    return done(_("The token has ended."), url_for("identity_tokens.index"))
