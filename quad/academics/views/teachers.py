"""The teaching staff."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics import policy
from quad.academics.forms import EditTeacher, NewTeacher
from quad.academics.lists.choices import departments
from quad.academics.lists.people import TEACHERS
from quad.academics.lists.teaching import STATES
from quad.academics.service import catalogue, teachers
from quad.academics.views.blueprint import action, bp, form_page, fresh_one_time
from quad.core.i18n import gettext as _
from quad.core.listing import query
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/teachers")
def teachers_index() -> BaseResponse:
    actor = current_actor()
    policy.TEACHER_ADD.require(actor)
    actions = [action(_("Add teacher"), "academics.new_teacher", "plus", primary=True)]
    return list_page(TEACHERS, actions=actions)


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
    may = query.allowed(db, actor, [teacher_id], {"edit": policy.TEACHER_EDIT})
    offerings = catalogue.offerings_of(db, actor, shown.user_id)
    return page(
        "academics/teacher.html",
        teacher=shown,
        offerings=offerings,
        kept=policy.OFFERING_MANAGE.allowed(db, actor, [row.id for row in offerings]),
        may_edit=teacher_id in may["edit"],
        states=STATES,
    )


@bp.route("/teachers/<int:teacher_id>/edit", methods=["GET", "POST"])
def edit_teacher(teacher_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.TEACHER_EDIT.get(db, actor, teacher_id, read=policy.TEACHER_READ)
    initial = {name: getattr(row, name) for name in EditTeacher.model_fields}
    form = bind(EditTeacher, initial=initial)
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
            (catalogue.teacher(db, actor, teacher_id).name, back),
        ],
        submit=_("Save"),
        cancel=back,
    )
