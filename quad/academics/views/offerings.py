"""One offering: roster, components, and the way from draft to locked."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics import policy
from quad.academics.forms import (
    EditComponent,
    EditOffering,
    EnrolBatch,
    EnrolNumbers,
    EnrolStudents,
    NewComponent,
    Reopen,
)
from quad.academics.lists.choices import programmes
from quad.academics.lists.teaching import OFFERINGS, STATES
from quad.academics.models.teaching import Component, ComponentKind
from quad.academics.service import catalogue, components, enrolments, results, sheets, teaching
from quad.academics.views.blueprint import action, bp, form_page, offering_crumbs
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing import query
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

KINDS: dict[ComponentKind, str] = {
    ComponentKind.ATTENDANCE: _l("Attendance"),
    ComponentKind.ASSIGNMENT: _l("Assignment"),
    ComponentKind.INTERNAL: _l("Internal"),
    ComponentKind.EXTERNAL: _l("External exam"),
    ComponentKind.OTHER: _l("Other"),
}


@bp.get("/offerings")
def offerings_index() -> BaseResponse:
    actor = current_actor()
    policy.OFFERING_ADD.require(actor)
    actions = [action(_("Courses"), "academics.courses_index", "book-2")]
    return list_page(OFFERINGS, actions=actions)


@bp.get("/offerings/<int:offering_id>")
def offering(offering_id: int) -> ResponseReturnValue:
    return _offering_page(offering_id, Bound(EnrolNumbers), Bound(EnrolBatch))


def _offering_page(
    offering_id: int,
    numbers: Bound[EnrolNumbers],
    batch: Bound[EnrolBatch],
    outcomes: list[enrolments.EnrolOutcome] | None = None,
) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    sheet = sheets.sheet(db, actor, offering_id)
    batch.choices["programme_id"] = programmes(db)
    may = query.allowed(
        db,
        actor,
        [offering_id],
        {"lock": policy.RESULTS_LOCK, "assign": policy.OFFERING_ASSIGN},
    )
    return page(
        "academics/offering.html",
        max(numbers.status, batch.status, 422 if outcomes else 200),
        sheet=sheet,
        head=sheet.head,
        numbers=numbers,
        batch=batch,
        refused=[item for item in outcomes or [] if item.error],
        may={name for name, ids in may.items() if offering_id in ids},
        states=STATES,
        kinds=KINDS,
    )


@bp.post("/offerings/<int:offering_id>/enrol")
def enrol(offering_id: int) -> ResponseReturnValue:
    form = bind(EnrolNumbers)
    outcomes: list[enrolments.EnrolOutcome] = []
    if form.data is not None:
        with refusals(form):
            wanted = enrolments.numbers_in(form.data.numbers)
            named = EnrolStudents.model_construct(student_ids=[], register_numbers=wanted)
            outcomes = enrolments.enrol(current_db(), current_actor(), offering_id, named)
        if not form.errors and all(item.error is None for item in outcomes):
            return _enrolled(offering_id, outcomes)
    return _offering_page(offering_id, form, Bound(EnrolBatch), outcomes)


@bp.post("/offerings/<int:offering_id>/enrol-batch")
def enrol_batch(offering_id: int) -> ResponseReturnValue:
    form = bind(EnrolBatch)
    if form.data is not None:
        with refusals(form):
            outcomes = enrolments.enrol_batch(current_db(), current_actor(), offering_id, form.data)
        if not form.errors:
            return _enrolled(offering_id, outcomes)
    return _offering_page(offering_id, Bound(EnrolNumbers), form)


def _enrolled(offering_id: int, outcomes: list[enrolments.EnrolOutcome]) -> BaseResponse:
    told = " ".join([enrolments.summary(outcomes), *enrolments.refusals_in(outcomes)])
    return done(told, url_for("academics.offering", offering_id=offering_id))


@bp.post("/enrolments/<int:enrolment_id>/withdraw")
def withdraw(enrolment_id: int) -> BaseResponse:
    row = enrolments.withdraw(current_db(), current_actor(), enrolment_id)
    return done(
        _("Withdrawn. The marks are kept and no longer count."),
        url_for("academics.offering", offering_id=row.offering_id),
    )


@bp.route("/offerings/<int:offering_id>/edit", methods=["GET", "POST"])
def edit_offering(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    policy.OFFERING_ASSIGN.get(db, actor, offering_id, read=policy.OFFERING_READ)
    initial = {name: getattr(head, name) for name in EditOffering.model_fields}
    form = bind(EditOffering, initial=initial)
    if form.data is not None:
        with refusals(form):
            teaching.edit_offering(db, actor, offering_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("academics.offering", offering_id=offering_id))
    form.choices["faculty_id"] = catalogue.teachers(db)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=offering_crumbs(head),
        submit=_("Save"),
        cancel=url_for("academics.offering", offering_id=offering_id),
    )


@bp.route("/offerings/<int:offering_id>/components", methods=["GET", "POST"])
def components_index(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    form = bind(NewComponent)
    if form.data is not None:
        with refusals(form):
            components.add(db, actor, offering_id, form.data)
        if not form.errors:
            return done(
                _("Component added."),
                url_for("academics.components_index", offering_id=offering_id),
            )
    form.choices["kind"] = [(kind.value, label) for kind, label in KINDS.items()]
    head = sheets.head(db, actor, offering_id)
    parts = sheets.components(db, offering_id)
    return page(
        "academics/components.html",
        form.status,
        head=head,
        parts=parts,
        ready=results.readiness(db, offering_id),
        form=form,
        kinds=KINDS,
        states=STATES,
    )


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
            return done(_("Saved."), url_for("academics.components_index", offering_id=offering_id))
    form.choices["kind"] = [(kind.value, label) for kind, label in KINDS.items()]
    back = url_for("academics.components_index", offering_id=offering_id)
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
    return done(
        _("Component removed."), url_for("academics.components_index", offering_id=offering_id)
    )


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/publish")
def publish_component(offering_id: int, component_id: int) -> BaseResponse:
    part = results.publish_component(current_db(), current_actor(), offering_id, component_id)
    return done(
        _("Students see the marks of “%(name)s” now.", name=part.name),
        url_for("academics.components_index", offering_id=offering_id),
    )


@bp.post("/offerings/<int:offering_id>/publish")
def publish(offering_id: int) -> BaseResponse:
    results.publish(current_db(), current_actor(), offering_id)
    return done(
        _("The results are published."), url_for("academics.offering", offering_id=offering_id)
    )


@bp.post("/offerings/<int:offering_id>/lock")
def lock(offering_id: int) -> BaseResponse:
    results.lock(current_db(), current_actor(), offering_id)
    return done(
        _("The results are locked."), url_for("academics.offering", offering_id=offering_id)
    )


@bp.route("/offerings/<int:offering_id>/reopen", methods=["GET", "POST"])
def reopen(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    policy.RESULTS_LOCK.get(db, actor, offering_id, read=policy.OFFERING_READ)
    form = bind(Reopen)
    if form.data is not None:
        with refusals(form):
            results.reopen(db, actor, offering_id, form.data)
        if not form.errors:
            return done(
                _("The results are open again."),
                url_for("academics.offering", offering_id=offering_id),
            )
    return form_page(
        form,
        title=_("Reopen the results"),
        lead=_(
            "Locked results become published ones, published ones a draft that no average counts."
        ),
        crumbs=offering_crumbs(head),
        submit=_("Reopen"),
        cancel=url_for("academics.offering", offering_id=offering_id),
    )
