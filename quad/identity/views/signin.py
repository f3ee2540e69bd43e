"""The four portals, the code, and the way out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core import clock
from quad.core.config import Mode
from quad.core.errors import NotFound, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.forms import EnterCode, SignIn
from quad.identity.service import areas, demo, sessions
from quad.identity.service.areas import GENERAL, PORTALS, Portal
from quad.identity.service.hashing import hasher
from quad.identity.service.sessions import Opened
from quad.identity.service.signin import (
    TRUST_DAYS,
    Attempt,
    CodeNeeded,
    CodeProblem,
    Door,
    Refused,
    get_challenge,
    refusal_sentence,
    resend_code,
    sign_in,
    trust,
    verify_code,
)
from quad.web.kit import bind, current_actor, current_db, done, page, runtime, same_site
from quad.web.limits import limit
from quad.web.security import SESSION_COOKIE

bp = Blueprint("identity", __name__, template_folder="../templates")

TRUST_COOKIE = "quad_device"
STEP = "sign_in"


def door() -> Door:
    """Return how strict this installation's door is."""
    settings = runtime().settings
    return Door(settings.login_code, settings.secret, settings.session_days)


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
            runtime().database, current_db(), attempt, password, hasher(settings), door()
        )
        if isinstance(outcome, Opened):
            return let_in(outcome, wanted)
        if isinstance(outcome, CodeNeeded):
            session[STEP] = {"challenge": outcome.challenge, "next": wanted, "portal": portal.path}
            return redirect(url_for("identity.code"), code=303)
        if isinstance(outcome, Refused):
            form.errors[""] = refusal_sentence()
            return _portal_page(portal, form, wanted, 401)
    return _portal_page(portal, form, wanted, form.status)


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
        may_register=settings.registration != "closed",
        demo_roles=demo.list_roles(current_db()) if settings.mode is Mode.DEMO else [],
    )


def let_in(opened: Opened, wanted: str) -> Response:
    """Hand out the cookie of a new session. Nothing of the time before stays."""
    settings = runtime().settings
    session.clear()
    response = done("", wanted)
    response.set_cookie(
        SESSION_COOKIE,
        opened.key,
        max_age=settings.session_days * 86_400 if opened.remember else None,
        httponly=True,
        samesite="Lax",
        secure=settings.cookies_secure,
    )
    return response


@bp.route("/sign-in/code", methods=["GET", "POST"])
@limit("30 per minute", scope="code", methods=["POST"])
def code() -> ResponseReturnValue:
    step = session.get(STEP)
    if not isinstance(step, dict):
        return redirect(url_for("identity.login", name=""), code=303)
    form = bind(EnterCode)
    if form.data is not None:
        outcome = verify_code(
            current_db(), step["challenge"], form.data.code, door(), current_origin()
        )
        if isinstance(outcome, Opened):
            return _after_code(outcome, form.data.trust, same_site(step["next"]))
        if outcome is CodeProblem.OVER:
            return _start_again(step)
        form.errors["code"] = _("This is not the code. Look at the newest mail from us.")
    waiting = get_challenge(current_db(), step["challenge"])
    if waiting is None:
        return _start_again(step)
    status = 401 if form.errors else 200
    return page("identity/code.html", status, form=form, portal=step["portal"], **_shown(waiting))


def _shown(waiting: CodeNeeded) -> dict[str, Any]:
    seconds = None
    if waiting.may_resend_at is not None:
        seconds = max(0, int((waiting.may_resend_at - clock.now()).total_seconds()))
    return {
        "waiting": waiting,
        "resend_in": seconds,
        "offer_trust": runtime().settings.login_code == "new_device",
    }


def _after_code(opened: Opened, trusted: bool, wanted: str) -> Response:
    response = let_in(opened, wanted)
    settings = runtime().settings
    if trusted and settings.login_code == "new_device":
        response.set_cookie(
            TRUST_COOKIE,
            trust(current_db(), opened.user_id, settings.secret),
            max_age=TRUST_DAYS * 86_400,
            httponly=True,
            samesite="Lax",
            secure=settings.cookies_secure,
        )
    return response


def _start_again(step: dict[str, Any]) -> Response:
    session.pop(STEP, None)
    flash(_("This sign-in took too long or had too many wrong codes. Please start again."), "warn")
    return redirect(step.get("portal") or url_for("identity.login", name=""), code=303)


@bp.post("/sign-in/code/resend")
@limit("6 per minute", scope="resend")
def resend() -> Response:
    step = session.get(STEP)
    if not isinstance(step, dict):
        return redirect(url_for("identity.login", name=""), code=303)
    try:
        resend_code(current_db(), step["challenge"], runtime().settings.secret)
    except Rejected as error:
        return done(str(error), url_for("identity.code"), category="warn")
    return done(_("A new code is on its way."), url_for("identity.code"))


@bp.get("/logout")
def leave() -> ResponseReturnValue:
    """Ask first: a link alone must not sign anybody out."""
    if not current_actor().signed_in:
        return redirect(url_for("home.index"), code=303)
    return page("identity/leave.html")


@bp.post("/logout")
def logout() -> Response:
    actor = current_actor()
    if actor.signed_in:
        sessions.sign_out(current_db(), actor)
    session.clear()
    response = done(_("You are signed out."), url_for("home.index"))
    response.delete_cookie(SESSION_COOKIE)
    return response


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
def demo_sign_in() -> Response:
    """One click, no password: only where the whole installation is a demo."""
    if runtime().settings.mode is not Mode.DEMO:
        raise NotFound
    user_id = demo.find_person(current_db(), request.form.get("role", ""))
    if user_id is None:
        raise NotFound
    wanted_role = request.form.get("role", "")
    return let_in(sessions.open_session(current_db(), user_id, working_role=wanted_role), "/")
