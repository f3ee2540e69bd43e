"""Accounts made and kept by administrators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import EditedMeanwhile, Forbidden, NotFound, Rejected
from quad.core.facts import attempt, emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    PasswordChangeForced,
    RoleGranted,
    SessionRevoked,
    SignedOutEverywhere,
    UserChanged,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserPasswordReset,
    UserRegistered,
    UserRemoved,
    UserUnlocked,
)
from quad.identity.forms.accounts import EditUser, NewUser
from quad.identity.models.accounts import SORT_LENGTH, AccountOrigin, AccountState, Role, User
from quad.identity.policy import ADMINISTER, MANAGE, READ, TEND
from quad.identity.service.grants import place_grant, require_another_admin, require_known
from quad.identity.service.guards import forgive
from quad.identity.service.hashing import Hasher
from quad.identity.service.hiding import sign_out_everywhere
from quad.identity.service.passwords import require_good
from quad.identity.service.people import holds
from quad.identity.service.resets import ask_for_reset
from quad.identity.service.secrets import one_time_password
from quad.identity.service.sessions import end_sessions

ONE_TIME_LIFE = timedelta(days=7)
Command = Callable[[Session, Actor, int], Any]


def sort_name(full_name: str) -> str:
    """Return how a name is filed: the last word first, without case ("fernandes, meera")."""
    rest, _space, last = " ".join(full_name.split()).rpartition(" ")
    return normalised(f"{last}, {rest}" if rest else last)[:SORT_LENGTH]


def create_user(
    db: Session, actor: Actor, form: NewUser, hasher: Hasher, *, password: str | None = None
) -> tuple[User, str | None]:
    """Make an account with one role; that of a student with a record, in the department if one is given.

    Without `password` a one-time password is made, returned, and mailed as an invitation when the form asks for it;
    with one that the caller chose the person signs in at once. Give a fresh session: the hash is made before its first
    statement.
    Raises Forbidden, Invalid (weak password, department), TooMany.
    """
    ADMINISTER.require(actor)
    if password is not None:
        require_good(password, email=form.email, name=form.full_name)
    one_time = one_time_password() if password is None else None
    password_hash = hasher.hash(password or one_time or "")
    user = new_person(db, form.full_name, form.email, username=form.username)
    user.password_hash = password_hash
    user.email_confirmed_at = clock.now()
    if one_time is not None:
        expect_change(user)
    db.flush()
    _give_role(db, actor, user.id, form.role, form.department_id)
    if one_time is not None and form.send_mail:
        invite(db, user, one_time)
    return user, one_time


def _give_role(
    db: Session, actor: Actor, user_id: int, role: Role, department_id: int | None
) -> None:
    """Give a new person the role. The department of a student is one of the record, not of the role."""
    of_record = department_id if role is Role.STUDENT else None
    if of_record is not None:
        require_known(db, of_record)
    of_role = None if role is Role.STUDENT else department_id
    place_grant(db, user_id, role, of_role)
    emit(db, UserCreated(actor_id=actor.id, user_id=user_id))
    emit(db, RoleGranted(actor_id=actor.id, user_id=user_id, role=role, department_id=of_role))
    if role is Role.STUDENT:
        emit(
            db,
            UserRegistered(actor_id=actor.id, user_id=user_id, role=role, department_id=of_record),
        )


def new_person(
    db: Session,
    full_name: str,
    email: str,
    *,
    username: str | None = None,
    origin: AccountOrigin = AccountOrigin.INVITED,
) -> User:
    """Add the row of a person without asking the policy; the caller flushes, gives roles and tells."""
    user = User(
        full_name=" ".join(full_name.split()),
        sort_name=sort_name(full_name),
        email=email,
        email_as_typed=email,
        username=username,
        origin=origin,
    )
    db.add(user)
    return user


@dataclass(frozen=True)
class OneTime:
    """A one-time password and its hash, made before the transaction begins (`make_one_time`)."""

    password: str
    password_hash: str


def make_one_time(hasher: Hasher) -> OneTime:
    """Make a one-time password. Raises TooMany."""
    password = one_time_password()
    return OneTime(password, hasher.hash(password))


def invite_person(
    db: Session,
    actor: Actor,
    one_time: OneTime,
    *,
    full_name: str,
    email: str,
    role: Role,
    department_id: int | None = None,
) -> User:
    """Make an account for a domain above, which asked its own policy, and mail the invitation.

    Raises Invalid when the address has an account or the department does not fit the role.
    """
    user = new_person(db, full_name, email)
    user.password_hash = one_time.password_hash
    user.email_confirmed_at = clock.now()
    expect_change(user)
    db.flush()
    place_grant(db, user.id, role, department_id)
    emit(db, UserCreated(actor_id=actor.id, user_id=user.id))
    emit(
        db,
        RoleGranted(actor_id=actor.id, user_id=user.id, role=role, department_id=department_id),
    )
    invite(db, user, one_time.password)
    return user


def rename_person(db: Session, actor: Actor, user: User, full_name: str) -> None:
    """Change a name for a domain above, which asked its own policy."""
    name = " ".join(full_name.split())
    if name != user.full_name:
        user.full_name, user.sort_name = name, sort_name(name)
        emit(db, UserChanged(actor_id=actor.id, user_id=user.id))


def unhide_person(db: Session, actor: Actor, user: User) -> None:
    """Bring a hidden person back for a domain above, which asked its own policy."""
    user.deleted_at = None
    emit(db, UserEnabled(actor_id=actor.id, user_id=user.id))


def expect_change(user: User) -> None:
    """Let the password be a one-time password: it ends after a week and must be changed at the first sign-in."""
    user.must_change_password = True
    user.one_time_until = clock.now() + ONE_TIME_LIFE


def invite(db: Session, user: User, one_time: str) -> None:
    """Mail the one-time password with the invitation."""
    send(
        db,
        "identity/invitation",
        [(user.full_name, user.email_as_typed)],
        {"email": user.email_as_typed, "password": one_time, "days": ONE_TIME_LIFE.days},
        language=user.language or None,
        secret=True,
    )


def change_user(db: Session, actor: Actor, user_id: int, form: EditUser) -> User:
    """Change name, e-mail and user name. Raises EditedMeanwhile when somebody else saved first."""
    user = MANAGE.get(db, actor, user_id, read=READ, lock=True)
    if user.version != form.version:
        raise EditedMeanwhile
    user.full_name = " ".join(form.full_name.split())
    user.sort_name = sort_name(form.full_name)
    user.email, user.email_as_typed = form.email, form.email
    user.username = form.username
    emit(db, UserChanged(actor_id=actor.id, user_id=user.id))
    return user


def disable_user(db: Session, actor: Actor, user_id: int) -> User:
    """Close an account: no sign-in, and every session and token ends at once."""
    user = TEND.get(db, actor, user_id, read=READ, lock=True)
    _require_not_self(actor, user)
    if holds(db, user.id, Role.ADMIN):
        require_another_admin(db, user.id)
    user.state = AccountState.DISABLED
    sign_out_everywhere(db, actor, user)
    emit(db, UserDisabled(actor_id=actor.id, user_id=user.id))
    return user


def enable_user(db: Session, actor: Actor, user_id: int) -> User:
    """Open an account that was closed."""
    user = TEND.get(db, actor, user_id, read=READ, lock=True)
    user.state = AccountState.ACTIVE
    emit(db, UserEnabled(actor_id=actor.id, user_id=user.id))
    return user


def unlock_user(db: Session, actor: Actor, user_id: int) -> User:
    """End the wait after failed sign-ins."""
    user = TEND.get(db, actor, user_id, read=READ)
    forgive(db, user.id)
    emit(db, UserUnlocked(actor_id=actor.id, user_id=user.id))
    return user


def send_reset(db: Session, actor: Actor, user_id: int) -> User:
    """Mail a link to set a new password; the old password works until it is used."""
    user = TEND.get(db, actor, user_id, read=READ)
    ask_for_reset(db, user.email)
    return user


def force_change(db: Session, actor: Actor, user_id: int) -> User:
    """Let nothing but the choice of a new password be reachable, from the next request on."""
    user = TEND.get(db, actor, user_id, read=READ, lock=True)
    if user.password_hash is None:
        raise Rejected(_("This account has no password yet, so there is none to change."))
    user.must_change_password = True
    emit(db, PasswordChangeForced(actor_id=actor.id, user_id=user.id))
    return user


def sign_out_user(db: Session, actor: Actor, user_id: int) -> User:
    """End every session of somebody else, on all devices."""
    user = TEND.get(db, actor, user_id, read=READ)
    sign_out_everywhere(db, actor, user)
    emit(db, SignedOutEverywhere(actor_id=actor.id, user_id=user.id))
    return user


def for_each(
    db: Session, actor: Actor, ids: Sequence[int], command: Command
) -> tuple[int, list[str]]:
    """Do a command for several people; return how many it was done for, and each different refusal once."""
    count, refusals = 0, dict[str, None]()
    for user_id in ids:
        try:
            with attempt(db):
                command(db, actor, user_id)
            count += 1
        except (Rejected, Forbidden, NotFound) as error:
            refusals[str(error)] = None
    return count, list(refusals)


def reset_user(
    db: Session, actor: Actor, user_id: int, hasher: Hasher, *, mail: bool = True
) -> tuple[User, str]:
    """Give a new one-time password, mail it unless told not to, end every session, and return it. Raises TooMany."""
    ADMINISTER.require(actor)
    one_time = one_time_password()
    password_hash = hasher.hash(one_time)
    user = MANAGE.get(db, actor, user_id, read=READ, lock=True)
    user.password_hash = password_hash
    expect_change(user)
    sign_out_everywhere(db, actor, user)
    if mail:
        invite(db, user, one_time)
    forgive(db, user.id)
    emit(db, UserPasswordReset(actor_id=actor.id, user_id=user.id))
    return user, one_time


def hide_person(db: Session, user: User, *, actor_id: int | None) -> None:
    """Hide a person without asking the policy (a student who is deleted, from above)."""
    user.deleted_at = clock.now()
    ended = end_sessions(db, user.id)
    if ended:
        emit(db, SessionRevoked(actor_id=actor_id, user_id=user.id, session_ids=ended))
    emit(db, UserRemoved(actor_id=actor_id, user_id=user.id))


def _require_not_self(actor: Actor, user: User) -> None:
    if user.id == actor.id:
        raise Rejected(_("You cannot close your own account here. Ask another administrator."))
