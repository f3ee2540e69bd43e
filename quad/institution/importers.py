"""Departments from a file: the smallest complete import, and the one to copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core import clock
from quad.core.db.model import acting_user
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.institution.forms import DepartmentRow
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, Department
from quad.institution.policy import IMPORT_DEPARTMENTS


class StagedDepartment(StagedRow):
    __tablename__ = "institution_staged_department"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    department_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: DepartmentRow) -> Mapping[str, Any]:
    return {"code": row.code, "code_key": row.code, "name": row.name, "sort_name": row.name}


def _resolve(db: Session, batch: Batch[StagedDepartment]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.department_id,
        select(Department.id).where(
            Department.code_key == staged.code_key, Department.deleted_at.is_(None)
        ),
    )
    differs = (
        select(
            Department.name.is_distinct_from(staged.name)
            | Department.code.is_distinct_from(staged.code)
        )
        .where(Department.id == staged.department_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.department_id.is_not(None), differs=differs)


def _apply(db: Session, batch: Batch[StagedDepartment]) -> None:
    staged = batch.rows
    names = ("code", "code_key", "name", "sort_name")
    columns = [getattr(staged, name) for name in names]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Department).from_select(names, fresh))
    changed = batch.having(Outcome.CHANGED)
    found = {
        name: select(func.min(getattr(staged, name)))
        .where(changed, staged.department_id == Department.id)
        .scalar_subquery()
        for name in names
    }
    ids = select(staged.department_id).where(changed)
    db.execute(
        update(Department)
        .where(Department.id.in_(ids))
        .values(
            **found,
            version=Department.version + 1,
            updated_at=clock.now(),
            updated_by=acting_user(),
        )
        .execution_options(synchronize_session=False)
    )


DEPARTMENTS = Importer(
    kind="departments",
    label=_l("Departments"),
    hint=_l("One department a line: its code and its name. Known codes get the new name."),
    permission=IMPORT_DEPARTMENTS,
    form=DepartmentRow,
    staged=StagedDepartment,
    key=(StagedDepartment.code_key,),
    key_field="code",
    aliases={
        "code": ("department code", "dept code", "dept"),
        "name": ("department", "department name"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={"code": "CSE", "name": "Computer Science and Engineering"},
    endpoint="institution.departments_list",
)
