"""Students: the list, one student, adding, changing, deleting, bringing back."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.people import EditStudent, NewStudent
from quad.academics.lists.choices import batches, classes, departments, programmes
from quad.academics.lists.people import DELETED_STUDENTS, STATUS, STUDENTS, only_students
from quad.academics.policy import base as policy
from quad.academics.policy import promotion as promotion_policy
from quad.academics.service import records, scenarios, students
from quad.academics.views.blueprint import bp, fresh_one_time, told_with_undo
from quad.core.errors import NotFound
from quad.core.export.writing import FORMATS, file_name, write
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing import query, rights
from quad.core.listing.bulk import chosen_ids
from quad.web.added import other_page, panels
from quad.web.kit import action, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page


def _choices() -> dict[str, Any]:
    db = current_db()
    return {
        "department_id": departments(db),
        "programme_id": programmes(db),
        "batch_id": batches(db),
        "class_id": classes(db),
        "status": [(status.value, label) for status, (_state, label) in STATUS.items()],
    }


@bp.get("/students")
def students_index() -> ResponseReturnValue:
    """The list of records for staff; for others what floors above show of students."""
    actor = current_actor()
    if not policy.STUDENT_LIST.may(actor) and (found := other_page("students")) is not None:
        return cast(ResponseReturnValue, found)
    policy.STUDENT_LIST.require(actor)
    actions = []
    if policy.STUDENT_BIN.may(actor):
        actions.append(action(_("Deleted"), "academics.deleted_students", "trash"))
    if policy.STUDENT_IMPORT.may(actor):
        actions.append(action(_("Import"), "importing.upload", "file-import", kind="students"))
    if policy.STUDENT_ADD.may(actor):
        actions.append(action(_("Add student"), "academics.new_student", "plus", primary=True))
    return list_page(STUDENTS, actions=actions)


@bp.get("/students/deleted")
def deleted_students() -> BaseResponse:
    policy.STUDENT_BIN.require(current_actor())
    return list_page(DELETED_STUDENTS)


@bp.route("/students/add", methods=["GET", "POST"])
@bp.route("/students/new", methods=["GET", "POST"])
def new_student() -> ResponseReturnValue:
    actor = current_actor()
    policy.STUDENT_ADD.require(actor)
    form = bind(NewStudent)
    if form.data is not None:
        one_time = fresh_one_time()
        with refusals(form):
            added = students.add(current_db(), actor, form.data, one_time)
        if not form.errors:
            told = _(
                "Student added. The one-time password goes to %(email)s.", email=added_email(form)
            )
            return done(told, url_for("academics.student", student_id=added.id))
    form.choices.update(_choices())
    return form_page(
        form,
        title=_("Add student"),
        lead=_(
            "Three answers are enough. A one-time password is made and mailed with the invitation."
        ),
        crumbs=[(_("Students"), url_for("academics.students_index"))],
        submit=_("Add student"),
        cancel=url_for("academics.students_index"),
        more=tuple(NewStudent.model_fields)[3:],
    )


def added_email(form: Bound[NewStudent]) -> str:
    """Return the address as it was typed."""
    return str(form.raw.get("email", "")).strip()


@bp.get("/students/<int:student_id>")
def student(student_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    try:
        shown = records.record(db, actor, student_id)
    except NotFound:
        if (found := other_page("student", student_id)) is not None:
            return cast(ResponseReturnValue, found)
        shown = records.deleted_record(db, actor, student_id)
    buttons = rights.allowed(
        db,
        actor,
        [student_id],
        {
            "edit": policy.STUDENT_EDIT,
            "delete": policy.STUDENT_DELETE,
            "restore": policy.STUDENT_DELETED,
            "flag": promotion_policy.DUES_SET,
        },
    )
    may = {name for name, ids in buttons.items() if student_id in ids}
    places = [course.enrolment_id for term in shown.terms for course in term.courses]
    return page(
        "academics/student.html",
        record=shown,
        may=may,
        correctable=policy.ENROLMENT_MANAGE.allowed(db, actor, places),
        statuses=STATUS,
        staff=policy.STUDENT_LIST.may(actor),
        may_enrol=policy.OFFERING_ADD.may(actor) and shown.deleted_at is None,
        scenarios=scenarios.shared_of(db, actor, student_id),
        may_flag="flag" in may,
        panels=panels("student", student_id),
    )


@bp.route("/students/<int:student_id>/edit", methods=["GET", "POST"])
def edit_student(student_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.STUDENT_EDIT.get(db, actor, student_id, read=policy.STUDENT_READ)
    form = bind(EditStudent, initial=students.editable(db, row))
    if form.data is not None:
        with refusals(form):
            students.edit(db, actor, student_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("academics.student", student_id=student_id))
    form.choices.update(_choices())
    back = url_for("academics.student", student_id=student_id)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=[
            (_("Students"), url_for("academics.students_index")),
            (form.initial["full_name"], back),
        ],
        submit=_("Save"),
        cancel=back,
    )


@bp.post("/students/<int:student_id>/delete")
def delete_student(student_id: int) -> BaseResponse:
    students.delete(current_db(), current_actor(), student_id)
    return _deleted([student_id])


@bp.post("/students/<int:student_id>/restore")
def restore_student(student_id: int) -> BaseResponse:
    students.restore(current_db(), current_actor(), student_id)
    return done(_("The student is back."), url_for("academics.student", student_id=student_id))


@bp.post("/students/delete")
def delete_students() -> BaseResponse:
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(STUDENTS, db, actor, request.form, permission=policy.STUDENT_DELETE)
    for student_id in chosen:
        students.delete(db, actor, student_id)
    return _deleted(chosen)


def _deleted(ids: list[int]) -> BaseResponse:
    told = ngettext("%(num)s student deleted.", "%(num)s students deleted.", len(ids))
    undo, everything = url_for("academics.restore_students"), url_for("academics.deleted_students")
    told = told_with_undo(told, undo, ids, everything)
    return done(told, url_for("academics.students_index"))


@bp.post("/students/restore")
def restore_students() -> BaseResponse:
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(DELETED_STUDENTS, db, actor, request.form)
    for student_id in chosen:
        students.restore(db, actor, student_id)
    told = ngettext("%(num)s student is back.", "%(num)s students are back.", len(chosen))
    return done(told, url_for("academics.students_index"))


@bp.post("/students/export")
def export_students() -> BaseResponse:
    db, actor = current_db(), current_actor()
    policy.STUDENT_LIST.require(actor)
    chosen = chosen_ids(STUDENTS, db, actor, request.form)
    written = write(STUDENTS, query.every_row(db, STUDENTS, actor, only_students(chosen)), "csv")
    response = Response(written.pieces(), mimetype=FORMATS["csv"])
    response.headers["Content-Length"] = str(written.size)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(STUDENTS, "csv")}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/record")
def own_record() -> ResponseReturnValue:
    shown = records.own_record(current_db(), current_actor())
    return page("academics/record.html", record=shown, statuses=STATUS)
