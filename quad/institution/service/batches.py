"""Batches: who began a programme in one year."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import BatchForm
from quad.institution.models import NAME_LENGTH, Batch, ClassGroup, Programme
from quad.institution.service.common import (
    Reason,
    hold,
    require_unused,
    require_version,
    there_is,
    used_in,
)

TERMS_A_YEAR = 2
HAS_CLASSES = used_in(
    ClassGroup.batch_id, _l("Classes belong to this batch. Move or delete them first.")
)


def add(db: Session, actor: Actor, form: BatchForm) -> Batch:
    """Add a batch. Raises Forbidden, Invalid for an unknown programme, wrong years or a name in use."""
    policy.ADD_BATCH.require(actor)
    row = Batch()
    _fill(db, row, form)
    db.add(row)
    db.flush()
    emit(db, facts.BatchAdded(actor_id=actor.id, batch_id=row.id))
    return row


def change(
    db: Session, actor: Actor, batch_id: int, form: BatchForm, reasons: Iterable[Reason] = ()
) -> Batch:
    """Change a batch. Its students keep their own years; its programme stays while `reasons` name students in it.

    Raises as `add`, and NotFound, EditedMeanwhile and Rejected.
    """
    row = policy.CHANGE_BATCH.get(db, actor, batch_id, read=policy.READ_BATCH, lock=True)
    require_version(row, form.version)
    if form.programme_id != row.programme_id:
        require_unused(db, row.id, reasons)
    _fill(db, row, form, Batch.id != row.id)
    emit(db, facts.BatchChanged(actor_id=actor.id, batch_id=row.id))
    return row


def delete(db: Session, actor: Actor, batch_id: int, reasons: Iterable[Reason] = ()) -> Batch:
    """Hide a batch. Raises Rejected when classes, or anything named by `reasons`, belong to it."""
    row = policy.CHANGE_BATCH.get(db, actor, batch_id, read=policy.READ_BATCH, lock=True)
    require_unused(db, row.id, (*reasons, HAS_CLASSES))
    row.deleted_at = clock.now()
    emit(db, facts.BatchDeleted(actor_id=actor.id, batch_id=row.id))
    return row


def restore(db: Session, actor: Actor, batch_id: int) -> Batch:
    """Bring a deleted batch back. Raises Rejected when its name is taken or its programme deleted meanwhile."""
    row = policy.RESTORE_BATCH.get(db, actor, batch_id, read=policy.READ_BATCH, lock=True)
    if row.deleted_at is not None:
        if hold(db, Programme, row.programme_id) is None:
            raise Rejected(_("Restore its programme first."))
        if _taken(db, row.programme_id, row.name):
            raise Rejected(_("This programme has a batch of this name already."))
        row.deleted_at = None
        emit(db, facts.BatchRestored(actor_id=actor.id, batch_id=row.id))
    return row


def years_of(programme: Programme) -> int:
    """Return how many years a programme takes; two terms make a year, a part of one counts."""
    return -(-programme.duration_terms // TERMS_A_YEAR)


def _fill(db: Session, row: Batch, form: BatchForm, *others: ColumnElement[bool]) -> None:
    programme = hold(db, Programme, form.programme_id)
    if programme is None:
        raise Invalid({"programme_id": _("There is no such programme.")})
    ends = form.graduation_year or form.start_year + years_of(programme)
    if ends < form.start_year:
        raise Invalid(
            {"graduation_year": _("A batch cannot graduate before the year of admission.")}
        )
    name = form.name or f"{programme.code} {form.start_year}"[:NAME_LENGTH]
    if _taken(db, programme.id, name, *others):
        raise Invalid({"name": _("This programme has a batch of this name already.")})
    row.programme_id = programme.id
    row.start_year, row.graduation_year = form.start_year, ends
    row.name = row.name_key = name


def _taken(db: Session, programme_id: int, name: str, *others: ColumnElement[bool]) -> bool:
    return there_is(db, Batch, Batch.programme_id == programme_id, Batch.name_key == name, *others)
