"""Passwords without being signed in: forgotten, set by link; and what must be put right before anything else."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quad.core.errors import Forbidden, Invalid, Rejected, SignedOut
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import takes_mail
from quad.identity.door import current_visit
from quad.identity.forms.accounts import ChangePassword, Forgot, SetPassword
from quad.identity.service import resets
from quad.identity.service.account import change_password, prepare_password, read_own_password
from quad.identity.service.hashing import hasher
from quad.identity.service.passwords import require_good
from quad.web.kit import (
    bind,
    current_actor,
    current_db,
    done,
    page,
    runtime,
    same_site,
)
from quad.web.limits import limit
from quad.web.site import wants_json

bp = Blueprint("identity_passwords", __name__, template_folder="../templates")

# What somebody with a one-time password may still reach.
STILL_OPEN = frozenset(
    {
        "identity_passwords.change",
        "identity.logout",
        "identity.leave",
        "identity_api.logout",
        "identity_me_api.me",
        "identity_me_api.change_password",
    }
)
# What somebody without an e-mail address may still reach.
ADDRESS_OPEN = frozenset(
    {
        "identity_own.first_email",
        "identity_own.confirm_email",
        "identity_own_api.change_email",
        "identity_own_api.confirm_email",
    }
)


@bp.before_app_request
def force_change() -> ResponseReturnValue | None:
    """Nothing else is reachable until a one-time password is changed."""
    visit = current_visit()
    if visit is None or not visit.must_change_password:
        return None
    if request.endpoint in STILL_OPEN or request.path.startswith(("/static/", "/healthz")):
        return None
    if wants_json():
        raise Forbidden(_("Change your one-time password first."))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("identity_passwords.change", next=wanted), code=303)


@bp.before_app_request
def force_address() -> ResponseReturnValue | None:
    """Who came in with a one-time password and has no e-mail address adds one first: codes and links need it.

    A personal token was made for them by an administrator and stays as it is.
    """
    actor = current_actor()
    if not actor.signed_in or takes_mail(actor.email) or actor.via == "token":
        return None
    if runtime().settings.login_code == "off" or request.endpoint in STILL_OPEN | ADDRESS_OPEN:
        return None
    if request.path.startswith(("/static/", "/healthz")):
        return None
    if wants_json():
        raise Forbidden(_("Add an e-mail address and confirm it first."))
    return redirect(url_for("identity_own.first_email"), code=303)


@bp.route("/forgot-password", methods=["GET", "POST"])
@limit("5 per minute; 30 per hour", scope="reset", methods=["POST"])
def forgot() -> ResponseReturnValue:
    form = bind(Forgot)
    if form.data is not None:
        resets.ask_for_reset(current_db(), form.data.email)
        return page("identity/forgot_sent.html", minutes=15)
    return page("identity/forgot.html", form.status, form=form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="reset-link", methods=["POST"])
def reset(token: str) -> ResponseReturnValue:
    with runtime().database.reading() as looking:
        holder = resets.find_link(looking, token)
    if holder is None:
        return page("identity/link_over.html", 410, sentence=resets.link_is_over())
    form = bind(SetPassword)
    if form.data is not None:
        password = form.data.password.get_secret_value()
        try:
            require_good(password, email=holder.email, name=holder.name)
            kept = hasher(runtime().settings).hash(password)
            resets.complete_reset(current_db(), token, kept)
        except (Invalid, Rejected) as error:
            form.refuse(error)
        else:
            message = _("Your new password is set. Sign in with it.")
            return done(message, url_for("identity.login", name=""))
    return page("identity/reset.html", form.status, form=form, email=holder.email)


@bp.route("/change-password", methods=["GET", "POST"])
@limit("20 per minute", scope="change-password", methods=["POST"])
def change() -> ResponseReturnValue:
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    wanted = same_site(request.values.get("next"), url_for("identity_account.security"))
    visit = current_visit()
    form = bind(ChangePassword)
    if form.data is not None:
        with runtime().database.reading() as looking:
            own = read_own_password(looking, actor)
        try:
            kept = prepare_password(
                own,
                current=form.data.current.get_secret_value(),
                new=form.data.password.get_secret_value(),
                hasher=hasher(runtime().settings),
            )
            change_password(current_db(), actor, own.password_hash, kept)
        except Invalid as error:
            form.refuse(error)
        else:
            return done(_("Your password is changed. Other devices are signed out."), wanted)
    forced = visit is not None and visit.must_change_password
    template = "identity/change_forced.html" if forced else "identity/change.html"
    return page(template, form.status, form=form)
