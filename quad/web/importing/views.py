from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field
from sqlalchemy import select

from quad.core.errors import Invalid, Rejected, TooLarge
from quad.core.export.tables import ask_for_table
from quad.core.facts import attempt
from quad.core.forms import Bound, Form
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing import pipeline
from quad.core.importing.declare import TABLE, Importer
from quad.core.importing.mapping import columns_of, forget
from quad.core.importing.models import Import, ImportState
from quad.core.importing.reader import Unreadable
from quad.core.jobs.models import Job, JobState
from quad.web.importing.shared import (
    apply_batch,
    download,
    errors_file,
    explain_columns,
    offered,
    permitted,
    take,
)
from quad.web.kit import by_htmx, current_actor, current_db, done, page

FIRST_ROWS = 10

bp = Blueprint("importing", __name__, url_prefix="/imports")


class Upload(Form):
    file: Annotated[
        str,
        Field(
            title=_l("File"),
            description=_l(
                "CSV or Excel (.xlsx). Nothing is written before you have seen a preview."
            ),
            json_schema_extra={"widget": "file", "accept": ".csv,.tsv,.txt,.xlsx"},
        ),
    ]


@bp.get("")
def index() -> ResponseReturnValue:
    kinds, recent = offered()
    labels = {item.kind: item.label for item in Importer.registry.values()}
    return page(
        "imports/index.html",
        kinds=kinds,
        recent=recent,
        labels=labels,
        states=state_words(),
    )


def state_words() -> dict[str, tuple[str, str]]:
    """Return the mark and the words for each state of a batch."""
    return {
        "staging": ("going", _("Being read")),
        "previewed": ("warn", _("Waiting for you")),
        "applying": ("going", _("Being written")),
        "done": ("done", _("Done")),
        "refused": ("stop", _("Not readable")),
        "cancelled": ("stop", _("Given up")),
    }


@bp.route("/<kind>", methods=["GET", "POST"])
def upload(kind: str) -> ResponseReturnValue:
    importer = permitted(kind)
    form: Bound[Upload] = Bound(Upload)
    if request.method == "POST":
        given = request.files.get("file")
        try:
            if given is None or not given.filename:
                raise Invalid({"file": _("Choose a file first.")})
            with attempt(current_db()):
                batch = take(importer, given.stream, given.filename, ask=True)
            return done("", url_for("importing.batch", batch_id=batch.id))
        except Invalid as error:
            form.errors = error.fields
        except (TooLarge, Unreadable) as error:
            form.errors = {"file": str(error)}
    fields = importer.form.model_fields
    return page(
        "imports/upload.html",
        form.status,
        form=form,
        importer=importer,
        fields=fields,
        remembered=columns_of(current_db(), kind),
    )


@bp.get("/<kind>/template.csv")
def template(kind: str) -> Response:
    """Give a file to start from: the column names and one example."""
    importer = permitted(kind)
    names = list(importer.form.model_fields)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([importer.title(name) for name in names])
    writer.writerow([importer.example.get(name, "") for name in names])
    return download("\ufeff" + out.getvalue(), f"{kind}.csv")


@bp.post("/<kind>/export")
def export(kind: str) -> ResponseReturnValue:
    """Have everything of a kind written to a file that the same import reads."""
    row = ask_for_table(current_db(), current_actor(), TABLE + kind, request.form.get("format", ""))
    return done("", url_for("lists.export_state", export_id=row.id))


@bp.get("/batches/<int:batch_id>")
def batch(batch_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = pipeline.READ.get(db, actor, batch_id)
    importer = pipeline.importer_of(row.kind)
    template_name = "imports/progress.html" if _asks_for_progress() else "imports/batch.html"
    return page(
        template_name,
        batch=row,
        importer=importer,
        report=pipeline.report(db, row),
        job=_progress(row),
        rows=_first_rows(row, importer),
        fields=_shown_fields(importer),
        unexplained=_unexplained(row, importer),
        state=state_words()[row.state.value],
    )


def _asks_for_progress() -> bool:
    return by_htmx() and request.args.get("part") == "progress"


def _progress(row: Import) -> dict[str, Any] | None:
    """Return what the progress macro draws while the worker has the batch."""
    if row.state not in (ImportState.STAGING, ImportState.APPLYING) or row.job_id is None:
        return None
    job = current_db().get(Job, row.job_id)
    waiting = job is None or job.state is JobState.QUEUED
    return {
        "id": row.id,
        "label": state_words()[row.state.value][1],
        "state": "waiting" if waiting else "running",
        "done": job.progress_done if job else 0,
        "total": job.progress_total if job else 0,
        "message": "",
        "poll_href": url_for("importing.batch", batch_id=row.id, part="progress"),
    }


def _unexplained(row: Import, importer: Importer[Any, Any]) -> list[tuple[str, str]]:
    """Return the fields that the file does not give, while somebody can still say which column they are."""
    if row.state not in (ImportState.PREVIEWED, ImportState.REFUSED):
        return []
    given = row.columns.get("headers", {}) if row.state is ImportState.PREVIEWED else {}
    return [
        (name, importer.title(name)) for name in importer.form.model_fields if name not in given
    ]


def _shown_fields(importer: Importer[Any, Any]) -> list[str]:
    columns = importer.staged.__table__.columns.keys()
    return [name for name in importer.form.model_fields if name in columns]


def _first_rows(row: Import, importer: Importer[Any, Any]) -> list[Any]:
    staged = importer.staged
    query = select(staged).where(staged.import_id == row.id).order_by(staged.line).limit(FIRST_ROWS)
    return list(current_db().scalars(query))


@bp.post("/batches/<int:batch_id>/columns")
def columns(batch_id: int) -> ResponseReturnValue:
    """Say which field a header of the file means; the file is read again and the answer remembered."""
    chosen = dict(zip(request.form.getlist("header"), request.form.getlist("field"), strict=False))
    place = url_for("importing.batch", batch_id=batch_id)
    try:
        with attempt(current_db()):
            row = explain_columns(batch_id, chosen)
    except Invalid as error:
        return done(" ".join(error.fields.values()), place, category="bad")
    except Unreadable as error:
        return done(str(error), place, category="bad")
    return done(_("Remembered for the next file."), url_for("importing.batch", batch_id=row.id))


@bp.post("/<kind>/columns/<int:column_id>/forget")
def forget_column(kind: str, column_id: int) -> ResponseReturnValue:
    """Forget what a header means."""
    forget(current_db(), current_actor(), permitted(kind), column_id)
    return done(_("Forgotten."), url_for("importing.upload", kind=kind))


@bp.post("/batches/<int:batch_id>/apply")
def apply(batch_id: int) -> ResponseReturnValue:
    place = url_for("importing.batch", batch_id=batch_id)
    try:
        with attempt(current_db()):
            row = apply_batch(batch_id, request.form.get("skip_bad") == "true")
    except Rejected as refused:
        return done(str(refused), place, category="bad")
    if row.state is ImportState.DONE:
        return done(_("The import is written."), place)
    return done("", place)


@bp.post("/batches/<int:batch_id>/cancel")
def cancel(batch_id: int) -> ResponseReturnValue:
    row = pipeline.cancel(current_db(), current_actor(), batch_id)
    return done(
        _("The import is given up. Nothing was written."),
        url_for("importing.upload", kind=row.kind),
    )


@bp.get("/batches/<int:batch_id>/errors.csv")
def errors(batch_id: int) -> Response:
    return errors_file(batch_id)
