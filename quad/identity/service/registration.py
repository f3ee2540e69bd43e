"""People who ask for an account of their own.

Open, by e-mail domain, by approval, or closed (QUAD_REGISTRATION). With disclosure off the request writes the same rows
whoever asks; whether the address is known is looked up by the worker and told by mail alone (docs/api.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock, settings
from quad.core.db.types import normalised
from quad.core.errors import Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send
from quad.core.settings import Setting
from quad.identity.facts.accounts import (
    RegistrationConfirmed,
    RegistrationReceived,
    RegistrationWaiting,
    RoleGranted,
    UserCreated,
    UserRegistered,
)
from quad.identity.models.accounts import AccountOrigin, Role, User
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.service.grants import place_grant
from quad.identity.service.hashing import Hasher
from quad.identity.service.passwords import require_good
from quad.identity.service.resets import link_is_over
from quad.identity.service.secrets import fingerprint, new_key
from quad.identity.service.users import new_person, sort_name
from quad.institution.models import Department

Mode = Literal["open", "domain", "approval", "closed"]
GROUP = _l("Registration")
CONFIRM_LIFE = timedelta(days=2)
DECIDED_LIFE = timedelta(days=90)
ANSWER_JOB = "identity.answer_registration"

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
    """What became of a registration: `done` is open, `waiting` needs a mail or somebody's consent."""

    DONE = "done"
    WAITING = "waiting"


