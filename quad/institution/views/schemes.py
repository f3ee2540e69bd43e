from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.institution import lists, policy
from quad.institution.forms import (
    AVERAGING_WORDS,
    MOST_BANDS,
    PASS_WORDS,
    RETAKE_WORDS,
    BandForm,
    GradingSchemeForm,
)
from quad.institution.models import GradingScheme
from quad.institution.service import grading
from quad.institution.service.scheme_templates import BY_KEY, TEMPLATES, scheme_of
from quad.institution.views.shared import add_button, bp, delete_and_say, looking, readable
from quad.web.added import effects, panels, reasons
from quad.web.kit import current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

SPARE = 3
CHOICES = {
    "averaging": AVERAGING_WORDS,
    "retake_rule": RETAKE_WORDS,
    "pass_rule": PASS_WORDS,
}
FLAGS = ("is_default",)


@bp.get("/grading-schemes")
def schemes_list() -> ResponseReturnValue:
    may = policy.ADD_SCHEME.may(current_actor())
    actions = add_button(_("Add grading scheme"), "institution.scheme_new", may)
    return list_page(lists.SCHEMES, actions=actions)


@bp.get("/grading-schemes/<int:scheme_id>")
def scheme(scheme_id: int) -> ResponseReturnValue:
    readable(policy.READ_SCHEME, policy.RESTORE_SCHEME, scheme_id)
    row = grading.with_bands(current_db(), current_actor(), scheme_id)
    listed = (*AVERAGING_WORDS, *RETAKE_WORDS, *PASS_WORDS)
    return page(
        "institution/scheme.html",
        row=row,
        words={key.value: words for key, words in listed},
        panels=panels("grading_scheme", row.id),
        may_change=policy.ADD_SCHEME.may(current_actor()),
    )


def _posted() -> dict[str, Any]:
    """Read the table of bands row by row; rows left empty are not there."""
    values: dict[str, Any] = {
        name: request.form.get(name)
        for name in GradingSchemeForm.model_fields
        if name not in ("bands", *FLAGS)
    }
    values |= {name: request.form.get(name, "false") for name in FLAGS}
    bands = []
    for place in range(MOST_BANDS + SPARE):
        texts = {
            name: request.form.get(f"band-{place}-{name}", "").strip()
            for name in ("letter", "minimum", "points")
        }
        if any(texts.values()):
            bands.append(texts | {"passes": f"band-{place}-passes" in request.form})
    return values | {"bands": bands}


def _bind(initial: dict[str, Any] | None = None) -> Bound[GradingSchemeForm]:
    if request.method == "GET":
        return Bound(GradingSchemeForm, initial=initial, choices=CHOICES)
    bound = Bound.from_row(GradingSchemeForm, _posted())
    bound.choices = dict(CHOICES)
    return bound


def _initial(row: GradingScheme) -> dict[str, Any]:
    initial = {
        name: getattr(row, name) for name in GradingSchemeForm.model_fields if name != "bands"
    }
    initial["bands"] = [
        {name: getattr(band, name) for name in BandForm.model_fields} for band in row.bands
    ]
    return initial


def _check(form: Bound[GradingSchemeForm], scheme_id: int | None) -> dict[str, Any]:
    """Say what stands there now: each band's range, what is wrong, and what saving it would do."""
    if form.data is None:
        return {"problems": list(form.errors.values()), "ranges": [], "effects": []}
    found = grading.problems(form.data)
    usable = not found and scheme_id is not None
    return {
        "problems": found,
        "ranges": grading.ranges(form.data),
        "effects": effects("grading_scheme", scheme_id, form.data)
        if usable and scheme_id is not None
        else [],
    }


def _page(
    form: Bound[GradingSchemeForm],
    title: str,
    parent: tuple[str, str],
    scheme_id: int | None = None,
) -> ResponseReturnValue:
    checked = _check(form, scheme_id) if looking() else None
    if checked is not None and request.headers.get("HX-Request"):
        return render_template("institution/scheme_check.html", checked=checked)
    bands = list(form.value("bands") or [])
    spare = min(SPARE, MOST_BANDS - len(bands))
    return page(
        "institution/scheme_form.html",
        form.status,
        form=form,
        checked=checked,
        bands=[*bands, *({} for _place in range(spare))],
        columns=BandForm.model_fields,
        templates=TEMPLATES if scheme_id is None else (),
        title=title,
        parent=parent,
    )


@bp.route("/grading-schemes/new", methods=["GET", "POST"])
def scheme_new() -> ResponseReturnValue:
    policy.ADD_SCHEME.require(current_actor())
    form = _bind(_initial(scheme_of(BY_KEY["ten_point"])) | {"name": "", "version": None})
    if form.data is not None and not looking():
        with refusals(form):
            row = grading.add(current_db(), current_actor(), form.data)
            return done(
                _("%(name)s is added.", name=row.name),
                url_for("institution.scheme", scheme_id=row.id),
            )
    parent = (_("Grading schemes"), url_for("institution.schemes_list"))
    return _page(form, _("Add grading scheme"), parent)


@bp.post("/grading-schemes/templates/<key>")
def scheme_template(key: str) -> ResponseReturnValue:
    """Add a ready-made scheme and open it for editing."""
    row = grading.add_template(current_db(), current_actor(), key)
    return done(
        _("%(name)s is added. Look at its bands before programmes use it.", name=row.name),
        url_for("institution.scheme_edit", scheme_id=row.id),
    )


@bp.route("/grading-schemes/<int:scheme_id>/edit", methods=["GET", "POST"])
def scheme_edit(scheme_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.CHANGE_SCHEME.get(db, actor, scheme_id, read=policy.READ_SCHEME)
    row = grading.with_bands(db, actor, scheme_id)
    form = _bind(_initial(row))
    place = url_for("institution.scheme", scheme_id=row.id)
    if form.data is not None and not looking():
        with refusals(form):
            grading.change(db, actor, scheme_id, form.data)
            return done(_("The change is saved. The averages follow in a moment."), place)
    return _page(form, _("Edit %(name)s", name=row.name), (row.name, place), scheme_id)


@bp.post("/grading-schemes/<int:scheme_id>/delete")
def scheme_delete(scheme_id: int) -> ResponseReturnValue:
    return delete_and_say(
        lambda: grading.delete(current_db(), current_actor(), scheme_id, reasons("grading_scheme")),
        url_for("institution.scheme", scheme_id=scheme_id),
        _("The grading scheme is deleted. You can restore it here."),
    )


@bp.post("/grading-schemes/<int:scheme_id>/restore")
def scheme_restore(scheme_id: int) -> ResponseReturnValue:
    grading.restore(current_db(), current_actor(), scheme_id)
    return done(
        _("The grading scheme is back."), url_for("institution.scheme", scheme_id=scheme_id)
    )
