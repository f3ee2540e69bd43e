"""The register of documents the institution gives out: issue, revoke, and let anybody check one.

A domain of a higher floor declares its kind (`DocumentKind`), puts a template into its folder `documents` and calls
`issue`. Each document bears a number of its kind and year with a part that cannot be guessed, so that nobody finds
documents by counting.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

import segno
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.academics.facts.documents import DocumentIssued, DocumentRevoked
from quad.academics.forms.documents import RevokeDocument
from quad.academics.models.documents import DocumentSeries, IssuedDocument
from quad.academics.models.people import Student
from quad.academics.policy import documents as policy
from quad.academics.policy.base import STUDENT_READ
from quad.academics.policy.documents import DocumentKind, kind_label
from quad.core import clock, uploads
from quad.core.config import Settings
from quad.core.documents.render import render_pdf
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import Files, Kept, StoredFile
from quad.core.house import NAME
from quad.core.i18n import current_reader, day
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.core.settings import value
from quad.core.uploads import inspect_upload
from quad.identity.models.accounts import User

PDF = "application/pdf"
# Digits and letters that are not mistaken for one another when read aloud or typed from paper.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_LENGTH = 8  # 40 bits
SERIAL_LONGEST = 80
LARGEST_COMPARED = 10 * 1024 * 1024
PIECE = 1024 * 1024
ALIKE = str.maketrans("OIL", "011")

Line = tuple[str, str]


@dataclass(frozen=True)
class Holder:
    """Whom a document is for, as it says on it."""

    student_id: int
    user_id: int
    name: str
    sort_name: str


@dataclass(frozen=True)
class Wanted:
    """Which document somebody asks about: by its number as it is compared, or by the SHA-256 of its file."""

    serial_key: str = ""
    sha256: str = ""


class Sealed(Protocol):
    """What a document needs to be set in type with its seal."""

    @property
    def serial(self) -> str: ...
    @property
    def issued_on(self) -> date: ...


@dataclass(frozen=True)
class Numbered:
    """A document of another register; `public_lines` are pairs of label and text that anybody may check."""

    serial: str
    issued_on: date
    kind: str = ""
    holder: str = ""
    revoked_at: datetime | None = None
    sha256: str = ""
    public_lines: Sequence[Sequence[str]] = ()


# Registers of higher floors, asked when the number or the file is none of ours.
REGISTERS: list[Callable[[Session, Wanted], Numbered | None]] = []


@dataclass(frozen=True)
class Verified:
    """What anybody who holds a document may learn about it, and nothing more."""

    serial: str
    kind: str
    institution: str
    issued_on: date
    holder: str
    revoked: bool
    revoked_on: date | None
    sha256: str
    lines: tuple[Line, ...]


def issue(
    db: Session,
    actor: Actor,
    kind: DocumentKind,
    student_id: int,
    template: str,
    data: Mapping[str, Any],
    *,
    public: Sequence[Line] = (),
) -> IssuedDocument:
    """Number, set and keep one document for a student; return its row.

    `template` is as `core.documents.render.render_pdf` takes it ("welfare/leave"). `data` is the template's, with texts
    in the reader's language; `institution`, `language`, `issued` and `seal` (number, QR) are added. `public` are pairs
    of label and text that whoever holds the paper may check besides kind, institution, date, name and state.
    Raises NotFound, Forbidden, SignedOut.
    """
    kind.may_issue.get(db, actor, student_id, read=STUDENT_READ)
    holder = holders(db, [student_id])[0]
    row = reserve(db, kind, [holder])[0]
    row.public_lines = [[str(label), str(text)] for label, text in public]
    pdf = set_in_type(db, row, template, data)
    finish(db, row, holder.user_id, keep(db, pdf))
    emit(
        db,
        DocumentIssued(
            actor_id=actor.id, document_id=row.id, student_id=student_id, user_id=holder.user_id
        ),
    )
    return row


def holders(db: Session, student_ids: Sequence[int]) -> list[Holder]:
    """Return whom documents are for, in the order of their numbers."""
    rows = db.execute(
        select(Student.id, Student.user_id, User.full_name, Student.sort_name)
        .join(User, User.id == Student.user_id)
        .where(Student.id.in_(student_ids))
        .order_by(Student.id)
    )
    return [Holder(*row) for row in rows]


def reserve(
    db: Session,
    kind: DocumentKind,
    wanted: Sequence[Holder],
    *,
    batch_id: int | None = None,
    issuer_id: int | None = None,
) -> list[IssuedDocument]:
    """Give out the next numbers of a kind and year, without a gap; the documents are not set yet.

    `issuer_id` is for the worker, which acts for somebody else. The caller has asked the policy.
    """
    today = clock.today(settings_of(db).time_zone)
    first = _take_numbers(db, kind.name, today.year, len(wanted))
    rows = []
    for number, holder in enumerate(wanted, start=first):
        serial = f"{kind.code}-{today.year}-{number:06d}-{_check_part()}"
        row = IssuedDocument(
            serial=serial,
            serial_key=serial_key(serial),
            kind=kind.name,
            year=today.year,
            number=number,
            student_id=holder.student_id,
            holder=holder.name,
            holder_key=holder.sort_name,
            issued_on=today,
            public_lines=[],
            batch_id=batch_id,
        )
        if issuer_id is not None:
            row.created_by = issuer_id
        rows.append(row)
    db.add_all(rows)
    db.flush()
    return rows


def next_serial(db: Session, kind: str, code: str) -> Numbered:
    """Take the next number of a kind and year for a document of another register, issued today."""
    today = clock.today(settings_of(db).time_zone)
    number = _take_numbers(db, kind, today.year, 1)
    return Numbered(f"{code}-{today.year}-{number:06d}-{_check_part()}", today)


def _take_numbers(db: Session, kind: str, year: int, count: int) -> int:
    """Return the first of `count` numbers that are the caller's alone."""
    which = (DocumentSeries.kind == kind, DocumentSeries.year == year)
    taken = update(DocumentSeries).where(*which).values(last=DocumentSeries.last + count)
    done: Any = db.execute(taken)
    if done.rowcount == 0:
        try:
            with db.begin_nested():
                db.add(DocumentSeries(kind=kind, year=year, last=count))
        except IntegrityError:  # somebody began the year a moment earlier
            db.execute(taken)
    last = db.scalar(select(DocumentSeries.last).where(*which))
    assert last is not None
    return last - count + 1


