"""Departments and campuses from files: the smallest complete imports, and the ones to copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import DepartmentRow
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, Campus, Department
from quad.institution.policy import IMPORT_DEPARTMENTS


class StagedDepartment(StagedRow):
    """One department on the way in."""

    __tablename__ = "institution_staged_department"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    campus_key: Mapped[str | None] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    campus_id: Mapped[int | None] = mapped_column(BigId)
    department_id: Mapped[int | None] = mapped_column(BigId)


NAMES = ("code", "code_key", "name", "sort_name", "campus_id")


def _prepare(row: DepartmentRow) -> Mapping[str, Any]:
    return {
        "code": row.code,
        "code_key": row.code,
        "name": row.name,
        "sort_name": row.name,
        "campus_key": row.campus,
    }


def _resolve(db: Session, batch: Batch[StagedDepartment]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.department_id,
        select(Department.id).where(Department.code_key == staged.code_key, Department.live == 1),
    )
    batch.lookup(
        db,
        staged.campus_id,
        select(Campus.id).where(Campus.code_key == staged.campus_key, Campus.live == 1),
    )
    batch.refuse(
        db,
        staged.campus_key.is_not(None) & staged.campus_id.is_(None),
        _("There is no campus with the code “%(value)s”."),
        field="campus",
        value=staged.campus_key,
    )
    differs = batch.outdated(
        Department.id == staged.department_id,
        (Department.name, staged.name),
        (Department.code, staged.code),
        (Department.campus_id, staged.campus_id),
    )
    batch.judge(db, exists=staged.department_id.is_not(None), differs=differs)


def _apply(db: Session, batch: Batch[StagedDepartment]) -> None:
    staged = batch.rows
    columns = [getattr(staged, name) for name in NAMES]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Department).from_select(NAMES, fresh))
    batch.change(
        db,
        Department,
        Department.id == staged.department_id,
        **batch.given(Department, *NAMES),
        version=Department.version + 1,
    )


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Department.code.label("code"),
            Department.name.label("name"),
            Campus.code.label("campus"),
        )
        .outerjoin(Campus, Campus.id == Department.campus_id)
        .where(Department.live == 1)
        .order_by(Department.id)
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
    order=12,
    current=_current,
)
