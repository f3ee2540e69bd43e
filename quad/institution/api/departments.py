"""Departments keep the coding contract's shapes and statuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from quad.core.errors import Forbidden, QuadError, Rejected
from quad.core.forms import Id
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.institution import policy
from quad.institution.api.blueprint import bp
from quad.institution.forms import DepartmentForm
from quad.institution.models import Department
from quad.institution.service import departments, heads
from quad.web.added import reasons
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db


class DepartmentOut(Out):
    id: WireId
    name: str
    code: str
    hod_id: WireId | None
    hod_name: str | None
    campus_id: WireId | None
    created_at: Moment
    version: int


class NewDepartment(DepartmentForm):
    """`hod_id` makes a member of staff the head of the new department."""

    hod_id: Annotated[Id | None, Field(title=_l("Head of department"))] = None


NAMED = "Department name and code are required"


def _department(row: Department, head: heads.Head | None) -> DepartmentOut:
    return DepartmentOut(
        id=row.id,
        name=row.name,
        code=row.code,
        hod_id=head.user_id if head else None,
        hod_name=head.name if head else None,
        campus_id=row.campus_id,
        created_at=row.created_at,
        version=row.version,
    )


def _departments(rows: Sequence[Department]) -> list[DepartmentOut]:
    found = heads.heads(current_db(), [row.id for row in rows])
    return [_department(row, found.get(row.id)) for row in rows]


@operation(bp, "GET", "/academics/departments", answers=list[DepartmentOut])
def departments_index() -> list[DepartmentOut]:
    query = policy.READ_DEPARTMENT.visible(current_actor()).order_by(Department.sort_name)
    return _departments(current_db().scalars(query).all())


@operation(bp, "GET", "/academics/departments/<int:department_id>", answers=DepartmentOut)
def department_show(department_id: int) -> DepartmentOut:
    row = policy.READ_DEPARTMENT.get(current_db(), current_actor(), department_id)
    return _departments([row])[0]


@operation(
    bp,
    "POST",
    "/academics/departments",
    body=NewDepartment,
    answers=DepartmentOut,
    status=201,
    message="Department created",
    errors=(403, 404, 409),
    lenient=NAMED,
)
def department_add(body: NewDepartment) -> DepartmentOut:
    db, actor = current_db(), current_actor()
    _require_admin()
    row = departments.add(db, actor, body)
    if body.hod_id is not None:
        heads.appoint(db, actor, row.id, body.hod_id)
    return _departments([row])[0]


@operation(
    bp,
    "PUT",
    "/academics/departments/<int:department_id>",
    body=NewDepartment,
    answers=DepartmentOut,
    message="Department changed",
    errors=(403, 409),
    lenient=NAMED,
)
def department_change(department_id: int, body: NewDepartment) -> DepartmentOut:
    db, actor = current_db(), current_actor()
    row = departments.change(db, actor, department_id, body)
    if body.hod_id is not None:
        heads.appoint(db, actor, row.id, body.hod_id)
    db.flush()
    return _departments([row])[0]


@operation(
    bp,
    "DELETE",
    "/academics/departments/<int:department_id>",
    message="Department deleted",
    errors=(400, 403),
)
def department_delete(department_id: int) -> None:
    """Delete (hide) a department; one in use answers 400, as the coding contract says."""
    try:
        departments.delete(current_db(), current_actor(), department_id, reasons("department"))
    except Rejected as refused:
        raise QuadError(str(refused)) from refused


@operation(
    bp,
    "POST",
    "/academics/departments/<int:department_id>/restore",
    answers=DepartmentOut,
    message="Department restored",
    errors=(403, 409),
)
def department_restore(department_id: int) -> DepartmentOut:
    row = departments.restore(current_db(), current_actor(), department_id)
    current_db().flush()
    return _departments([row])[0]


def _require_admin() -> None:
    if not policy.ADD_DEPARTMENT.may(current_actor()):
        raise Forbidden(_("Admin access required"))
