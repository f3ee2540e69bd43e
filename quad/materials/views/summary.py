"""The summary of a material: a page of its own, a part of the material's page, and the buttons of those who teach."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.i18n import gettext as _
from quad.materials import policy
from quad.materials.forms import SummaryForm
from quad.materials.service import places
from quad.materials.service.summary import changing, reading
from quad.materials.views.blueprint import bp, course_crumbs
from quad.web.kit import (
    attempted,
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)


def _here(material_id: int) -> str:
    return url_for("materials.show", material_id=material_id, _anchor="summary")


@bp.get("/materials/<int:material_id>/summary")
def summary(material_id: int) -> ResponseReturnValue:
    """The summary; by itself for a page that asks again until it is there."""
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, material_id)
    template = "materials/summary_panel.html" if by_htmx() else "materials/summary.html"
    return page(template, panel={"summary": found})


@bp.route("/materials/<int:material_id>/summary/edit", methods=["GET", "POST"])
def summary_edit(material_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    material = policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    found = reading.shown(db, actor, material_id)
    text = "\n".join(point.text for point in found.points)
    form = bind(SummaryForm, initial={"text": text, "version": found.row.version})
    if form.data is not None:
        with refusals(form):
            changing.edit(db, actor, material_id, form.data)
        if not form.errors:
            return done(_("Saved."), _here(material_id))
    course = places.course_of(db, actor, material.course_id)
    return form_page(
        form,
        title=_("Summary"),
        crumbs=[
            *course_crumbs(course.id, course.title),
            (found.row.title, url_for("materials.show", material_id=material_id)),
        ],
        submit=_("Save"),
        cancel=_here(material_id),
    )


@bp.post("/materials/<int:material_id>/summary/<any(hide,show):what>")
def summary_hide(material_id: int, what: str) -> BaseResponse:
    hidden = what == "hide"
    changing.hide(current_db(), current_actor(), material_id, hidden=hidden)
    told = _("Only those who teach see the summary now.") if hidden else _("Everybody sees it now.")
    return done(told, _here(material_id))


@bp.post("/materials/<int:material_id>/summary/again")
def summary_again(material_id: int) -> BaseResponse:
    return attempted(
        lambda: changing.ask_again(current_db(), current_actor(), material_id),
        _("The summary is being made anew."),
        _here(material_id),
    )
