"""Certificates of attendance: numbered, sealed and checked like every document of the institution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.forms.documents import RevokeDocument
from quad.academics.service import documents
from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor
from quad.events import policy
from quad.events.facts import CertificateFact, CertificateIssued, CertificateRevoked
from quad.events.kinds import CERTIFY, place_of
from quad.events.models.attending import Certificate, CheckIn, Registration
from quad.events.models.events import Event, EventState
from quad.events.service.tickets import dated
from quad.identity.models.accounts import User

KIND, CODE, LABEL = "attendance", "ATT", _l("Certificate of attendance")
AT_ONCE = 20


def issue_own(db: Session, actor: Actor, event_id: int) -> Certificate:
    """Issue one's own certificate; one that is there already is returned.

    Raises NotFound, Rejected for who was not checked in, and while the event is not over.
    """
    event = policy.READ.get(db, actor, event_id)
    row = db.scalar(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.user_id == actor.own_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound(_("You are not registered for this event."))
    there = _latest(db, row.id)
    if there is not None:
        _require_valid(there)
        return there
    _require_earned(db, event, row, _("You were not checked in at this event."))
    return _issue(db, actor, event, row)


def _require_earned(db: Session, event: Event, row: Registration, absent: str) -> None:
    reason = reason_against(event)
    if reason:
        raise Rejected(reason)
    came = select(CheckIn.id).where(CheckIn.registration_id == row.id, CheckIn.undone_at.is_(None))
    if row.cancelled_at is not None or db.scalar(came) is None:
        raise Rejected(absent)


def _latest(db: Session, registration_id: int, *, lock: bool = False) -> Certificate | None:
    """Return the certificate of a registration that counts now, revoked or not."""
    query = select(Certificate).where(
        Certificate.registration_id == registration_id, Certificate.latest_mark == 1
    )
    return db.scalar(query.with_for_update() if lock else query)


def _require_valid(row: Certificate) -> None:
    if row.revoked_at is not None:
        raise Rejected(_("This certificate was revoked: %(reason)s", reason=row.revoked_reason))


def reason_against(event: Event) -> str:
    """Return why nobody can have a certificate of this event (yet), "" when they can."""
    if not event.certificates:
        return _("There are no certificates for this event.")
    if event.state is not EventState.PUBLISHED:
        return _("This event does not take place.")
    if event.ends_at > clock.now():
        return _("Certificates are there once the event is over.")
    return ""


def _issue(db: Session, actor: Actor, event: Event, row: Registration) -> Certificate:
    holder = db.scalar(select(User.full_name).where(User.id == row.user_id)) or ""
    numbered = documents.next_serial(db, KIND, CODE)
    made = Certificate(
        registration_id=row.id,
        serial=numbered.serial,
        serial_key=documents.serial_key(numbered.serial),
        holder=holder,
        issued_on=numbered.issued_on,
        public_lines=[[_("Event"), event.title], [_("Date"), dated(event)]],
    )
    host = db.scalar(select(User.full_name).where(User.id == event.owner_id)) or ""
    pdf = documents.set_in_type(db, numbered, "events/certificate", _data(event, holder, host))
    kept = documents.keep(db, pdf)
    stored = Files.row(
        kept, name=f"{made.serial}.pdf", media_type=documents.PDF, owner_id=row.user_id
    )
    db.add(stored)
    db.flush()
    made.file_id, made.sha256 = stored.id, stored.sha256
    db.add(made)
    db.flush()
    emit(db, _fact(CertificateIssued, actor, row, made))
    return made


def _fact(
    kind: type[CertificateFact], actor: Actor, row: Registration, made: Certificate
) -> CertificateFact:
    return kind(
        actor_id=actor.id,
        event_id=row.event_id,
        registration_id=row.id,
        user_id=row.user_id,
        certificate_id=made.id,
    )


def _data(event: Event, holder: str, host: str) -> dict[str, Any]:
    return {
        "title": str(LABEL),
        "holder": holder,
        "words": _("took part in"),
        "event": event.title,
        "lines": [dated(event), place_of(event)],
        "signature": _("%(host)s, for the institution", host=host),
    }


def own_file(db: Session, actor: Actor, event_id: int) -> StoredFile:
    """Return the file of one's own certificate. Raises NotFound when there is none, Rejected when it was revoked."""
    found = db.execute(
        select(StoredFile, Certificate)
        .join(Certificate, Certificate.file_id == StoredFile.id)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(
            Registration.event_id == event_id,
            Certificate.latest_mark == 1,
            policy.OWN_CERTIFICATES.where(actor),
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no certificate yet."))
    _require_valid(found[1])
    return found[0]


def issue_all(db: Session, actor: Actor, event_id: int) -> int:
    """Let the worker issue the certificates of everybody who came; return the job. Raises NotFound, Forbidden,
    Rejected.
    """
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    reason = reason_against(event)
    if reason:
        raise Rejected(reason)
    payload = {"event_id": event.id, "actor_id": actor.id}
    return enqueue(db, CERTIFY, payload, lane=f"{CERTIFY}/{event.id}")


def issue_some(db: Session, actor: Actor, event_id: int) -> int:
    """Issue the next certificates; return how many."""
    event = db.get_one(Event, event_id)
    for row in _without(db, event_id):
        _issue(db, actor, event, row)
    return len(_without(db, event_id))


def _without(db: Session, event_id: int) -> Sequence[Registration]:
    """Return people who came and have no certificate."""
    return db.scalars(
        select(Registration)
        .join(
            CheckIn,
            (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None),
        )
        .outerjoin(Certificate, Certificate.registration_id == Registration.id)
        .where(
            Registration.event_id == event_id,
            Registration.cancelled_at.is_(None),
            Certificate.id.is_(None),
        )
        .order_by(Registration.id)
        .limit(AT_ONCE)
    ).all()


@dataclass(frozen=True)
class Issued:
    """The certificates of one who came, the newest first; those before the first are revoked."""

    event: Event
    registration: Registration
    name: str
    certificates: Sequence[Certificate]

    @property
    def valid(self) -> bool:
        """Tell whether the newest certificate is valid."""
        return bool(self.certificates) and self.certificates[0].revoked_at is None


def issued(db: Session, actor: Actor, event_id: int, registration_id: int) -> Issued:
    """Return the certificates of one who came, for the host. Raises NotFound, Forbidden."""
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    row = _registration(db, event, registration_id)
    name = db.scalar(select(User.full_name).where(User.id == row.user_id)) or ""
    rows = db.scalars(
        select(Certificate)
        .where(Certificate.registration_id == row.id)
        .order_by(Certificate.id.desc())
    ).all()
    return Issued(event, row, name, rows)


def _registration(db: Session, event: Event, registration_id: int) -> Registration:
    row = db.get(Registration, registration_id)
    if row is None or row.event_id != event.id:
        raise NotFound
    return row


def revoke(
    db: Session, actor: Actor, event_id: int, registration_id: int, form: RevokeDocument
) -> Certificate:
    """Declare a certificate not valid any more; its number says so to whoever checks it, its holder reads why.

    Raises NotFound, Forbidden, Rejected when there is none, or it was revoked before.
    """
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    row = _registration(db, event, registration_id)
    found = _latest(db, row.id, lock=True)
    if found is None:
        raise Rejected(_("There is no certificate yet."))
    if found.revoked_at is not None:
        raise Rejected(_("This certificate was revoked before."))
    found.revoked_at, found.revoked_reason = clock.now(), form.reason
    emit(db, _fact(CertificateRevoked, actor, row, found))
    return found


def reissue(db: Session, actor: Actor, event_id: int, registration_id: int) -> Certificate:
    """Issue a certificate with a new number in place of a revoked one, which stays revoked.

    Raises NotFound, Forbidden, Rejected when none was revoked, or nobody can have one of this event any more.
    """
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    row = _registration(db, event, registration_id)
    before = _latest(db, row.id, lock=True)
    if before is None or before.revoked_at is None:
        raise Rejected(_("Only a revoked certificate can be issued again."))
    _require_earned(db, event, row, _("This person is not checked in."))
    before.latest_mark = None
    db.flush()
    return _issue(db, actor, event, row)


def find(db: Session, which: documents.Wanted) -> documents.Numbered | None:
    """Return the certificate with this number or file, for the public page that checks documents."""
    clause = (
        Certificate.serial_key == which.serial_key
        if which.serial_key
        else Certificate.sha256 == which.sha256
    )
    row = db.scalar(select(Certificate).where(clause, Certificate.sha256 != ""))
    return (
        None
        if row is None
        else documents.Numbered(
            serial=row.serial,
            issued_on=row.issued_on,
            kind=str(LABEL),
            holder=row.holder,
            revoked_at=row.revoked_at,
            sha256=row.sha256,
            public_lines=row.public_lines,
        )
    )
