from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.institution import lists, policy
from quad.institution.forms import ProgrammeForm
from quad.institution.service import grading, programmes
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, looking, readable
from quad.web.added import effects, panels
from quad.web.kit import by_htmx, current_actor, current_db, done, page, refusals


def _choices() -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    return {
        "department_id": lists.department_choices(db, actor),
        "degree_id": lists.degree_choices(db, actor),
        "grading_scheme_id": lists.scheme_choices(db, actor),
    }


def _usual_scheme() -> dict[str, Any]:
    usual = grading.default_scheme(current_db())
    return {"grading_scheme_id": usual.id if usual else None}


RECORDS = Records(
    "programme",
    "programmes",
    ProgrammeForm,
    lists.PROGRAMMES,
    may_add=policy.ADD_PROGRAMME,
    readable=policy.READ_PROGRAMME,
    changeable=policy.CHANGE_PROGRAMME,
    add=programmes.add,
    change=programmes.change,
    delete=programmes.delete,
    restore=programmes.restore,
    words=Words(
        add=_l("Add programme"),
        all=_l("Programmes"),
        deleted=_l("The programme is deleted. You can restore it here."),
        restored=_l("The programme is back."),
    ),
    initial=_usual_scheme,
    choices=_choices,
)
RECORDS.register(editing=False)


@bp.get("/programmes/<int:programme_id>")
def programme(programme_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_PROGRAMME, policy.RESTORE_PROGRAMME, programme_id)
    return page(
        "institution/programme.html",
        row=row,
        places=programmes.places(db, row.id),
        batches=lists.batches_of(db, current_actor(), row.id),
        panels=panels("programme", row.id),
        may_change=policy.ADD_PROGRAMME.may(current_actor()),
    )


@bp.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
def programme_edit(programme_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.CHANGE_PROGRAMME.get(db, actor, programme_id, read=policy.READ_PROGRAMME)
    form = _bind(RECORDS.values(row))
    place = RECORDS.place(row.id)
    if form.data is not None and not looking():
        with refusals(form):
            programmes.change(db, actor, programme_id, form.data)
            return done(_("The change is saved."), place)
    checked = _check(form, row.id) if looking() else None
    if checked is not None and by_htmx():
        return render_template("institution/scheme_check.html", checked=checked)
    return page(
        "institution/programme_form.html",
        form.status,
        form=form,
        checked=checked,
        title=_("Edit %(name)s", name=row.name),
        parent=(row.name, place),
    )


def _bind(initial: dict[str, Any]) -> Bound[ProgrammeForm]:
    """Bind the form; the button that only looks is no field of it."""
    choices = _choices()
    if request.method == "GET":
        return Bound(ProgrammeForm, initial=initial, choices=choices)
    posted = request.form.copy()
    posted.poplist("preview")
    return Bound.from_html(ProgrammeForm, posted, initial=initial, choices=choices)


def _check(form: Bound[ProgrammeForm], programme_id: int) -> dict[str, Any]:
    """Say what saving the form would do to the results of the programme's students."""
    said: list[str] = []
    if form.data is not None:
        with refusals(form):
            said = effects("programme", programme_id, form.data)
    return {"problems": list(form.errors.values()), "ranges": [], "effects": said}
