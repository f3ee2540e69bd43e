"""Documents: the register, one document, a student's own, many at once."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.documents import IssueMany, IssuePaper, Paper, RevokeDocument
from quad.academics.lists.choices import terms
from quad.academics.lists.documents import DOCUMENTS
from quad.academics.lists.people import STUDENTS
from quad.academics.models.documents import DocumentBatch
from quad.academics.policy import documents as policy
from quad.academics.service import document_batches, documents, issuing, papers, records
from quad.academics.views.blueprint import bp
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.jobs.models import Job
from quad.core.listing.bulk import chosen_ids
from quad.web.download import stored_file
from quad.web.kit import bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page


def _labels() -> list[tuple[str, Any]]:
    return [(kind.value, issuing.KINDS[kind].label) for kind in Paper]


@bp.get("/documents")
def documents_index() -> BaseResponse:
    """Every document that was given out, as far as the actor may know."""
    actor = current_actor()
    policy.DOCUMENT_LIST.require(actor)
    batches = document_batches.own_batches(current_db(), actor)
    return list_page(DOCUMENTS, "academics/documents.html", batches=batches, label_of=_label_of)


def _label_of(batch: DocumentBatch) -> str:
    return policy.kind_label(batch.kind)


@bp.get("/documents/<int:document_id>")
def document(document_id: int) -> ResponseReturnValue:
    """One document: for whom, by whom, whether it is valid."""
    db, actor = current_db(), current_actor()
    shown = documents.shown(db, actor, document_id)
    return page(
        "academics/document.html",
        row=shown.row,
        issuer=shown.issuer,
        revoker=shown.revoker,
        label=policy.kind_label(shown.row.kind),
        address=documents.verify_address(documents.settings_of(db), shown.row.serial),
        may_revoke=bool(policy.DOCUMENT_REVOKE.allowed(db, actor, [document_id])),
        staff=policy.DOCUMENT_LIST.may(actor),
    )


@bp.get("/documents/<int:document_id>/file")
def document_file(document_id: int) -> Response:
    """The PDF; the shell sends its bytes."""
    return stored_file(documents.document_file(current_db(), current_actor(), document_id))


@bp.route("/documents/<int:document_id>/revoke", methods=["GET", "POST"])
def revoke_document(document_id: int) -> ResponseReturnValue:
    """Declare a document not valid any more."""
    db, actor = current_db(), current_actor()
    row = policy.DOCUMENT_REVOKE.get(db, actor, document_id, read=policy.DOCUMENT_READ)
    back = url_for("academics.document", document_id=document_id)
    form = bind(RevokeDocument)
    if form.data is not None:
        with refusals(form):
            documents.revoke(db, actor, document_id, form.data)
        if not form.errors:
            return done(_("The document is revoked."), back)
    return form_page(
        form,
        title=_("Revoke"),
        lead=_("Whoever checks it from now on learns that it is not valid. This stays so."),
        crumbs=[(_("Issued documents"), url_for("academics.documents_index")), (row.serial, back)],
        submit=_("Revoke it"),
        cancel=back,
    )


@bp.get("/record/documents")
def own_documents() -> ResponseReturnValue:
    """What was issued to oneself, and what one may print."""
    record, rows = issuing.own_documents(current_db(), current_actor())
    return page("academics/own_documents.html", record=record, rows=rows, label=policy.kind_label)


@bp.get("/record/transcript.pdf")
def own_transcript() -> Response:
    """One's own transcript, unofficial, as of now."""
    return _pdf(*issuing.own_transcript(current_db(), current_actor()))


@bp.get("/students/<int:student_id>/transcript.pdf")
def student_transcript(student_id: int) -> Response:
    """A student's transcript, unofficial, as of now."""
    db, actor = current_db(), current_actor()
    return _pdf(*issuing.unofficial_transcript(db, actor, student_id))


