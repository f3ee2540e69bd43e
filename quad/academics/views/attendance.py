"""Registers and attendance: a class, an offering, a student, the day of a teacher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.attendance import (
    EditSession,
    ExcuseAbsences,
    NewSession,
    PlanSessions,
    TakeRegister,
)
from quad.academics.lists.attendance import ATTENDANCE
from quad.academics.models.attendance import Presence
from quad.academics.policy import attendance as policy
from quad.academics.policy.base import OFFERING_MANAGE, OFFERING_READ
from quad.academics.service import (
    attendance,
    attendance_reading,
    class_sessions,
    sheets,
    student_attendance,
)
from quad.academics.service.attendance import EntryOutcome, Taken
from quad.academics.service.attendance_reading import Register
from quad.academics.views.blueprint import as_file, bp, offering_crumbs
from quad.core import clock
from quad.core.errors import Invalid, NotFound
from quad.core.export.writing import write_table
from quad.core.forms import Bound, sentences
from quad.core.i18n import day, ngettext
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.service.areas import area
from quad.web.kit import bind, by_htmx, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page

area("/attendance", "student", "student", "alumnus")
for _prefix in ("/sessions", "/holidays", "/shortage"):
    area(_prefix, "faculty", "faculty", "hod", "admin")

# Word, letter, and key of the register; the mark of a status.
STATES: dict[Presence, tuple[str, str, str]] = {
    Presence.PRESENT: (_l("Present"), _l("P"), "done"),
    Presence.ABSENT: (_l("Absent"), _l("A"), "stop"),
    Presence.LATE: (_l("Late"), _l("L"), "warn"),
    Presence.EXCUSED: (_l("Excused"), _l("E"), "going"),
}


@bp.get("/offerings/<int:offering_id>/attendance")
def offering_attendance(offering_id: int) -> ResponseReturnValue:
    """The classes of an offering and who comes to them."""
    found = attendance_reading.summary(current_db(), current_actor(), offering_id)
    plan_form = Bound(PlanSessions, initial=_plan(found))
    return page(
        "academics/attendance.html", summary=found, head=found.head, plan=plan_form, when=when
    )


def _plan(found: attendance_reading.Summary) -> Mapping[str, Any]:
    last = found.sessions[-1] if found.sessions else None
    return {
        "first_day": found.today,
        "last_day": found.term_ends,
        "starts_at": last.starts_at.strftime("%H:%M") if last else "09:00",
        "minutes": last.minutes if last else 50,
    }


def when(session: Any) -> str:
    """Say when a class is: "23 Nov, 09:30"."""
    return class_sessions.when(session.held_on, session.starts_at)


@bp.get("/offerings/<int:offering_id>/attendance.csv", defaults={"kind": "csv"})
@bp.get("/offerings/<int:offering_id>/attendance.xlsx", defaults={"kind": "xlsx"})
def download_attendance(offering_id: int, kind: str) -> BaseResponse:
    """Every student with every class, as CSV or XLSX."""
    table = attendance_reading.table(current_db(), current_actor(), offering_id)
    name = f"{table.head.code}-{table.head.section}-{table.head.term}"
    return as_file(write_table(table.heads, table.lines, kind), kind, f"attendance-{name}")


@bp.route("/offerings/<int:offering_id>/sessions/new", methods=["GET", "POST"])
def new_session(offering_id: int) -> ResponseReturnValue:
    """Add one class, an extra one for example."""
    db, actor = current_db(), current_actor()
    head = sheets.head(db, actor, offering_id)
    OFFERING_MANAGE.get(db, actor, offering_id, read=OFFERING_READ)
    form = bind(NewSession, initial={"held_on": local_today(db)})
    if form.data is not None:
        with refusals(form):
            added = class_sessions.add(db, actor, offering_id, form.data)
        if not form.errors:
            return done(_("Class added."), url_for("academics.register", session_id=added.id))
    back = url_for("academics.offering_attendance", offering_id=offering_id)
    return form_page(
        form,
        title=_("Add a class"),
        crumbs=[*offering_crumbs(head), (_("Attendance"), back)],
        submit=_("Add class"),
        cancel=back,
    )


@bp.post("/offerings/<int:offering_id>/sessions/plan")
def plan_sessions(offering_id: int) -> ResponseReturnValue:
    """Put the classes of every week into the calendar."""
    db, actor = current_db(), current_actor()
    form = bind(PlanSessions)
    if form.data is not None:
        with refusals(form):
            planned = class_sessions.plan(db, actor, offering_id, form.data)
        if not form.errors:
            place = url_for("academics.offering_attendance", offering_id=offering_id)
            return done(_told(planned), place)
    found = attendance_reading.summary(db, actor, offering_id)
    return page(
        "academics/attendance.html",
        form.status,
        summary=found,
        head=found.head,
        plan=form,
        when=when,
    )


def _told(planned: class_sessions.Planned) -> str:
    count = len(planned.session_ids)
    told = [ngettext("%(num)s class planned.", "%(num)s classes planned.", count)]
    if planned.holidays:
        told.append(
            ngettext("%(num)s holiday left out.", "%(num)s holidays left out.", planned.holidays)
        )
    if planned.there_already:
        told.append(
            ngettext(
                "%(num)s was there already.",
                "%(num)s were there already.",
                planned.there_already,
            )
        )
    return " ".join(told)


@bp.get("/sessions/<int:session_id>")
def register(session_id: int) -> ResponseReturnValue:
    """The register of one class."""
    found = attendance_reading.register(current_db(), current_actor(), session_id)
    return _register_page(found)


def _register_page(found: Register, outcomes: list[EntryOutcome] | None = None) -> tuple[str, int]:
    lost = {one.enrolment_id: one for one in outcomes or () if one.error}
    return page(
        "academics/register.html",
        409 if lost else 200,
        register=found,
        head=found.head,
        states=STATES,
        lost=lost,
        when=when,
        crumbs=[
            *offering_crumbs(found.head),
            (
                _("Attendance"),
                url_for("academics.offering_attendance", offering_id=found.head.id),
            ),
            when(found.session),
        ],
    )


@bp.post("/sessions/<int:session_id>")
def take_register(session_id: int) -> ResponseReturnValue:
    """Save a register: the whole form when it is sent, and after each change where scripts run."""
    db, actor = current_db(), current_actor()
    outcomes = attendance.take(db, actor, session_id, _entries())
    lost = [one for one in outcomes if one.error]
    found = attendance_reading.register(db, actor, session_id)
    if by_htmx():
        changed = {one.enrolment_id for one in outcomes if one.status is not Taken.UNCHANGED}
        return render_template(
            "academics/register_saved.html",
            register=found,
            states=STATES,
            changed=[row for row in found.rows if row.enrolment_id in changed],
            lost={one.enrolment_id: one for one in lost},
            at=clock.now(),
        )
    if lost:
        return _register_page(found, outcomes)
    place = url_for("academics.offering_attendance", offering_id=found.head.id)
    return done(_("The register is taken."), place)


def _entries() -> TakeRegister:
    """Read the form: `s-<enrolment>` is what was chosen, `was-<enrolment>` what stood there before."""
    entries = []
    for name, state in request.form.items():
        number = name.removeprefix("s-")
        if name.startswith("s-") and number.isascii() and number.isdigit() and len(number) < 19:
            seen = request.form.get(f"was-{number}", "")
            entries.append({"enrolment_id": number, "state": state, "seen": seen})
    topic = request.form.get("topic")
    given = {"entries": entries, "topic": None if topic is None else topic.strip()}
    try:
        return TakeRegister.model_validate(given, strict=False)
    except ValidationError as error:
        raise Invalid(sentences(error, TakeRegister)) from error


@bp.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
def edit_session(session_id: int) -> ResponseReturnValue:
    """Move a class."""
    db, actor = current_db(), current_actor()
    row = policy.SESSION_MANAGE.get(db, actor, session_id, read=policy.SESSION_READ)
    head = sheets.head(db, actor, row.offering_id)
    initial = {name: getattr(row, name) for name in EditSession.model_fields}
    initial["starts_at"] = row.starts_at.strftime("%H:%M")
    form = bind(EditSession, initial=initial)
    back = url_for("academics.register", session_id=session_id)
    if form.data is not None:
        with refusals(form):
            class_sessions.edit(db, actor, session_id, form.data)
        if not form.errors:
            return done(_("Saved."), back)
    return form_page(
        form,
        title=_("Change the class"),
        crumbs=[*offering_crumbs(head), (when(row), back)],
        submit=_("Save"),
        cancel=back,
    )


@bp.post("/sessions/<int:session_id>/delete")
def remove_session(session_id: int) -> BaseResponse:
    offering_id = class_sessions.remove(current_db(), current_actor(), session_id)
    place = url_for("academics.offering_attendance", offering_id=offering_id)
    return done(_("The class is taken out."), place)


@bp.get("/attendance")
def own_attendance() -> ResponseReturnValue:
    """One's own attendance."""
    found = student_attendance.own_attendance(current_db(), current_actor())
    return page(
        "academics/student_attendance.html", found=found, own=True, states=STATES, when=when
    )


