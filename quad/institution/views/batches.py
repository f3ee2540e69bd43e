from __future__ import annotations

from functools import partial
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.institution import lists, policy
from quad.institution.forms import BatchForm
from quad.institution.models import Programme
from quad.institution.service import batches
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, given, readable
from quad.web.added import panels, reasons
from quad.web.kit import current_actor, current_db, page


def _choices() -> dict[str, Any]:
    return {"programme_id": lists.programme_choices(current_db(), current_actor())}


def _change(db: Session, actor: Actor, batch_id: int, form: BatchForm) -> None:
    batches.change(db, actor, batch_id, form, reasons("batch"))


RECORDS = Records(
    "batch",
    "batches",
    BatchForm,
    lists.BATCHES,
    may_add=policy.ADD_BATCH,
    readable=policy.READ_BATCH,
    changeable=policy.CHANGE_BATCH,
    add=batches.add,
    change=_change,
    delete=batches.delete,
    restore=batches.restore,
    words=Words(
        add=_l("Add batch"),
        all=_l("Batches"),
        deleted=_l("The batch is deleted. You can restore it here."),
        restored=_l("The batch is back."),
    ),
    initial=partial(given, "programme_id"),
    choices=_choices,
)
RECORDS.register()


@bp.get("/batches/<int:batch_id>")
def batch(batch_id: int) -> ResponseReturnValue:
    db = current_db()
    row = readable(policy.READ_BATCH, policy.RESTORE_BATCH, batch_id)
    return page(
        "institution/batch.html",
        row=row,
        programme=db.get_one(Programme, row.programme_id),
        classes=lists.classes_of(db, current_actor(), row.id),
        panels=panels("batch", row.id),
        may_change=policy.ADD_BATCH.may(current_actor()),
    )
