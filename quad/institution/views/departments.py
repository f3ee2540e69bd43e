from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from quad.core.i18n import lazy_gettext as _l
from quad.institution import lists, policy
from quad.institution.forms import DepartmentForm
from quad.institution.models import Campus
from quad.institution.service import departments, heads
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, readable
from quad.web.added import panels
from quad.web.kit import current_actor, current_db, page


def _choices() -> dict[str, Any]:
    return {"campus_id": lists.campus_choices(current_db(), current_actor())}


RECORDS = Records(
    "department",
    "departments",
    DepartmentForm,
    lists.DEPARTMENTS,
    may_add=policy.ADD_DEPARTMENT,
    readable=policy.READ_DEPARTMENT,
    changeable=policy.CHANGE_DEPARTMENT,
    add=departments.add,
    change=departments.change,
    delete=departments.delete,
    restore=departments.restore,
    words=Words(
        add=_l("Add department"),
        all=_l("Departments"),
        deleted=_l("The department is deleted. You can restore it here."),
        restored=_l("The department is back."),
    ),
    choices=_choices,
    files="departments",
)
RECORDS.register()


@bp.get("/departments/<int:department_id>")
def department(department_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_DEPARTMENT, policy.RESTORE_DEPARTMENT, department_id)
    return page(
        "institution/department.html",
        row=row,
        campus=db.get_one(Campus, row.campus_id) if row.campus_id else None,
        head=heads.heads(db, [row.id]).get(row.id),
        programmes=lists.programmes_of(db, current_actor(), row.id),
        panels=panels("department", row.id),
        may_change=policy.ADD_DEPARTMENT.may(current_actor()),
    )
