"""The components of an offering, their order, and how they count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.teaching import (
    CopyComponents,
    EditComponent,
    MoveComponent,
    NewComponent,
    Weigh,
)
from quad.academics.models.teaching import Component, ResultState, Weighting
from quad.academics.service import components, results, sheets, weighing
from quad.academics.views.blueprint import bp, offering_crumbs
from quad.academics.views.sheet_words import KINDS, kind_of
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.web.kit import bind, current_actor, current_db, done, form_page, page, refusals

WEIGHTINGS: dict[Weighting, str] = {
    Weighting.WEIGHTS: _l("Weights that add up to 100"),
    Weighting.POINTS: _l("Points: all marks over all maxima"),
    Weighting.COURSEWORK_EXAM: _l("Coursework and exam, each weighed by itself"),
}


def _index(offering_id: int) -> str:
    return url_for("academics.components_index", offering_id=offering_id)


@bp.route("/offerings/<int:offering_id>/components", methods=["GET", "POST"])
def components_index(offering_id: int) -> ResponseReturnValue:
    form = bind(NewComponent)
    if form.data is not None:
        with refusals(form):
            components.add(current_db(), current_actor(), offering_id, form.data)
        if not form.errors:
            return done(_("Component added."), _index(offering_id))
    return _components_page(offering_id, form)


def _components_page(
    offering_id: int, form: Bound[NewComponent], weigh: Bound[Weigh] | None = None
) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    parts = sheets.components(db, offering_id)
    form.choices["kind"] = _kinds()
    weigh = weigh or Bound(Weigh, initial=_weighed(head))
    weigh.choices["weighting"] = [(item.value, label) for item, label in WEIGHTINGS.items()]
    draft = head.state is ResultState.DRAFT
    return page(
        "academics/components.html",
        max(form.status, weigh.status),
        head=head,
        parts=parts,
        sums=weighing.sums_of(head.weighting, head.exam_share, parts),
        form=form,
        weigh=weigh,
        sources=components.sources(db, offering_id) if draft else (),
        kind_of=kind_of,
        weightings=WEIGHTINGS,
    )


def _weighed(head: sheets.OfferingHead) -> Mapping[str, Any]:
    return {name: getattr(head, name) for name in Weigh.model_fields}


def _kinds() -> list[tuple[Any, Any]]:
    return [(kind.value, label) for kind, label in KINDS.items()]


@bp.post("/offerings/<int:offering_id>/weighting")
def weigh_components(offering_id: int) -> ResponseReturnValue:
    form = bind(Weigh)
    if form.data is not None:
        with refusals(form):
            components.weigh(current_db(), current_actor(), offering_id, form.data)
        if not form.errors:
            return done(_("Saved."), _index(offering_id))
    return _components_page(offering_id, Bound(NewComponent), form)


@bp.post("/offerings/<int:offering_id>/components/copy")
def copy_components(offering_id: int) -> BaseResponse:
    wanted = bind(CopyComponents).require()
    count = components.copy(current_db(), current_actor(), offering_id, wanted)
    told = ngettext("%(num)s component taken over.", "%(num)s components taken over.", count)
    return done(told, _index(offering_id))


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/move")
def move_component(offering_id: int, component_id: int) -> BaseResponse:
    by = -1 if bind(MoveComponent).require().to == "up" else 1
    part = components.move(current_db(), current_actor(), offering_id, component_id, by)
    # The focus goes on where it was: to the buttons of the row that moved.
    return done(_("“%(name)s” moved.", name=part.name), f"{_index(offering_id)}#part-{part.id}")


@bp.route(
    "/offerings/<int:offering_id>/components/<int:component_id>/edit", methods=["GET", "POST"]
)
def edit_component(offering_id: int, component_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    part = components.get(db, offering_id, component_id)
    form = bind(EditComponent, initial=_initial(part))
    if form.data is not None:
        with refusals(form):
            components.edit(db, actor, offering_id, component_id, form.data)
        if not form.errors:
            return done(_("Saved."), _index(offering_id))
    form.choices["kind"] = _kinds()
    back = _index(offering_id)
    return form_page(
        form,
        title=part.name,
        crumbs=[*offering_crumbs(head), (_("Components"), back)],
        submit=_("Save"),
        cancel=back,
    )


def _initial(part: Component) -> dict[str, object]:
    return {name: getattr(part, name) for name in EditComponent.model_fields}


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/delete")
def remove_component(offering_id: int, component_id: int) -> BaseResponse:
    components.remove(current_db(), current_actor(), offering_id, component_id)
    return done(_("Component removed."), _index(offering_id))


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/publish")
def publish_component(offering_id: int, component_id: int) -> BaseResponse:
    part = results.publish_component(current_db(), current_actor(), offering_id, component_id)
    return done(_("Students see the marks of “%(name)s” now.", name=part.name), _index(offering_id))
