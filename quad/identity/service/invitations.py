"""Inviting people by mail: the link makes the account, and proves the address by being opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, joinedload

from quad.core import clock
from quad.core.errors import Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.identity.facts.accounts import (
    InvitationAccepted,
    InvitationMade,
    InvitationRevoked,
    InvitationSentAgain,
    RoleGranted,
    UserCreated,
    UserRegistered,
)
from quad.identity.forms.joining import NewInvitation
from quad.identity.models.accounts import ROLE_NAMES, Role, User
from quad.identity.models.joining import Invitation, InvitationState
from quad.identity.policy import INVITE, MANAGE_INVITATION
from quad.identity.service.grants import TAKES_DEPARTMENT, place_grant, require_department
from quad.identity.service.registration import GROUP, find_owner
from quad.identity.service.resets import link_is_over
from quad.identity.service.secrets import fingerprint, new_key
from quad.identity.service.users import new_person

SEND_JOB = "identity.send_invitations"
LANE = "identity.invitations"
MOST_SENDS = 10
RESEND_WAIT = timedelta(minutes=1)
KEPT = timedelta(days=180)
STUDYING = frozenset({Role.STUDENT, Role.ALUMNUS})
# What a head may invite to, always in the own department.
BY_HEADS = frozenset({Role.FACULTY, Role.ADVISOR, Role.COUNSELLOR, Role.STUDENT, Role.ALUMNUS})


DAYS = Setting(
    key="identity.invitation_days",
    label=_l("Days an invitation can be accepted"),
    default=14,
    kind="int",
    group=GROUP,
    check=between(1, 90, _l("Write a number of days from 1 to 90.")),
    order=60,
)


@dataclass(frozen=True)
class Invited:
    """Whom a link invites, and to what."""

    name: str
    email: str
    role: Role


def invite(db: Session, actor: Actor, form: NewInvitation) -> Invitation:
    """Invite one person; the worker mails the link.

    Raises Forbidden, Invalid when the address is known or invited already, or the department does not fit the role.
    """
    INVITE.require(actor)
    require_scope(actor, form.role, form.department_id)
    require_place(db, form.role, form.department_id)
    _require_new(db, form.email)
    row = Invitation(
        email=form.email,
        email_as_typed=form.email,
        full_name=" ".join(form.full_name.split()),
        role=form.role,
        department_id=form.department_id,
        message=form.message,
        expires_at=_end(db),
    )
    db.add(row)
    db.flush()
    promise_sending(db)
    emit(db, InvitationMade(actor_id=actor.id, invitation_id=row.id))
    return row


def promise_sending(db: Session) -> int:
    """Promise that what was not sent yet is sent; return the job's number."""
    return enqueue(db, SEND_JOB, {}, lane=LANE)


def require_scope(actor: Actor, role: Role, department_id: int | None) -> None:
    """Raise Forbidden unless the actor may invite somebody to this role in this department."""
    if actor.has("admin"):
        return
    if role not in BY_HEADS:
        raise Forbidden(_("Only an administrator invites people to this role."))
    if department_id not in actor.departments("hod"):
        raise Invalid({"department_id": _("Choose your own department.")})


def require_place(db: Session, role: Role, department_id: int | None) -> None:
    """Raise Invalid when the department does not fit; students and graduates may belong to one."""
    fitting = Role.FACULTY if role in STUDYING else role
    require_department(db, fitting, department_id)


def _require_new(db: Session, email: str) -> None:
    if find_owner(db, email) is not None:
        raise Invalid({"email": _("This e-mail address has an account already.")})
    standing = db.scalar(
        select(Invitation)
        .where(Invitation.email == email, Invitation.state == InvitationState.WAITING)
        .with_for_update()
    )
    if standing is None:
        return
    if standing.expires_at > clock.now():
        raise Invalid({"email": _("This address has an open invitation already. Send it again.")})
    standing.state, standing.token_hash = InvitationState.REVOKED, None
    db.flush()


def _end(db: Session) -> datetime:
    return clock.now() + timedelta(days=value(db, DAYS))


