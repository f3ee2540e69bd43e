"""Courses and what is offered of them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.teaching import EditCourse, NewCourse, NewOffering, OfferingOfCourse
from quad.academics.lists.choices import departments, terms
from quad.academics.lists.teaching import COURSES, STATES
from quad.academics.policy import base as policy
from quad.academics.service import catalogue, teaching
from quad.academics.views.blueprint import bp
from quad.core.errors import Forbidden
from quad.core.i18n import gettext as _
from quad.core.listing import rights
from quad.web.added import FormParts, panels
from quad.web.kit import action, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page


@bp.get("/courses")
def courses_index() -> BaseResponse:
    actor = current_actor()
    policy.COURSE_LIST.require(actor)
    actions = []
    if policy.COURSE_IMPORT.may(actor):
        actions.append(action(_("Import"), "importing.upload", "file-import", kind="courses"))
    if policy.COURSE_ADD.may(actor):
        actions.append(action(_("Add course"), "academics.new_course", "plus", primary=True))
    return list_page(COURSES, actions=actions)


@bp.route("/courses/add", methods=["GET", "POST"])
@bp.route("/courses/new", methods=["GET", "POST"])
def new_course() -> ResponseReturnValue:
    actor = current_actor()
    policy.COURSE_ADD.require(actor)
    form, parts = bind(NewCourse), FormParts("course")
    if form.submitted:
        parts.read(form)
    if form.data is not None:
        with refusals(form):
            added = teaching.add_course(current_db(), actor, form.data)
            parts.keep(added.id)
        if not form.errors:
            return done(
                _("Course added. Offer it in a term to enrol students."),
                url_for("academics.course", course_id=added.id),
            )
    form.choices["department_id"] = departments(current_db())
    back = url_for("academics.courses_index")
    return form_page(
        form,
        title=_("Add course"),
        crumbs=[(_("Courses"), back)],
        submit=_("Add course"),
        cancel=back,
        parts=parts.drawn(),
    )


@bp.get("/courses/<int:course_id>")
def course(course_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    shown = catalogue.course(db, actor, course_id)
    may = rights.allowed(db, actor, [course_id], {"edit": policy.COURSE_RESTORE})
    offerings = catalogue.offerings(db, actor, course_id)
    keeps = policy.STUDENT_LIST.may(actor)
    return page(
        "academics/course.html",
        course=shown,
        offerings=offerings,
        kept=policy.OFFERING_MANAGE.allowed(db, actor, [row.id for row in offerings]),
        may_edit=course_id in may["edit"],
        keeps=keeps,
        takers=catalogue.takers(db, actor, course_id) if keeps else [],
        may_offer=policy.may_offer(actor, shown.department_id),
        states=STATES,
        wide_panels=panels("course", course_id, wide=True),
        panels=panels("course", course_id, wide=False),
    )


@bp.route("/courses/<int:course_id>/edit", methods=["GET", "POST"])
def edit_course(course_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.COURSE_EDIT.get(db, actor, course_id, read=policy.COURSE_READ)
    form = bind(EditCourse, initial=_initial(row))
    if form.data is not None:
        with refusals(form):
            teaching.edit_course(db, actor, course_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("academics.course", course_id=course_id))
    form.choices["department_id"] = departments(db)
    back = url_for("academics.course", course_id=course_id)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=[(_("Courses"), url_for("academics.courses_index")), (form.initial["title"], back)],
        submit=_("Save"),
        cancel=back,
        beside=panels("course_form", course_id),
    )


def _initial(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EditCourse.model_fields}


@bp.post("/courses/<int:course_id>/delete")
def delete_course(course_id: int) -> BaseResponse:
    row = teaching.delete_course(current_db(), current_actor(), course_id)
    if row.deleted_at is None:
        told = _("The course has marks, so it is archived. Its results stay.")
    else:
        told = _("The course is deleted. You can bring it back here.")
    return done(told, url_for("academics.course", course_id=course_id))


@bp.post("/courses/<int:course_id>/restore")
def restore_course(course_id: int) -> BaseResponse:
    teaching.restore_course(current_db(), current_actor(), course_id)
    return done(_("The course is back."), url_for("academics.course", course_id=course_id))


@bp.route("/courses/<int:course_id>/offer", methods=["GET", "POST"])
def offer(course_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.OFFERING_ADD.require(actor)
    row = policy.COURSE_READ.get(db, actor, course_id)
    if not policy.may_offer(actor, row.department_id):
        raise Forbidden
    form = bind(OfferingOfCourse, initial={"term_id": catalogue.current_term(db)})
    if form.data is not None:
        with refusals(form):
            wanted = NewOffering(course_id=course_id, **form.data.model_dump())
            added = teaching.offer(db, actor, wanted)
        if not form.errors:
            return done(
                _("Offered. Enrol students and add components next."),
                url_for("academics.offering", offering_id=added.id),
            )
    form.choices["term_id"] = terms(db)
    form.choices["faculty_id"] = catalogue.teachers(db)
    back = url_for("academics.course", course_id=course_id)
    return form_page(
        form,
        title=_("Offer in a term"),
        crumbs=[(_("Courses"), url_for("academics.courses_index")), (row.title, back)],
        submit=_("Offer"),
        cancel=back,
    )
