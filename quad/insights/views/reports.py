"""Saved reports: the list, one of them with its rows, its file, sharing and sending it."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import QuadError, Rejected
from quad.core.export.writing import FORMATS
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import ROLE_NAMES
from quad.identity.service.areas import area
from quad.insights import policy
from quad.insights.forms.reports import (
    MuteForm,
    ReportFileQuestion,
    RowsQuery,
    ScheduleForm,
    ShareForm,
)
from quad.insights.lists import REPORTS, RHYTHMS
from quad.insights.models import Recipients, SavedReport
from quad.insights.service.reports import delivering, files, saving, scheduling
from quad.insights.views import showing
from quad.insights.views.analytics import bp
from quad.web.download import download
from quad.web.kit import (
    bind,
    chosen_error,
    current_actor,
    current_db,
    done,
    page,
    refusals,
    runtime,
)
from quad.web.lists import list_page, place

area("/reports", "faculty", "faculty", "hod", "advisor", "counsellor", "placement", "admin")
WHOM = {
    Recipients.OWNER: _l("Only to me"),
    Recipients.SHARED: _l("To me and those it is shared with"),
}


@bp.get("/reports")
def reports() -> BaseResponse:
    """The reports one may open, and some to begin with."""
    actor = current_actor()
    policy.REPORTS.require(actor)
    new = {
        "label": _("New report"),
        "href": url_for("insights.new_report"),
        "icon": "plus",
        "primary": True,
    }
    starts = [
        (one, url_for("insights.new_report", ready=name), source)
        for name, source, one in saving.ready_for(actor)
    ]
    return list_page(REPORTS, "insights/reports.html", actions=[new], starts=starts)


@bp.get("/reports/<int:report_id>")
def saved_report(report_id: int) -> ResponseReturnValue:
    """One report: its chart and its rows, as the reader may see them."""
    db, actor = current_db(), current_actor()
    row = saving.get(db, actor, report_id)
    asked = _rows_asked()
    roles, owner, muted = saving.beside(db, actor, row)
    own = row.owner_id == actor.id
    try:
        definition = saving.definition_of(row)
        shown = showing.show(db, actor, definition, size=asked.size, page=asked.page)
        trouble = shown.trouble
    except QuadError as error:
        shown, trouble = None, str(error)
    return page(
        "insights/report.html",
        row=row,
        shown=shown,
        trouble=trouble,
        roles=[str(ROLE_NAMES[role]) for role in roles],
        owner=owner,
        own=own,
        muted=muted,
        rhythm=str(RHYTHMS[row.rhythm]),
        place=place,
        turns=_turns(report_id, shown),
        exports=[
            (label, url_for("insights.report_rows", report_id=report_id, format=kind))
            for kind, label in (("csv", _("CSV")), ("xlsx", _("Excel (XLSX)")), ("pdf", _("PDF")))
        ],
        mails=delivering.latest(db, actor, row) if row.next_on is not None else (),
    )


def _rows_asked() -> RowsQuery:
    given = {name: text for name, text in request.args.items() if name == "page"}
    form = Bound.from_html(RowsQuery, MultiDict({**given, "size": "100"}))
    return form.data or RowsQuery()


def _turns(report_id: int, shown: showing.Shown | None) -> tuple[str, str]:
    """Return the addresses of the page before and the page after; empty where there is none."""
    if shown is None or shown.found is None:
        return "", ""
    found = shown.found
    last_row = found.page * found.size

    def address(number: int) -> str:
        return url_for("insights.saved_report", report_id=report_id, page=number)

    before = address(found.page - 1) if found.page > 1 else ""
    return before, address(found.page + 1) if found.total > last_row else ""


@bp.get("/reports/<int:report_id>/file")
def report_rows(report_id: int) -> ResponseReturnValue:
    """A report as CSV, XLSX or PDF; of more than 10,000 rows the worker writes the file."""
    db, actor = current_db(), current_actor()
    row = saving.get(db, actor, report_id)
    known = {"format": request.args.get("format", "xlsx")}
    kind = Bound.from_html(ReportFileQuestion, MultiDict(known)).require().format
    if kind in FORMATS and files.too_many(db, actor, saving.definition_of(row)):
        return page("insights/report_large.html", row=row, kind=kind)
    made = files.file_of(db, actor, row, kind, runtime().settings)
    return download(made.body, made.media_type, made.name)


@bp.post("/reports/<int:report_id>/export")
def export_report(report_id: int) -> BaseResponse:
    """Have a large report written to a file in the background."""
    kind = request.form.get("format", "")
    promised = files.ask(current_db(), current_actor(), report_id, kind)
    return done("", url_for("lists.export_state", export_id=promised.id))


@bp.post("/reports/<int:report_id>/copy")
def copy_report(report_id: int) -> BaseResponse:
    row = saving.copy(current_db(), current_actor(), report_id)
    told = _("Copied. This one is yours.")
    return done(told, url_for("insights.saved_report", report_id=row.id))


@bp.post("/reports/<int:report_id>/delete")
def delete_report(report_id: int) -> BaseResponse:
    row = saving.remove(current_db(), current_actor(), report_id)
    undo = url_for("insights.restore_report", report_id=report_id)
    told = _("“%(name)s” is deleted.", name=row.name)
    button = render_template("insights/undo.html", undo=undo)
    message = Markup.escape(told) + Markup(button)  # noqa: S704 - a template of ours, which escapes
    return done(message, url_for("insights.reports"))


@bp.post("/reports/<int:report_id>/restore")
def restore_report(report_id: int) -> BaseResponse:
    here = url_for("insights.saved_report", report_id=report_id)
    try:
        with attempt(current_db()):
            saving.restore(current_db(), current_actor(), report_id)
    except Rejected as error:
        return done(chosen_error(error), here, category="bad")
    return done(_("The report is back."), here)


@bp.get("/reports/<int:report_id>/sending")
def sending(report_id: int) -> ResponseReturnValue:
    """With whom a report is shared, and when it is sent."""
    row = _changeable(report_id)
    return _sending_page(row, _share_form(row), _schedule_form(row))


def _changeable(report_id: int) -> SavedReport:
    return policy.REPORT_CHANGE.get(
        current_db(), current_actor(), report_id, read=policy.REPORT_READ
    )


def _share_form(row: SavedReport) -> Bound[ShareForm]:
    initial = {"roles": [role.value for role in saving.roles_of(current_db(), row.id)]}
    return (
        bind(ShareForm, initial=initial) if _posts("share") else Bound(ShareForm, initial=initial)
    )


def _schedule_form(row: SavedReport) -> Bound[ScheduleForm]:
    initial = {name: getattr(row, name) for name in ("rhythm", "recipients", "file_format")}
    if _posts("schedule"):
        return bind(ScheduleForm, initial=initial)
    return Bound(ScheduleForm, initial=initial)


def _posts(what: str) -> bool:
    return request.method == "POST" and request.path.endswith(f"/{what}")


def _sending_page(
    row: SavedReport, share: Bound[ShareForm], schedule: Bound[ScheduleForm]
) -> ResponseReturnValue:
    share.choices["roles"] = saving.role_choices()
    schedule.choices["rhythm"] = [(key, str(label)) for key, label in RHYTHMS.items()]
    may_share = policy.REPORT_SHARE.may(current_actor())
    whom = list(WHOM.items()) if may_share else list(WHOM.items())[:1]
    schedule.choices["recipients"] = [(key, str(label)) for key, label in whom]
    schedule.choices["file_format"] = [("xlsx", _("Excel (XLSX)")), ("csv", _("CSV"))]
    return page(
        "insights/report_sending.html",
        422 if share.errors or schedule.errors else 200,
        row=row,
        share=share,
        schedule=schedule,
        may_share=may_share,
        mails=delivering.latest(current_db(), current_actor(), row),
    )


@bp.post("/reports/<int:report_id>/share")
def share_report(report_id: int) -> ResponseReturnValue:
    row = _changeable(report_id)
    form = _share_form(row)
    if form.data is not None:
        with refusals(form):
            saving.share(current_db(), current_actor(), report_id, form.data)
        if not form.errors:
            told = _("Saved. Each of them sees the rows they may see.")
            return done(told, url_for("insights.saved_report", report_id=report_id))
    return _sending_page(row, form, _schedule_form(row))


@bp.post("/reports/<int:report_id>/schedule")
def schedule_report(report_id: int) -> ResponseReturnValue:
    row = _changeable(report_id)
    form = _schedule_form(row)
    if form.data is not None:
        with refusals(form):
            scheduling.schedule(current_db(), current_actor(), report_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("insights.saved_report", report_id=report_id))
    return _sending_page(row, _share_form(row), form)


@bp.post("/reports/<int:report_id>/mute")
def mute_report(report_id: int) -> BaseResponse:
    """Get the mails of a report no more, or again."""
    form = Bound.from_html(MuteForm, request.form).require()
    scheduling.mute(current_db(), current_actor(), report_id, form)
    told = _("This report is not sent to you any more.") if form.muted else _("It is sent to you.")
    return done(told, url_for("insights.saved_report", report_id=report_id))
