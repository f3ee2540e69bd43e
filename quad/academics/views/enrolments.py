"""Enrolling from either side, and withdrawing."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.teaching import (
    EnrolBatch,
    EnrolFile,
    EnrolInto,
    EnrolNumbers,
    EnrolStudents,
)
from quad.academics.lists.choices import batches, classes, programmes
from quad.academics.lists.people import STUDENTS
from quad.academics.policy import base as policy
from quad.academics.service import enrolments, openings, records, roster_files, sheet_files, sheets
from quad.academics.views.blueprint import bp, named, offering_crumbs, told_with_undo
from quad.core.errors import Invalid, TooLarge
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.importing.reader import Unreadable
from quad.core.listing.bulk import chosen_ids
from quad.web.kit import bind, by_htmx, current_actor, current_db, done, page, refusals, runtime

LONGEST_SEARCH = 100


def _asked() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


@bp.get("/offerings/<int:offering_id>/enrol")
def enrol_page(offering_id: int) -> ResponseReturnValue:
    """Find students one by one, name them by number, or take a whole batch."""
    db, actor = current_db(), current_actor()
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ)
    if by_htmx():
        return page(
            "academics/candidates.html",
            head=sheets.head(db, actor, offering_id),
            q=_asked(),
            found=openings.candidates(db, actor, offering_id, _asked()),
        )
    return _enrol_page(offering_id, Bound(EnrolNumbers), Bound(EnrolBatch))


def _enrol_page(
    offering_id: int,
    numbers: Bound[EnrolNumbers],
    batch: Bound[EnrolBatch],
    outcomes: list[enrolments.EnrolOutcome] | None = None,
    file: Bound[EnrolFile] | None = None,
) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    file = file or Bound(EnrolFile)
    head = sheets.head(db, actor, offering_id)
    batch.choices["batch_id"] = batches(db)
    batch.choices["class_id"] = classes(db)
    batch.choices["programme_id"] = programmes(db)
    return page(
        "academics/enrol.html",
        max(numbers.status, batch.status, file.status, 422 if outcomes else 200),
        head=head,
        name=named(head),
        crumbs=[*offering_crumbs(head), _("Enrol students")],
        numbers=numbers,
        batch=batch,
        file=file,
        q=_asked(),
        found=openings.candidates(db, actor, offering_id, _asked()),
        refused=[item for item in outcomes or [] if item.error],
    )


@bp.post("/offerings/<int:offering_id>/enrol")
def enrol(offering_id: int) -> ResponseReturnValue:
    form = bind(EnrolNumbers)
    outcomes: list[enrolments.EnrolOutcome] = []
    if form.data is not None:
        with refusals(form):
            wanted = enrolments.numbers_in(form.data.numbers)
            named_ = EnrolStudents.model_construct(student_ids=[], register_numbers=wanted)
            outcomes = enrolments.enrol(current_db(), current_actor(), offering_id, named_)
        if not form.errors and all(item.error is None for item in outcomes):
            return _enrolled(offering_id, outcomes)
    return _enrol_page(offering_id, form, Bound(EnrolBatch), outcomes)


@bp.get("/offerings/<int:offering_id>/enrol-batch")
def preview_batch(offering_id: int) -> ResponseReturnValue:
    """Who would be enrolled, and who is in already."""
    db, actor = current_db(), current_actor()
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ)
    if not request.args:
        return done("", url_for("academics.enrol_page", offering_id=offering_id))
    form = Bound.from_html(EnrolBatch, request.args)
    if form.data is not None:
        with refusals(form):
            preview = enrolments.preview_batch(db, actor, offering_id, form.data)
        if not form.errors:
            head = sheets.head(db, actor, offering_id)
            return page(
                "academics/enrol_batch.html",
                head=head,
                crumbs=[*offering_crumbs(head), _("Enrol a batch")],
                title=_("Enrol a batch"),
                preview=preview,
                problems=(),
                asked={name: value for name, value in form.data if value is not None},
                action=url_for("academics.enrol_batch", offering_id=offering_id),
            )
    return _enrol_page(offering_id, Bound(EnrolNumbers), form)


@bp.post("/offerings/<int:offering_id>/enrol-batch")
def enrol_batch(offering_id: int) -> ResponseReturnValue:
    form = bind(EnrolBatch)
    if form.data is not None:
        with refusals(form):
            outcomes = enrolments.enrol_batch(current_db(), current_actor(), offering_id, form.data)
        if not form.errors:
            told = enrolments.summary(outcomes)
            return done(told, url_for("academics.offering", offering_id=offering_id))
    return _enrol_page(offering_id, Bound(EnrolNumbers), form)


@bp.post("/offerings/<int:offering_id>/enrol-file")
def preview_file(offering_id: int) -> ResponseReturnValue:
    """Who a file of register numbers would enrol; the button below posts the numbers to `enrol`."""
    db, actor = current_db(), current_actor()
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ)
    form: Bound[EnrolFile] = Bound(EnrolFile)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Invalid({"file": _("Choose a file first.")})
        limit = runtime().settings.max_body
        given = sheet_files.read_file(upload.stream, upload.filename, limit)
        found = roster_files.preview(db, actor, offering_id, given)
    except Invalid as error:
        form.errors = error.fields
    except (TooLarge, Unreadable) as error:
        form.errors = {"file": str(error)}
    else:
        head = sheets.head(db, actor, offering_id)
        return page(
            "academics/enrol_batch.html",
            head=head,
            crumbs=[*offering_crumbs(head), _("Enrol from a file")],
            title=_("Enrol from a file"),
            preview=found.found,
            problems=found.problems,
            asked={"numbers": " ".join(found.numbers)},
            action=url_for("academics.enrol", offering_id=offering_id),
        )
    return _enrol_page(offering_id, Bound(EnrolNumbers), Bound(EnrolBatch), file=form)


def _enrolled(offering_id: int, outcomes: list[enrolments.EnrolOutcome]) -> BaseResponse:
    told = " ".join([enrolments.summary(outcomes), *enrolments.refusals_in(outcomes)])
    return done(told, url_for("academics.offering", offering_id=offering_id))


@bp.post("/courses/<int:course_id>/add_student/<int:student_id>")
def add_student(course_id: int, student_id: int) -> BaseResponse:
    """Enrol a student in the one offering of a course that runs now."""
    db, actor = current_db(), current_actor()
    offering_id = openings.running(db, actor, course_id)
    enrolments.enrol_one(db, actor, offering_id, student_id)
    return done(_("Enrolled."), url_for("academics.course", course_id=course_id))


@bp.get("/students/<int:student_id>/courses")
def available_courses(student_id: int) -> ResponseReturnValue:
    """What the student may still be enrolled in: a card of the student's page, and a page by itself."""
    db, actor = current_db(), current_actor()
    policy.OFFERING_ADD.require(actor)
    offered = openings.available(db, actor, student_id, _asked())
    template = "academics/available.html" if by_htmx() else "academics/available_page.html"
    return page(
        template,
        student=records.person_and_department(db, student_id),
        student_id=student_id,
        offered=offered,
        q=_asked(),
    )


