"""Who wants to come in: applications to decide, and invitations under way."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.identity import policy
from quad.identity.forms.joining import NewInvitation, Reject
from quad.identity.lists.accounts import USERS, department_choices
from quad.identity.lists.joining import (
    INVITATION_STATES,
    INVITATIONS,
    REGISTRATION_STATES,
    REGISTRATIONS,
    invitation_state,
)
from quad.identity.models.accounts import Role
from quad.identity.service import activation, approvals, invitations
from quad.identity.service.approvals import Decided
from quad.identity.service.areas import role_label
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

bp = Blueprint("identity_applicants", __name__, template_folder="../templates")


@bp.get("/registrations")
def applications() -> Response:
    policy.SEE_REGISTRATIONS.require(current_actor())
    waiting = approvals.count_waiting(current_db(), current_actor())
    state, here = request.args.get("state"), url_for("identity_applicants.applications")
    tabs = [
        {"label": _("All"), "href": here, "current": state is None},
        {
            "label": _("Waiting"),
            "href": f"{here}?state=waiting",
            "current": state == "waiting",
            "count": waiting,
        },
    ]
    return list_page(REGISTRATIONS, "identity/applications.html", tabs=tabs)


@bp.get("/registrations/<int:registration_id>")
def application(registration_id: int) -> ResponseReturnValue:
    return _application_page(registration_id, Bound(Reject))


def _application_page(registration_id: int, form: Bound[Reject]) -> tuple[str, int]:
    row = approvals.get_registration(current_db(), current_actor(), registration_id)
    return page(
        "identity/application.html",
        form.status,
        row=row,
        form=form,
        role=role_label(row.role),
        state=REGISTRATION_STATES[row.state],
    )


@bp.post("/registrations/<int:registration_id>/approve")
def approve(registration_id: int) -> Response:
    user = approvals.approve(current_db(), current_actor(), registration_id)
    message = _("%(name)s has an account now and was told by mail.", name=user.full_name)
    return done(message, url_for("identity_applicants.applications", state="waiting"))


@bp.post("/registrations/<int:registration_id>/reject")
def reject(registration_id: int) -> ResponseReturnValue:
    form = bind(Reject)
    if form.data is not None:
        with refusals(form):
            row = approvals.reject(current_db(), current_actor(), registration_id, form.data.reason)
            message = _("%(name)s was told by mail.", name=row.full_name)
            return done(message, url_for("identity_applicants.applications", state="waiting"))
    return _application_page(registration_id, form)


@bp.post("/registrations/approve")
def approve_chosen() -> Response:
    db, actor = current_db(), current_actor()
    ids = chosen_ids(REGISTRATIONS, db, actor, request.form, permission=policy.DECIDE)
    decided = approvals.approve_many(db, actor, ids)
    said = ngettext("%(num)s person approved.", "%(num)s people approved.", decided.count)
    return _told(decided, said)


@bp.post("/registrations/reject")
def reject_chosen() -> ResponseReturnValue:
    """Ask for the one reason first, then reject all that were ticked."""
    db, actor = current_db(), current_actor()
    ids = chosen_ids(REGISTRATIONS, db, actor, request.form, permission=policy.DECIDE)
    given = "reason" in request.form
    form = Bound.from_html(Reject, _only_reason()) if given else Bound(Reject)
    if form.data is None:
        return page("identity/reject.html", form.status, form=form, ids=ids)
    decided = approvals.reject_many(db, actor, ids, form.data.reason)
    said = ngettext("%(num)s person rejected.", "%(num)s people rejected.", decided.count)
    return _told(decided, said)


class _OneReason:
    """The posted reason alone, without the ticked rows."""

    def keys(self) -> list[str]:
        return ["reason"]

    def getlist(self, key: str) -> list[str]:
        return request.form.getlist(key)


def _only_reason() -> _OneReason:
    return _OneReason()


def _told(decided: Decided, said: str) -> Response:
    for sentence in dict.fromkeys(decided.refused):
        flash(sentence, "warn")
    message = said if decided.count else ""
    return done(message, url_for("identity_applicants.applications", state="waiting"))


@bp.get("/invitations")
def list_invitations() -> Response:
    policy.INVITE.require(current_actor())
    actions = [
        {
            "label": _("From a file"),
            "href": url_for("importing.upload", kind="invitations"),
            "icon": "file-import",
        },
        {
            "label": _("Invite"),
            "href": url_for("identity_applicants.invite"),
            "icon": "mail-forward",
            "primary": True,
        },
    ]
    return list_page(INVITATIONS, actions=actions)


@bp.route("/invitations/new", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    actor = current_actor()
    policy.INVITE.require(actor)
    form = bind(NewInvitation)
    if form.data is not None:
        with refusals(form):
            row = invitations.invite(current_db(), actor, form.data)
            message = _("The invitation to %(email)s is on its way.", email=row.email_as_typed)
            return done(message, url_for("identity_applicants.list_invitations"))
    roles = list(Role) if actor.has("admin") else sorted(invitations.BY_HEADS, key=list(Role).index)
    form.choices["role"] = [(role.value, role_label(role)) for role in roles]
    form.choices["department_id"] = [
        pair
        for pair in department_choices(current_db())
        if actor.has("admin") or pair[0] in actor.departments("hod")
    ]
    return page("identity/invite.html", form.status, form=form)


@bp.get("/invitations/<int:invitation_id>")
def invitation(invitation_id: int) -> ResponseReturnValue:
    row = invitations.get_invitation(current_db(), current_actor(), invitation_id)
    state = invitation_state(row)
    return page(
        "identity/invitation.html",
        row=row,
        role=role_label(row.role),
        state=INVITATION_STATES[state],
        open=state in ("waiting", "expired"),
    )


@bp.post("/invitations/<int:invitation_id>/resend")
def resend_invitation(invitation_id: int) -> Response:
    invitations.send_again(current_db(), current_actor(), invitation_id)
    place = url_for("identity_applicants.invitation", invitation_id=invitation_id)
    return done(_("A new link is on its way; the earlier one does not work any more."), place)


@bp.post("/invitations/<int:invitation_id>/revoke")
def revoke_invitation(invitation_id: int) -> Response:
    invitations.revoke(current_db(), current_actor(), invitation_id)
    place = url_for("identity_applicants.list_invitations")
    return done(_("The invitation is taken back."), place)


@bp.post("/users/activate")
def activate_chosen() -> Response:
    """Send links for a first password to the ticked accounts that have none."""
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    ids = chosen_ids(USERS, db, actor, request.form)
    job_id = activation.ask_for_activation(db, actor, ids)
    return done("", url_for("operations.watch", job_id=job_id))
