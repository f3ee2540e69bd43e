"""The own second factors, recovery codes, trusted devices and linked providers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Forbidden, Invalid, NotFound, Rejected, SignedOut
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.door import current_visit, party
from quad.identity.forms.factors import AddPasskey, ConfirmApp, KeptCodes, NamePasskey
from quad.identity.kinds import device_name
from quad.identity.service import devices, factors, oidc, passkeys, recovery, totp
from quad.identity.service.stepup import require_step_up
from quad.identity.views.signin import keep_ceremony, kept_ceremony
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.limits import limit
from quad.web.site import wants_json

bp = Blueprint("identity_factors", __name__, template_folder="../templates")

# What somebody whose role needs a second factor may reach until they have one.
STILL_OPEN = frozenset(
    {
        "identity_account.security",
        "identity_passwords.change",
        "identity.logout",
        "identity.leave",
        "identity.signed_out",
        "identity_api.logout",
        "identity_api.step_up",
        "identity_me_api.me",
    }
)
STILL_OPEN_DOORS = ("identity_factors", "identity_factors_api", "identity_prove", "identity_oidc")


@bp.before_app_request
def ask_for_factor() -> ResponseReturnValue | None:
    """Nothing else is reachable until a second factor is set up that a role asks for."""
    visit = current_visit()
    if visit is None or not visit.needs_factor or visit.must_change_password:
        return None
    if request.endpoint in STILL_OPEN or request.blueprint in STILL_OPEN_DOORS:
        return None
    if request.path.startswith(("/static/", "/healthz")):
        return None
    if wants_json():
        raise Forbidden(_("Your role needs a second factor. Set one up first."))
    return redirect(url_for("identity_account.security"), code=303)


def _me(*, proved: bool = True) -> Actor:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    if proved:
        require_step_up(current_db(), actor)
    return actor


def security_parts(actor: Actor) -> dict[str, Any]:
    """Return what the security page shows about factors, devices and providers."""
    db, settings = current_db(), runtime().settings
    visit = current_visit()
    identities = oidc.list_identities(db, actor)
    linked = {each.issuer for each in identities}
    return {
        "needs_factor": visit is not None and visit.needs_factor,
        "app": totp.get_app(db, actor.own_id),
        "passkeys": passkeys.list_passkeys(db, actor),
        "may_use_passkey": party() is not None,
        "codes_left": factors.factors_of(db, actor.own_id).recovery_left,
        "devices": [
            {
                "id": each.id,
                "name": device_name(each.user_agent),
                "used": each.last_used_at,
                "until": each.expires_at,
            }
            for each in devices.list_devices(db, actor)
        ],
        "identities": [
            {
                "id": each.id,
                "name": _provider_name(each.issuer),
                "email": each.email,
                "used": each.last_used_at,
            }
            for each in identities
        ],
        "may_link": [
            (slug, oidc.provider_label(slug, each))
            for slug, each in settings.oidc.items()
            if each.issuer not in linked
        ],
    }


def _provider_name(issuer: str) -> str:
    providers = runtime().settings.oidc
    slug = oidc.slug_of(providers, issuer)
    return oidc.provider_label(slug, providers[slug]) if slug in providers else issuer


def _security() -> str:
    return url_for("identity_account.security")


def _changed() -> str:
    """The same page, which then offers to sign out other devices: the way in is another one now."""
    return url_for("identity_account.security", changed=1)


def _done_with_codes(message: str, codes: list[str]) -> ResponseReturnValue:
    """Show new recovery codes on this answer and never again; go back when there are none."""
    if not codes:
        return done(message, _changed())
    return page("identity/codes.html", codes=codes, message=message, onward=_changed())


@bp.post("/account/factors/app/start")
def start_app() -> ResponseReturnValue:
    actor = _me()
    try:
        totp.start(current_db(), actor, runtime().settings.secret)
    except Rejected as error:
        return done(str(error), _security(), category="warn")
    return done("", url_for("identity_factors.app"))


@bp.route("/account/factors/app", methods=["GET", "POST"])
@limit("20 per minute", scope="confirm-app", methods=["POST"])
def app() -> ResponseReturnValue:
    """Show the key to an app, and take the first code it makes."""
    actor, settings = _me(), runtime().settings
    enrolment = totp.waiting(current_db(), actor, settings.secret)
    if enrolment is None:
        return redirect(_security(), code=303)
    form = bind(ConfirmApp)
    codes: list[str] = []
    if form.data is not None:
        with refusals(form):
            codes = totp.confirm(current_db(), actor, form.data.code, settings.secret)
        if not form.errors:
            return _done_with_codes(_("Your authenticator app is set up."), codes)
    return page("identity/app.html", form.status, form=form, enrolment=enrolment)


@bp.post("/account/factors/app/remove")
def remove_app() -> BaseResponse:
    actor = _me()
    try:
        totp.remove(current_db(), actor)
    except Rejected as error:
        return done(str(error), _security(), category="warn")
    return done(_("The authenticator app is removed."), _changed())


@bp.post("/account/factors/passkeys/options")
@limit("30 per minute", scope="passkey")
def passkey_options() -> Response:
    actor, us = _me(), party()
    if us is None:
        raise NotFound
    return keep_ceremony("register", passkeys.begin_registration(current_db(), actor, us))


@bp.route("/account/factors/passkeys/new", methods=["GET", "POST"])
def add_passkey() -> ResponseReturnValue:
    actor, us = _me(), party()
    if us is None:
        raise NotFound
    form = bind(AddPasskey)
    if form.data is not None:
        codes = passkeys.finish_registration(
            current_db(),
            actor,
            us,
            kept_ceremony("register"),
            form.data.credential,
            name=form.data.name,
            secret=runtime().settings.secret,
        )
        if codes is not None:
            return _done_with_codes(_("Your passkey is added."), codes)
        form.refuse(Invalid({"": _("The passkey did not answer as it should. Please try again.")}))
    elif "credential" in form.errors:
        form.errors = {name: said for name, said in form.errors.items() if name != "credential"}
        form.errors[""] = _("Your browser asks for the passkey. This needs scripts to be allowed.")
    return page("identity/passkey_new.html", form.status, form=form)


@bp.route("/account/factors/passkeys/<int:passkey_id>", methods=["GET", "POST"])
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    actor, db = _me(proved=False), current_db()
    row = next((each for each in passkeys.list_passkeys(db, actor) if each.id == passkey_id), None)
    if row is None:
        raise NotFound
    form = bind(NamePasskey, initial={"name": row.name})
    if form.data is not None:
        passkeys.rename(db, actor, passkey_id, form.data.name)
        return done(_("The passkey has a new name."), _security())
    return page("identity/passkey_name.html", form.status, form=form)


@bp.post("/account/factors/passkeys/<int:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> BaseResponse:
    actor = _me()
    try:
        passkeys.remove(current_db(), actor, passkey_id)
    except Rejected as error:
        return done(str(error), _security(), category="warn")
    return done(_("The passkey is removed."), _changed())


@bp.post("/account/factors/codes")
def new_codes() -> ResponseReturnValue:
    actor = _me()
    try:
        codes = recovery.replace_codes(current_db(), actor, runtime().settings.secret)
    except Rejected as error:
        return done(str(error), _security(), category="warn")
    return _done_with_codes(_("These are your new recovery codes. Earlier ones have ended."), codes)


@bp.post("/account/factors/codes/download")
def download_codes() -> ResponseReturnValue:
    """Hand the codes that the page shows back as a file; only those of this very person."""
    actor = _me(proved=False)
    form = bind(KeptCodes)
    codes = form.data.codes.split() if form.data is not None else []
    if not recovery.are_own(current_db(), actor, codes, runtime().settings.secret):
        raise NotFound
    response = Response("\n".join(codes) + "\n", mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


@bp.post("/account/devices/<int:device_id>/forget")
def forget_device(device_id: int) -> BaseResponse:
    devices.forget(current_db(), _me(proved=False), device_id)
    return done(_("That device is asked for the second step again."), _security())


@bp.post("/account/links/<int:identity_id>/remove")
def unlink(identity_id: int) -> BaseResponse:
    actor = _me()
    try:
        oidc.unlink(current_db(), actor, identity_id, runtime().settings.oidc)
    except Rejected as error:
        return done(str(error), _security(), category="warn")
    return done(_("The provider is unlinked from your account."), _changed())


@bp.post("/users/<int:user_id>/factors/remove")
def remove_all(user_id: int) -> BaseResponse:
    """Take every second factor from somebody who lost them, for an administrator."""
    actor = _me()
    factors.remove_all(current_db(), actor, user_id)
    message = _("All second factors are removed; the person was told by mail.")
    return done(message, url_for("identity_users.show", user_id=user_id))
