"""One material: seen, changed, replaced, deleted, brought back; its versions, captions and readers."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from quad.core.behind import behind
from quad.core.errors import Invalid, Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.materials import policy
from quad.materials.forms import CaptionIn, EditLink, EditMaterial
from quad.materials.kinds import ICONS, KINDS, RECORDINGS, WORDS
from quad.materials.models.materials import MaterialKind, Preview
from quad.materials.service import (
    captions,
    changing,
    openings,
    places,
    previews,
    purging,
    reading,
)
from quad.materials.views.blueprint import (
    bp,
    by_place,
    course_crumbs,
    place_of,
    posted_captions,
    posted_files,
)
from quad.materials.views.sections import section_choices
from quad.web.added import panels
from quad.web.kit import (
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
    runtime,
)


def _here(material_id: int) -> str:
    return url_for("materials.show", material_id=material_id)


@bp.get("/materials/<int:material_id>")
def show(material_id: int) -> ResponseReturnValue:
    """The material, in the page as far as that is safe, with what else the course has."""
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, material_id)
    if not found.may_manage:
        openings.note_opened(behind(runtime().database), actor, material_id)
    head = found.head
    found_preview = previews.of_version(db, head.version_id) if _is_document(head) else None
    return page(
        "materials/show.html",
        shown=found,
        head=head,
        groups=reading.outline(db, actor, head.course_id),
        tracks=captions.of_material(db, material_id) if head.kind in RECORDINGS else [],
        start=openings.stop_of(head),
        from_page=request.args.get("page", 0, type=int),
        preview=found_preview,
        document=_html(found_preview),
        panels=panels("material", material_id),
        icons=ICONS,
        kinds=WORDS,
    )


@bp.get("/materials/<int:material_id>/preview")
def preview(material_id: int) -> ResponseReturnValue:
    """A Word document as part of the page, asked for again while it is being made."""
    db = current_db()
    head = reading.shown(db, current_actor(), material_id).head
    found = previews.of_version(db, head.version_id) if _is_document(head) else None
    return page("materials/preview.html", head=head, preview=found, document=_html(found))


def _is_document(head: Any) -> bool:
    return head.kind is MaterialKind.DOCX and head.version_id is not None


def _html(found: Preview | None) -> Markup:
    return Markup(found.html if found else "")  # noqa: S704 - cleaned when it was made


@bp.route("/materials/<int:material_id>/edit", methods=["GET", "POST"])
def edit(material_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    kind = EditLink if row.kind is MaterialKind.LINK else EditMaterial
    initial = {name: getattr(row, name, None) for name in kind.model_fields}
    initial["visible_from"] = places.day_of(db, row.visible_at)
    form: Bound[Any] = bind(kind, initial=initial)
    if form.data is not None:
        with refusals(form):
            changing.edit(db, actor, material_id, form.data)
        if not form.errors:
            return done(_("Saved."), _here(material_id))
    form.choices["section_id"] = section_choices(row.course_id, row.offering_id)
    course = places.course_of(db, actor, row.course_id)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=[
            *course_crumbs(course.id, course.title),
            (initial["title"], _here(material_id)),
        ],
        submit=_("Save"),
        cancel=_here(material_id),
    )


@bp.post("/materials/<int:material_id>/delete")
def remove(material_id: int) -> BaseResponse:
    row = changing.remove(current_db(), current_actor(), material_id)
    return done(_("Deleted. Under “Deleted” you can bring it back."), place_of(row))


@bp.post("/materials/<int:material_id>/restore")
def restore(material_id: int) -> BaseResponse:
    row = changing.restore(current_db(), current_actor(), material_id)
    return done(_("It is back."), by_place(row))


@bp.post("/materials/<int:material_id>/purge")
def purge(material_id: int) -> BaseResponse:
    """Take a deleted material away for good."""
    db, actor = current_db(), current_actor()
    row = policy.RESTORE.get(db, actor, material_id)
    place = url_for("materials.deleted", course_id=row.course_id)
    return attempted(
        lambda: purging.purge(db, actor, material_id),
        _("It is gone for good, with its files."),
        place,
    )


@bp.get("/materials/<int:material_id>/versions")
def versions(material_id: int) -> ResponseReturnValue:
    """Every file the material had, and a place for the next one."""
    return _versions(material_id)


def _versions(material_id: int, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    rows = changing.versions(db, actor, material_id)
    found = reading.shown(db, actor, material_id)
    return page(
        "materials/versions.html",
        status,
        head=found.head,
        rows=rows,
        accept=_accept(found.head.kind),
        problem=problem,
        crumbs=_crumbs(found.head, _("Versions")),
    )


def _crumbs(head: Any, here: str) -> list[Any]:
    return [*course_crumbs(head.course_id, head.course), (head.title, _here(head.id)), here]


def _accept(kind: MaterialKind) -> str:
    if kind is MaterialKind.LINK:
        return ""
    return ",".join(ending for one in KINDS[kind] for ending in one.endings)


@bp.post("/materials/<int:material_id>/versions")
def replace(material_id: int) -> ResponseReturnValue:
    """Give the material another file; the ones before stay."""
    try:
        (given, *_more) = posted_files()
        with attempt(current_db()):
            changing.replace(current_db(), current_actor(), material_id, given)
    except (Invalid, Rejected) as error:
        said = error.fields.get("file", str(error)) if isinstance(error, Invalid) else str(error)
        return _versions(material_id, problem=said, status=error.status)
    return done(_("Replaced. The earlier file stays as a version."), _here(material_id))


@bp.post("/materials/<int:material_id>/versions/<int:version_id>/bring")
def bring_version(material_id: int, version_id: int) -> BaseResponse:
    """Show an earlier version again."""
    changing.bring_version(current_db(), current_actor(), material_id, version_id)
    return done(_("This version is shown now."), url_for(".versions", material_id=material_id))


@bp.get("/materials/<int:material_id>/captions")
def captions_index(material_id: int) -> ResponseReturnValue:
    """The captions of a recording, and a place for more."""
    return _captions(material_id, Bound(CaptionIn))


def _captions(material_id: int, form: Bound[CaptionIn], problem: str = "") -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    found = reading.shown(db, actor, material_id)
    return page(
        "materials/captions.html",
        422 if problem or form.errors else 200,
        head=found.head,
        form=form,
        problem=problem,
        tracks=captions.of_material(db, material_id),
        crumbs=_crumbs(found.head, _("Captions")),
    )


@bp.post("/materials/<int:material_id>/captions")
def add_captions(material_id: int) -> ResponseReturnValue:
    form, problem, made = bind(CaptionIn), "", False
    try:
        given = posted_captions()
        if form.data is not None:
            with refusals(form):
                captions.add(current_db(), current_actor(), material_id, form.data, given)
                made = True
    except Invalid as error:
        problem = error.fields["file"]
    if form.errors or problem or not made:
        return _captions(material_id, form, problem)
    return done(_("The captions are added."), url_for(".captions_index", material_id=material_id))


@bp.post("/materials/<int:material_id>/captions/<int:caption_id>/delete")
def remove_captions(material_id: int, caption_id: int) -> BaseResponse:
    captions.remove(current_db(), current_actor(), material_id, caption_id)
    return done(_("The captions are removed."), url_for(".captions_index", material_id=material_id))


@bp.get("/materials/<int:material_id>/readers")
def readers(material_id: int) -> ResponseReturnValue:
    """How many have opened it; by name only those who agreed."""
    db, actor = current_db(), current_actor()
    found = openings.readers(db, actor, material_id)
    head = reading.shown(db, actor, material_id).head
    return page(
        "materials/readers.html",
        head=head,
        readers=found,
        crumbs=_crumbs(head, _("Who opened it")),
    )
