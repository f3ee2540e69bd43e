from __future__ import annotations

import io
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.core.errors import QuadError
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing import pipeline
from quad.core.importing.models import Import, ImportState
from quad.core.uploads import XLSX
from quad.web.api import Answer, Out, WireId, operation
from quad.web.importing.shared import apply_batch, errors_file, offered, permitted, take
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("importing_api", __name__, url_prefix="/api/v1/imports", tag="Imports")


class ProblemOut(Out):
    line: int
    column: str
    sentence: str


class ImportOut(Out):
    id: WireId
    kind: str
    file_name: str
    state: ImportState
    rows: int
    new: int
    changed: int
    same: int
    errors: int
    problem: str
    ignored_columns: list[str]
    problems: list[ProblemOut]


class ImportLineOut(Out):
    id: WireId
    kind: str
    file_name: str
    state: ImportState
    rows: int


class KindOut(Out):
    """A kind of import one may use: send its file to `POST /imports/{kind}`, with these columns."""

    kind: str
    label: str
    hint: str
    columns: list[str]


class KindsOut(Out):
    """What can be imported, and one's latest imports, the newest first."""

    kinds: list[KindOut]
    recent: list[ImportLineOut]


class Apply(Form):
    skip_bad: Annotated[
        bool,
        Field(title=_l("Import the good rows only"), description=_l("Else one bad row stops all.")),
    ] = False


def _answer(row: Import, created: bool = False) -> Answer:
    """Answer with the report: 202 while the worker has the batch."""
    waiting = row.state in (ImportState.STAGING, ImportState.APPLYING)
    told = pipeline.report(current_db(), row)
    status = 202 if waiting else 201 if created else 200
    return Answer(told, status=status, message=pipeline.in_words(told) if not waiting else None)


@operation(bp, "GET", "", answers=KindsOut, errors=(403,))
def imports_index() -> KindsOut:
    kinds, recent = offered()
    return KindsOut(
        kinds=[
            KindOut(
                kind=one.kind,
                label=str(one.label),
                hint=str(one.hint),
                columns=list(one.form.model_fields),
            )
            for one in kinds
        ],
        recent=[ImportLineOut.model_validate(row) for row in recent],
    )


@operation(
    bp,
    "POST",
    "/<kind>",
    answers=ImportOut,
    status=201,
    also={202: "The worker reads the file; ask again for the batch"},
    errors=(400, 403, 413, 415, 422),
    raw_body="text/csv",
)
def import_upload(kind: str) -> Answer:
    """Upload a file (the body, or the field `file` of a multipart form) and get the preview."""
    importer = permitted(kind)
    given = request.files.get("file")
    if given is not None:
        return _answer(take(importer, given.stream, given.filename or f"{kind}.csv"), created=True)
    body = request.get_data(cache=False)
    if not body:
        raise QuadError(_("Send a file as the body, or as the field “file” of a form."))
    ending = ".xlsx" if request.mimetype == XLSX.media_type else ".csv"
    return _answer(take(importer, io.BytesIO(body), kind + ending), created=True)


@operation(
    bp,
    "GET",
    "/<int:batch_id>",
    answers=ImportOut,
    also={202: "The worker is not finished yet"},
    errors=(405,),
)
def import_show(batch_id: int) -> Answer:
    return _answer(pipeline.READ.get(current_db(), current_actor(), batch_id))


@operation(
    bp,
    "POST",
    "/<int:batch_id>/apply",
    body=Apply,
    answers=ImportOut,
    also={202: "The worker writes the rows; ask again for the batch"},
    errors=(403, 409),
)
def import_apply(batch_id: int, body: Apply) -> Answer:
    return _answer(apply_batch(batch_id, body.skip_bad))


@operation(bp, "DELETE", "/<int:batch_id>", message="Import given up", errors=(403, 405, 409))
def import_cancel(batch_id: int) -> None:
    pipeline.cancel(current_db(), current_actor(), batch_id)


@operation(bp, "GET", "/<int:batch_id>/errors.csv", errors=(403,), file="text/csv")
def import_errors(batch_id: int) -> Response:
    return errors_file(batch_id)
