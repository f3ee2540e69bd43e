"""The days without classes, and how attendance becomes marks."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.attendance import NewHoliday, SetAttendanceRule
from quad.academics.policy.base import OFFERING_MANAGE, OFFERING_READ
from quad.academics.service import attendance_marks, class_sessions, components, sheets
from quad.academics.views.blueprint import bp, offering_crumbs
from quad.core.forms import Bound, sentences
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.web.kit import bind, current_actor, current_db, done, page, refusals

SPARE = 5


@bp.route("/holidays", methods=["GET", "POST"])
def holidays() -> ResponseReturnValue:
    """The institution's days without classes."""
    db, actor = current_db(), current_actor()
    known = class_sessions.holidays(db, actor)
    form = bind(NewHoliday)
    if form.data is not None:
        with refusals(form):
            _row, gone = class_sessions.add_holiday(db, actor, form.data)
        if not form.errors:
            told = [_("Holiday added.")]
            if gone:
                told.append(
                    ngettext(
                        "%(num)s class was taken out.", "%(num)s classes were taken out.", gone
                    )
                )
            return done(" ".join(told), url_for("academics.holidays"))
    return page("academics/holidays.html", form.status, holidays=known, form=form)


@bp.post("/holidays/<int:holiday_id>/delete")
def remove_holiday(holiday_id: int) -> BaseResponse:
    class_sessions.remove_holiday(current_db(), current_actor(), holiday_id)
    return done(_("Holiday removed."), url_for("academics.holidays"))


@bp.route(
    "/offerings/<int:offering_id>/components/<int:component_id>/attendance",
    methods=["GET", "POST"],
)
def attendance_rule(offering_id: int, component_id: int) -> ResponseReturnValue:
    """How attendance becomes the marks of one component."""
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    OFFERING_MANAGE.get(db, actor, offering_id, read=OFFERING_READ)
    part = components.get(db, offering_id, component_id)
    steps = attendance_marks.rule_of(db, component_id)
    lines = [(f"{a.normalize():f}", f"{b.normalize():f}") for a, b in steps or ()]
    form: Bound[SetAttendanceRule] = Bound(SetAttendanceRule)
    place = url_for("academics.attendance_rule", offering_id=offering_id, component_id=component_id)
    if request.method == "POST":
        typed = zip(request.form.getlist("minimum"), request.form.getlist("marks"), strict=False)
        lines = [(low.strip(), given.strip()) for low, given in typed]
        form = _read([pair for pair in lines if any(pair)])
        if form.data is not None:
            with refusals(form):
                attendance_marks.set_rule(db, actor, offering_id, component_id, form.data)
            if not form.errors:
                return done(_("The rule is kept."), place)
    back = url_for("academics.components_index", offering_id=offering_id)
    return page(
        "academics/attendance_rule.html",
        form.status,
        head=head,
        part=part,
        form=form,
        lines=[*lines, *[("", "")] * max(SPARE - len(lines), 1)],
        ruled=steps is not None,
        cancel=back,
        crumbs=[*offering_crumbs(head), (_("Components"), back), part.name],
    )


def _read(lines: list[tuple[str, str]]) -> Bound[SetAttendanceRule]:
    given = [
        {"minimum": low.replace(",", "."), "marks": marks.replace(",", ".")} for low, marks in lines
    ]
    form: Bound[SetAttendanceRule] = Bound(SetAttendanceRule, {"steps": given})
    try:
        form.data = SetAttendanceRule.model_validate({"steps": given}, strict=False)
    except ValidationError as error:
        said = sentences(error, SetAttendanceRule)
        form.errors = {"steps" if name else "": text for name, text in said.items()}
    return form


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/attendance/drop")
def drop_attendance_rule(offering_id: int, component_id: int) -> BaseResponse:
    attendance_marks.drop_rule(current_db(), current_actor(), offering_id, component_id)
    place = url_for("academics.components_index", offering_id=offering_id)
    return done(_("The rule is dropped."), place)


@bp.post("/offerings/<int:offering_id>/components/<int:component_id>/attendance/fill")
def fill_from_attendance(offering_id: int, component_id: int) -> BaseResponse:
    filled = attendance_marks.fill(current_db(), current_actor(), offering_id, component_id)
    told = [ngettext("%(num)s mark entered.", "%(num)s marks entered.", filled.saved)]
    if filled.unchanged:
        told.append(
            ngettext("%(num)s was right already.", "%(num)s were right already.", filled.unchanged)
        )
    if filled.without:
        told.append(
            ngettext(
                "%(num)s student is in no register yet.",
                "%(num)s students are in no register yet.",
                filled.without,
            )
        )
    return done(" ".join(told), url_for("academics.marks_sheet", offering_id=offering_id))
