"""Sections of materials: changed, moved, deleted, brought back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.i18n import gettext as _
from quad.materials import policy
from quad.materials.forms import EditSection
from quad.materials.service import places, sections
from quad.materials.views.blueprint import bp, course_crumbs, place_of
from quad.web.kit import bind, current_actor, current_db, done, form_page, refusals


@bp.route("/materials/sections/<int:section_id>", methods=["GET", "POST"])
def edit_section(section_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.SECTION_MANAGE.get(db, actor, section_id, read=policy.SECTION_READ)
    initial = {
        "title": row.title,
        "hidden": row.hidden,
        "version": row.version,
        "visible_from": places.day_of(db, row.visible_at),
    }
    form = bind(EditSection, initial=initial)
    if form.data is not None:
        with refusals(form):
            sections.edit(db, actor, section_id, form.data)
        if not form.errors:
            return done(_("Saved."), place_of(row))
    course = places.course_of(db, actor, row.course_id)
    return form_page(
        form,
        title=_("Edit section"),
        crumbs=course_crumbs(course.id, course.title),
        submit=_("Save"),
        cancel=place_of(row),
    )


@bp.post("/materials/sections/<int:section_id>/delete")
def remove_section(section_id: int) -> BaseResponse:
    row = sections.remove(current_db(), current_actor(), section_id)
    told = _("The section is deleted with what is in it. Under “Deleted” you can bring it back.")
    return done(told, place_of(row))


@bp.post("/materials/sections/<int:section_id>/restore")
def restore_section(section_id: int) -> BaseResponse:
    row = sections.restore(current_db(), current_actor(), section_id)
    return done(_("The section is back, with what was in it."), place_of(row))


@bp.post("/materials/sections/<int:section_id>/<any(up,down):way>")
def move_section(section_id: int, way: str) -> BaseResponse:
    row = sections.move(current_db(), current_actor(), section_id, -1 if way == "up" else 1)
    return done("", place_of(row, _anchor=f"s-{section_id}"))


@bp.post("/materials/<int:material_id>/<any(up,down):way>")
def move(material_id: int, way: str) -> BaseResponse:
    by = -1 if way == "up" else 1
    row = sections.move_material(current_db(), current_actor(), material_id, by)
    return done("", place_of(row, _anchor=f"m-{material_id}"))


def section_choices(course_id: int, offering_id: int | None) -> list[tuple[int, str]]:
    """Return the sections of a place for a menu."""
    scope = places.Scope(course_id, offering_id)
    return [(each.id, each.title) for each in sections.of_scope(current_db(), scope)]
