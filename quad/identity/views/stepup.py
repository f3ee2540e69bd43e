"""Proving anew who one is, before a dangerous act, and going on to where one was."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, after_this_request, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from quad.core import clock
from quad.core.config import Mode
from quad.core.errors import NotFound, SignedOut
from quad.core.forms import Bound, Form
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.door import party
from quad.identity.forms.factors import EnterPasskey, ProveCode, ProvePassword
from quad.identity.models.factors import CeremonyPurpose
from quad.identity.service import account, oidc, passkeys, stepup, totp
from quad.identity.service.account import OwnPassword
from quad.identity.service.factors import Method, factors_of
from quad.identity.service.hashing import hasher
from quad.identity.service.stepup import Renewed, StepUpNeeded
from quad.identity.service.vault import seal_value, unseal_value
from quad.identity.views.signin import keep_ceremony, keep_session, kept_ceremony
from quad.web.api import error_response
from quad.web.kit import (
    by_htmx,
    current_actor,
    current_db,
    done,
    page,
    runtime,
    same_site,
)
from quad.web.limits import limit
from quad.web.site import SAFE_METHODS, wants_json

bp = Blueprint("identity_prove", __name__, template_folder="../templates")

HELD = "held form"
HELD_SECONDS = 1800
LARGEST_HELD = 200_000
BY_WORD = "password"
NOT_SENT_AGAIN = frozenset({"csrf_token"})


@bp.app_errorhandler(StepUpNeeded)
def ask(error: StepUpNeeded) -> ResponseReturnValue:
    """Lead to the proof; a form that was sent travels along (307) and is sent again afterwards."""
    if wants_json():
        return error_response(error)
    if by_htmx():
        here = same_site(request.headers.get("HX-Current-URL", "").removeprefix(_origin()))
        return done("", url_for("identity_prove.prove", next=here))
    if request.method in SAFE_METHODS:
        here = request.full_path.rstrip("?")
        return redirect(url_for("identity_prove.prove", next=here), code=303)
    if request.files or (request.content_length or 0) > LARGEST_HELD:
        back = same_site((request.referrer or "").removeprefix(_origin()))
        return redirect(url_for("identity_prove.prove", next=back), code=303)
    return redirect(url_for("identity_prove.hold", to=request.full_path.rstrip("?")), code=307)


def _origin() -> str:
    return request.host_url.rstrip("/")


def _me() -> Actor:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    if actor.session_id is None:
        raise NotFound
    return actor


@bp.post("/prove/hold")
def hold() -> ResponseReturnValue:
    """Keep the form that was sent, sealed for this session, while the person proves themselves."""
    actor = _me()
    fields = [
        [name, each]
        for name, values in request.form.lists()
        for each in values
        if name not in NOT_SENT_AGAIN
    ]
    wanted = same_site(request.args.get("to"))
    held = {"session": actor.session_id, "to": wanted, "fields": fields}
    return _page(actor, "/", seal_value(runtime().settings.secret, HELD, held), status=403)


@bp.post("/prove/choose")
def choose() -> ResponseReturnValue:
    """Show another way to prove oneself, with the form that waits."""
    return _page(_me(), same_site(request.form.get("next")), request.form.get("held", ""))


@bp.route("/prove", methods=["GET", "POST"])
@limit("20 per minute", scope="prove", methods=["POST"])
def prove() -> ResponseReturnValue:
    actor = _me()
    wanted = same_site(request.values.get("next"))
    held = request.form.get("held", "")
    if request.method == "GET":
        return _page(actor, wanted, held)
    with (
        runtime().database.reading() as looking
    ):  # the hash below is made before the writing begins
        may_try = stepup.may_try(looking, actor)
        own = account.read_own_password(looking, actor)
        way = _way(_ways(looking, actor))
    if not may_try:
        flash(_("Too many wrong tries. Wait a minute, or sign out and in again."), "warn")
        return _page(actor, wanted, held, status=429)
    if not _is_right(actor, way, own):
        stepup.record_wrong_proof(current_db(), actor)
        wrong = _("This did not prove that it is you. Please try again.")
        return _page(actor, wanted, held, wrong=wrong, status=401)
    hand_out(stepup.record_proof(current_db(), actor))
    return _go_on(actor, wanted, held)


def hand_out(renewed: Renewed | None) -> None:
    """Give the browser the new key of its session with the answer to this request."""
    if renewed is None:
        return
    ends_at = renewed.ends_at
    seconds = None if ends_at is None else int((ends_at - clock.now()).total_seconds())

    @after_this_request
    def set_cookie(response: Response) -> Response:
        keep_session(response, renewed.key, seconds)
        return response


def _ways(db: Session, actor: Actor) -> list[str]:
    """The proofs this person can give, the usual one first."""
    there = factors_of(db, actor.own_id)
    us = party()
    ways = [BY_WORD] if account.get_own(db, actor).password_hash is not None else []
    if there.totp:
        ways.append(Method.TOTP)
    if there.passkeys and us is not None:
        ways.append(Method.PASSKEY)
    return ways


FORMS: dict[str, type[Form]] = {
    BY_WORD: ProvePassword,
    Method.TOTP: ProveCode,
    Method.PASSKEY: EnterPasskey,
}


def _way(ways: list[str]) -> str:
    asked = request.values.get("by", "")
    return asked if asked in ways else next(iter(ways), "")


def _is_right(actor: Actor, way: str, own: OwnPassword) -> bool:
    settings, given, us = runtime().settings, request.form, party()
    if settings.mode is Mode.DEMO and given.get("by") == "demo":
        return True  # visitors of a demo came in without a password
    if way == BY_WORD:
        password = given.get("password", "")[:1000]
        return hasher(settings).check(own.password_hash, password).right
    db = current_db()
    if way == Method.TOTP:
        return totp.use_code(db, actor.own_id, given.get("code", ""), settings.secret)
    if way == Method.PASSKEY and us is not None:
        ceremony, answer = kept_ceremony("prove"), given.get("credential", "")
        return passkeys.finish_proof(db, actor.own_id, us, ceremony, answer, CeremonyPurpose.PROVE)
    return False


def _page(
    actor: Actor, wanted: str, held: str, *, wrong: str = "", status: int = 200
) -> tuple[str, int]:
    settings, db = runtime().settings, current_db()
    ways = _ways(db, actor)
    way = _way(ways)
    form: Any = None
    if way:
        form = Bound(FORMS[way])
        if wrong:
            form.errors["" if way == Method.PASSKEY else next(iter(FORMS[way].model_fields))] = (
                wrong
            )
    linked = {each.issuer for each in oidc.list_identities(db, actor)}
    providers = [
        (slug, oidc.provider_label(slug, each))
        for slug, each in settings.oidc.items()
        if each.issuer in linked and not held
    ]
    return page(
        "identity/prove.html",
        status,
        form=form,
        way=way,
        ways=[each for each in ways if each != way],
        wanted=wanted,
        held=held,
        providers=providers,
        demo=settings.mode is Mode.DEMO,
    )


def _go_on(actor: Actor, wanted: str, sealed: str) -> ResponseReturnValue:
    if not sealed:
        return done("", wanted)
    held = unseal_value(runtime().settings.secret, HELD, sealed, seconds=HELD_SECONDS)
    if not isinstance(held, dict) or held.get("session") != actor.session_id:
        return done(_("That took too long. Please fill the form in again."), wanted)
    return page("identity/prove_go_on.html", to=held["to"], fields=held["fields"])


@bp.post("/prove/passkey")
@limit("20 per minute", scope="passkey")
def passkey_options() -> Response:
    """Hand the challenge for a fresh proof by passkey to the browser."""
    actor, us = _me(), party()
    if us is None:
        raise NotFound
    ceremony = passkeys.begin_proof(current_db(), actor.own_id, us, CeremonyPurpose.PROVE)
    return keep_ceremony("prove", ceremony)