def unsent(db: Session, limit: int) -> Sequence[int]:
    """Return invitations whose link was not mailed yet."""
    query = (
        select(Invitation.id)
        .where(Invitation.sent_at.is_(None), Invitation.state == InvitationState.WAITING)
        .order_by(Invitation.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def mail_invitations(db: Session, ids: Sequence[int], base_url: str) -> None:
    """Make and mail the links of these invitations (the worker's part)."""
    query = (
        select(Invitation)
        .where(
            Invitation.id.in_(ids),
            Invitation.sent_at.is_(None),
            Invitation.state == InvitationState.WAITING,
        )
        .options(joinedload(Invitation.department))
        .order_by(Invitation.id)
    )
    for row in db.scalars(query).all():
        token = new_key()
        row.token_hash, row.sent_at, row.expires_at = fingerprint(token), clock.now(), _end(db)
        row.sends += 1
        values = {
            "link": f"{base_url.rstrip('/')}/invitation/{token}",
            "role": str(ROLE_NAMES[row.role]),
            "department": row.department.name if row.department else "",
            "message": row.message,
            "until": row.expires_at,
        }
        send(
            db,
            "identity/invited",
            [(row.full_name or row.email_as_typed, row.email_as_typed)],
            values,
            secret=True,
        )


def send_again(db: Session, actor: Actor, invitation_id: int) -> Invitation:
    """Mail a new link; the earlier one stops working and the days begin anew.

    Raises NotFound, and Rejected when it is over, or was sent a moment ago or often enough.
    """
    row = _waiting(db, actor, invitation_id)
    if row.sends >= MOST_SENDS:
        raise Rejected(_("This invitation was sent often enough. Ask the person another way."))
    if row.sent_at is not None and clock.now() - row.sent_at < RESEND_WAIT:
        raise Rejected(_("It was sent a moment ago. Please wait a minute."))
    row.sent_at, row.token_hash, row.expires_at = None, None, _end(db)
    db.flush()
    promise_sending(db)
    emit(db, InvitationSentAgain(actor_id=actor.id, invitation_id=row.id))
    return row


def revoke(db: Session, actor: Actor, invitation_id: int) -> Invitation:
    """Take an invitation back: its link stops working. Raises NotFound, Rejected."""
    row = _waiting(db, actor, invitation_id)
    row.state, row.token_hash = InvitationState.REVOKED, None
    emit(db, InvitationRevoked(actor_id=actor.id, invitation_id=row.id))
    return row


def _waiting(db: Session, actor: Actor, invitation_id: int) -> Invitation:
    row = MANAGE_INVITATION.get(db, actor, invitation_id, lock=True)
    if row.state is InvitationState.ACCEPTED:
        raise Rejected(_("This invitation was accepted already."))
    if row.state is InvitationState.REVOKED:
        raise Rejected(_("This invitation was taken back."))
    return row


def _good(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.token_hash == fingerprint(token),
        Invitation.state == InvitationState.WAITING,
        Invitation.expires_at > clock.now(),
    )


def find_invited(db: Session, token: str) -> Invited | None:
    """Return whom an open invitation's link invites."""
    row = db.execute(
        select(Invitation.full_name, Invitation.email_as_typed, Invitation.role).where(
            *_good(token)
        )
    ).first()
    return None if row is None else Invited(*row)


def accept(
    db: Session, token: str, *, full_name: str, username: str | None, password_hash: str
) -> User:
    """Make the account that the link offers. Raises Rejected when it is over, Invalid for a taken user name."""
    row = db.scalar(select(Invitation).where(*_good(token)).with_for_update())
    if row is None or find_owner(db, row.email) is not None:
        raise Rejected(link_is_over())
    user = new_person(db, full_name, row.email_as_typed, username=username)
    user.password_hash, user.email_confirmed_at = password_hash, clock.now()
    db.flush()
    row.state, row.token_hash = InvitationState.ACCEPTED, None
    row.accepted_at, row.user_id = clock.now(), user.id
    _give_role(db, row, user)
    emit(db, InvitationAccepted(actor_id=user.id, invitation_id=row.id, user_id=user.id))
    return user


def _give_role(db: Session, row: Invitation, user: User) -> None:
    inviter, role = row.created_by, row.role
    department_id = row.department_id if role in TAKES_DEPARTMENT else None
    place_grant(db, user.id, role, department_id)
    emit(db, UserCreated(actor_id=inviter, user_id=user.id))
    granted = RoleGranted(actor_id=inviter, user_id=user.id, role=role, department_id=department_id)
    emit(db, granted)
    if role in STUDYING:
        emit(
            db,
            UserRegistered(
                actor_id=inviter, user_id=user.id, role=role, department_id=row.department_id
            ),
        )


def purge_invitations(db: Session) -> None:
    """Remove invitations that ended half a year ago, and the names on those taken back."""
    old = clock.now() - KEPT
    db.execute(delete(Invitation).where(Invitation.expires_at < old))
    db.execute(
        update(Invitation)
        .where(Invitation.expires_at < clock.now(), Invitation.token_hash.is_not(None))
        .values(token_hash=None)
    )


def get_invitation(db: Session, actor: Actor, invitation_id: int) -> Invitation:
    """Return an invitation with its department. Raises NotFound."""
    row = MANAGE_INVITATION.get(db, actor, invitation_id)
    query = (
        select(Invitation)
        .where(Invitation.id == row.id)
        .options(joinedload(Invitation.department))
        .execution_options(populate_existing=True)
    )
    return db.scalars(query).one()
