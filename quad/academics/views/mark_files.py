"""The marks sheet as a file: down, and up again with a preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.service import sheet_files, sheets
from quad.academics.service.judging import Saved
from quad.academics.service.sheet_files import Given, Reading
from quad.academics.service.sheets import Sheet
from quad.academics.views.blueprint import as_file, bp
from quad.core.errors import Invalid, QuadError, Rejected, TooLarge
from quad.core.export.writing import write_table
from quad.core.facts import attempt
from quad.core.forms import Bound, Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.importing.reader import Unreadable
from quad.web.kit import bind, current_actor, current_db, done, page, runtime

SHOWN = 500


class SheetFile(Form):
    file: Annotated[
        str,
        Field(
            title=_l("File"),
            description=_l(
                "CSV or Excel (.xlsx), best the one from Download. You see what it would do before anything is written."
            ),
            json_schema_extra={"widget": "file", "accept": ".csv,.tsv,.txt,.xlsx"},
        ),
    ]


class TakeFile(Form):
    """What is decided about a file that was looked at; `table` carries its lines."""

    table: Annotated[str, Field(max_length=20_000_000)]
    reason: Annotated[
        str,
        words(_l("Why do published marks change?"), longest=300, shortest=0),
    ] = ""
    overrule: Annotated[
        bool, Field(title=_l("Take the file’s marks also where somebody entered others meanwhile"))
    ] = False


@dataclass
class Shown:
    """What the page of a file shows: the file held against the sheet, and what was not taken."""

    sheet: Sheet
    given: Given
    reading: Reading


@bp.get("/offerings/<int:offering_id>/marks.csv", defaults={"kind": "csv"})
@bp.get("/offerings/<int:offering_id>/marks.xlsx", defaults={"kind": "xlsx"})
def download_marks(offering_id: int, kind: str) -> BaseResponse:
    """The roster with a column per component, as CSV or XLSX."""
    sheet = sheets.sheet(current_db(), current_actor(), offering_id)
    written = write_table(sheet_files.heads(sheet), sheet_files.lines(sheet), kind)
    head = sheet.head
    return as_file(written, kind, f"marks-{head.code}-{head.section}-{head.term}")


@bp.route("/offerings/<int:offering_id>/marks/upload", methods=["GET", "POST"])
def upload_marks(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    sheet = sheets.sheet(db, actor, offering_id)
    form: Bound[SheetFile] = Bound(SheetFile)
    if request.method == "POST":
        upload = request.files.get("file")
        try:
            if upload is None or not upload.filename:
                raise Invalid({"file": _("Choose a file first.")})
            limit = runtime().settings.max_body
            given = sheet_files.read_file(upload.stream, upload.filename, limit)
            reading = sheet_files.hold_against(db, sheet, given)
        except Invalid as error:
            form.errors = error.fields
        except (TooLarge, Unreadable) as error:
            form.errors = {"file": str(error)}
        else:
            return _preview(Shown(sheet, given, reading), Bound(TakeFile))
    return page("academics/marks_upload.html", form.status, head=sheet.head, form=form)


@bp.post("/offerings/<int:offering_id>/marks/upload/apply")
def apply_marks(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    sheet = sheets.sheet(db, actor, offering_id)
    form = bind(TakeFile)
    given = _carried()
    shown = Shown(sheet, given, sheet_files.hold_against(db, sheet, given))
    if form.data is None:
        return _preview(shown, form)
    try:
        with attempt(db):
            outcomes = sheet_files.enter(
                db,
                actor,
                sheet,
                shown.reading,
                reason=form.data.reason,
                overrule=form.data.overrule,
            )
    except (Invalid, Rejected) as error:
        form.refuse(error)
        return _preview(shown, form)
    saved = sum(outcome.status is Saved.SAVED for outcome in outcomes)
    told = ngettext("%(num)s mark saved.", "%(num)s marks saved.", saved)
    after = sheets.sheet(db, actor, offering_id)
    left = Shown(after, given, sheet_files.hold_against(db, after, given))
    if not left.reading.telling:
        return done(told, url_for("academics.marks_sheet", offering_id=offering_id))
    return _preview(left, Bound(TakeFile), told=told)


@bp.post("/offerings/<int:offering_id>/marks/upload/problems.csv")
def marks_problems(offering_id: int) -> BaseResponse:
    """The cells of a file that cannot be taken, with the reasons, as CSV."""
    sheet = sheets.sheet(current_db(), current_actor(), offering_id)
    reading = sheet_files.hold_against(current_db(), sheet, _carried())
    heads = [_("Line"), _("Register number"), _("Name"), _("Component"), _("Mark"), _("Problem")]
    written = write_table(heads, sheet_files.problems(reading), "csv")
    return as_file(written, "csv", f"marks-{sheet.head.code}-problems")


def _carried() -> Given:
    """Return the file as the preview carries it."""
    try:
        head, lines = orjson.loads(request.form.get("table", ""))
        return Given(
            [str(text) for text in head],
            [(int(line), [str(text) for text in texts]) for line, texts in lines],
        )
    except (ValueError, TypeError) as error:
        raise QuadError(_("The file could not be read again. Choose it once more.")) from error


def _preview(shown: Shown, form: Bound[TakeFile], told: str = "") -> tuple[str, int]:
    reading = shown.reading
    return page(
        "academics/marks_preview.html",
        form.status,
        head=shown.sheet.head,
        reading=reading,
        cells=reading.telling[:SHOWN],
        hidden=max(len(reading.telling) - SHOWN, 0),
        tally=_tally(reading),
        form=form,
        table=orjson.dumps([shown.given.head, shown.given.lines]).decode(),
        told=told,
    )


def _tally(reading: Reading) -> dict[str, Any]:
    fresh = [cell for cell in reading.cells if cell.status is Saved.SAVED]
    return {
        "new": sum(not cell.stands for cell in fresh),
        "changed": sum(bool(cell.stands) for cell in fresh),
        "same": reading.count(Saved.UNCHANGED),
        "refused": reading.count(Saved.REFUSED),
        "conflict": reading.count(Saved.CONFLICT),
    }
