"""The teaching staff."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.people import EditTeacher, NewTeacher
from quad.academics.lists.choices import departments
from quad.academics.lists.teachers import DELETED_TEACHERS, TEACHERS
from quad.academics.lists.teaching import STATES
from quad.academics.policy import base as policy
from quad.academics.service import catalogue, teachers
from quad.academics.views.blueprint import bp, fresh_one_time, told_with_undo
from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing import rights
from quad.core.listing.bulk import chosen_ids
from quad.web.kit import action, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page

SENTENCES = 3


@bp.get("/teachers")
def teachers_index() -> BaseResponse:
    actor = current_actor()
    policy.TEACHER_LIST.require(actor)
    actions = [action(_("Deleted"), "academics.deleted_teachers", "trash")]
    if policy.TEACHER_IMPORT.may(actor):
        actions.append(action(_("Import"), "importing.upload", "file-import", kind="teachers"))
    actions.append(action(_("Add teacher"), "academics.new_teacher", "plus", primary=True))
    return list_page(TEACHERS, actions=actions)


@bp.get("/teachers/deleted")
def deleted_teachers() -> BaseResponse:
    policy.TEACHER_LIST.require(current_actor())
    return list_page(DELETED_TEACHERS)


@bp.route("/teachers/new", methods=["GET", "POST"])
def new_teacher() -> ResponseReturnValue:
    actor = current_actor()
    policy.TEACHER_ADD.require(actor)
    form = bind(NewTeacher)
    if form.data is not None:
        one_time = fresh_one_time()
        with refusals(form):
            added = teachers.add(current_db(), actor, form.data, one_time)
        if not form.errors:
            told = _(
                "Teacher added. The one-time password goes to %(email)s.",
                email=str(form.raw.get("email", "")).strip(),
            )
            return done(told, url_for("academics.teacher", teacher_id=added.id))
    form.choices["department_id"] = departments(current_db())
    back = url_for("academics.teachers_index")
    return form_page(
        form,
        title=_("Add teacher"),
        lead=_("A one-time password is made and mailed with the invitation."),
        crumbs=[(_("Teachers"), back)],
        submit=_("Add teacher"),
        cancel=back,
    )


@bp.get("/teachers/<int:teacher_id>")
def teacher(teacher_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    shown = catalogue.teacher(db, actor, teacher_id)
    buttons = rights.allowed(
        db,
        actor,
        [teacher_id],
        {
            "edit": policy.TEACHER_EDIT,
            "delete": policy.TEACHER_DELETE,
            "restore": policy.TEACHER_DELETED,
        },
    )
    offerings = catalogue.offerings_of(db, actor, shown.user_id)
    return page(
        "academics/teacher.html",
        teacher=shown,
        offerings=offerings,
        kept=policy.OFFERING_MANAGE.allowed(db, actor, [row.id for row in offerings]),
        may={name for name, ids in buttons.items() if teacher_id in ids},
        states=STATES,
    )


@bp.route("/teachers/<int:teacher_id>/edit", methods=["GET", "POST"])
def edit_teacher(teacher_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.TEACHER_EDIT.get(db, actor, teacher_id, read=policy.TEACHER_READ)
    form = bind(EditTeacher, initial=teachers.editable(db, row))
    if form.data is not None:
        with refusals(form):
            teachers.edit(db, actor, teacher_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("academics.teacher", teacher_id=teacher_id))
    form.choices["department_id"] = departments(db)
    back = url_for("academics.teacher", teacher_id=teacher_id)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=[
            (_("Teachers"), url_for("academics.teachers_index")),
            (form.initial["full_name"], back),
        ],
        submit=_("Save"),
        cancel=back,
    )


@bp.post("/teachers/<int:teacher_id>/delete")
def delete_teacher(teacher_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    try:
        with attempt(db):
            teachers.delete(db, actor, teacher_id)
    except Rejected as refused:
        place = url_for("academics.teacher", teacher_id=teacher_id)
        return done(str(refused), place, category="bad")
    return _deleted([teacher_id], [])


@bp.post("/teachers/<int:teacher_id>/restore")
def restore_teacher(teacher_id: int) -> BaseResponse:
    teachers.restore(current_db(), current_actor(), teacher_id)
    return done(_("The teacher is back."), url_for("academics.teacher", teacher_id=teacher_id))


@bp.post("/teachers/delete")
def delete_teachers() -> BaseResponse:
    """Delete the picked teachers; one who still teaches stays, and the message says why."""
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(TEACHERS, db, actor, request.form, permission=policy.TEACHER_DELETE)
    gone, refused = [], []
    for teacher_id in chosen:
        try:
            with attempt(db):
                teachers.delete(db, actor, teacher_id)
            gone.append(teacher_id)
        except Rejected as error:
            refused.append(str(error))
    return _deleted(gone, refused)


def _deleted(ids: list[int], refused: list[str]) -> BaseResponse:
    place = url_for("academics.teachers_index")
    if not ids:
        return done(" ".join(refused[:SENTENCES]), place, category="bad")
    told = ngettext("%(num)s teacher deleted.", "%(num)s teachers deleted.", len(ids))
    undo, everything = url_for("academics.restore_teachers"), url_for("academics.deleted_teachers")
    told = " ".join([told, *refused[:SENTENCES]])
    return done(told_with_undo(told, undo, ids, everything), place)


@bp.post("/teachers/restore")
def restore_teachers() -> BaseResponse:
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(DELETED_TEACHERS, db, actor, request.form)
    for teacher_id in chosen:
        teachers.restore(db, actor, teacher_id)
    told = ngettext("%(num)s teacher is back.", "%(num)s teachers are back.", len(chosen))
    return done(told, url_for("academics.teachers_index"))
