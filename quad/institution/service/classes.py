"""Classes: the parts of a batch that sit together."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import ClassForm
from quad.institution.models import Batch, ClassGroup
from quad.institution.service.common import (
    Reason,
    hold,
    require_unused,
    require_version,
    there_is,
)


def add(db: Session, actor: Actor, form: ClassForm) -> ClassGroup:
    """Add a class. Raises Forbidden, Invalid for an unknown batch or a name in use."""
    policy.ADD_CLASS.require(actor)
    row = ClassGroup()
    _fill(db, row, form)
    db.add(row)
    db.flush()
    emit(db, facts.ClassAdded(actor_id=actor.id, class_id=row.id))
    return row


def change(
    db: Session, actor: Actor, class_id: int, form: ClassForm, reasons: Iterable[Reason] = ()
) -> ClassGroup:
    """Change a class; its batch stays while `reasons` name students in it.

    Raises as `add`, and NotFound, EditedMeanwhile and Rejected.
    """
    row = policy.CHANGE_CLASS.get(db, actor, class_id, read=policy.READ_CLASS, lock=True)
    require_version(row, form.version)
    if form.batch_id != row.batch_id:
        require_unused(db, row.id, reasons)
    _fill(db, row, form, ClassGroup.id != row.id)
    emit(db, facts.ClassChanged(actor_id=actor.id, class_id=row.id))
    return row


def delete(db: Session, actor: Actor, class_id: int, reasons: Iterable[Reason] = ()) -> ClassGroup:
    """Hide a class. Raises Rejected when anything named by `reasons` belongs to it."""
    row = policy.CHANGE_CLASS.get(db, actor, class_id, read=policy.READ_CLASS, lock=True)
    require_unused(db, row.id, reasons)
    row.deleted_at = clock.now()
    emit(db, facts.ClassDeleted(actor_id=actor.id, class_id=row.id))
    return row


def restore(db: Session, actor: Actor, class_id: int) -> ClassGroup:
    """Bring a deleted class back. Raises Rejected when its name is taken or its batch deleted meanwhile."""
    row = policy.RESTORE_CLASS.get(db, actor, class_id, read=policy.READ_CLASS, lock=True)
    if row.deleted_at is not None:
        if hold(db, Batch, row.batch_id) is None:
            raise Rejected(_("Restore its batch first."))
        if _taken(db, row.batch_id, row.name):
            raise Rejected(_("This batch has a class of this name already."))
        row.deleted_at = None
        emit(db, facts.ClassRestored(actor_id=actor.id, class_id=row.id))
    return row


def _fill(db: Session, row: ClassGroup, form: ClassForm, *others: ColumnElement[bool]) -> None:
    if hold(db, Batch, form.batch_id) is None:
        raise Invalid({"batch_id": _("There is no such batch.")})
    if _taken(db, form.batch_id, form.name, *others):
        raise Invalid({"name": _("This batch has a class of this name already.")})
    row.batch_id = form.batch_id
    row.name = row.name_key = form.name


def _taken(db: Session, batch_id: int, name: str, *others: ColumnElement[bool]) -> bool:
    return there_is(
        db, ClassGroup, ClassGroup.batch_id == batch_id, ClassGroup.name_key == name, *others
    )
