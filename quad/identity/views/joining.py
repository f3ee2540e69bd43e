"""Coming in: registering, confirming the address, accepting an invitation, activating an account that waits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from quad.core.errors import Invalid, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.forms.accounts import Repeated, SetPassword
from quad.identity.forms.joining import AcceptInvitation, AlumnusRegistration, StudentRegistration
from quad.identity.lists.accounts import department_choices
from quad.identity.models.accounts import Role
from quad.identity.models.joining import AccountLinkPurpose
from quad.identity.service import activation, invitations, leaving, links, registration, resets
from quad.identity.service.areas import role_label
from quad.identity.service.hashing import hasher
from quad.identity.service.passwords import require_good
from quad.identity.service.registration import Newcomer, Registered
from quad.web.kit import bind, current_db, done, page, refusals, runtime
from quad.web.limits import limit

bp = Blueprint("identity_joining", __name__, template_folder="../templates")


@bp.route("/register", methods=["GET", "POST"])
@limit("10 per minute; 60 per hour", scope="register", methods=["POST"])
def register() -> ResponseReturnValue:
    """One page for students and one for alumni; what differs is one question."""
    settings = runtime().settings
    if settings.registration == "closed":
        return page("identity/register_closed.html", 403)
    alumnus = request.args.get("as") == "alumnus"
    form: Bound[Any] = bind(AlumnusRegistration if alumnus else StudentRegistration)
    if form.data is not None:
        registered = _try_to_register(form, form.data, Role.ALUMNUS if alumnus else Role.STUDENT)
        if registered is not None:
            return _registered(registered)
    form.choices["department_id"] = list(department_choices(current_db()))
    tabs = [
        {
            "label": _("Student"),
            "href": url_for("identity_joining.register"),
            "current": not alumnus,
        },
        {
            "label": _("Alumnus"),
            "href": f"{url_for('identity_joining.register')}?as=alumnus",
            "current": alumnus,
        },
    ]
    return page("identity/register.html", form.status, form=form, tabs=tabs, alumnus=alumnus)


def _try_to_register(form: Bound[Any], data: Repeated, role: Role) -> Registered | None:
    given = data.model_dump(exclude={"password", "repeat"})
    newcomer = Newcomer(**given, password=data.password.get_secret_value(), role=role)
    mode = runtime().settings.registration
    try:
        with runtime().database.reading() as looking:
            registration.require_open(looking, mode, newcomer.email)
        kept = registration.prepare(newcomer, hasher(runtime().settings))
    except Invalid as error:
        form.refuse(error)
        return None
    results: list[Registered] = []
    with refusals(form):
        results.append(registration.register(current_db(), newcomer, kept, mode).registered)
    return results[0] if results else None


def _registered(outcome: Registered) -> ResponseReturnValue:
    if outcome is Registered.DONE:
        message = _("Your account is ready. Sign in with it.")
        return done(message, url_for("identity.login", name=""))
    return page("identity/registered.html", 202, mailed=True)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def confirm(token: str) -> ResponseReturnValue:
    """Ask before accepting: mail programs open links by themselves."""
    with runtime().database.reading() as looking:
        applicant = registration.find_applicant(looking, token)
    if applicant is None:
        return _over(url_for("identity_joining.register"), _("Apply again"))
    if request.method == "GET":
        return page("identity/confirm.html", applicant=applicant)
    try:
        result = registration.confirm(current_db(), token, runtime().settings.registration)
    except Rejected as error:
        return done(str(error), url_for("identity.login", name=""), category="warn")
    if result.registered is Registered.DONE:
        message = _("Your address is confirmed. You can sign in now.")
        return done(message, url_for("identity.login", name=""))
    return page("identity/registered.html", 202, mailed=False)


def _over(href: str, label: str) -> ResponseReturnValue:
    return page(
        "identity/link_over.html", 410, sentence=resets.link_is_over(), href=href, label=label
    )


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Accept an invitation: a name and a password, and the account is there."""
    with runtime().database.reading() as looking:
        invited = invitations.find_invited(looking, token)
    if invited is None:
        return _over(url_for("identity.login", name=""), _("To signing in"))
    form = bind(AcceptInvitation, initial={"full_name": invited.name})
    if form.data is not None:
        kept = _hashed(form, invited.email, form.data.full_name)
        if kept is not None:
            with refusals(form):
                invitations.accept(
                    current_db(),
                    token,
                    full_name=form.data.full_name,
                    username=form.data.username,
                    password_hash=kept,
                )
            if not form.errors:
                message = _("Welcome. Sign in with your new password.")
                return done(message, url_for("identity.login", name=""))
    return page(
        "identity/accept.html",
        form.status,
        form=form,
        invited=invited,
        role=role_label(invited.role),
    )


@bp.route("/activate/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def activate(token: str) -> ResponseReturnValue:
    """Set the first password of an account that the college made."""
    with runtime().database.reading() as looking:
        holder = links.find_account_link(looking, token, AccountLinkPurpose.ACTIVATE)
    if holder is None:
        return _over(url_for("identity_passwords.forgot"), _("Ask for a new link"))
    form = bind(SetPassword)
    if form.data is not None:
        kept = _hashed(form, holder.email, holder.name)
        if kept is not None:
            with refusals(form):
                activation.activate_account(current_db(), token, kept)
            if not form.errors:
                message = _("Your account is ready. Sign in with your new password.")
                return done(message, url_for("identity.login", name=""))
    return page("identity/activate.html", form.status, form=form, holder=holder)


def _hashed(form: Bound[Any], email: str, name: str) -> str | None:
    """Judge and hash the password of a form, before the transaction begins."""
    assert isinstance(form.data, Repeated)
    password = form.data.password.get_secret_value()
    try:
        require_good(password, email=email, name=name)
    except Invalid as error:
        form.refuse(error)
        return None
    return hasher(runtime().settings).hash(password)


@bp.route("/stay/<token>", methods=["GET", "POST"])
@limit("20 per minute", scope="joining-link", methods=["POST"])
def stay(token: str) -> ResponseReturnValue:
    """Come back after all: the link from the mail that said goodbye."""
    with runtime().database.reading() as looking:
        holder = links.find_account_link(looking, token, AccountLinkPurpose.STAY)
    if holder is None:
        return _over(url_for("identity.login", name=""), _("To signing in"))
    if request.method == "GET":
        return page("identity/stay.html", holder=holder)
    try:
        leaving.come_back_by_link(current_db(), token)
    except Rejected as error:
        return done(str(error), url_for("identity.login", name=""), category="warn")
    return done(_("Your account stays. Sign in as usual."), url_for("identity.login", name=""))
