"""Several students, or teachers, put somewhere else at once.

The picked rows first come to a page that asks where, which posts here again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.academics.forms.people import (
    PutIntoBatch,
    PutIntoClass,
    PutIntoDepartment,
    PutIntoSemester,
)
from quad.academics.lists.choices import batches, classes, departments
from quad.academics.lists.people import STUDENTS
from quad.academics.lists.teachers import TEACHERS
from quad.academics.policy import base as policy
from quad.academics.service import placing, teachers
from quad.academics.views.blueprint import bp
from quad.core.forms import Bound, Form
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.core.listing.declaration import Listing
from quad.core.policy import Permission
from quad.web.kit import current_actor, current_db, done, page, refusals


def _ask(
    listing: Listing[Any],
    permission: Permission[Any],
    kind: type[Form],
    act: Callable[[list[int], Any], int],
    *,
    title: str,
    hint: str = "",
    choices: Sequence[tuple[Any, str]] | None = None,
    back: str,
) -> ResponseReturnValue:
    """Ask where the picked rows go, and put them there. Each `kind` has one field."""
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(listing, db, actor, request.form, permission=permission)
    field = next(iter(kind.model_fields))
    form: Bound[Any] = Bound(kind)
    if field in request.form:
        form = Bound.from_html(kind, request.form.__class__({field: request.form[field]}))
        if form.data is not None:
            with refusals(form):
                count = act(chosen, form.data)
            if not form.errors:
                told = ngettext("%(num)s is changed.", "%(num)s are changed.", count)
                return done(told, url_for(back))
    if choices is not None:
        form.choices[field] = choices
    return page(
        "academics/put.html",
        form.status,
        form=form,
        field=field,
        ids=chosen,
        listing=listing,
        title=title,
        hint=hint,
        back=url_for(back),
    )


@bp.post("/students/batch")
def put_into_batch() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    return _ask(
        STUDENTS,
        policy.STUDENT_EDIT,
        PutIntoBatch,
        lambda ids, form: placing.put_into_batch(db, actor, ids, form.batch_id),
        title=_("Set batch"),
        hint=_(
            "Programme, department and years follow the batch; a class of another batch is left."
        ),
        choices=batches(db),
        back="academics.students_index",
    )


@bp.post("/students/class")
def put_into_class() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    return _ask(
        STUDENTS,
        policy.STUDENT_EDIT,
        PutIntoClass,
        lambda ids, form: placing.put_into_class(db, actor, ids, form.class_id),
        title=_("Set class"),
        hint=_("Who is in another batch moves to the batch of the class."),
        choices=classes(db),
        back="academics.students_index",
    )


@bp.post("/students/semester")
def put_into_semester() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    return _ask(
        STUDENTS,
        policy.STUDENT_EDIT,
        PutIntoSemester,
        lambda ids, form: placing.put_into_semester(db, actor, ids, form.semester),
        title=_("Set semester"),
        back="academics.students_index",
    )


@bp.post("/teachers/department")
def put_teachers_into_department() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    return _ask(
        TEACHERS,
        policy.TEACHER_EDIT,
        PutIntoDepartment,
        lambda ids, form: teachers.move_many(db, actor, ids, form.department_id),
        title=_("Set department"),
        choices=departments(db),
        back="academics.teachers_index",
    )
