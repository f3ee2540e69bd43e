"""Applying for an account, deciding about applicants, and invitations, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.identity import policy
from quad.identity.api.shapes import RegisteredOut
from quad.identity.forms.joining import (
    AcceptBody,
    ConfirmBody,
    NewInvitation,
    RegistrationBody,
    Reject,
)
from quad.identity.lists.joining import INVITATIONS, REGISTRATIONS, invitation_state
from quad.identity.models.accounts import Role
from quad.identity.models.joining import Invitation, Registration
from quad.identity.service import approvals, invitations, registration, resets
from quad.identity.service.hashing import hasher
from quad.identity.service.passwords import require_good
from quad.identity.service.registration import Newcomer, Registered, Result
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit
from quad.web.lists import list_json

bp = APIBlueprint("identity_joining_api", __name__, url_prefix="/api/v1", tag="Joining")


class RegistrationOut(Out):
    id: WireId
    full_name: str
    email: str
    role: str
    department_id: WireId | None
    register_number: str
    graduation_year: int | None
    state: str
    created_at: Moment


class RegistrationDetailOut(RegistrationOut):
    note: str
    reason: str
    confirmed_at: Moment | None
    decided_at: Moment | None
    user_id: WireId | None


class InvitationOut(Out):
    id: WireId
    email: str
    full_name: str
    role: str
    department_id: WireId | None
    message: str
    state: str
    created_at: Moment
    sent_at: Moment | None
    expires_at: Moment


def received() -> Answer:
    """The one answer for whoever must look into the mail."""
    message = _("Received. Look into your mail for the next step.")
    return Answer(None, message=message, status=202)


def registered(result: Result) -> Answer:
    """Answer with the account where it may be told, else with the neutral answer."""
    if result.registered is Registered.DONE and result.user_id is not None:
        return Answer(RegisteredOut(user_id=result.user_id))
    return received()


def take_registration(newcomer: Newcomer) -> Answer:
    """Judge, hash, and take a registration in."""
    settings = runtime().settings
    with runtime().database.reading() as looking:
        registration.require_open(looking, settings.registration, newcomer.email)
    kept = registration.prepare(newcomer, hasher(settings))
    return registered(registration.register(current_db(), newcomer, kept, settings.registration))


@operation(
    bp,
    "POST",
    "/registrations",
    body=RegistrationBody,
    answers=RegisteredOut | None,
    status=201,
    message="Account created",
    errors=(403, 409),
    also={202: "Received: the rest goes by mail, or somebody decides"},
    public=True,
)
@limit("10 per minute; 60 per hour", scope="register")
def register(body: RegistrationBody) -> Answer:
    given = body.model_dump(exclude={"password", "role"})
    newcomer = Newcomer(**given, role=Role(body.role), password=body.password.get_secret_value())
    return take_registration(newcomer)


@operation(
    bp,
    "POST",
    "/registrations/confirm",
    body=ConfirmBody,
    answers=RegisteredOut | None,
    message="Address confirmed",
    errors=(409,),
    also={202: "Confirmed: somebody decides about the account"},
    public=True,
)
@limit("20 per minute", scope="joining-link")
def confirm(body: ConfirmBody) -> Answer:
    result = registration.confirm(current_db(), body.token, runtime().settings.registration)
    if result.registered is Registered.DONE and result.user_id is not None:
        return Answer(RegisteredOut(user_id=result.user_id))
    return Answer(None, message=_("Confirmed. Somebody decides about your account."), status=202)


@operation(bp, "GET", "/registrations", answers=list[RegistrationOut], errors=(403,), paged=True)
def list_registrations() -> Answer:
    policy.SEE_REGISTRATIONS.require(current_actor())
    return list_json(REGISTRATIONS, _application_row)


def _application_row(row: Any) -> RegistrationOut:
    return RegistrationOut(
        id=row.id,
        full_name=row.full_name,
        email=row.email_as_typed,
        role=row.role,
        department_id=row.department_id,
        register_number=row.register_number,
        graduation_year=row.graduation_year,
        state=row.state,
        created_at=row.created_at,
    )


@operation(bp, "GET", "/registrations/<int:registration_id>", answers=RegistrationDetailOut)
def show_registration(registration_id: int) -> RegistrationDetailOut:
    return _application(approvals.get_registration(current_db(), current_actor(), registration_id))


def _application(row: Registration) -> RegistrationDetailOut:
    return RegistrationDetailOut(
        **_application_row(row).__dict__,
        note=row.note,
        reason=row.reason,
        confirmed_at=row.confirmed_at,
        decided_at=row.decided_at,
        user_id=row.user_id,
    )


@operation(
    bp,
    "POST",
    "/registrations/<int:registration_id>/approve",
    answers=RegisteredOut,
    message="Approved",
    errors=(409,),
)
def approve(registration_id: int) -> RegisteredOut:
    user = approvals.approve(current_db(), current_actor(), registration_id)
    return RegisteredOut(user_id=user.id)


@operation(
    bp,
    "POST",
    "/registrations/<int:registration_id>/reject",
    body=Reject,
    message="Rejected",
    errors=(409,),
)
def reject(registration_id: int, body: Reject) -> None:
    approvals.reject(current_db(), current_actor(), registration_id, body.reason)


@operation(bp, "GET", "/invitations", answers=list[InvitationOut], errors=(403,), paged=True)
def list_invitations() -> Answer:
    policy.INVITE.require(current_actor())
    return list_json(INVITATIONS, _invitation)


def _invitation(row: Any) -> InvitationOut:
    until: datetime = getattr(row, "until", None) or row.expires_at
    return InvitationOut(
        id=row.id,
        email=row.email_as_typed,
        full_name=row.full_name,
        role=row.role,
        department_id=row.department_id,
        message=row.message,
        state=invitation_state(row),
        created_at=row.created_at,
        sent_at=row.sent_at,
        expires_at=until,
    )


@operation(
    bp,
    "POST",
    "/invitations",
    body=NewInvitation,
    answers=InvitationOut,
    status=201,
    message="Invitation on its way",
    errors=(403, 409),
)
def invite(body: NewInvitation) -> InvitationOut:
    row: Invitation = invitations.invite(current_db(), current_actor(), body)
    return _invitation(row)


@operation(bp, "GET", "/invitations/<int:invitation_id>", answers=InvitationOut)
def show_invitation(invitation_id: int) -> InvitationOut:
    return _invitation(invitations.get_invitation(current_db(), current_actor(), invitation_id))


@operation(
    bp,
    "POST",
    "/invitations/<int:invitation_id>/resend",
    answers=InvitationOut,
    message="A new link is on its way",
    errors=(409,),
)
def resend_invitation(invitation_id: int) -> InvitationOut:
    return _invitation(invitations.send_again(current_db(), current_actor(), invitation_id))


@operation(bp, "DELETE", "/invitations/<int:invitation_id>", message="Taken back", errors=(409,))
def revoke_invitation(invitation_id: int) -> None:
    invitations.revoke(current_db(), current_actor(), invitation_id)


@operation(
    bp,
    "POST",
    "/invitations/accept",
    body=AcceptBody,
    answers=RegisteredOut,
    status=201,
    message="Account created",
    errors=(409,),
    public=True,
)
@limit("20 per minute", scope="joining-link")
def accept_invitation(body: AcceptBody) -> Answer:
    with runtime().database.reading() as looking:
        invited = invitations.find_invited(looking, body.token)
    if invited is None:
        return Answer(error=resets.link_is_over(), status=409)
    password = body.password.get_secret_value()
    require_good(password, email=invited.email, name=body.full_name)
    user = invitations.accept(
        current_db(),
        body.token,
        full_name=body.full_name,
        username=body.username,
        password_hash=hasher(runtime().settings).hash(password),
    )
    return Answer(RegisteredOut(user_id=user.id))
