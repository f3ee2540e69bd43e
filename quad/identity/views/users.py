"""Accounts, as administrators see them, and the matrix of who may do what."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core import clock
from quad.core.errors import NotFound
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.identity import policy
from quad.identity.forms.accounts import EditUser, NewGrant, NewUser
from quad.identity.kinds import device_name
from quad.identity.lists.accounts import USERS, department_choices
from quad.identity.models.accounts import Role, User
from quad.identity.service import grants, leaving, people, sessions, users
from quad.identity.service.areas import role_label
from quad.identity.service.hashing import hasher
from quad.identity.service.matrix import permission_matrix
from quad.identity.service.stepup import require_step_up
from quad.web.added import panels
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.lists import list_page

bp = Blueprint("identity_users", __name__, template_folder="../templates")


def _choices() -> dict[str, list[tuple[object, str]]]:
    return {
        "role": [(role.value, role_label(role)) for role in Role],
        "department_id": list(department_choices(current_db())),
    }


@bp.get("/users")
def index() -> Response:
    policy.ADMINISTER.require(current_actor())
    twins = {
        "label": _("Duplicates"),
        "href": url_for("identity_merge.suggestions"),
        "icon": "users",
        "primary": False,
    }
    new = {
        "label": _("New account"),
        "href": url_for("identity_users.new"),
        "icon": "user-plus",
        "primary": True,
    }
    return list_page(USERS, actions=[twins, new])


@bp.route("/users/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    actor = current_actor()
    policy.ADMINISTER.require(actor)
    form = bind(NewUser, initial={"send_mail": True})
    one_time: str | None = None
    if form.data is not None:
        with refusals(form):
            user, one_time = users.create_user(
                current_db(), actor, form.data, hasher(runtime().settings)
            )
        if not form.errors:
            return page(
                "identity/one_time.html",
                201,
                user=user,
                one_time=one_time,
                created=True,
                mailed=form.data.send_mail,
            )
    form.choices.update(_choices())
    return page("identity/user_new.html", form.status, form=form)


@bp.get("/users/<int:user_id>")
def show(user_id: int) -> ResponseReturnValue:
    return _user_page(user_id, None, None)


def _user_page(
    user_id: int, edit: Bound[EditUser] | None, grant: Bound[NewGrant] | None
) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    user = people.get_user(db, actor, user_id)
    status = max(form.status for form in (edit, grant, Bound(NewGrant)) if form is not None)
    return page(
        "identity/user.html",
        status,
        user=user,
        edit=edit or Bound(EditUser, initial=_initial(user)),
        grant=grant or Bound(NewGrant, choices=_choices()),
        grants=grants.list_grants(db, actor, user_id),
        today=clock.today(actor.zone),
        locked_until=people.get_lock(db, actor, user_id),
        sessions=[
            (each, device_name(each.user_agent))
            for each in sessions.list_sessions(db, actor, user_id)
        ],
        role_label=role_label,
        panels=panels("user", user_id),
    )


def _initial(user: User) -> dict[str, object]:
    return {
        "full_name": user.full_name,
        "email": user.email_as_typed,
        "username": user.username,
        "version": user.version,
    }


def _back(user_id: int, message: str) -> Response:
    return done(message, url_for("identity_users.show", user_id=user_id))


@bp.post("/users/<int:user_id>/edit")
def edit(user_id: int) -> ResponseReturnValue:
    require_step_up(current_db(), current_actor())
    form = bind(EditUser)
    if form.data is not None:
        with refusals(form):
            users.change_user(current_db(), current_actor(), user_id, form.data)
        if not form.errors:
            return _back(user_id, _("The account is saved."))
    return _user_page(user_id, form, None)


@bp.post("/users/<int:user_id>/grants")
def add_grant(user_id: int) -> ResponseReturnValue:
    require_step_up(current_db(), current_actor())
    form = bind(NewGrant)
    if form.data is not None:
        with refusals(form):
            grants.add_grant(current_db(), current_actor(), user_id, form.data)
        if not form.errors:
            return _back(user_id, _("The role is given."))
    form.choices.update(_choices())
    return _user_page(user_id, None, form)


@bp.post("/users/<int:user_id>/grants/<int:grant_id>/revoke")
def revoke_grant(user_id: int, grant_id: int) -> Response:
    grants.revoke_grant(current_db(), current_actor(), user_id, grant_id)
    if not policy.ADMINISTER.may(current_actor()):
        return done(_("The role is taken away."), url_for("identity_staff.index"))
    return _back(user_id, _("The role is taken away."))


@bp.post("/users/<int:user_id>/<act>")
def act(user_id: int, act: str) -> Response:
    """Close, open or unlock an account, and what else one press of a button does."""
    if act not in ACTS:
        raise NotFound
    command, message = ACTS[act]
    command(current_db(), current_actor(), user_id)
    # Heads come from their team and may not open the administrator's page.
    if not policy.ADMINISTER.may(current_actor()):
        return done(str(message), url_for("identity_staff.member", user_id=user_id))
    return _back(user_id, str(message))


ACTS: dict[str, tuple[users.Command, str]] = {
    "disable": (users.disable_user, _l("The account is closed.")),
    "enable": (users.enable_user, _l("The account is open.")),
    "keep": (leaving.cancel_leaving, _l("The account stays.")),
    "unlock": (users.unlock_user, _l("The wait is over; signing in works again.")),
    "send-reset": (users.send_reset, _l("A link to set a new password goes out by mail.")),
    "force-change": (users.force_change, _l("A new password must be chosen at the next page.")),
    "sign-out": (users.sign_out_user, _l("Every device is signed out.")),
}


def _for_many(act: str) -> Response:
    """Do one act for the chosen accounts; each refusal is said once, the others are done."""
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    chosen = chosen_ids(USERS, db, actor, request.form)
    count, refusals = users.for_each(db, actor, chosen, ACTS[act][0])
    told = ngettext("Done for %(num)s account.", "Done for %(num)s accounts.", count)
    return done(
        " ".join([told, *refusals]),
        url_for("identity_users.index"),
        category="warn" if refusals else "done",
    )


@bp.post("/users/bulk/reset")
def many_reset() -> Response:
    return _for_many("send-reset")


@bp.post("/users/bulk/unlock")
def many_unlock() -> Response:
    return _for_many("unlock")


@bp.post("/users/bulk/enable")
def many_enable() -> Response:
    return _for_many("enable")


@bp.post("/users/bulk/disable")
def many_disable() -> Response:
    return _for_many("disable")


@bp.post("/users/<int:user_id>/reset-password")
def reset_password(user_id: int) -> ResponseReturnValue:
    with runtime().database.reading() as looking:  # a hash follows before the writing begins
        require_step_up(looking, current_actor())
    mail = request.form.get("mail") == "1"
    user, one_time = users.reset_user(
        current_db(), current_actor(), user_id, hasher(runtime().settings), mail=mail
    )
    return page(
        "identity/one_time.html", 200, user=user, one_time=one_time, created=False, mailed=mail
    )


@bp.post("/users/<int:user_id>/sessions/<int:session_id>/revoke")
def revoke_session(user_id: int, session_id: int) -> Response:
    sessions.revoke_session(current_db(), current_actor(), session_id)
    return _back(user_id, _("That device is signed out."))


@bp.get("/admin/permissions")
def permissions() -> ResponseReturnValue:
    policy.SEE_PERMISSIONS.require(current_actor())
    return page(
        "identity/permissions.html",
        roles=[(role.value, role_label(role)) for role in Role],
        groups=permission_matrix(),
    )
