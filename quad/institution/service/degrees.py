"""What programmes end in."""

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
from quad.institution.forms import DegreeForm
from quad.institution.models import Degree, Programme
from quad.institution.service.common import (
    Reason,
    require_unused,
    require_version,
    there_is,
    used_in,
)

IN_USE = used_in(
    Programme.degree_id, _l("Programmes end in this degree. Change or delete them first.")
)


def add(db: Session, actor: Actor, form: DegreeForm) -> Degree:
    """Add a degree. Raises Forbidden, and Rejected when the code is taken."""
    policy.ADD_DEGREE.require(actor)
    _require_free(db, form.code)
    row = Degree()
    _fill(row, form)
    db.add(row)
    db.flush()
    emit(db, facts.DegreeAdded(actor_id=actor.id, degree_id=row.id))
    return row


def change(db: Session, actor: Actor, degree_id: int, form: DegreeForm) -> Degree:
    """Change a degree. Raises as `add`, and NotFound and EditedMeanwhile."""
    row = policy.CHANGE_DEGREE.get(db, actor, degree_id, read=policy.READ_DEGREE, lock=True)
    require_version(row, form.version)
    _require_free(db, form.code, Degree.id != row.id)
    _fill(row, form)
    emit(db, facts.DegreeChanged(actor_id=actor.id, degree_id=row.id))
    return row


def delete(db: Session, actor: Actor, degree_id: int, reasons: Iterable[Reason] = ()) -> Degree:
    """Hide a degree. Raises Rejected when programmes, or anything named by `reasons`, use it."""
    row = policy.CHANGE_DEGREE.get(db, actor, degree_id, read=policy.READ_DEGREE, lock=True)
    require_unused(db, row.id, (*reasons, IN_USE))
    row.deleted_at = clock.now()
    emit(db, facts.DegreeDeleted(actor_id=actor.id, degree_id=row.id))
    return row


def restore(db: Session, actor: Actor, degree_id: int) -> Degree:
    """Bring a deleted degree back. Raises Rejected when its code is taken meanwhile."""
    row = policy.RESTORE_DEGREE.get(db, actor, degree_id, read=policy.READ_DEGREE, lock=True)
    if row.deleted_at is not None:
        _require_free(db, row.code)
        row.deleted_at = None
        emit(db, facts.DegreeRestored(actor_id=actor.id, degree_id=row.id))
    return row


def _fill(row: Degree, form: DegreeForm) -> None:
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name
    row.level = form.level


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    if there_is(db, Degree, Degree.code_key == code, *others):
        raise Rejected(_("Degree code already exists"))
