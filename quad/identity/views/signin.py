"""The four portals, the passkey, and the way out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.config import Mode
from quad.core.errors import NotFound, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.door import party, sign_in_door
from quad.identity.forms.accounts import SignIn
from quad.identity.forms.factors import SignInByPasskey
from quad.identity.service import areas, demo, passkeys, second, sessions
from quad.identity.service.areas import GENERAL, PORTALS, Portal
from quad.identity.service.devices import TRUST_DAYS
from quad.identity.service.hashing import hasher
from quad.identity.service.oidc import provider_label
from quad.identity.service.oidc_client import sign_out_url
from quad.identity.service.second import Attempt, CodeNeeded
from quad.identity.service.sessions import Opened
from quad.identity.service.signin import Refused, refusal_sentence, sign_in
from quad.web.kit import bind, current_actor, current_db, done, page, runtime, same_site
from quad.web.limits import limit
from quad.web.security import SESSION_COOKIE

bp = Blueprint("identity", __name__, template_folder="../templates")

TRUST_COOKIE = "quad_device"
STEP = "sign_in"


def keep_ceremony(purpose: str, ceremony: passkeys.Ceremony) -> Response:
    """Bind a passkey ceremony to this browser's session and hand its options out."""
    session[f"passkey_{purpose}"] = ceremony.name
    return Response(ceremony.options, mimetype="application/json")


def kept_ceremony(purpose: str) -> str:
    """Return the name of the ceremony that this browser's session holds, once."""
    return str(session.pop(f"passkey_{purpose}", ""))


def wanted_places() -> tuple[str, Portal]:
    """Return where a sign-in that is under way leads, and the portal it came from."""
    wanted = same_site(request.values.get("next"))
    return wanted, PORTALS.get(request.values.get("portal", ""), GENERAL)


@bp.route("/login", defaults={"name": ""}, methods=["GET", "POST"])
@bp.route("/student_login", defaults={"name": "student"}, methods=["GET", "POST"])
@bp.route("/faculty_login", defaults={"name": "faculty"}, methods=["GET", "POST"])
@bp.route("/admin_login", defaults={"name": "admin"}, methods=["GET", "POST"])
@bp.route("/alumni_login", defaults={"name": "alumni"}, methods=["GET", "POST"])
@limit("30 per minute", scope="sign-in", methods=["POST"])
def login(name: str) -> ResponseReturnValue:
    portal = PORTALS.get(name, GENERAL)
    wanted = same_site(request.values.get("next"))
    if request.method == "GET" and current_actor().signed_in:
        return redirect(wanted, code=303)
    form = bind(SignIn)
    if form.data is not None:
        settings = runtime().settings
        attempt = Attempt(
            identifier=form.data.email,
            origin=current_origin(),
            remember=form.data.remember,
            wanted_role=" ".join(portal.roles),
            trusted=request.cookies.get(TRUST_COOKIE, ""),
        )
        password = form.data.password.get_secret_value()
        outcome = sign_in(
            runtime().database, current_db(), attempt, password, hasher(settings), sign_in_door()
        )
        if isinstance(outcome, Opened):
            return let_in(outcome, wanted)
        if isinstance(outcome, CodeNeeded):
            return ask_second(outcome, wanted, portal.path)
        if isinstance(outcome, Refused):
            form.errors[""] = refusal_sentence()
            return _portal_page(portal, form, wanted, 401)
    return _portal_page(portal, form, wanted, form.status)


def ask_second(outcome: CodeNeeded, wanted: str, portal: str) -> BaseResponse:
    """Lead to the page of the second step."""
    session[STEP] = {"challenge": outcome.challenge, "next": wanted, "portal": portal}
    return redirect(url_for("identity_second.code"), code=303)


def _portal_page(portal: Portal, form: Bound[SignIn], wanted: str, status: int) -> tuple[str, int]:
    settings = runtime().settings
    onward: dict[str, Any] = {} if wanted == "/" else {"next": wanted}
    tabs = [
        {
            "label": each.label,
            "href": url_for("identity.login", name=each.name, **onward),
            "current": each is portal,
        }
        for each in PORTALS.values()
    ]
    return page(
        "identity/sign_in.html",
        status,
        form=form,
        portal=portal,
        tabs=tabs,
        wanted=wanted,
        may_use_passkey=party() is not None,
        providers=[(slug, provider_label(slug, each)) for slug, each in settings.oidc.items()],
        may_register=settings.registration != "closed",
        demo_roles=demo.list_roles(current_db()) if settings.mode is Mode.DEMO else [],
    )


