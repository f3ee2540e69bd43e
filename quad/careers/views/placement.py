"""Placement drives and the placement report."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.careers import policy
from quad.careers.forms.jobs import DriveEdit, DriveIn
from quad.careers.forms.report import ReportAsked
from quad.careers.kinds import money
from quad.careers.lists.jobs import DRIVES
from quad.careers.models.applications import STAGES
from quad.careers.models.jobs import JOB_STATES
from quad.careers.service import drives, placement
from quad.careers.views.blueprint import bp
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.markdown import as_html
from quad.web.kit import action, attempted, bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/drives", endpoint="drives")
def drive_list() -> BaseResponse:
    actions = []
    if policy.RUN_DRIVES.may(current_actor()):
        actions.append(action(_("New drive"), "careers.new_drive", "plus", primary=True))
    return list_page(DRIVES, actions=actions)


@bp.get("/drives/<int:drive_id>")
def drive(drive_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = drives.get(db, actor, drive_id)
    runs = policy.RUN_DRIVES.may(actor)
    return page(
        "careers/drive.html",
        drive=found,
        about=as_html(found.about),
        jobs=drives.jobs_of(db, actor, drive_id),
        runs=runs,
        counts=drives.stages_of(db, drive_id) if runs else {},
        stages=STAGES,
        states=JOB_STATES,
    )


@bp.route("/drives/new", methods=["GET", "POST"])
def new_drive() -> ResponseReturnValue:
    policy.RUN_DRIVES.require(current_actor())
    form = bind(DriveIn)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(drives.add(current_db(), current_actor(), form.data).id)
        if made:
            return done(_("The drive is there."), url_for("careers.drive", drive_id=made[0]))
    return _form(form, _("New drive"), url_for("careers.drives"))


@bp.route("/drives/<int:drive_id>/edit", methods=["GET", "POST"])
def edit_drive(drive_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.DRIVE_EDIT.get(db, actor, drive_id, read=policy.DRIVE_READ)
    initial = {name: getattr(row, name) for name in DriveEdit.model_fields}
    form = bind(DriveEdit, initial=initial)
    place = url_for("careers.drive", drive_id=drive_id)
    if form.data is not None:
        with refusals(form):
            drives.edit(db, actor, drive_id, form.data)
        if not form.errors:
            return done(_("Saved."), place)
    return _form(form, row.name, place)


def _form(form: Bound[Any], title: str, cancel: str) -> ResponseReturnValue:
    return page("careers/drive_form.html", form.status, form=form, title=title, cancel=cancel)


@bp.post("/drives/<int:drive_id>/delete")
def delete_drive(drive_id: int) -> BaseResponse:
    return attempted(
        lambda: drives.remove(current_db(), current_actor(), drive_id),
        _("The drive is deleted. Its jobs stay."),
        url_for("careers.drives"),
    )


@bp.get("/placement/report", endpoint="placement")
def placement_report() -> ResponseReturnValue:
    """Offers and who was hired, by department; heads see theirs."""
    db, actor = current_db(), current_actor()
    policy.SEE_REPORT.require(actor)
    form = Bound.from_html(ReportAsked, request.args)
    given = form.data or ReportAsked()
    found, names = placement.seen_by(db, actor, given.year, given.currency)
    form.choices["year"] = [(each, str(each)) for each in found.years]
    form.choices["currency"] = [(each, each) for each in found.currencies]
    return page(
        "careers/report.html",
        form.status,
        form=form,
        found=found,
        names=names,
        rule=placement.rule(found.least),
        money=money,
    )
