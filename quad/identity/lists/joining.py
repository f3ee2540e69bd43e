"""Who wants to come in, and one's own security log, as lists."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.identity.kinds import SECURITY_WORDS, device_name
from quad.identity.lists.accounts import department_choices
from quad.identity.models.accounts import ROLE_NAMES, Role
from quad.identity.models.joining import (
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from quad.identity.models.profiles import SecurityEvent
from quad.identity.policy import DECIDE, MANAGE_INVITATION, READ_SECURITY_LOG
from quad.institution.models import Department

REGISTRATION_STATES = {
    RegistrationState.WAITING: ("warn", _l("Waiting for approval")),
    RegistrationState.UNCONFIRMED: ("open", _l("E-mail not confirmed")),
    RegistrationState.APPROVED: ("done", _l("Approved")),
    RegistrationState.REJECTED: ("stop", _l("Rejected")),
}


def _application(row: Any) -> Cell:
    mark, label = REGISTRATION_STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


REGISTRATIONS = Listing(
    name="registrations",
    title=_l("Applications"),
    singular=_l("application"),
    plural=_l("applications"),
    read=DECIDE,
    columns=(
        Column(
            "name",
            _l("Name"),
            (Registration.full_name, Registration.email_as_typed),
            lambda row: Cell(
                row.full_name,
                sub=row.email_as_typed,
                href=("identity_applicants.application", {"registration_id": row.id}),
                kind="person",
            ),
            sort=Registration.sort_name,
        ),
        Column("role", _l("As"), Registration.role, lambda row: str(ROLE_NAMES[row.role])),
        Column(
            "department", _l("Department"), Department.code.label("department"), hide_below="md"
        ),
        Column(
            "register_number",
            _l("Register number"),
            Registration.register_number,
            default=False,
            hide_below="lg",
        ),
        Column("state", _l("State"), Registration.state, _application, sort=Registration.state),
        Column(
            "created_at",
            _l("Applied"),
            Registration.created_at,
            sort=Registration.created_at,
            hide_below="md",
        ),
    ),
    joins=lambda query: query.outerjoin(Department, Department.id == Registration.department_id),
    extra=(Registration.graduation_year, Registration.department_id),
    default_sort="-created_at",
    search=SearchColumns((Registration.sort_name, Registration.email)),
    search_label=_l("Search names and e-mail addresses"),
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda value: Registration.state == value,
            choices=tuple((s.value, label) for s, (_mark, label) in REGISTRATION_STATES.items()),
        ),
        Filter(
            "role",
            _l("As"),
            "choice",
            lambda value: Registration.role == value,
            choices=tuple((role, ROLE_NAMES[role]) for role in (Role.STUDENT, Role.ALUMNUS)),
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Registration.department_id == value,
            choices=lambda db, _actor: department_choices(db),
        ),
    ),
    bulk=(
        Bulk("approve", _l("Approve"), "user-check", "identity_applicants.approve_chosen", DECIDE),
        Bulk(
            "reject",
            _l("Reject"),
            "user-x",
            "identity_applicants.reject_chosen",
            DECIDE,
            danger=True,
        ),
    ),
    href=lambda row: ("identity_applicants.application", {"registration_id": row.id}),
    row_label=lambda row: str(row.full_name),
)

EXPIRED = "expired"
INVITATION_STATES = {
    InvitationState.WAITING.value: ("going", _l("Waiting")),
    InvitationState.ACCEPTED.value: ("done", _l("Accepted")),
    InvitationState.REVOKED.value: ("stop", _l("Taken back")),
    EXPIRED: ("open", _l("Expired")),
}


def invitation_state(row: Any) -> str:
    """Return the state people are told: an invitation that nobody accepted in time is expired."""
    over = row.state is InvitationState.WAITING and row.expires_at <= clock.now()
    return EXPIRED if over else str(row.state.value)


def _invitation(row: Any) -> Cell:
    mark, label = INVITATION_STATES[invitation_state(row)]
    return Cell(str(label), kind="status", state=mark)


def _in_state(value: str) -> ColumnElement[bool]:
    waiting = Invitation.state == InvitationState.WAITING
    if value == EXPIRED:
        return waiting & (Invitation.expires_at <= clock.now())
    if value == InvitationState.WAITING:
        return waiting & (Invitation.expires_at > clock.now())
    return Invitation.state == value


INVITATIONS = Listing(
    name="invitations",
    title=_l("Invitations"),
    singular=_l("invitation"),
    plural=_l("invitations"),
    read=MANAGE_INVITATION,
    columns=(
        Column(
            "person",
            _l("Person"),
            (Invitation.email_as_typed, Invitation.full_name),
            lambda row: Cell(
                row.full_name or row.email_as_typed,
                sub=row.email_as_typed if row.full_name else "",
                href=("identity_applicants.invitation", {"invitation_id": row.id}),
                kind="person",
            ),
        ),
        Column(
            "role",
            _l("Role"),
            Invitation.role,
            lambda row: str(ROLE_NAMES[row.role]),
            hide_below="sm",
        ),
        Column(
            "department", _l("Department"), Department.code.label("department"), hide_below="md"
        ),
        Column("state", _l("State"), (Invitation.state, Invitation.expires_at), _invitation),
        Column(
            "created_at",
            _l("Invited"),
            Invitation.created_at,
            sort=Invitation.created_at,
            hide_below="sm",
        ),
        Column("sent_at", _l("Last sent"), Invitation.sent_at, hide_below="lg"),
        Column(
            "until",
            _l("Good until"),
            Invitation.expires_at.label("until"),
            sort=Invitation.expires_at,
            hide_below="md",
        ),
    ),
    joins=lambda query: query.outerjoin(Department, Department.id == Invitation.department_id),
    extra=(Invitation.department_id, Invitation.message, Invitation.sends),
    default_sort="-created_at",
    search=SearchColumns((Invitation.email, Invitation.full_name)),
    search_label=_l("Search names and e-mail addresses"),
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            _in_state,
            choices=tuple((key, label) for key, (_mark, label) in INVITATION_STATES.items()),
        ),
        Filter(
            "role",
            _l("Role"),
            "choice",
            lambda value: Invitation.role == value,
            choices=tuple((role, ROLE_NAMES[role]) for role in Role),
        ),
    ),
    href=lambda row: ("identity_applicants.invitation", {"invitation_id": row.id}),
    row_label=lambda row: str(row.full_name or row.email_as_typed),
)


def _event(row: Any) -> Cell:
    mark, label = SECURITY_WORDS[row.kind]
    return Cell(str(label), kind="status", state=mark)


SECURITY_LOG = Listing(
    name="security-log",
    title=_l("Security log"),
    singular=_l("entry"),
    plural=_l("entries"),
    read=READ_SECURITY_LOG,
    columns=(
        Column("what", _l("What"), SecurityEvent.kind.label("kind"), _event),
        Column(
            "at", _l("When"), SecurityEvent.created_at.label("at"), sort=SecurityEvent.created_at
        ),
        Column(
            "device",
            _l("Device"),
            SecurityEvent.user_agent.label("user_agent"),
            lambda row: device_name(row.user_agent) if row.user_agent else "–",
        ),
        Column("ip", _l("Address"), SecurityEvent.ip, hide_below="sm"),
    ),
    default_sort="-at",
    filters=(
        Filter(
            "kind",
            _l("What"),
            "choice",
            lambda value: SecurityEvent.kind == value,
            choices=tuple((kind, label) for kind, (_mark, label) in SECURITY_WORDS.items()),
        ),
    ),
)
