"""Tickets, and checking people in: a code that is signed, and scans that may come late and more than once."""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.config import Settings
from quad.core.documents.render import render_pdf
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.house import NAME
from quad.core.i18n import current_reader, day
from quad.core.i18n import gettext as _
from quad.core.i18n import moment as in_words
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.core.settings import value
from quad.events import facts, policy
from quad.events.forms.events import Scan
from quad.events.kinds import place_of
from quad.events.models.attending import CheckIn, Registration
from quad.events.models.events import Event, EventState
from quad.identity.models.accounts import User

SEAL_LENGTH = 16  # hexadecimal: 64 bits, of which a forger has one try per scan
EARLIEST = timedelta(hours=12)  # before the beginning


class ScanOutcome(enum.StrEnum):
    """What became of a scan."""

    DONE = "done"
    ALREADY = "already"
    UNKNOWN = "unknown"
    FORGED = "forged"
    WAITING = "waiting"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Scanned:
    """The answer to one scan; `key` is the sender's mark."""

    key: str
    outcome: ScanOutcome
    name: str
    sentence: str
    at: datetime | None = None
    registration_id: int | None = None


def _settings(db: Session) -> Settings:
    runtime = runtime_of(db)
    if runtime is None:
        raise RuntimeError("tickets need an installation: attach the database first")
    return runtime.settings


def _seal(db: Session, event_id: int, code: str) -> str:
    text = f"ticket:{event_id}:{code}".encode()
    secret = _settings(db).secret.encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:SEAL_LENGTH]


def ticket_address(db: Session, event_id: int, code: str) -> str:
    """Return what the QR code of a ticket says: the check-in page with the sealed code."""
    base = _settings(db).base_url.rstrip("/")
    return f"{base}/events/{event_id}/check-in?code={code}-{_seal(db, event_id, code)}"


def qr_picture(text: str) -> str:
    """Return a QR code as SVG without size, which the page gives."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", border=2, xmldecl=False, omitsize=True, light="#fff"
    )
    return picture.getvalue().decode()


@dataclass(frozen=True)
class Ticket:
    """One's own ticket. `address` is what its QR code says."""

    event: Event
    registration: Registration
    name: str
    address: str


def ticket(db: Session, actor: Actor, event_id: int) -> Ticket:
    """Return one's own ticket. Raises NotFound without a registration, Rejected while one waits."""
    event = policy.READ.get(db, actor, event_id)
    row = db.scalar(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.user_id == actor.own_id,
            Registration.cancelled_at.is_(None),
        )
    )
    if row is None:
        raise NotFound(_("You are not registered for this event."))
    if row.seated_at is None:
        raise Rejected(_("You are on the waiting list. The ticket comes with the seat."))
    return Ticket(event, row, actor.name, ticket_address(db, event_id, row.code))


def ticket_pdf(db: Session, actor: Actor, event_id: int) -> bytes:
    """Return one's own ticket as a PDF. Raises NotFound, Rejected."""
    found = ticket(db, actor, event_id)
    event, settings = found.event, _settings(db)
    about = (
        (_("Name"), found.name),
        (_("Begins"), in_words(event.starts_at)),
        (_("Ends"), in_words(event.ends_at)),
        (_("Place"), place_of(event)),
    )
    data = {
        "title": event.title,
        "subtitle": _("Ticket"),
        "language": current_reader().language.replace("_", "-"),
        "institution": {"name": value(db, NAME), "line": ""},
        "issued": _("Times are in %(zone)s", zone=current_reader().zone),
        "person": [{"label": label, "value": text} for label, text in about],
        "code": spaced(found.registration.code),
        "qr": qr_picture(found.address),
        "words": _("Show this at the door, on paper or on your phone."),
    }
    return render_pdf(
        "events/ticket",
        data,
        fonts=settings.data_dir / "fonts",
        made_at=found.registration.seated_at,
    )


