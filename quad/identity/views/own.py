"""The own account: address, user name, a copy of one's data, the security log, and leaving."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core import own_data
from quad.core.errors import Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import takes_mail
from quad.identity.forms.profiles import ChangeEmail, ChangeUsername, Leave
from quad.identity.lists.joining import SECURITY_LOG
from quad.identity.models.joining import AccountLinkPurpose
from quad.identity.models.profiles import OwnDataCopy
from quad.identity.service import account, copies, emails, leaving, links, resets
from quad.identity.service.stepup import require_step_up
from quad.identity.views.profile import me
from quad.web.download import stored_file
from quad.web.kit import bind, current_db, done, page, refusals, runtime
from quad.web.limits import limit
from quad.web.lists import list_page
from quad.web.operations.progress import STATES
from quad.web.security import SESSION_COOKIE

bp = Blueprint("identity_own", __name__, template_folder="../templates")


@bp.route("/account", methods=["GET", "POST"])
def overview() -> ResponseReturnValue:
    """How one signs in, and what one may do with one's account; a POST changes the user name."""
    actor = me()
    user = account.get_own(current_db(), actor)
    form = bind(ChangeUsername, initial={"username": user.username})
    if form.data is not None:
        with refusals(form):
            emails.change_username(current_db(), actor, form.data)
        if not form.errors:
            return done(_("Your user name is saved."), url_for("identity_own.overview"))
    return page("identity/account.html", form.status, form=form, user=user)


@bp.route("/account/email", methods=["GET", "POST"])
@limit("5 per minute; 20 per hour", scope="change-email", methods=["POST"])
def change_email() -> ResponseReturnValue:
    actor = me()
    require_step_up(current_db(), actor)
    user = account.get_own(current_db(), actor)
    form = bind(ChangeEmail)
    if form.data is not None:
        with refusals(form):
            emails.ask_for_email(current_db(), actor, form.data)
        if not form.errors:
            return page("identity/email_sent.html", 202, email=form.data.email, first=False)
    return page("identity/email_change.html", form.status, form=form, user=user)


@bp.route("/account/first-email", methods=["GET", "POST"])
@limit("5 per minute; 20 per hour", scope="change-email", methods=["POST"])
def first_email() -> ResponseReturnValue:
    """Somebody the college knows no address of gives one; nothing else is open before it is confirmed."""
    actor = me()
    if takes_mail(actor.email):
        return done("", url_for("home.index"))
    form = bind(ChangeEmail)
    if form.data is not None:
        with refusals(form):
            emails.ask_for_email(current_db(), actor, form.data)
        if not form.errors:
            return page("identity/email_sent.html", 202, email=form.data.email, first=True)
    return page("identity/email_first.html", form.status, form=form)


@bp.route("/account/email/confirm/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def confirm_email(token: str) -> ResponseReturnValue:
    """Ask before accepting: mail programs open links by themselves."""
    with runtime().database.reading() as looking:
        holder = links.find_account_link(looking, token, AccountLinkPurpose.NEW_EMAIL)
    if holder is None:
        return _over()
    if request.method == "GET":
        return page("identity/email_confirm.html", holder=holder)
    try:
        emails.confirm_email(current_db(), token)
    except Rejected as error:
        return done(str(error), url_for("home.index"), category="warn")
    return done(_("Your new address is confirmed."), url_for("home.index"))


@bp.route("/account/email/undo/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def undo_email(token: str) -> ResponseReturnValue:
    """The way back for the owner of the old address."""
    with runtime().database.reading() as looking:
        holder = links.find_account_link(looking, token, AccountLinkPurpose.KEEP_EMAIL)
    if holder is None:
        return _over()
    if request.method == "GET":
        return page("identity/email_undo.html", holder=holder)
    try:
        emails.undo_email(current_db(), token)
    except Rejected as error:
        return done(str(error), url_for("home.index"), category="warn")
    message = _("Your old address stays, and every device is signed out. Now set a new password.")
    return done(message, url_for("identity_passwords.forgot"))


def _over() -> ResponseReturnValue:
    return page(
        "identity/link_over.html",
        410,
        sentence=resets.link_is_over(),
        href=url_for("home.index"),
        label=_("To the start page"),
    )


@bp.get("/account/security/log")
def security_log() -> BaseResponse:
    me()
    return list_page(SECURITY_LOG, "identity/security_log.html")


@bp.get("/account/data")
def data() -> ResponseReturnValue:
    actor = me()
    row = copies.latest_copy(current_db(), actor)
    return page("identity/own_data.html", row=row, job=_progress(row) if row else None)


@bp.post("/account/data")
@limit("10 per hour", scope="own-data")
def ask_for_data() -> ResponseReturnValue:
    actor = me()
    require_step_up(current_db(), actor)
    place = url_for("identity_own.data")
    try:
        copies.ask_for_copy(current_db(), actor)
    except Rejected as error:
        return done(str(error), place, category="warn")
    return done(_("Your copy is being made. A mail tells you when it is ready."), place)


@bp.get("/account/data/<int:copy_id>/progress")
def data_progress(copy_id: int) -> ResponseReturnValue:
    """The part of the page that asks again by itself."""
    row = copies.get_copy(current_db(), me(), copy_id)
    return page("lists/export_progress.html", job=_progress(row))


def _progress(row: OwnDataCopy) -> dict[str, Any]:
    job = copies.job_of(current_db(), row)
    state = "done" if row.file_id else STATES[job.state] if job else "failed"
    return {
        "id": row.id,
        "label": _("Your copy"),
        "state": state,
        "done": 1 if row.file_id else 0,
        "total": 0,
        "message": job.last_error if job and state == "failed" else "",
        "poll_href": url_for("identity_own.data_progress", copy_id=row.id),
        "result_href": url_for("identity_own.data_file", copy_id=row.id) if row.file_id else "",
        "result_label": _("Save the file"),
    }


@bp.get("/account/data/<int:copy_id>/file")
def data_file(copy_id: int) -> ResponseReturnValue:
    """The finished copy; the shell sends its bytes."""
    stored = copies.copy_file(current_db(), copies.get_copy(current_db(), me(), copy_id))
    return stored_file(stored)


@bp.route("/delete_account", methods=["GET", "POST"])
@limit("10 per hour", scope="delete-account", methods=["POST"])
def delete_account() -> ResponseReturnValue:
    actor = me()
    require_step_up(current_db(), actor)
    form: Bound[Leave] = bind(Leave)
    if form.data is not None:
        if not form.data.sure:
            form.errors["sure"] = _("Tick this if you want to leave.")
        else:
            with refusals(form):
                leaving.ask_to_leave(current_db(), actor, runtime().settings.base_url)
            if not form.errors:
                return _goodbye()
    return page(
        "identity/delete_account.html",
        form.status,
        form=form,
        days=leaving.DAYS,
        kept=own_data.kept_sentences(current_db(), actor.own_id),
    )


def _goodbye() -> BaseResponse:
    session.clear()
    message = _(
        "Your account is closed. Sign in within %(n)s days if you change your mind.", n=leaving.DAYS
    )
    response = done(message, url_for("home.index"))
    response.delete_cookie(SESSION_COOKIE)
    return response
