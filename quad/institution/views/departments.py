from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from quad.core.i18n import gettext as _
from quad.institution import lists, policy
from quad.institution.forms import DepartmentForm
from quad.institution.service import departments, heads
from quad.institution.views.shared import add_button, bp, delete_and_say, readable
from quad.web.added import panels, reasons
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/departments")
def departments_list() -> ResponseReturnValue:
    may = policy.ADD_DEPARTMENT.may(current_actor())
    actions = add_button(_("Add department"), "institution.department_new", may)
    if may:
        imported = url_for("importing.upload", kind="departments")
        actions.insert(0, {"label": _("Import"), "href": imported, "icon": "file-import"})
    return list_page(lists.DEPARTMENTS, actions=actions)


@bp.get("/departments/<int:department_id>")
def department(department_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_DEPARTMENT, policy.RESTORE_DEPARTMENT, department_id)
    return page(
        "institution/department.html",
        row=row,
        head=heads.heads(db, [row.id]).get(row.id),
        programmes=lists.programmes_of(db, current_actor(), row.id),
        panels=panels("department", row.id),
        may_change=policy.ADD_DEPARTMENT.may(current_actor()),
    )


@bp.route("/departments/new", methods=["GET", "POST"])
def department_new() -> ResponseReturnValue:
    policy.ADD_DEPARTMENT.require(current_actor())
    form = bind(DepartmentForm)
    if form.data is not None:
        with refusals(form):
            row = departments.add(current_db(), current_actor(), form.data)
            return done(
                _("%(name)s is added.", name=row.name),
                url_for("institution.department", department_id=row.id),
            )
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Add department"),
        parent=(_("Departments"), url_for("institution.departments_list")),
    )


@bp.route("/departments/<int:department_id>/edit", methods=["GET", "POST"])
def department_edit(department_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.CHANGE_DEPARTMENT.get(db, actor, department_id, read=policy.READ_DEPARTMENT)
    form = bind(
        DepartmentForm, initial={"code": row.code, "name": row.name, "version": row.version}
    )
    place = url_for("institution.department", department_id=row.id)
    if form.data is not None:
        with refusals(form):
            departments.change(db, actor, department_id, form.data)
            return done(_("The change is saved."), place)
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Edit %(name)s", name=row.name),
        parent=(row.name, place),
    )


@bp.post("/departments/<int:department_id>/delete")
def department_delete(department_id: int) -> ResponseReturnValue:
    return delete_and_say(
        lambda: departments.delete(
            current_db(), current_actor(), department_id, reasons("department")
        ),
        url_for("institution.department", department_id=department_id),
        _("The department is deleted. You can restore it here."),
    )


@bp.post("/departments/<int:department_id>/restore")
def department_restore(department_id: int) -> ResponseReturnValue:
    departments.restore(current_db(), current_actor(), department_id)
    place = url_for("institution.department", department_id=department_id)
    return done(_("The department is back."), place)
