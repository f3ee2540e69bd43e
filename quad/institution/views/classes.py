from __future__ import annotations

from functools import partial
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.institution import lists, policy
from quad.institution.forms import ClassForm
from quad.institution.models import Batch, Programme
from quad.institution.service import classes
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, given, readable
from quad.web.added import panels, reasons
from quad.web.kit import current_actor, current_db, page


def _choices() -> dict[str, Any]:
    return {"batch_id": lists.batch_choices(current_db(), current_actor())}


def _change(db: Session, actor: Actor, class_id: int, form: ClassForm) -> None:
    classes.change(db, actor, class_id, form, reasons("class"))


RECORDS = Records(
    "class",
    "classes",
    ClassForm,
    lists.CLASSES,
    may_add=policy.ADD_CLASS,
    readable=policy.READ_CLASS,
    changeable=policy.CHANGE_CLASS,
    add=classes.add,
    change=_change,
    delete=classes.delete,
    restore=classes.restore,
    words=Words(
        add=_l("Add class"),
        all=_l("Classes"),
        deleted=_l("The class is deleted. You can restore it here."),
        restored=_l("The class is back."),
    ),
    initial=partial(given, "batch_id"),
    choices=_choices,
)
RECORDS.register()


@bp.get("/classes/<int:class_id>", endpoint="class")
def show_class(class_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_CLASS, policy.RESTORE_CLASS, class_id)
    batch = db.get_one(Batch, row.batch_id)
    return page(
        "institution/class.html",
        row=row,
        batch=batch,
        programme=db.get_one(Programme, batch.programme_id),
        panels=panels("class", row.id),
        may_change=policy.ADD_CLASS.may(current_actor()),
    )
