"""The content of materials; who may have it is asked once per request, and the shell sends it."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as BaseResponse

from quad.core.behind import behind
from quad.core.forms import Bound
from quad.materials import policy
from quad.materials.door import send
from quad.materials.forms import Played
from quad.materials.service import captions, openings, reading
from quad.materials.views.blueprint import bp
from quad.web.kit import current_actor, current_db, runtime


def _download() -> bool:
    return request.args.get("download") == "1"


@bp.get("/materials/<int:material_id>/content")
def content(material_id: int) -> Response:
    """The file shown now; with `download=1` to be saved."""
    found = reading.content(current_db(), current_actor(), material_id)
    if _download() and not found.managed:
        openings.note_opened(behind(runtime().database), current_actor(), material_id)
    return send(found.stored, download=_download())


@bp.get("/materials/<int:material_id>/versions/<int:version_id>/content")
def version_content(material_id: int, version_id: int) -> Response:
    """An earlier file, for those who keep the material."""
    found = reading.content_of_version(current_db(), current_actor(), material_id, version_id)
    return send(found.stored, download=True)


@bp.get("/materials/<int:material_id>/captions/<int:caption_id>")
def track(material_id: int, caption_id: int) -> Response:
    stored = captions.file_of(current_db(), current_actor(), material_id, caption_id)
    return send(stored, download=_download())


@bp.post("/materials/<int:material_id>/played")
def played(material_id: int) -> BaseResponse:
    """Remember where a recording stopped. Looks on a reading connection: nothing waits for the one that writes."""
    form = Bound.from_html(Played, request.form).require()
    with runtime().database.reading() as db:
        policy.READ.get(db, current_actor(), material_id)
    openings.note_stop(behind(runtime().database), current_actor(), material_id, form)
    return Response(status=204)


@bp.get("/uploads/<path:name>")
def upload(name: str) -> BaseResponse:
    """A file by its name, as older programs link to it: leads to the newest one of that name that one may read."""
    material_id = reading.by_name(current_db(), current_actor(), name)
    return redirect(url_for("materials.content", material_id=material_id), 303)
