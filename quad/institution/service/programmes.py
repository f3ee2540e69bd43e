from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import ProgrammeForm
from quad.institution.models import Department, GradingScheme, Programme
from quad.institution.service.common import Reason, require_unused, require_version


def add(db: Session, actor: Actor, form: ProgrammeForm) -> Programme:
    """Add a programme. Raises Forbidden, Invalid for an unknown department or scheme, Rejected for a taken code."""
    policy.ADD_PROGRAMME.require(actor)
    _require_free(db, form.code)
    _require_places(db, form.department_id, form.grading_scheme_id)
    row = Programme()
    _fill(row, form)
    db.add(row)
    db.flush()
    emit(db, facts.ProgrammeAdded(actor_id=actor.id, programme_id=row.id))
    return row


def change(db: Session, actor: Actor, programme_id: int, form: ProgrammeForm) -> Programme:
    """Change a programme. Raises as `add`, and NotFound and EditedMeanwhile."""
    row = policy.CHANGE_PROGRAMME.get(
        db, actor, programme_id, read=policy.READ_PROGRAMME, lock=True
    )
    require_version(row, form.version)
    _require_free(db, form.code, Programme.id != row.id)
    _require_places(db, form.department_id, form.grading_scheme_id)
    _fill(row, form)
    emit(db, facts.ProgrammeChanged(actor_id=actor.id, programme_id=row.id))
    return row


def delete(
    db: Session, actor: Actor, programme_id: int, reasons: Iterable[Reason] = ()
) -> Programme:
    """Hide a programme. Raises Rejected when anything named by `reasons` uses it."""
    row = policy.CHANGE_PROGRAMME.get(
        db, actor, programme_id, read=policy.READ_PROGRAMME, lock=True
    )
    require_unused(db, row.id, reasons)
    row.deleted_at = clock.now()
    emit(db, facts.ProgrammeDeleted(actor_id=actor.id, programme_id=row.id))
    return row


def restore(db: Session, actor: Actor, programme_id: int) -> Programme:
    """Bring a deleted programme back. Raises Rejected when its code is taken or its department deleted meanwhile."""
    row = policy.RESTORE_PROGRAMME.get(
        db, actor, programme_id, read=policy.READ_PROGRAMME, lock=True
    )
    if row.deleted_at is not None:
        _require_free(db, row.code)
        if _problems(db, row.department_id, row.grading_scheme_id):
            raise Rejected(_("Restore its department and its grading scheme first."))
        row.deleted_at = None
        emit(db, facts.ProgrammeRestored(actor_id=actor.id, programme_id=row.id))
    return row


def _fill(row: Programme, form: ProgrammeForm) -> None:
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name
    row.department_id = form.department_id
    row.grading_scheme_id = form.grading_scheme_id
    row.credits_required = form.credits_required
    row.duration_terms = form.duration_terms


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    query = select(Programme.id).where(
        Programme.code_key == code, Programme.deleted_at.is_(None), *others
    )
    if db.scalar(query) is not None:
        raise Rejected(_("Programme code already exists"))


def _require_places(db: Session, department_id: int, scheme_id: int) -> None:
    problems = _problems(db, department_id, scheme_id)
    if problems:
        raise Invalid(problems)


def _problems(db: Session, department_id: int, scheme_id: int) -> dict[str, str]:
    """Look at both rows under a lock, so that neither is deleted while the programme is written."""
    problems = {}
    department = select(Department.id).where(
        Department.id == department_id, Department.deleted_at.is_(None)
    )
    if db.scalar(department.with_for_update()) is None:
        problems["department_id"] = _("There is no such department.")
    scheme = select(GradingScheme.id).where(
        GradingScheme.id == scheme_id, GradingScheme.deleted_at.is_(None)
    )
    if db.scalar(scheme.with_for_update()) is None:
        problems["grading_scheme_id"] = _("There is no such grading scheme.")
    return problems
