"""The report builder: a form whose answer is drawn below it at every change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from quad.core.errors import Forbidden, Invalid, NotFound, QuadError
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.sources import Source, source_of
from quad.insights import policy
from quad.insights.forms.reports import Definition, Posted, SavedChange, SavedForm
from quad.insights.models import SavedReport
from quad.insights.service.reports import saving
from quad.insights.views import showing
from quad.insights.views.analytics import bp
from quad.insights.views.builder import Arguments, Pairs, controls, from_arguments, to_arguments
from quad.web.kit import current_actor, current_db, done, page
from quad.web.lists import place

PREVIEWED = 15


@bp.route("/reports/new", methods=["GET", "POST"])
def new_report() -> ResponseReturnValue:
    """Build a report: from nothing, from one that is there from the beginning, or from an address."""
    actor = current_actor()
    policy.REPORTS.require(actor)
    if request.method == "POST":
        return _keep(None)
    name, note = "", ""
    ready = request.args.get("ready", "")
    if ready:
        one, definition = saving.ready_definition(actor, ready)
        name, note = str(one.label), str(one.about)
        return _page(definition, None, Bound(Posted, initial={"name": name, "note": note}))
    definition, trouble = _asked(actor, None)
    return _page(definition, None, Bound(Posted), trouble)


@bp.route("/reports/<int:report_id>/edit", methods=["GET", "POST"])
def edit_report(report_id: int) -> ResponseReturnValue:
    """Change a report that is one's own."""
    db, actor = current_db(), current_actor()
    row = policy.REPORT_CHANGE.get(db, actor, report_id, read=policy.REPORT_READ)
    if request.method == "POST":
        return _keep(row)
    definition, trouble = _asked(actor, row)
    return _page(definition, row, Bound(Posted, initial=_named(row)), trouble)


def _named(row: SavedReport) -> dict[str, Any]:
    return {"name": row.name, "note": row.note, "version": row.version}


def _asked(actor: Actor, row: SavedReport | None) -> tuple[Definition, str]:
    """Return what the address says, or the stored definition, with what could not be read of it."""
    if row is not None and "source" not in request.args:
        return saving.definition_of(row), ""
    source = _source(actor)
    try:
        return from_arguments(request.args, actor, source), ""
    except Invalid as error:
        return Definition(source=source.name), "; ".join(error.fields.values())


def _source(actor: Actor) -> Source:
    name = request.args.get("source", "")
    known = saving.open_sources(actor)
    if not known:
        raise Forbidden
    if not name:
        return known[0]
    found = source_of(name)
    if found is None:
        raise NotFound(_("Reports cannot be built from “%(name)s” (any more).", name=name[:60]))
    if not found.open_to(actor):
        raise Forbidden
    return found


def _keep(row: SavedReport | None) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    form = Bound.from_html(Posted, request.form, initial=_named(row) if row else {})
    definition = saving.parsed(request.form.get("definition", ""))
    if form.data is not None:
        data = form.data
        values: dict[str, Any] = {"name": data.name, "note": data.note, "definition": definition}
        try:
            with attempt(db):
                kept = (
                    saving.add(db, actor, SavedForm(**values))
                    if row is None
                    else saving.change(
                        db, actor, row.id, SavedChange(**values, version=data.version or 0)
                    )
                )
            return done(_("Saved."), url_for("insights.saved_report", report_id=kept.id))
        except Forbidden:
            raise
        except QuadError as error:
            form.refuse(error)
    form.errors = {("" if name == "definition" else name): s for name, s in form.errors.items()}
    return _page(definition, row, form)


def _page(
    definition: Definition, row: SavedReport | None, form: Bound[Posted], trouble: str = ""
) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    shown = showing.show(db, actor, definition, size=PREVIEWED, building=True)
    if trouble:
        shown = replace(shown, problems=(trouble, *shown.problems))
    here = (
        url_for("insights.new_report")
        if row is None
        else url_for("insights.edit_report", report_id=row.id)
    )
    pairs = to_arguments(definition)
    return page(
        "insights/builder.html",
        form.status,
        row=row,
        form=form,
        here=here,
        definition=definition,
        stored=definition.model_dump_json(),
        sources=[(one.name, str(one.label)) for one in saving.open_sources(actor)],
        c=controls(definition, shown.resolved, actor, shown.options),
        shown=shown,
        chips=showing.addresses(shown, lambda number: _without(here, pairs, number, actor)),
        place=place,
        lead=_("Choose what it shows; the rows follow at once."),
    )


def _without(here: str, pairs: Pairs, number: int, actor: Actor) -> str:
    """Return the builder's address without one filter."""
    given: Arguments = MultiDict([*pairs, ("drop", str(number))])
    source = source_of(given["source"])
    if source is None:
        return here
    return f"{here}?{urlencode(to_arguments(from_arguments(given, actor, source)))}"
