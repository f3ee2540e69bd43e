"""What the registrar issues and a student may print: transcripts, mark sheets, ID cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.forms.documents import IssuePaper, Paper
from quad.academics.models.documents import IssuedDocument
from quad.academics.policy import documents as policy
from quad.academics.policy.base import STUDENT_READ
from quad.academics.policy.documents import DocumentKind
from quad.academics.service import documents, papers, records
from quad.academics.service.documents import Line
from quad.academics.service.record_parts import StudentRecord
from quad.core import clock
from quad.core.documents.render import render_pdf
from quad.core.errors import Invalid, Rejected
from quad.core.files import Files
from quad.core.i18n import day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.profiles import photo_path

KINDS: dict[Paper, DocumentKind] = {
    Paper.TRANSCRIPT: DocumentKind(
        "transcript", "TR", _l("Transcript of records"), policy.DOCUMENT_ISSUE
    ),
    Paper.MARKSHEET: DocumentKind("marksheet", "MS", _l("Mark sheet"), policy.DOCUMENT_ISSUE),
    Paper.ID_CARD: DocumentKind("id_card", "ID", _l("Student card"), policy.DOCUMENT_ISSUE),
}
TEMPLATES = {
    Paper.TRANSCRIPT: "record",
    Paper.MARKSHEET: "record",
    Paper.ID_CARD: "academics/id-card",
}


@dataclass(frozen=True)
class Written:
    """What a document says, and the lines anybody who holds it may check."""

    template: str
    data: dict[str, Any]
    public: tuple[Line, ...] = ()


def issue_paper(db: Session, actor: Actor, student_id: int, form: IssuePaper) -> IssuedDocument:
    """Issue one official document. Raises NotFound, Forbidden, Invalid, Rejected when there is nothing to say."""
    policy.DOCUMENT_ISSUE.get(db, actor, student_id, read=STUDENT_READ)
    if form.kind is Paper.MARKSHEET and form.term_id is None:
        raise Invalid({"term_id": _("Choose the term.")})
    written = write(db, actor, student_id, form)
    return documents.issue(
        db,
        actor,
        KINDS[form.kind],
        student_id,
        written.template,
        written.data,
        public=written.public,
    )


def write(db: Session, actor: Actor, student_id: int, form: IssuePaper) -> Written:
    """Return what a document says as of now. Raises NotFound, Rejected when there is nothing to say."""
    record = records.record_as_student(db, actor, student_id)
    template = TEMPLATES[form.kind]
    if form.kind is Paper.ID_CARD:
        files = Files.from_settings(documents.settings_of(db))
        data = papers.id_card(record, papers.photo_of(db, record.user_id, files))
        return Written(template, data, ((_("Number"), record.register_number),))
    if form.kind is Paper.MARKSHEET:
        data = papers.marksheet(record, form.term_id or 0)
        return Written(template, data, ((_("Term"), data["subtitle"]),))
    if not papers.has_results(record):
        raise Rejected(_("There are no published results yet."))
    return Written(template, papers.transcript(record))


def own_transcript(db: Session, actor: Actor) -> tuple[str, bytes]:
    """Return the actor's own transcript as an unofficial PDF, with its file name. Raises as `records.own_record`."""
    return _unofficial(db, records.own_record(db, actor))


def unofficial_transcript(db: Session, actor: Actor, student_id: int) -> tuple[str, bytes]:
    """Return an unofficial transcript of a student the actor may see. Raises NotFound."""
    return _unofficial(db, records.record_as_student(db, actor, student_id))


def _unofficial(db: Session, record: StudentRecord) -> tuple[str, bytes]:
    settings = documents.settings_of(db)
    today = clock.today(settings.time_zone)
    data = documents.letterhead(db) | papers.unofficial(papers.transcript(record), day(today))
    pdf = render_pdf(
        "record",
        data,
        fonts=settings.data_dir / "fonts",
        made_at=datetime.combine(today, time(), UTC),
    )
    plain = "".join(one for one in record.register_number if one.isascii() and one.isalnum())
    return f"transcript-{plain}.pdf", pdf


def card_data(db: Session, actor: Actor, student_id: int) -> dict[str, Any]:
    """Return what a student's card says, for a card printer. Raises NotFound."""
    record = records.record_as_student(db, actor, student_id)
    photo = db.scalar(select(User.photo).where(User.id == record.user_id)) or ""
    return {
        "student_id": record.id,
        "name": record.name,
        "register_number": record.register_number,
        "programme": record.programme,
        "department": record.department,
        "batch": record.batch,
        "admission_year": record.admission_year,
        "valid_until": record.graduation_year,
        "photo": photo_path(record.user_id, photo) or None,
    }


def documents_of(db: Session, actor: Actor, student_id: int) -> list[IssuedDocument]:
    """Return the documents of one student the actor may see, the latest first; only finished ones."""
    return list(
        db.scalars(
            select(IssuedDocument)
            .where(
                policy.DOCUMENT_READ.where(actor),
                IssuedDocument.student_id == student_id,
                IssuedDocument.sha256.is_not(None),
            )
            .order_by(IssuedDocument.id.desc())
            .limit(200)
        )
    )


def own_documents(db: Session, actor: Actor) -> tuple[StudentRecord, list[IssuedDocument]]:
    """Return the actor's record and the documents issued to them. Raises as `records.own_record`."""
    record = records.own_record(db, actor)
    return record, documents_of(db, actor, record.id)