@bp.post("/students/<int:student_id>/enrol")
def enrol_student(student_id: int) -> BaseResponse:
    """Enrol one student in one offering, from the student's page."""
    form = Bound.from_html(EnrolInto, request.form).require()
    enrolments.enrol_one(current_db(), current_actor(), form.offering_id, student_id)
    return done(_("Enrolled."), url_for("academics.student", student_id=student_id))


@bp.post("/students/enrol")
def enrol_students() -> ResponseReturnValue:
    """The picked students first come to a page that asks for the offering, which posts here again."""
    db, actor = current_db(), current_actor()
    policy.STUDENT_LIST.require(actor)
    chosen = chosen_ids(STUDENTS, db, actor, request.form)
    problem = ""
    if "offering_id" in request.form:
        form: Bound[Any] = Bound.from_html(
            EnrolInto, request.form.__class__({"offering_id": request.form["offering_id"]})
        )
        if form.data is not None:
            offering_id = form.data.offering_id
            named_ = EnrolStudents.model_construct(student_ids=chosen, register_numbers=[])
            return _enrolled(offering_id, enrolments.enrol(db, actor, offering_id, named_))
        problem = _("Choose an offering.")
    return page(
        "academics/enrol_students.html",
        422 if problem else 200,
        ids=chosen,
        problem=problem,
        offerings=sheets.open_offerings(db, actor),
    )


@bp.post("/enrolments/<int:enrolment_id>/withdraw")
def withdraw(enrolment_id: int) -> BaseResponse:
    row = enrolments.withdraw(current_db(), current_actor(), enrolment_id)
    place = url_for("academics.offering", offering_id=row.offering_id)
    undo = url_for("academics.reinstate", enrolment_id=row.id)
    told = _("Withdrawn. The marks are kept and no longer count.")
    return done(told_with_undo(told, undo, [row.id], place), place)


@bp.post("/enrolments/<int:enrolment_id>/reinstate")
def reinstate(enrolment_id: int) -> BaseResponse:
    row = enrolments.reinstate(current_db(), current_actor(), enrolment_id)
    return done(
        _("The withdrawal is taken back. The marks count again."),
        url_for("academics.offering", offering_id=row.offering_id),
    )
