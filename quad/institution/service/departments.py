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
from quad.institution.forms import DepartmentForm
from quad.institution.models import Campus, Department, Programme
from quad.institution.service.common import (
    Reason,
    hold,
    require_unused,
    require_version,
    there_is,
    used_in,
)

HAS_PROGRAMMES = used_in(
    Programme.department_id,
    _l("Programmes belong to this department. Move or delete them first."),
)


def add(db: Session, actor: Actor, form: DepartmentForm) -> Department:
    """Add a department. Raises Forbidden, Invalid for an unknown campus, Rejected when the code is taken."""
    policy.ADD_DEPARTMENT.require(actor)
    _require_free(db, form.code)
    row = Department()
    _fill(db, row, form)
    db.add(row)
    db.flush()
    emit(db, facts.DepartmentAdded(actor_id=actor.id, department_id=row.id))
    return row


def change(db: Session, actor: Actor, department_id: int, form: DepartmentForm) -> Department:
    """Change a department. Raises as `add`, and NotFound and EditedMeanwhile."""
    row = policy.CHANGE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    require_version(row, form.version)
    _require_free(db, form.code, Department.id != row.id)
    _fill(db, row, form)
    emit(db, facts.DepartmentChanged(actor_id=actor.id, department_id=row.id))
    return row


def delete(
    db: Session, actor: Actor, department_id: int, reasons: Iterable[Reason] = ()
) -> Department:
    """Hide a department. Raises Rejected when programmes, or anything named by `reasons`, stand in it."""
    row = policy.CHANGE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    require_unused(db, row.id, (*reasons, HAS_PROGRAMMES))
    row.deleted_at = clock.now()
    emit(db, facts.DepartmentDeleted(actor_id=actor.id, department_id=row.id))
    return row


def restore(db: Session, actor: Actor, department_id: int) -> Department:
    """Bring a deleted department back. Raises Rejected when its code is taken or its campus deleted meanwhile."""
    row = policy.RESTORE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    if row.deleted_at is not None:
        _require_free(db, row.code)
        if row.campus_id is not None and hold(db, Campus, row.campus_id) is None:
            raise Rejected(_("Restore its campus first."))
        row.deleted_at = None
        emit(db, facts.DepartmentRestored(actor_id=actor.id, department_id=row.id))
    return row


def _fill(db: Session, row: Department, form: DepartmentForm) -> None:
    if form.campus_id is not None and hold(db, Campus, form.campus_id) is None:
        raise Invalid({"campus_id": _("There is no such campus.")})
    row.campus_id = form.campus_id
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    if there_is(db, Department, Department.code_key == code, *others):
        raise Rejected(_("Department code already exists"))
