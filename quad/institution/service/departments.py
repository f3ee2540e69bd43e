from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import DepartmentForm
from quad.institution.models import Department, Programme
from quad.institution.service.common import Reason, require_unused, require_version


def add(db: Session, actor: Actor, form: DepartmentForm) -> Department:
    """Add a department. Raises Forbidden, and Rejected when the code is taken."""
    policy.ADD_DEPARTMENT.require(actor)
    _require_free(db, form.code)
    row = Department()
    _fill(row, form)
    db.add(row)
    db.flush()
    emit(db, facts.DepartmentAdded(actor_id=actor.id, department_id=row.id))
    return row


def change(db: Session, actor: Actor, department_id: int, form: DepartmentForm) -> Department:
    """Change code and name. Raises NotFound, Forbidden, EditedMeanwhile, and Rejected when the code is taken."""
    row = policy.CHANGE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    require_version(row, form.version)
    _require_free(db, form.code, Department.id != row.id)
    _fill(row, form)
    emit(db, facts.DepartmentChanged(actor_id=actor.id, department_id=row.id))
    return row


def delete(
    db: Session, actor: Actor, department_id: int, reasons: Iterable[Reason] = ()
) -> Department:
    """Hide a department. Raises Rejected when programmes, or anything named by `reasons`, stand in it."""
    row = policy.CHANGE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    require_unused(db, row.id, (*reasons, _programmes))
    row.deleted_at = clock.now()
    emit(db, facts.DepartmentDeleted(actor_id=actor.id, department_id=row.id))
    return row


def restore(db: Session, actor: Actor, department_id: int) -> Department:
    """Bring a deleted department back. Raises Rejected when its code is taken meanwhile."""
    row = policy.RESTORE_DEPARTMENT.get(
        db, actor, department_id, read=policy.READ_DEPARTMENT, lock=True
    )
    if row.deleted_at is not None:
        _require_free(db, row.code)
        row.deleted_at = None
        emit(db, facts.DepartmentRestored(actor_id=actor.id, department_id=row.id))
    return row


def _fill(row: Department, form: DepartmentForm) -> None:
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    query = select(Department.id).where(
        Department.code_key == code, Department.deleted_at.is_(None), *others
    )
    if db.scalar(query) is not None:
        raise Rejected(_("Department code already exists"))


def _programmes(db: Session, department_id: int) -> str | None:
    used = exists().where(Programme.department_id == department_id, Programme.deleted_at.is_(None))
    if db.scalar(select(used)):
        return _("Programmes belong to this department. Move or delete them first.")
    return None
