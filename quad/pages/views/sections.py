"""Sections of a page: added, changed, moved, removed."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, NotFound
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.taking import Taken
from quad.pages.forms.content import (
    ICONS,
    MOST_ENTRIES,
    SECTION_NAMES,
    EntryIn,
    SectionKind,
)
from quad.pages.forms.pages import MoveSection, SectionOrder, SectionSave
from quad.pages.service import images, reading, sections
from quad.pages.views.blueprint import act, bp, desk, seen, signed_in, trail
from quad.web.kit import current_actor, current_db, done, page, refusals, runtime
from quad.web.taken import posted_file

EMPTY_ROWS = 3
ENTRY = tuple(EntryIn.model_fields)
WIDGETS: dict[str, tuple[str, ...]] = {
    SectionKind.TEXT: ("heading", "body"),
    SectionKind.IMAGE: ("heading", "alt"),
    SectionKind.CARDS: ("heading",),
    SectionKind.LINKS: ("heading",),
}


@bp.route("/pages/<int:page_id>/sections/new/<kind>", methods=["GET", "POST"])
def new_section(page_id: int, kind: str) -> ResponseReturnValue:
    if kind not in SECTION_NAMES:
        raise NotFound
    return _section(page_id, SectionKind(kind), "")


@bp.route("/pages/<int:page_id>/sections/<key>", methods=["GET", "POST"])
def section(page_id: int, key: str) -> ResponseReturnValue:
    return _section(page_id, None, key)


def _section(page_id: int, kind: SectionKind | None, key: str) -> ResponseReturnValue:
    taken, problem = _posted_picture()
    db, actor = current_db(), signed_in()
    found = reading.written(db, actor, page_id)
    kept: dict[str, Any] = {}
    if key:
        kept = found.data["sections"][sections.find(found.data["sections"], key)]
    kind = kind or SectionKind(kept["kind"])
    form = _bound(kind, kept, found.page.version)
    if request.method == "POST":
        _save(page_id, key, form, taken, problem)
        if not form.errors:
            return done(_("Saved."), f"{desk(page_id)}#sections")
    return page(
        "pages/section.html",
        form.status,
        form=form,
        kind=kind.value,
        fields=WIDGETS[kind],
        title=SECTION_NAMES[kind],
        entries=_rows(form.value("entries") or ()),
        icons=ICONS,
        most=MOST_ENTRIES,
        image_id=form.value("image_id"),
        accept=images.PICTURE.accept,
        taken=images.PICTURE.sentence(images.PICTURE.limit(db)),
        crumbs=trail((found.page.title, desk(page_id)), SECTION_NAMES[kind]),
        back=desk(page_id),
    )


def _posted_picture() -> tuple[Taken | None, str]:
    """Look at the posted picture before the first statement; return it, or why it is refused."""
    try:
        return posted_file(images.PICTURE), ""
    except Invalid as error:
        return None, error.fields["file"]


def _bound(kind: SectionKind, kept: dict[str, Any], version: int) -> Bound[SectionSave]:
    """Bind the form; cards and links come as rows of fields with the same names."""
    initial = {**kept, "kind": kind.value, "version": version}
    if request.method == "GET":
        return Bound(SectionSave, initial=initial)
    posted = request.form
    raw: dict[str, Any] = {
        name: posted.get(name) or "" for name in ("heading", "body", "alt", "image_id", "version")
    }
    columns = [posted.getlist(f"entry_{name}") for name in ENTRY]
    entries = [dict(zip(ENTRY, row, strict=True)) for row in zip(*columns, strict=False)]
    raw["entries"] = [row for row in entries if any(text.strip() for text in row.values())]
    raw["kind"] = kind.value
    return Bound.from_row(SectionSave, raw)


def _save(
    page_id: int, key: str, form: Bound[SectionSave], taken: Taken | None, problem: str
) -> None:
    """Keep the picture and the section; what is refused stands in the form."""
    db, actor = current_db(), current_actor()
    with refusals(form):
        if problem:
            raise Invalid({"file": problem})
        if taken is not None:
            size = images.size_of(runtime().settings, taken)
            kept = images.add(db, actor, page_id, taken, size)
            form.raw["image_id"] = kept.id
            again = Bound.from_row(SectionSave, {**form.raw, "image_id": kept.id})
            form.data, form.errors = again.data, again.errors
        sections.save(db, actor, page_id, form.require(), key)


def _rows(entries: Any) -> list[dict[str, str]]:
    filled = [dict(entry) for entry in entries]
    room = max(0, min(EMPTY_ROWS, MOST_ENTRIES - len(filled)))
    return filled + [dict.fromkeys(ENTRY, "") for _each in range(room)]


@bp.post("/pages/<int:page_id>/sections/<key>/move")
def move_section(page_id: int, key: str) -> BaseResponse:
    form = Bound.from_html(MoveSection, request.form)
    return act(
        lambda: sections.move(current_db(), current_actor(), page_id, key, form.require()),
        "",
        f"{desk(page_id)}#sections",
    )


@bp.post("/pages/<int:page_id>/sections/<key>/remove")
def remove_section(page_id: int, key: str) -> BaseResponse:
    return act(
        lambda: sections.remove(current_db(), current_actor(), page_id, key, seen().version),
        _("Removed. An earlier revision still has it."),
        f"{desk(page_id)}#sections",
    )


@bp.post("/pages/<int:page_id>/sections/order")
def order_sections(page_id: int) -> ResponseReturnValue:
    """Put the sections in another order; a script that dragged one gets the new version of the page."""
    form = Bound.from_html(SectionOrder, request.form)
    db, actor = current_db(), current_actor()
    sections.order(db, actor, page_id, form.require())
    if request.headers.get("X-Requested-With") == "fetch":
        db.flush()
        row = reading.written(db, actor, page_id).page
        return Response(status=204, headers={"X-Version": str(row.version)})
    return done("", url_for("pages.edit", page_id=page_id))
