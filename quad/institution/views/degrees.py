from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from quad.core.i18n import lazy_gettext as _l
from quad.institution import lists, policy
from quad.institution.forms import LEVEL_WORDS, DegreeForm
from quad.institution.service import degrees
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, readable
from quad.web.added import panels
from quad.web.kit import current_actor, current_db, page


def _choices() -> dict[str, Any]:
    return {"level": LEVEL_WORDS}


RECORDS = Records(
    "degree",
    "degrees",
    DegreeForm,
    lists.DEGREES,
    may_add=policy.ADD_DEGREE,
    readable=policy.READ_DEGREE,
    changeable=policy.CHANGE_DEGREE,
    add=degrees.add,
    change=degrees.change,
    delete=degrees.delete,
    restore=degrees.restore,
    words=Words(
        add=_l("Add degree"),
        all=_l("Degrees"),
        deleted=_l("The degree is deleted. You can restore it here."),
        restored=_l("The degree is back."),
    ),
    choices=_choices,
)
RECORDS.register()


@bp.get("/degrees/<int:degree_id>")
def degree(degree_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_DEGREE, policy.RESTORE_DEGREE, degree_id)
    return page(
        "institution/degree.html",
        row=row,
        level=lists.LEVELS[row.level],
        programmes=lists.programmes_to(db, current_actor(), row.id),
        panels=panels("degree", row.id),
        may_change=policy.ADD_DEGREE.may(current_actor()),
    )
