from __future__ import annotations

from flask.typing import ResponseReturnValue

from quad.core.i18n import lazy_gettext as _l
from quad.institution import lists, policy
from quad.institution.forms import CampusForm
from quad.institution.service import campuses
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, readable
from quad.web.added import panels
from quad.web.kit import current_actor, current_db, page

RECORDS = Records(
    "campus",
    "campuses",
    CampusForm,
    lists.CAMPUSES,
    may_add=policy.ADD_CAMPUS,
    readable=policy.READ_CAMPUS,
    changeable=policy.CHANGE_CAMPUS,
    add=campuses.add,
    change=campuses.change,
    delete=campuses.delete,
    restore=campuses.restore,
    words=Words(
        add=_l("Add campus"),
        all=_l("Campuses"),
        deleted=_l("The campus is deleted. You can restore it here."),
        restored=_l("The campus is back."),
    ),
)
RECORDS.register()


@bp.get("/campuses/<int:campus_id>")
def campus(campus_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_CAMPUS, policy.RESTORE_CAMPUS, campus_id)
    return page(
        "institution/campus.html",
        row=row,
        departments=lists.departments_on(db, current_actor(), row.id),
        panels=panels("campus", row.id),
        may_change=policy.ADD_CAMPUS.may(current_actor()),
    )
