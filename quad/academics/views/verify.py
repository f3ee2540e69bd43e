"""Checking a document: open to everybody, with as few words as will do, and the same answer for whatever is unknown."""

from __future__ import annotations

from contextlib import closing
from typing import IO

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quad.academics.forms.documents import SERIAL_LENGTH, CheckFile, CheckSerial
from quad.academics.service import documents
from quad.academics.service.documents import Verified
from quad.core.errors import Invalid, TooLarge
from quad.core.forms import Bound
from quad.web.kit import page, runtime
from quad.web.limits import limit

bp = Blueprint("academics_verify", __name__, template_folder="../templates")

OFTEN = "30 per minute; 200 per hour"
COUNTED = "verify-document"


@bp.route("/verify", methods=["GET", "POST"])
@limit(OFTEN, scope=COUNTED, methods=["POST"])
def check() -> ResponseReturnValue:
    """Ask for the number on a document, or for its file."""
    if request.method == "GET":
        return _ask(Bound(CheckSerial))
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        with closing(upload):
            return _check_file(upload.stream, upload.filename)
    form = Bound.from_html(CheckSerial, request.form)
    if form.data is None:
        return _ask(form)
    return redirect(url_for("academics_verify.show", serial=form.data.serial), code=303)


@bp.get("/verify/<serial>")
@limit(OFTEN, scope=COUNTED)
def show(serial: str) -> ResponseReturnValue:
    """What may be known of one document."""
    with runtime().database.reading() as db:
        found = documents.verify_serial(db, serial)
    if found is None:
        return _unknown(serial)
    return _found(found)


def _check_file(stream: IO[bytes], name: str) -> ResponseReturnValue:
    """Hold a file against the register; with a number beside it, against that document."""
    serial = request.form.get("serial", "").strip()
    file_form = Bound(CheckFile)
    try:
        sha256 = documents.digest_of(stream, name)
    except (Invalid, TooLarge) as error:
        file_form.refuse(error if isinstance(error, Invalid) else Invalid({"file": str(error)}))
        return _ask(Bound(CheckSerial), file_form)
    with runtime().database.reading() as db:
        found = (
            documents.verify_serial(db, serial) if serial else documents.verify_digest(db, sha256)
        )
    if found is None:
        return _unknown(serial)
    return _found(found, compared=found.sha256 == sha256)


def _found(found: Verified, compared: bool | None = None) -> ResponseReturnValue:
    return page(
        "academics/verified.html", found=found, compared=compared, file_form=Bound(CheckFile)
    )


def _unknown(typed: str) -> ResponseReturnValue:
    form: Bound[CheckSerial] = Bound(CheckSerial, initial={"serial": typed[:SERIAL_LENGTH]})
    return page("academics/verify.html", 404, form=form, file_form=Bound(CheckFile), unknown=True)


def _ask(
    form: Bound[CheckSerial], file_form: Bound[CheckFile] | None = None
) -> ResponseReturnValue:
    file_form = file_form or Bound(CheckFile)
    status = max(form.status, file_form.status)
    return page("academics/verify.html", status, form=form, file_form=file_form, unknown=False)
