"""List pages: the same declaration as HTML, JSON, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import NotFound, QuadError
from quad.core.export.job import ask_for_export, export_file
from quad.core.export.made import MAKERS
from quad.core.export.models import READ, Export
from quad.core.export.tables import TABLES
from quad.core.export.writing import FORMATS, file_name, write
from quad.core.i18n import gettext as _
from quad.core.jobs.models import Job, JobState
from quad.core.listing import query
from quad.core.listing.arguments import Asked, ask
from quad.core.listing.columns import choose_columns, chosen_columns, forget_columns
from quad.core.listing.declaration import LISTINGS, Listing, Place
from quad.core.listing.page import Builder, words
from quad.core.listing.saved import forget_search, rename_search, save_search
from quad.web import searches
from quad.web.api import Answer, PageOut
from quad.web.kit import current_actor, current_db, done, page, same_site
from quad.web.module import Module

bp = Blueprint("lists", __name__, url_prefix="/lists")

Fixed = Mapping[str, str]
EMPTY: Fixed = {}
ANY_NUMBER = 987_654_321_987_654_321


def place(target: Place) -> str:
    """Return the path of a Place. Rows differ in one number only, so the rest of their address is made once."""
    if isinstance(target, str):
        return target
    endpoint, values = target
    if len(values) == 1:
        ((name, value),) = values.items()
        if type(value) is int and value >= 0:
            before, after = _around(endpoint, name, request.script_root)
            return f"{before}{value}{after}"
    return url_for(endpoint, **values)


@lru_cache(1_000)
def _around(endpoint: str, name: str, _script_root: str) -> tuple[str, str]:
    """Return what stands before and after the number in the addresses of `endpoint`."""
    values: dict[str, Any] = {name: ANY_NUMBER}
    before, _number, after = url_for(endpoint, **values).partition(str(ANY_NUMBER))
    return before, after


def _arguments() -> dict[str, list[str]]:
    return request.args.to_dict(flat=False)


def list_page(
    listing: Listing[Any],
    template: str = "lists/page.html",
    *,
    fixed: Fixed = EMPTY,
    actions: Sequence[Any] = (),
    choosable: bool = True,
    **context: Any,
) -> BaseResponse:
    """Answer a list: the whole page (`template` gets `page`), the list alone for htmx, or a file for `?format=`.

    `fixed` gives filters that the page's own address says (`{"offering": "5"}`); they show no chip. `actions` are
    buttons of the page head (label, href, icon, primary). Without `choosable` the template draws rows its own way, and
    the columns somebody chose are not asked for.
    """
    query.require(listing, current_actor())
    listing = listing.seen_by(current_actor())
    asked = ask(listing, _arguments(), fixed=fixed)
    kind = request.args.get("format", "")
    if kind:
        return _export(listing, asked, kind, fixed)
    db, actor = current_db(), current_actor()
    builder = Builder(
        db,
        actor,
        listing,
        asked,
        path=request.path,
        place=place,
        columns=chosen_columns(db, actor, listing) if choosable else listing.columns,
    )
    name = words(listing).name
    part = request.headers.get("HX-Target") in (f"list-{name}", f"results-{name}")
    shown = "lists/fragment.html" if part else template
    response = make_response(render_template(shown, page=builder.build(actions), **context))
    response.vary.update(("HX-Request", "HX-Target"))
    return response


def list_json(
    listing: Listing[Any], out: Callable[[Any], Any] | None = None, *, fixed: Fixed = EMPTY
) -> Answer:
    """Answer a page of a list for the API, with the same search, filters and sort.

    `out` turns a row into what the operation answers with; without it the row's values are taken by name. `next` and
    `previous` are addresses that stay right while rows are added. Raises QuadError (400) for what is not understood.
    """
    query.require(listing, current_actor())
    db, actor = current_db(), current_actor()
    listing = listing.seen_by(actor)
    asked = ask(listing, _arguments(), fixed=fixed, strict=True)
    asked = query.weighed(db, listing, actor, asked)
    found = query.find(db, listing, actor, asked)
    total = query.Total(len(found.rows), True)
    if found.matched is not None:
        total = query.total_of(found.matched, asked)
    elif found.more or found.less:
        total = query.totals(db, listing, actor, [asked])[0]
    following = preceding = None
    if found.more and found.rows:
        end = found.first + len(found.rows) - 1
        following = _turn("after", query.cursor(asked, found.rows[-1], end))
    if found.less and found.rows:
        preceding = _turn("before", query.cursor(asked, found.rows[0], found.first))
    elif found.less:
        preceding = _turn("page", str(query.last_page(total, asked.size)))
    data = [out(row) if out else row._asdict() for row in found.rows]
    where = PageOut(total=total.count, exact=total.exact, next=following, previous=preceding)
    return Answer(data, page=where)


def _turn(name: str, value: str) -> str:
    kept = {k: v for k, v in _arguments().items() if k not in ("page", "after", "before")}
    return f"{request.path}?{urlencode({**kept, name: value}, doseq=True)}"


def _export(listing: Listing[Any], asked: Asked, kind: str, fixed: Fixed) -> BaseResponse:
    """Answer with the file, or for more than 10,000 rows with the offer to have it written in the background."""
    if kind not in FORMATS:
        raise QuadError(_("A list can be had as csv or xlsx."))
    db, actor = current_db(), current_actor()
    listing.require_export(actor)
    total = query.totals(db, listing, actor, [replace(asked, exact=False)])[0]
    if not total.exact:
        question = urlencode(list(asked.query()))
        context = {"kind": kind, "question": question, "fixed": urlencode(dict(fixed))}
        back = f"{request.path}?{question}"
        return make_response(
            render_template("lists/large.html", listing=words(listing), back=back, **context)
        )
    rows = query.every_row(db, listing, actor, asked)
    written = write(listing, rows, kind, asked.columns)
    response = Response(written.pieces(), mimetype=FORMATS[kind])
    response.headers["Content-Length"] = str(written.size)
    response.call_on_close(written.file.close)
    _as_download(response, file_name(listing, kind))
    return response


def _as_download(response: BaseResponse, name: str) -> None:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"


def named(name: str) -> Listing[Any]:
    """Return the list called `name` in addresses. Raises NotFound."""
    found = next((item for item in LISTINGS.values() if words(item).name == name), None)
    if found is None:
        raise NotFound
    return found


@bp.post("/<name>/columns")
def columns(name: str) -> BaseResponse:
    """Keep which columns the person wants to see in this list; without any, the usual ones come back."""
    listing = named(name.replace(".", "-"))
    keys = request.form.getlist("column")
    if keys:
        choose_columns(current_db(), current_actor(), listing, keys)
    else:
        forget_columns(current_db(), current_actor(), listing)
    return done(_("The columns are kept."), same_site(request.form.get("next")))


@bp.post("/<name>/searches")
def keep_search(name: str) -> BaseResponse:
    """Keep what the list shows now under a name of one's own."""
    listing = named(name.replace(".", "-"))
    query.require(listing, current_actor())
    address = same_site(request.form.get("address"))
    kept = save_search(
        current_db(), current_actor(), listing, request.form.get("name", ""), address
    )
    told = _("The search “%(name)s” is kept.", name=kept.name)
    return done(told, _beside_searches(address, kept.list_name))