def spaced(code: str) -> str:
    """Return a code as it is read aloud: in two halves."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def read_code(db: Session, event_id: int, given: str) -> str | None:
    """Return the ten letters of a scanned address, a sealed code or what was typed; None when the seal is wrong."""
    text = given.strip()
    if "code=" in text:
        try:
            text = parse_qs(urlsplit(text).query).get("code", [""])[0]
        except ValueError:
            return None
    code, dash, seal = text.partition("-")
    plain = "".join(code.split()).upper()
    if dash and len(seal) == SEAL_LENGTH:
        fits = hmac.compare_digest(seal.encode(), _seal(db, event_id, plain).encode())
        return plain if fits else None
    return "".join(text.replace("-", "").split()).upper()


def check_in(db: Session, actor: Actor, event_id: int, scans: Sequence[Scan]) -> list[Scanned]:
    """Take in what was scanned or typed at the door, in its order; sending the same again changes nothing.

    Raises NotFound, Forbidden, Rejected long before the event, or when it is not published.
    """
    event = policy.HOST.get(db, actor, event_id, read=policy.READ, lock=True)
    if event.state is not EventState.PUBLISHED:
        raise Rejected(_("This event is not published."))
    if clock.now() < event.starts_at - EARLIEST:
        raise Rejected(
            _("Check-in opens %(n)s hours before the event.", n=EARLIEST // timedelta(hours=1))
        )
    return [_check_one(db, actor, event, scan) for scan in scans]


def _check_one(db: Session, actor: Actor, event: Event, scan: Scan) -> Scanned:
    code = read_code(db, event.id, scan.code)
    if code is None:
        return Scanned(scan.key, ScanOutcome.FORGED, "", _("This is not a ticket of this event."))
    row = db.execute(
        select(Registration, User.full_name)
        .join(User, User.id == Registration.user_id)
        .where(Registration.event_id == event.id, Registration.code == code[:40])
    ).first()
    if row is None:
        return Scanned(scan.key, ScanOutcome.UNKNOWN, "", _("There is no ticket with this code."))
    registration, name = row
    if registration.cancelled_at is not None:
        return Scanned(scan.key, ScanOutcome.CANCELLED, name, _("This registration was cancelled."))
    if registration.seated_at is None:
        return Scanned(
            scan.key, ScanOutcome.WAITING, name, _("This person is on the waiting list.")
        )
    return _came(db, actor, registration, name, scan)


def _came(db: Session, actor: Actor, registration: Registration, name: str, scan: Scan) -> Scanned:
    there = db.scalar(select(CheckIn).where(CheckIn.registration_id == registration.id))
    if there is not None and there.undone_at is None:
        same = bool(scan.key) and there.key == scan.key
        said = _("Welcome.") if same else _("Checked in already.")
        return Scanned(
            scan.key,
            ScanOutcome.DONE if same else ScanOutcome.ALREADY,
            name,
            said,
            there.scanned_at,
            registration.id,
        )
    row = there or CheckIn(event_id=registration.event_id, registration_id=registration.id)
    row.key, row.by_id, row.undone_at = scan.key, actor.id, None
    row.scanned_at = _when(scan.at)
    db.add(row)
    db.flush()
    _emit(db, actor, facts.CheckedIn, registration)
    return Scanned(scan.key, ScanOutcome.DONE, name, _("Welcome."), row.scanned_at, registration.id)


def _when(given: datetime | None) -> datetime:
    """Return when it was scanned: a device's clock counts when it is not ahead, nor a day behind."""
    now = clock.now()
    if given is None or given.tzinfo is None or not now - timedelta(days=1) <= given <= now:
        return now
    return given


def undo(db: Session, actor: Actor, event_id: int, registration_id: int) -> None:
    """Take a check-in back. Raises NotFound, Forbidden."""
    event = policy.HOST.get(db, actor, event_id, read=policy.READ, lock=True)
    row = db.scalar(
        select(CheckIn).where(
            CheckIn.registration_id == registration_id,
            CheckIn.event_id == event.id,
            CheckIn.undone_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    row.undone_at = clock.now()
    db.flush()
    _emit(db, actor, facts.CheckInUndone, db.get_one(Registration, registration_id))


def _emit(db: Session, actor: Actor, kind: type[facts.RegistrationFact], row: Registration) -> None:
    emit(
        db,
        kind(actor_id=actor.id, event_id=row.event_id, registration_id=row.id, user_id=row.user_id),
    )


def latest(db: Session, actor: Actor, event_id: int, limit: int = 10) -> Sequence[Any]:
    """Return the latest check-ins, the newest first. Raises NotFound, Forbidden."""
    policy.HOST.get(db, actor, event_id, read=policy.READ)
    return db.execute(
        select(CheckIn.scanned_at, User.full_name.label("name"), Registration.id)
        .join(Registration, Registration.id == CheckIn.registration_id)
        .join(User, User.id == Registration.user_id)
        .where(CheckIn.event_id == event_id, CheckIn.undone_at.is_(None))
        .order_by(CheckIn.id.desc())
        .limit(limit)
    ).all()


def dated(event: Event) -> str:
    """Return the day of an event, or its first and last."""
    first, last = day(event.starts_at), day(event.ends_at)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)
