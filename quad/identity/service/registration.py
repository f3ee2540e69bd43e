"""People who make their own account.

Open, by e-mail domain, by approval, or closed (QUAD_REGISTRATION). With disclosure off every registration gets the
same answer, whether the address was known or not, and the rest goes by mail (contract, Settled 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import settings
from quad.core.db.types import normalised
from quad.core.errors import Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.mail.outbox import send
from quad.core.settings import Setting
from quad.identity.facts import RegistrationReceived, RoleGranted, UserCreated
from quad.identity.models import AccountState, LinkPurpose, Role, User
from quad.identity.service.activation import activate
from quad.identity.service.grants import place_grant
from quad.identity.service.hashing import Hasher
from quad.identity.service.passwords import require_good
from quad.identity.service.resets import CONFIRM_LIFE, new_link, use_link
from quad.identity.service.users import new_person

Mode = Literal["open", "domain", "approval", "closed"]
GROUP = _l("Registration")

DISCLOSE = Setting(
    key="identity.registration_discloses",
    label=_l("Say when an address has an account already"),
    default=False,
    kind="bool",
    group=GROUP,
    hint=_l("Off: everybody gets the same answer and the rest by mail."),
)
CONFIRM = Setting(
    key="identity.registration_confirms",
    label=_l("New accounts confirm their e-mail address first"),
    default=False,
    kind="bool",
    group=GROUP,
    hint=_l("Always so while the setting above is off."),
)
DOMAINS = Setting(
    key="identity.registration_domains",
    label=_l("E-mail domains that may register"),
    default="",
    kind="text",
    group=GROUP,
    hint=_l("Separated by spaces, such as “college.example students.college.example”."),
)


class Registered(StrEnum):
    """What became of a registration: `done` is open, `waiting` needs a mail or an administrator."""

    DONE = "done"
    WAITING = "waiting"


@dataclass(frozen=True)
class Newcomer:
    """Somebody who registers."""

    full_name: str
    email: str
    password: str
    username: str | None = None


@dataclass(frozen=True)
class Result:
    """What the doors answer; `user_id` only when it may be told."""

    registered: Registered
    user_id: int | None = None


def require_open(db: Session, mode: Mode, email: str | None = None) -> None:
    """Raise Forbidden when nobody may register here, Invalid when this address may not."""
    if mode == "closed":
        raise Forbidden(_("Accounts are made by your department here. Ask there for one."))
    if mode == "domain" and email is not None:
        allowed = settings.value(db, DOMAINS).casefold().replace(",", " ").split()
        if normalised(email).rpartition("@")[2] not in allowed:
            sentence = _(
                "Use an address of the institution: %(domains)s.", domains=", ".join(allowed)
            )
            raise Invalid({"email": sentence})


def prepare(newcomer: Newcomer, hasher: Hasher) -> str:
    """Judge the password and hash it (no database). Raises Invalid, TooMany."""
    require_good(newcomer.password, email=newcomer.email, name=newcomer.full_name)
    return hasher.hash(newcomer.password)


def register(
    db: Session, newcomer: Newcomer, password_hash: str, mode: Mode, base_url: str
) -> Result:
    """Make the account of a newcomer, a student until somebody says otherwise.

    Raises Forbidden, Invalid, and Rejected for a known address where the institution tells that.
    """
    require_open(db, mode, newcomer.email)
    tells = settings.value(db, DISCLOSE)
    owner = db.scalar(
        select(User).where(User.email == normalised(newcomer.email), User.deleted_at.is_(None))
    )
    if owner is not None:
        if tells:
            raise Rejected(_("Email already registered"))
        send(
            db,
            "identity/already-registered",
            [(owner.full_name, owner.email_as_typed)],
            {"link": f"{base_url.rstrip('/')}/forgot-password"},
            language=owner.language or None,
        )
        return Result(Registered.WAITING)
    user = _add(db, newcomer, password_hash)
    if not tells or settings.value(db, CONFIRM):
        _await_confirmation(db, user, base_url)
        return Result(Registered.WAITING)
    return _admit(db, user, mode)


def _add(db: Session, newcomer: Newcomer, password_hash: str) -> User:
    user = new_person(db, newcomer.full_name, newcomer.email, username=newcomer.username)
    user.password_hash = password_hash
    user.state = AccountState.UNCONFIRMED
    db.flush()
    place_grant(db, user.id, Role.STUDENT, None)
    emit(db, UserCreated(actor_id=None, user_id=user.id))
    emit(
        db,
        RoleGranted(actor_id=None, user_id=user.id, role=Role.STUDENT, department_id=None),
    )
    return user


def _await_confirmation(db: Session, user: User, base_url: str) -> None:
    token = new_link(db, user.id, LinkPurpose.CONFIRM, CONFIRM_LIFE)
    send(
        db,
        "identity/confirm",
        [(user.full_name, user.email_as_typed)],
        {"link": f"{base_url.rstrip('/')}/confirm/{token}", "days": CONFIRM_LIFE.days},
        secret=True,
    )
    emit(db, RegistrationReceived(actor_id=None, user_id=user.id))


def _admit(db: Session, user: User, mode: Mode) -> Result:
    if mode == "approval":
        user.state = AccountState.APPLIED
        emit(db, RegistrationReceived(actor_id=None, user_id=user.id))
        return Result(Registered.WAITING)
    activate(db, user, actor_id=None)
    return Result(Registered.DONE, user.id)


def confirm(db: Session, token: str, mode: Mode) -> Result:
    """Accept the proof of an address. Raises Rejected when the link is used, over or unknown."""
    user = use_link(db, token, LinkPurpose.CONFIRM)
    if user.state is AccountState.UNCONFIRMED:
        return _admit(db, user, mode)
    return Result(Registered.DONE, user.id)
