from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import ProgrammeForm
from quad.institution.models import Batch, Degree, Department, GradingScheme, Programme
from quad.institution.service.common import (
    Reason,
    hold,
    require_unused,
    require_version,
    there_is,
    used_in,
)

HAS_BATCHES = used_in(
    Batch.programme_id, _l("Batches belong to this programme. Delete them first.")
)


def places(db: Session, programme_id: int) -> Any:
    """Return the names of a programme's department, degree (None without one) and scheme, deleted ones too."""
    return db.execute(
        select(
            Department.name.label("department"),
            Degree.name.label("degree"),
            GradingScheme.name.label("scheme"),
        )
        .select_from(Programme)
        .join(Department, Department.id == Programme.department_id)
        .join(GradingScheme, GradingScheme.id == Programme.grading_scheme_id)
        .outerjoin(Degree, Degree.id == Programme.degree_id)
        .where(Programme.id == programme_id)
    ).one()


def add(db: Session, actor: Actor, form: ProgrammeForm) -> Programme:
    """Add a programme. Raises Forbidden, Invalid for an unknown place, Rejected for a taken code."""
    policy.ADD_PROGRAMME.require(actor)
    _require_free(db, form.code)
    _require_places(db, form.department_id, form.grading_scheme_id, form.degree_id)
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
    _require_places(db, form.department_id, form.grading_scheme_id, form.degree_id)
    _fill(row, form)
    emit(db, facts.ProgrammeChanged(actor_id=actor.id, programme_id=row.id))
    return row


def delete(
    db: Session, actor: Actor, programme_id: int, reasons: Iterable[Reason] = ()
) -> Programme:
    """Hide a programme. Raises Rejected when batches, or anything named by `reasons`, use it."""
    row = policy.CHANGE_PROGRAMME.get(
        db, actor, programme_id, read=policy.READ_PROGRAMME, lock=True
    )
    require_unused(db, row.id, (*reasons, HAS_BATCHES))
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
        if _problems(db, row.department_id, row.grading_scheme_id, row.degree_id):
            raise Rejected(_("Restore its department, its grading scheme and its degree first."))
        row.deleted_at = None
        emit(db, facts.ProgrammeRestored(actor_id=actor.id, programme_id=row.id))
    return row


def _fill(row: Programme, form: ProgrammeForm) -> None:
    row.code = row.code_key = form.code
    row.name = row.sort_name = form.name
    row.department_id = form.department_id
    row.grading_scheme_id = form.grading_scheme_id
    row.degree_id = form.degree_id
    row.credits_required = form.credits_required
    row.duration_terms = form.duration_terms


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    if there_is(db, Programme, Programme.code_key == code, *others):
        raise Rejected(_("Programme code already exists"))


def _require_places(db: Session, department_id: int, scheme_id: int, degree_id: int | None) -> None:
    problems = _problems(db, department_id, scheme_id, degree_id)
    if problems:
        raise Invalid(problems)


def _problems(
    db: Session, department_id: int, scheme_id: int, degree_id: int | None
) -> dict[str, str]:
    """Look at the rows under a lock, so that none is deleted while the programme is written."""
    problems = {}
    if hold(db, Department, department_id) is None:
        problems["department_id"] = _("There is no such department.")
    if hold(db, GradingScheme, scheme_id) is None:
        problems["grading_scheme_id"] = _("There is no such grading scheme.")
    if degree_id is not None and hold(db, Degree, degree_id) is None:
        problems["degree_id"] = _("There is no such degree.")
    return problems