def _pdf(name: str, content: bytes) -> Response:
    response = Response(content, mimetype=documents.PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.route("/students/<int:student_id>/documents", methods=["GET", "POST"])
def student_documents(student_id: int) -> ResponseReturnValue:
    """A student's documents, and issuing one more."""
    db, actor = current_db(), current_actor()
    record = records.record_as_student(db, actor, student_id)
    form = bind(IssuePaper, initial={"kind": Paper.TRANSCRIPT})
    if form.data is not None:
        with refusals(form):
            issued = issuing.issue_paper(db, actor, student_id, form.data)
        if not form.errors:
            place = url_for("academics.document", document_id=issued.id)
            return done(_("%(serial)s is issued.", serial=issued.serial), place)
    form.choices["kind"] = _labels()
    form.choices["term_id"] = [(one.term_id, one.name) for one in papers.has_results(record)]
    return page(
        "academics/student_documents.html",
        form.status,
        record=record,
        rows=issuing.documents_of(db, actor, student_id),
        label=policy.kind_label,
        form=form,
        may_issue=bool(policy.DOCUMENT_ISSUE.allowed(db, actor, [student_id])),
    )


@bp.post("/students/documents")
def choose_documents() -> ResponseReturnValue:
    """Ask which document the chosen students get, then have them made."""
    db, actor = current_db(), current_actor()
    policy.DOCUMENT_ISSUE_MANY.require(actor)
    if "kind" in request.form:
        form = Bound.from_html(IssueMany, request.form)
        if form.data is not None:
            with refusals(form):
                batch = document_batches.ask_for_many(db, actor, form.data)
            if not form.errors:
                place = url_for("academics.document_batch", batch_id=batch.id)
                return done(_("The documents are being made."), place)
        ids = [text for text in request.form.getlist("student_ids") if text.isdigit()]
    else:
        chosen = chosen_ids(STUDENTS, db, actor, request.form, permission=policy.DOCUMENT_ISSUE)
        ids = [str(one) for one in chosen]
        form = Bound(IssueMany, initial={"kind": Paper.TRANSCRIPT})
    form.choices["kind"] = _labels()
    form.choices["term_id"] = terms(db)
    return page("academics/issue_many.html", form.status, form=form, ids=ids)


@bp.get("/documents/batches/<int:batch_id>")
def document_batch(batch_id: int) -> ResponseReturnValue:
    """How far a batch is, and its ZIP."""
    db = current_db()
    row = document_batches.own_batch(db, current_actor(), batch_id)
    return page("academics/document_batch.html", row=row, label=_label_of(row), job=_progress(row))


@bp.get("/documents/batches/<int:batch_id>/progress")
def document_batch_progress(batch_id: int) -> ResponseReturnValue:
    """The part of the page that asks again by itself."""
    row = document_batches.own_batch(current_db(), current_actor(), batch_id)
    return page("lists/export_progress.html", job=_progress(row))


@bp.get("/documents/batches/<int:batch_id>/file")
def document_batch_file(batch_id: int) -> Response:
    """The ZIP with all documents of a batch; the shell sends its bytes."""
    return stored_file(document_batches.batch_file(current_db(), current_actor(), batch_id))


def _progress(row: DocumentBatch) -> dict[str, Any]:
    job: Job | None = document_batches.job_of(current_db(), row)
    state = document_batches.state_of(current_db(), row)
    said = ""
    if row.file_id and row.skipped:
        said = ngettext(
            "%(num)s student had nothing to put on paper",
            "%(num)s students had nothing to put on paper",
            len(row.skipped),
        )
    return {
        "id": row.id,
        "label": _label_of(row),
        "state": state,
        "done": row.total if row.file_id else job.progress_done if job else 0,
        "total": row.total,
        "message": job.last_error if job and state == "failed" else said,
        "poll_href": url_for("academics.document_batch_progress", batch_id=row.id),
        "result_href": url_for("academics.document_batch_file", batch_id=row.id)
        if row.file_id
        else "",
        "result_label": _("Save the ZIP"),
    }
