"""Where departments are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import CampusForm
from quad.institution.models import Campus, Department
from quad.institution.service.common import (
    Reason,
    require_unused,
    require_version,
    there_is,
    used_in,
)

IN_USE = used_in(
    Department.campus_id, _l("Departments are on this campus. Move or delete them first.")
)


def add(db: Session, actor: Actor, form: CampusForm) -> Campus:
    """Add a campus. Raises Forbidden, and Rejected when the code is taken."""
    policy.ADD_CAMPUS.require(actor)
    _require_free(db, form.code)
    row = Campus()
    _fill(row, form)
    db.add(row)
    db.flush()
    emit(db, facts.CampusAdded(actor_id=actor.id, campus_id=row.id))
    return row


def change(db: Session, actor: Actor, campus_id: int, form: CampusForm) -> Campus:
    """Change a campus. Raises as `add`, and NotFound and EditedMeanwhile."""
    row = policy.CHANGE_CAMPUS.get(db, actor, campus_id, read=policy.READ_CAMPUS, lock=True)
    require_version(row, form.version)
    _require_free(db, form.code, Campus.id != row.id)
    _fill(row, form)
    emit(db, facts.CampusChanged(actor_id=actor.id, campus_id=row.id))
    return row


def delete(db: Session, actor: Actor, campus_id: int, reasons: Iterable[Reason] = ()) -> Campus:
    """Hide a campus. Raises Rejected when departments, or anything named by `reasons`, use it."""
    row = policy.CHANGE_CAMPUS.get(db, actor, campus_id, read=policy.READ_CAMPUS, lock=True)
    require_unused(db, row.id, (*reasons, IN_USE))
    row.deleted_at = clock.now()
    emit(db, facts.CampusDeleted(actor_id=actor.id, campus_id=row.id))
    return row


def restore(db: Session, actor: Actor, campus_id: int) -> Campus:
    """Bring a deleted campus back. Raises Rejected when its code is taken meanwhile."""
    row = policy.RESTORE_CAMPUS.get(db, actor, campus_id, read=policy.READ_CAMPUS, lock=True)
    if row.deleted_at is not None:
        _require_free(db, row.code)
        row.deleted_at = None
        emit(db, facts.CampusRestored(actor_id=actor.id, campus_id=row.id))
    return row


def _fill(row: Campus, form: CampusForm) -> None:
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name
    row.city = form.city


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    if there_is(db, Campus, Campus.code_key == code, *others):
        raise Rejected(_("Campus code already exists"))
