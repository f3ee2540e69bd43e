from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from quad.core.i18n import gettext as _
from quad.institution import lists, policy
from quad.institution.forms import ProgrammeForm
from quad.institution.models import Department, GradingScheme
from quad.institution.service import grading, programmes
from quad.institution.views.shared import add_button, bp, delete_and_say, readable
from quad.web.added import panels, reasons
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


def _programme_choices() -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    return {
        "department_id": lists.department_choices(db, actor),
        "grading_scheme_id": lists.scheme_choices(db, actor),
    }


@bp.get("/programmes")
def programmes_list() -> ResponseReturnValue:
    may = policy.ADD_PROGRAMME.may(current_actor())
    actions = add_button(_("Add programme"), "institution.programme_new", may)
    return list_page(lists.PROGRAMMES, actions=actions)


@bp.get("/programmes/<int:programme_id>")
def programme(programme_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_PROGRAMME, policy.RESTORE_PROGRAMME, programme_id)
    return page(
        "institution/programme.html",
        row=row,
        department=db.get_one(Department, row.department_id),
        scheme=db.get_one(GradingScheme, row.grading_scheme_id),
        panels=panels("programme", row.id),
        may_change=policy.ADD_PROGRAMME.may(current_actor()),
    )


@bp.route("/programmes/new", methods=["GET", "POST"])
def programme_new() -> ResponseReturnValue:
    policy.ADD_PROGRAMME.require(current_actor())
    usual = grading.default_scheme(current_db())
    initial = {"grading_scheme_id": usual.id if usual else None}
    form = bind(ProgrammeForm, initial=initial, choices=_programme_choices())
    if form.data is not None:
        with refusals(form):
            row = programmes.add(current_db(), current_actor(), form.data)
            return done(
                _("%(name)s is added.", name=row.name),
                url_for("institution.programme", programme_id=row.id),
            )
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Add programme"),
        parent=(_("Programmes"), url_for("institution.programmes_list")),
    )


@bp.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
def programme_edit(programme_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.CHANGE_PROGRAMME.get(db, actor, programme_id, read=policy.READ_PROGRAMME)
    initial = {name: getattr(row, name) for name in ProgrammeForm.model_fields}
    form = bind(ProgrammeForm, initial=initial, choices=_programme_choices())
    place = url_for("institution.programme", programme_id=row.id)
    if form.data is not None:
        with refusals(form):
            programmes.change(db, actor, programme_id, form.data)
            return done(_("The change is saved."), place)
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Edit %(name)s", name=row.name),
        parent=(row.name, place),
    )


@bp.post("/programmes/<int:programme_id>/delete")
def programme_delete(programme_id: int) -> ResponseReturnValue:
    return delete_and_say(
        lambda: programmes.delete(
            current_db(), current_actor(), programme_id, reasons("programme")
        ),
        url_for("institution.programme", programme_id=programme_id),
        _("The programme is deleted. You can restore it here."),
    )


@bp.post("/programmes/<int:programme_id>/restore")
def programme_restore(programme_id: int) -> ResponseReturnValue:
    programmes.restore(current_db(), current_actor(), programme_id)
    place = url_for("institution.programme", programme_id=programme_id)
    return done(_("The programme is back."), place)