@bp.post("/sign-in/passkey/options")
@limit("30 per minute", scope="passkey")
def passkey_options() -> Response:
    """Hand a challenge to the browser, which asks its passkeys."""
    us = party()
    if us is None:
        raise NotFound
    return keep_ceremony("sign_in", passkeys.begin_sign_in(current_db(), us))


@bp.post("/sign-in/passkey")
@limit("30 per minute", scope="sign-in")
def passkey() -> ResponseReturnValue:
    """Sign in with a passkey alone."""
    wanted, portal = wanted_places()
    form = bind(SignInByPasskey)
    ceremony = kept_ceremony("sign_in")
    opened = None
    if form.data is not None:
        attempt = Attempt("", current_origin(), wanted_role=" ".join(portal.roles))
        opened = second.sign_in_by_passkey(
            current_db(), attempt, sign_in_door(), ceremony, form.data.credential
        )
    if opened is not None:
        return let_in(opened, wanted)
    flash(_("That passkey did not open an account here. Try again, or use your password."), "warn")
    onward: dict[str, Any] = {} if wanted == "/" else {"next": wanted}
    return redirect(url_for("identity.login", name=portal.name, **onward), code=303)


def let_in(opened: Opened, wanted: str) -> BaseResponse:
    """Hand out the cookie of a new session. Nothing of the time before stays."""
    settings = runtime().settings
    session.clear()
    response = done("", wanted)
    keep_session(response, opened.key, settings.session_days * 86_400 if opened.remember else None)
    if opened.device:
        keep_device(response, opened.device)
    return response


def keep_session(response: BaseResponse, key: str, seconds: int | None) -> None:
    """Give the browser the key of its session, for so long or until it is closed."""
    response.set_cookie(
        SESSION_COOKIE,
        key,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.cookies_secure,
    )


def keep_device(response: BaseResponse, cookie: str) -> None:
    """Give the browser the mark of a trusted device."""
    response.set_cookie(
        TRUST_COOKIE,
        cookie,
        max_age=TRUST_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.cookies_secure,
    )


@bp.get("/logout")
def leave() -> ResponseReturnValue:
    """Ask first: a link alone must not sign anybody out."""
    if not current_actor().signed_in:
        return redirect(url_for("home.index"), code=303)
    return page("identity/leave.html")


@bp.post("/logout")
def logout() -> BaseResponse:
    actor = current_actor()
    provider = ""
    if actor.signed_in:
        provider = sessions.provider_of(current_db(), actor)
        sessions.sign_out(current_db(), actor)
    session.clear()
    if provider in runtime().settings.oidc:
        response = done("", url_for("identity.signed_out", slug=provider))
    else:
        response = done(_("You are signed out."), url_for("home.index"))
    response.delete_cookie(SESSION_COOKIE)
    return response


@bp.get("/signed-out/<slug>")
def signed_out(slug: str) -> ResponseReturnValue:
    """Offer to end the session with the provider as well: a shared computer would let the next person in."""
    provider = runtime().settings.oidc.get(slug)
    if provider is None:
        raise NotFound
    href = sign_out_url(provider, runtime().settings.base_url.rstrip("/") + "/")
    return page("identity/signed_out.html", name=provider_label(slug, provider), href=href)


@bp.route("/role", methods=["GET", "POST"])
def role() -> ResponseReturnValue:
    """Offer the switch to another role, and make it."""
    wanted = same_site(request.values.get("next"))
    actor = current_actor()
    if not actor.signed_in:
        return redirect(url_for("identity.login", name="", next=wanted), code=303)
    if request.method == "GET":
        asked = request.args.get("role", "")
        offered = [asked] if asked in actor.roles else sorted(actor.roles - {actor.working_role})
        return page(
            "identity/role.html",
            roles=[(each, areas.role_label(each)) for each in offered],
            working=areas.role_label(actor.working_role),
            wanted=wanted,
        )
    try:
        sessions.switch_role(current_db(), actor, request.form.get("role", ""))
    except Rejected as error:
        return done(str(error), url_for("home.index"), category="bad")
    return done("", wanted)


@bp.post("/demo/sign-in")
def demo_sign_in() -> BaseResponse:
    """One click, no password: only where the whole installation is a demo."""
    if runtime().settings.mode is not Mode.DEMO:
        raise NotFound
    user_id = demo.find_person(current_db(), request.form.get("role", ""))
    if user_id is None:
        raise NotFound
    wanted_role = request.form.get("role", "")
    return let_in(sessions.open_session(current_db(), user_id, working_role=wanted_role), "/")