@bp.route("/students/<int:student_id>/attendance", methods=["GET", "POST"])
def attendance_of_student(student_id: int) -> ResponseReturnValue:
    """A student's attendance, with leave to be granted by whoever may."""
    db, actor = current_db(), current_actor()
    form = bind(ExcuseAbsences)
    if form.data is not None:
        with refusals(form):
            attendance.excuse_absences(
                db,
                actor,
                student_id,
                form.data.first_day,
                form.data.last_day,
                form.data.reason,
            )
        if not form.errors:
            place = url_for("academics.attendance_of_student", student_id=student_id)
            return done(_("The absences are excused."), place)
    found = student_attendance.attendance_of(db, actor, student_id)
    return page(
        "academics/student_attendance.html",
        form.status,
        found=found,
        own=False,
        states=STATES,
        when=when,
        form=form,
        may_excuse=bool(policy.ABSENCE_EXCUSE.allowed(db, actor, [student_id])),
    )


@bp.post("/students/<int:student_id>/leave/<int:excuse_id>/withdraw")
def withdraw_leave(student_id: int, excuse_id: int) -> BaseResponse:
    """Take leave back."""
    excuse = attendance.withdraw_excuse(current_db(), current_actor(), excuse_id)
    if excuse.student_id != student_id:
        raise NotFound
    place = url_for("academics.attendance_of_student", student_id=student_id)
    return done(_("The leave is taken back; what it excused is an absence again."), place)


@bp.get("/shortage")
def attendance_index() -> BaseResponse:
    """Who comes how often, the least first."""
    policy.ATTENDANCE_LIST.require(current_actor())
    return list_page(ATTENDANCE)


def today_card(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """The classes of today, and earlier ones that wait for their register; nothing without any."""
    found = attendance_reading.days_classes(db, actor)
    if not found:
        return None
    return {"classes": found, "today": local_today(db), "when": when, "day": day}


def own_card(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """How the student comes to this term's classes; nothing before the first register."""
    try:
        found = student_attendance.own_attendance(db, actor)
    except NotFound:
        return None
    courses = [one for one in found.courses if one.is_current and one.percentage is not None]
    if not courses:
        return None
    return {"courses": courses, "limit": found.limit, "short": [c for c in courses if c.short]}
