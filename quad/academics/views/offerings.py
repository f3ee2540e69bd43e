"""One offering: roster, components, and the way from draft to locked."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.marks import Reopen
from quad.academics.forms.teaching import EditOffering
from quad.academics.lists.teaching import OFFERINGS, STATES
from quad.academics.policy import base as policy
from quad.academics.service import catalogue, results, sheets, teaching
from quad.academics.views.blueprint import bp, offering_crumbs
from quad.academics.views.pieces import roster_rows
from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.listing import rights
from quad.web.added import panels
from quad.web.kit import action, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page


@bp.get("/offerings")
def offerings_index() -> BaseResponse:
    actor = current_actor()
    policy.OFFERING_ADD.require(actor)
    actions = [action(_("Courses"), "academics.courses_index", "book-2")]
    return list_page(OFFERINGS, actions=actions)


@bp.get("/offerings/<int:offering_id>")
def offering(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    roster = sheets.roster(db, actor, offering_id)
    may = rights.allowed(
        db,
        actor,
        [offering_id],
        {"lock": policy.RESULTS_LOCK, "assign": policy.OFFERING_ASSIGN},
    )
    return page(
        "academics/offering.html",
        roster=roster,
        rows=roster_rows(roster),
        wide_panels=panels("offering", offering_id, wide=True),
        panels=panels("offering", offering_id, wide=False),
        head=roster.head,
        may={name for name, ids in may.items() if offering_id in ids},
        states=STATES,
    )


@bp.post("/offerings/<int:offering_id>/delete")
def remove_offering(offering_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    course_id = sheets.head(db, actor, offering_id).course_id
    try:
        with attempt(db):
            teaching.remove_offering(db, actor, offering_id)
    except Rejected as refused:
        place = url_for("academics.offering", offering_id=offering_id)
        return done(str(refused), place, category="bad")
    return done(_("The offering is removed."), url_for("academics.course", course_id=course_id))


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
