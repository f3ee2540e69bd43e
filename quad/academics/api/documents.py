"""Documents over JSON, and checking one, which is open to everybody."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from quad.academics.forms.documents import IssueMany, IssueTo, RevokeDocument
from quad.academics.lists.documents import DOCUMENTS
from quad.academics.service import document_batches, documents, issuing
from quad.academics.service.documents import Verified
from quad.core.errors import NotFound, QuadError
from quad.core.i18n import gettext as _
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit
from quad.web.lists import list_json

bp = APIBlueprint(
    "academics_documents_api", __name__, url_prefix="/api/v1/documents", tag="Documents"
)

ZIP = "application/zip"
OFTEN = "30 per minute; 200 per hour"
COUNTED = "verify-document"


class DocumentLineOut(Out):
    label: str
    text: str


class DocumentOut(Out):
    id: WireId
    serial: str
    kind: str
    student_id: WireId
    holder: str
    issued_on: date
    sha256: str | None
    revoked_at: Moment | None


class VerifiedOut(Out):
    """All that anybody may learn of a document. `matches` is null when no file was compared."""

    serial: str
    kind: str
    institution: str
    issued_on: date
    holder: str
    revoked: bool
    revoked_on: date | None
    sha256: str
    lines: list[DocumentLineOut]
    matches: bool | None = None


class DocumentBatchOut(Out):
    """`state` is waiting, running, done or failed; `made` counts what is finished."""

    id: WireId
    kind: str
    total: int
    made: int
    skipped: int
    state: str
    finished_at: Moment | None
    expires_at: Moment


class CardOut(Out):
    student_id: WireId
    name: str
    register_number: str
    programme: str | None
    department: str | None
    batch: str | None
    admission_year: int
    valid_until: int | None
    photo: str | None


@operation(bp, "GET", "", answers=list[DocumentOut], paged=True)
def documents_list() -> Answer:
    """Issued documents as far as one may see them; students see their own."""
    return list_json(DOCUMENTS)


@operation(
    bp,
    "POST",
    "",
    body=IssueTo,
    answers=DocumentOut,
    status=201,
    message="Issued",
    errors=(403, 404, 409),
)
def documents_issue(body: IssueTo) -> Any:
    """Issue a transcript, a mark sheet of a term, or an ID card."""
    return issuing.issue_paper(current_db(), current_actor(), body.student_id, body)


@operation(bp, "GET", "/<int:document_id>", answers=DocumentOut)
def documents_show(document_id: int) -> Any:
    return documents.shown(current_db(), current_actor(), document_id).row


@operation(bp, "GET", "/<int:document_id>/file", file=documents.PDF)
def documents_file(document_id: int) -> Response:
    return stored_file(documents.document_file(current_db(), current_actor(), document_id))


@operation(
    bp,
    "POST",
    "/<int:document_id>/revoke",
    body=RevokeDocument,
    answers=DocumentOut,
    message="Revoked",
    errors=(403, 409),
)
def documents_revoke(document_id: int, body: RevokeDocument) -> Any:
    return documents.revoke(current_db(), current_actor(), document_id, body)


@operation(bp, "GET", "/transcript", file=documents.PDF, errors=(403, 404))
def documents_transcript() -> Response:
    """One's own transcript, unofficial, as of now."""
    return _pdf(*issuing.own_transcript(current_db(), current_actor()))


@operation(bp, "GET", "/transcripts/<int:student_id>", file=documents.PDF)
def documents_transcript_of(student_id: int) -> Response:
    """A student's transcript, unofficial, as of now."""
    return _pdf(*issuing.unofficial_transcript(current_db(), current_actor(), student_id))


def _pdf(name: str, content: bytes) -> Response:
    response = Response(content, mimetype=documents.PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@operation(bp, "GET", "/cards/<int:student_id>", answers=CardOut)
def documents_card(student_id: int) -> Any:
    """What a student's card says, for a card printer."""
    return issuing.card_data(current_db(), current_actor(), student_id)


@operation(
    bp,
    "POST",
    "/batches",
    body=IssueMany,
    answers=DocumentBatchOut,
    status=202,
    message="The documents are being made",
    errors=(403, 409),
)
def documents_many(body: IssueMany) -> Any:
    return _batch(document_batches.ask_for_many(current_db(), current_actor(), body))


@operation(bp, "GET", "/batches/<int:batch_id>", answers=DocumentBatchOut)
def documents_batch(batch_id: int) -> Any:
    return _batch(document_batches.own_batch(current_db(), current_actor(), batch_id))


def _batch(row: Any) -> dict[str, Any]:
    db = current_db()
    return {
        "id": row.id,
        "kind": row.kind,
        "total": row.total,
        "made": document_batches.made(db, row.id),
        "skipped": len(row.skipped),
        "state": document_batches.state_of(db, row),
        "finished_at": row.finished_at,
        "expires_at": row.expires_at,
    }


@operation(bp, "GET", "/batches/<int:batch_id>/file", file=ZIP)
def documents_batch_file(batch_id: int) -> Response:
    return stored_file(document_batches.batch_file(current_db(), current_actor(), batch_id))


@operation(bp, "GET", "/verify/<serial>", answers=VerifiedOut, public=True)
@limit(OFTEN, scope=COUNTED)
def documents_verify(serial: str) -> dict[str, Any]:
    """Check a document by its number. Every number that is not one of ours gets the same answer."""
    with runtime().database.reading() as db:
        return _verified(documents.verify_serial(db, serial), None)


@operation(
    bp,
    "POST",
    "/verify",
    answers=VerifiedOut,
    public=True,
    errors=(400, 404, 413, 415, 422),
    raw_body="application/octet-stream",
)
@limit(OFTEN, scope=COUNTED)
def documents_compare() -> dict[str, Any]:
    """Check a document by its file: the body is the PDF. It is compared and not kept."""
    body = request.get_data(cache=False)
    if not body:
        raise QuadError(_("Send the PDF as the body."))
    sha256 = documents.digest_of(io.BytesIO(body), "document.pdf")
    with runtime().database.reading() as db:
        return _verified(documents.verify_digest(db, sha256), True)


def _verified(found: Verified | None, matches: bool | None) -> dict[str, Any]:
    if found is None:
        raise NotFound(_("We know of no such document."))
    lines = [{"label": label, "text": text} for label, text in found.lines]
    return {
        "serial": found.serial,
        "kind": found.kind,
        "institution": found.institution,
        "issued_on": found.issued_on,
        "holder": found.holder,
        "revoked": found.revoked,
        "revoked_on": found.revoked_on,
        "sha256": found.sha256,
        "lines": lines,
        "matches": matches,
    }