def _beside_searches(address: str, list_name: str) -> str:
    """Return the address with the button of the kept searches behind it, so that the focus comes back to it."""
    return f"{address.partition('#')[0]}#saved-{list_name.replace('.', '-')}"


@bp.post("/searches/<int:search_id>/rename")
def rename_kept_search(search_id: int) -> BaseResponse:
    """Give a kept search another name."""
    kept = rename_search(current_db(), current_actor(), search_id, request.form.get("name", ""))
    back = _beside_searches(same_site(request.form.get("next")), kept.list_name)
    return done(_("The search is called “%(name)s” now.", name=kept.name), back)


@bp.post("/searches/<int:search_id>/delete")
def drop_search(search_id: int) -> BaseResponse:
    """Forget a kept search."""
    gone = forget_search(current_db(), current_actor(), search_id)
    back = _beside_searches(same_site(request.form.get("next")), gone.list_name)
    return done(_("The search “%(name)s” is forgotten.", name=gone.name), back)


@bp.post("/<name>/export")
def export(name: str) -> BaseResponse:
    """Have a large list written to a file in the background."""
    row = ask_for_export(
        current_db(),
        current_actor(),
        named(name),
        request.form.get("format", ""),
        request.form.get("query", ""),
        dict(parse_qsl(request.form.get("fixed", ""))),
    )
    return done("", url_for("lists.export_state", export_id=row.id))


@bp.get("/exports/<int:export_id>")
def export_state(export_id: int) -> tuple[str, int]:
    """How far the file is; the file itself once it is there."""
    row = READ.get(current_db(), current_actor(), export_id)
    return page("lists/export.html", things=_things(row), job=_state(row), row=row)


def _things(row: Export) -> str:
    """Return what an export is of, in people's words. Raises NotFound for what there is no more."""
    known = TABLES.get(row.list_name) or MAKERS.get(row.list_name)
    if known is not None:
        return str(known.label)
    return str(words(named(row.list_name.replace(".", "-"))).plural)


@bp.get("/exports/<int:export_id>/progress")
def export_progress(export_id: int) -> tuple[str, int]:
    """The part of the page that asks again by itself."""
    row = READ.get(current_db(), current_actor(), export_id)
    return page("lists/export_progress.html", job=_state(row))


@bp.get("/exports/<int:export_id>/file")
def export_content(export_id: int) -> BaseResponse:
    """The finished file; the shell sends its bytes."""
    row = READ.get(current_db(), current_actor(), export_id)
    stored = export_file(current_db(), row)
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    _as_download(response, stored.name)
    return response


STATES = {
    JobState.QUEUED: "waiting",
    JobState.FAILED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.DEAD: "failed",
}


def _state(row: Export) -> dict[str, Any]:
    found = current_db().get(Job, row.job_id) if row.job_id is not None else None
    state = "done" if row.file_id is not None else STATES[found.state] if found else "failed"
    return {
        "id": row.id,
        "label": _("Writing the file"),
        "state": state,
        "done": found.progress_done if found else row.rows,
        "total": found.progress_total if found else row.rows,
        "message": found.last_error if found and state == "failed" else "",
        "poll_href": url_for("lists.export_progress", export_id=row.id),
        "result_href": url_for("lists.export_content", export_id=row.id),
        "result_label": _("Save the file"),
    }


MODULE = Module("lists", (bp, searches.bp))