def _check_part() -> str:
    letters = "".join(secrets.choice(LETTERS) for _each in range(CHECK_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def serial_key(text: str) -> str:
    """Return a number as it is compared: capitals, no dashes or spaces, and what looks alike in its digits the same."""
    plain = re.sub(r"[^0-9A-Z-]", "", text.upper())
    code = re.match(r"[A-Z]+(?=-)|[A-Z]+", plain)
    end = code.end() if code else 0
    return (plain[:end] + plain[end:].translate(ALIKE)).replace("-", "")


def settings_of(db: Session) -> Settings:
    """Return the settings of the installation this session belongs to."""
    runtime = runtime_of(db)
    if runtime is None:
        raise RuntimeError("documents need an installation: attach the database first")
    return runtime.settings


def letterhead(db: Session) -> dict[str, Any]:
    """Return what every document of ours says about where it comes from."""
    return {
        "language": current_reader().language.replace("_", "-"),
        "institution": {"name": value(db, NAME), "line": ""},
    }


def set_in_type(db: Session, row: Sealed, template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a numbered document; the same row and data are the same bytes."""
    settings = settings_of(db)
    address = verify_address(settings, row.serial)
    filled = {
        **letterhead(db),
        "issued": _("Issued %(day)s", day=day(row.issued_on)),
        **data,
        "seal": {
            "serial": row.serial,
            "words": _("Scan the code or open this address to check the document."),
            "address": address,
            "qr": _qr(address),
        },
    }
    return render_pdf(
        template,
        filled,
        fonts=settings.data_dir / "fonts",
        made_at=datetime.combine(row.issued_on, time(), UTC),
    )


def verify_address(settings: Settings, serial: str) -> str:
    """Return the public address at which a document is checked."""
    return f"{settings.base_url.rstrip('/')}/verify/{serial}"


def _qr(text: str) -> str:
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()


def keep(db: Session, pdf: bytes) -> Kept:
    """Put a file into the store; without a row for it nobody can reach it."""
    return Files.from_settings(settings_of(db)).keep(BytesIO(pdf))


def finish(db: Session, row: IssuedDocument, owner_id: int, kept: Kept) -> StoredFile:
    """Say which kept file is the numbered document."""
    stored = Files.row(kept, name=f"{row.serial}.pdf", media_type=PDF, owner_id=owner_id)
    db.add(stored)
    db.flush()
    row.file_id, row.sha256 = stored.id, stored.sha256
    db.flush()
    return stored


def revoke(db: Session, actor: Actor, document_id: int, form: RevokeDocument) -> IssuedDocument:
    """Declare a document not valid any more. Raises NotFound, Forbidden, Rejected when it was revoked before."""
    row = policy.DOCUMENT_REVOKE.get(db, actor, document_id, read=policy.DOCUMENT_READ, lock=True)
    if row.revoked_at is not None:
        raise Rejected(_("This document was revoked before."))
    row.revoked_at, row.revoked_by, row.revoked_reason = clock.now(), actor.id, form.reason
    user_id = db.scalar(select(Student.user_id).where(Student.id == row.student_id))
    assert user_id is not None
    emit(
        db,
        DocumentRevoked(
            actor_id=actor.id, document_id=row.id, student_id=row.student_id, user_id=user_id
        ),
    )
    return row


@dataclass(frozen=True)
class Shown:
    """An issued document with the names of who issued and who revoked it."""

    row: IssuedDocument
    issuer: str
    revoker: str


def shown(db: Session, actor: Actor, document_id: int) -> Shown:
    """Return one issued document the actor may see. Raises NotFound."""
    row = policy.DOCUMENT_READ.get(db, actor, document_id)
    people = {one for one in (row.created_by, row.revoked_by) if one is not None}
    found = db.execute(select(User.id, User.full_name).where(User.id.in_(people)))
    names = {row.id: row.full_name for row in found}
    return Shown(row, names.get(row.created_by or 0, ""), names.get(row.revoked_by or 0, ""))


def document_file(db: Session, actor: Actor, document_id: int) -> StoredFile:
    """Return the file of a document the actor may see. Raises NotFound, also when it is not set yet."""
    row = policy.DOCUMENT_READ.get(db, actor, document_id)
    found = db.get(StoredFile, row.file_id) if row.file_id is not None else None
    if found is None:
        raise NotFound(_("This file is not there yet."))
    return found


def verify_serial(db: Session, typed: str) -> Verified | None:
    """Return what may be known of the document with this number; None for every other text."""
    return _verified(db, Wanted(serial_key=serial_key(typed[:SERIAL_LONGEST])))


def verify_digest(db: Session, sha256: str) -> Verified | None:
    """Return what may be known of the document whose file has this SHA-256 (hexadecimal); None for every other."""
    return _verified(db, Wanted(sha256=sha256.lower()))


def digest_of(stream: IO[bytes], name: str) -> str:
    """Return the SHA-256 of a PDF somebody wants compared. Raises Invalid and TooLarge for what is none."""
    inspect_upload(stream, name, (uploads.PDF,), limit=LARGEST_COMPARED)
    made = hashlib.sha256()
    while piece := stream.read(PIECE):
        made.update(piece)
    return made.hexdigest()


def _verified(db: Session, wanted: Wanted) -> Verified | None:
    asked = (_own_register, *REGISTERS)
    row = next((found for find in asked if (found := find(db, wanted)) is not None), None)
    if row is None:
        return None
    zone = settings_of(db).time_zone
    return Verified(
        serial=row.serial,
        kind=row.kind,
        institution=value(db, NAME),
        issued_on=row.issued_on,
        holder=row.holder,
        revoked=row.revoked_at is not None,
        revoked_on=row.revoked_at.astimezone(ZoneInfo(zone)).date() if row.revoked_at else None,
        sha256=row.sha256,
        lines=tuple((str(label), str(text)) for label, text in row.public_lines),
    )


def _own_register(db: Session, wanted: Wanted) -> Numbered | None:
    which = (
        IssuedDocument.serial_key == wanted.serial_key
        if wanted.serial_key
        else IssuedDocument.sha256 == wanted.sha256
    )
    row = db.scalar(select(IssuedDocument).where(which, IssuedDocument.sha256.is_not(None)))
    if row is None:
        return None
    return Numbered(
        serial=row.serial,
        issued_on=row.issued_on,
        kind=kind_label(row.kind),
        holder=row.holder,
        revoked_at=row.revoked_at,
        sha256=row.sha256 or "",
        public_lines=row.public_lines,
    )
