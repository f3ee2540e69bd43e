"""The second step of signing in: a code, a passkey or a recovery code, as the person chooses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.door import party, sign_in_door
from quad.identity.forms.accounts import EnterCode
from quad.identity.forms.factors import EnterAppCode, EnterPasskey, EnterRecoveryCode
from quad.identity.service import devices
from quad.identity.service.factors import Method
from quad.identity.service.second import (
    CodeNeeded,
    CodeProblem,
    SecondProof,
    begin_passkey,
    get_challenge,
    over_sentence,
    resend_code,
    verify,
)
from quad.identity.service.sessions import Opened
from quad.identity.views.signin import (
    STEP,
    TRUST_COOKIE,
    keep_ceremony,
    keep_device,
    kept_ceremony,
    let_in,
)
from quad.web.kit import bind, current_db, done, page, runtime, same_site
from quad.web.limits import limit

bp = Blueprint("identity_second", __name__, template_folder="../templates")

FORMS: dict[Method, type[Form]] = {
    Method.MAIL: EnterCode,
    Method.TOTP: EnterAppCode,
    Method.RECOVERY: EnterRecoveryCode,
    Method.PASSKEY: EnterPasskey,
}


def _step() -> dict[str, Any] | None:
    step = session.get(STEP)
    return step if isinstance(step, dict) else None


def _offered(waiting: CodeNeeded) -> list[Method]:
    """The methods to choose from; a passkey only where the site can use one."""
    return [each for each in waiting.methods if each is not Method.PASSKEY or party() is not None]


def _chosen(waiting: CodeNeeded) -> Method:
    offered = _offered(waiting) or [Method.RECOVERY]
    asked = request.args.get("by", "")
    return next((each for each in offered if each == asked), offered[0])


@bp.route("/sign-in/code", methods=["GET", "POST"])
@limit("30 per minute", scope="code", methods=["POST"])
def code() -> ResponseReturnValue:
    step = _step()
    if step is None:
        return redirect(url_for("identity.login", name=""), code=303)
    waiting = get_challenge(current_db(), step["challenge"])
    if waiting is None:
        return _start_again(step)
    method = _chosen(waiting)
    form: Any = bind(FORMS[method])
    if form.data is not None:
        outcome = _verify(step, method, form.data)
        if isinstance(outcome, Opened):
            return _after(outcome, form.data.trust, same_site(step["next"]))
        if outcome is CodeProblem.OVER:
            return _start_again(step)
        form.errors["code" if method is not Method.PASSKEY else ""] = _wrong(method)
        waiting = get_challenge(current_db(), step["challenge"]) or waiting
    status = 401 if form.errors else 200
    return page(
        "identity/code.html",
        status,
        form=form,
        method=method,
        others=[each for each in _offered(waiting) if each is not method],
        portal=step["portal"],
        waiting=waiting,
        resend_in=_seconds(waiting),
        offer_trust=runtime().settings.login_code == "new_device",
    )


def _verify(step: dict[str, Any], method: Method, data: Any) -> Opened | CodeProblem:
    by_passkey = method is Method.PASSKEY
    proof = SecondProof(
        data.credential if by_passkey else data.code,
        method,
        kept_ceremony("second") if by_passkey else "",
    )
    return verify(current_db(), step["challenge"], proof, sign_in_door(), current_origin())


def _wrong(method: Method) -> str:
    return {
        Method.MAIL: _("This is not the code. Look at the newest mail from us."),
        Method.TOTP: _("This is not the code, or it was used. Wait for the next one in your app."),
        Method.RECOVERY: _("This is not one of your codes, or it was used."),
        Method.PASSKEY: _("That passkey did not fit. Try again, or choose another way."),
    }[method]


def _seconds(waiting: CodeNeeded) -> int | None:
    if waiting.may_resend_at is None:
        return None
    return max(0, int((waiting.may_resend_at - clock.now()).total_seconds()))


def _after(opened: Opened, trusted: bool, wanted: str) -> Response:
    response = let_in(opened, wanted)
    if trusted and runtime().settings.login_code == "new_device":
        before = request.cookies.get(TRUST_COOKIE, "")
        cookie = devices.trust(current_db(), opened.user_id, before, current_origin())
        keep_device(response, cookie)
    return response


def _start_again(step: dict[str, Any]) -> Response:
    session.pop(STEP, None)
    flash(_("This sign-in took too long or had too many wrong codes. Please start again."), "warn")
    return redirect(step.get("portal") or url_for("identity.login", name=""), code=303)


@bp.post("/sign-in/code/resend")
@limit("6 per minute", scope="resend")
def resend() -> Response:
    step = _step()
    if step is None:
        return redirect(url_for("identity.login", name=""), code=303)
    try:
        resend_code(current_db(), step["challenge"], runtime().settings.secret)
    except Rejected as error:
        return done(str(error), url_for("identity_second.code"), category="warn")
    return done(_("A new code is on its way."), url_for("identity_second.code"))


@bp.post("/sign-in/code/passkey")
@limit("30 per minute", scope="passkey")
def passkey_options() -> Response:
    """Hand the challenge for the second proof by passkey to the browser."""
    step, us = _step(), party()
    if step is None or us is None:
        raise Rejected(over_sentence())
    return keep_ceremony("second", begin_passkey(current_db(), step["challenge"], us))