@dataclass(frozen=True)
class Newcomer:
    """Somebody who registers."""

    full_name: str
    email: str
    password: str
    username: str | None = None
    role: Role = Role.STUDENT
    department_id: int | None = None
    register_number: str = ""
    graduation_year: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What the doors answer; `user_id` only when it may be told."""

    registered: Registered
    user_id: int | None = None


@dataclass(frozen=True)
class Applicant:
    """Whose address a confirmation link proves."""

    name: str
    email: str


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


def register(db: Session, newcomer: Newcomer, password_hash: str, mode: Mode) -> Result:
    """Take a registration in.

    Raises Forbidden, Invalid, and Rejected for a known address where the institution tells that.
    """
    require_open(db, mode, newcomer.email)
    # Before the address is looked at, so that the answer about a user name tells nothing about an address.
    _require_free_username(db, newcomer.username)
    _require_department(db, newcomer.department_id)
    tells = settings.value(db, DISCLOSE)
    if tells and find_owner(db, newcomer.email) is not None:
        raise Rejected(_("Email already registered"))
    row = _add(db, newcomer, password_hash)
    emit(db, RegistrationReceived(actor_id=None, registration_id=row.id))
    if tells and not settings.value(db, CONFIRM):
        return _admit(db, row, mode)
    enqueue(db, ANSWER_JOB, {"registration": row.id})
    return Result(Registered.WAITING)


def _require_free_username(db: Session, username: str | None) -> None:
    if username is not None and username_taken(db, username):
        raise Invalid({"username": _("This user name is taken.")})


def username_taken(db: Session, username: str) -> bool:
    """Tell whether a living account has this user name."""
    taken = select(User.id).where(User.username == username, User.deleted_at.is_(None))
    return db.scalar(taken) is not None


def _require_department(db: Session, department_id: int | None) -> None:
    known = select(Department.id).where(
        Department.id == department_id, Department.deleted_at.is_(None)
    )
    if department_id is not None and db.scalar(known) is None:
        raise Invalid({"department_id": _("There is no such department.")})


def find_owner(db: Session, email: str) -> User | None:
    """Return the living account with this address."""
    return db.scalar(select(User).where(User.email == normalised(email), User.deleted_at.is_(None)))


def _add(db: Session, newcomer: Newcomer, password_hash: str) -> Registration:
    row = Registration(
        full_name=" ".join(newcomer.full_name.split()),
        sort_name=sort_name(newcomer.full_name),
        email=newcomer.email,
        email_as_typed=newcomer.email,
        username=newcomer.username,
        password_hash=password_hash,
        role=newcomer.role,
        department_id=newcomer.department_id,
        register_number=newcomer.register_number,
        graduation_year=newcomer.graduation_year,
        note=newcomer.note,
        language=current_reader().language,
        expires_at=clock.now() + CONFIRM_LIFE,
    )
    db.add(row)
    db.flush()
    return row


def answer(db: Session, registration_id: int, base_url: str) -> None:
    """Mail the next step: a link that proves the address, or that there is an account already (the worker's part)."""
    row = db.scalar(
        select(Registration).where(Registration.id == registration_id).with_for_update()
    )
    if row is None or row.state is not RegistrationState.UNCONFIRMED or row.token_hash:
        return
    owner = find_owner(db, row.email)
    if owner is not None:
        tell_owner(db, owner, base_url)
        db.delete(row)
        return
    _forget_others(db, row, RegistrationState.UNCONFIRMED)
    token = new_key()
    row.token_hash = fingerprint(token)
    send(
        db,
        "identity/confirm",
        [(row.full_name, row.email_as_typed)],
        {"link": f"{base_url.rstrip('/')}/confirm/{token}", "days": CONFIRM_LIFE.days},
        language=row.language or None,
        secret=True,
    )


def tell_owner(db: Session, owner: User, base_url: str) -> None:
    """Tell the owner of a known address that somebody used it, at most once a day."""
    send(
        db,
        "identity/already-registered",
        [(owner.full_name, owner.email_as_typed)],
        {"link": f"{base_url.rstrip('/')}/forgot-password"},
        key=f"already-registered/{owner.id}/{clock.today()}",
        language=owner.language or None,
    )


def _forget_others(db: Session, row: Registration, *states: RegistrationState) -> None:
    db.execute(
        delete(Registration).where(
            Registration.email == row.email,
            Registration.id != row.id,
            Registration.state.in_(states),
        )
    )


def find_applicant(db: Session, token: str) -> Applicant | None:
    """Return whose address an unused, unexpired link proves."""
    row = db.execute(
        select(Registration.full_name, Registration.email_as_typed).where(
            Registration.token_hash == fingerprint(token),
            Registration.state == RegistrationState.UNCONFIRMED,
            Registration.expires_at > clock.now(),
        )
    ).first()
    return None if row is None else Applicant(*row)


def confirm(db: Session, token: str, mode: Mode) -> Result:
    """Accept the proof of an address. Raises Rejected when the link is used, over or unknown."""
    row = db.scalar(
        select(Registration)
        .where(
            Registration.token_hash == fingerprint(token),
            Registration.state == RegistrationState.UNCONFIRMED,
            Registration.expires_at > clock.now(),
        )
        .with_for_update()
    )
    if row is None or find_owner(db, row.email) is not None:
        raise Rejected(link_is_over())
    row.token_hash, row.confirmed_at = None, clock.now()
    _forget_others(db, row, RegistrationState.UNCONFIRMED, RegistrationState.WAITING)
    emit(db, RegistrationConfirmed(actor_id=None, registration_id=row.id))
    return _admit(db, row, mode)


def _admit(db: Session, row: Registration, mode: Mode) -> Result:
    row.expires_at = clock.now() + DECIDED_LIFE
    if mode == "approval":
        row.state = RegistrationState.WAITING
        db.flush()
        emit(
            db,
            RegistrationWaiting(
                actor_id=None, registration_id=row.id, department_id=row.department_id
            ),
        )
        return Result(Registered.WAITING)
    return Result(Registered.DONE, open_account(db, row, actor_id=None).id)


def open_account(db: Session, row: Registration, *, actor_id: int | None) -> User:
    """Turn a registration into an account; domains above add what a new student needs."""
    free = row.username is None or not username_taken(db, row.username)
    user = new_person(
        db,
        row.full_name,
        row.email_as_typed,
        username=row.username if free else None,
        origin=AccountOrigin.REGISTERED,
    )
    user.password_hash, user.email_confirmed_at = row.password_hash, row.confirmed_at
    user.language = row.language
    db.flush()
    row.state, row.user_id = RegistrationState.APPROVED, user.id
    row.password_hash = row.token_hash = None
    row.expires_at = clock.now() + DECIDED_LIFE
    place_grant(db, user.id, row.role, None)
    emit(db, UserCreated(actor_id=actor_id, user_id=user.id))
    emit(db, RoleGranted(actor_id=actor_id, user_id=user.id, role=row.role, department_id=None))
    emit(
        db,
        UserRegistered(
            actor_id=actor_id, user_id=user.id, role=row.role, department_id=row.department_id
        ),
    )
    return user


def purge_registrations(db: Session) -> None:
    """Remove registrations nobody confirmed in time, and those decided (or left undecided) a season ago."""
    db.execute(delete(Registration).where(Registration.expires_at < clock.now()))
