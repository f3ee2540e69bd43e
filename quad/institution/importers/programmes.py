"""Programmes from a file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Select, String, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.types import BigId, Fixed, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import ProgrammeRow
from quad.institution.models import (
    CODE_LENGTH,
    NAME_LENGTH,
    Degree,
    Department,
    GradingScheme,
    Programme,
)
from quad.institution.policy import ADD_PROGRAMME
from quad.institution.service.named import find_departments

COLUMNS = (
    "code",
    "code_key",
    "name",
    "sort_name",
    "department_id",
    "grading_scheme_id",
    "degree_id",
    "credits_required",
    "duration_terms",
)
USUAL = (GradingScheme.is_default, GradingScheme.live == 1)


class StagedProgramme(StagedRow):
    """One programme on the way in, and what its names were found to be."""

    __tablename__ = "institution_staged_programme"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    department_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    scheme_key: Mapped[str | None] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    degree_key: Mapped[str | None] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    credits_required: Mapped[Decimal] = mapped_column(Fixed(2))
    duration_terms: Mapped[int] = mapped_column(Integer)
    department_id: Mapped[int | None] = mapped_column(BigId)
    grading_scheme_id: Mapped[int | None] = mapped_column(BigId)
    degree_id: Mapped[int | None] = mapped_column(BigId)
    programme_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: ProgrammeRow) -> Mapping[str, Any]:
    return {
        "code": row.code,
        "code_key": row.code,
        "name": row.name,
        "sort_name": row.name,
        "department_key": row.department,
        "scheme_key": row.grading_scheme,
        "degree_key": row.degree,
        "credits_required": row.credits_required,
        "duration_terms": row.duration_terms,
    }


def _resolve(db: Session, batch: Batch[StagedProgramme]) -> None:
    staged = batch.rows
    same = (Programme.code_key == staged.code_key, Programme.live == 1)
    batch.lookup(db, staged.programme_id, select(Programme.id).where(*same))
    _find(db, batch)
    _refuse(db, batch)
    kept = tuple(name for name in COLUMNS if not name.endswith("_key"))
    differs = batch.outdated(
        Programme.id == staged.programme_id,
        *((getattr(Programme, name), getattr(staged, name)) for name in kept),
    )
    batch.judge(db, exists=staged.programme_id.is_not(None), differs=differs)


def _find(db: Session, batch: Batch[StagedProgramme]) -> None:
    """Look up what the line names; a new programme without a scheme gets the usual one."""
    staged = batch.rows
    find_departments(db, batch)
    batch.lookup(
        db,
        staged.degree_id,
        select(Degree.id).where(Degree.code_key == staged.degree_key, Degree.live == 1),
    )
    batch.lookup(
        db,
        staged.grading_scheme_id,
        select(GradingScheme.id).where(
            GradingScheme.name_key == staged.scheme_key, GradingScheme.live == 1
        ),
    )


def _refuse(db: Session, batch: Batch[StagedProgramme]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.degree_key.is_not(None) & staged.degree_id.is_(None),
        _("There is no degree with the code “%(value)s”."),
        field="degree",
        value=staged.degree_key,
    )
    batch.refuse(
        db,
        staged.scheme_key.is_not(None) & staged.grading_scheme_id.is_(None),
        _("There is no grading scheme “%(value)s”."),
        field="grading_scheme",
        value=staged.scheme_key,
    )
    batch.refuse(
        db,
        staged.programme_id.is_(None)
        & staged.scheme_key.is_(None)
        & ~select(GradingScheme.id).where(*USUAL).exists(),
        _("No grading scheme is the usual one. Give the scheme of this programme."),
        field="grading_scheme",
    )


def _apply(db: Session, batch: Batch[StagedProgramme]) -> None:
    staged = batch.rows
    usual = select(func.min(GradingScheme.id)).where(*USUAL).scalar_subquery()
    columns = [
        func.coalesce(staged.grading_scheme_id, usual)
        if name == "grading_scheme_id"
        else getattr(staged, name)
        for name in COLUMNS
    ]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Programme).from_select(COLUMNS, fresh))
    values = batch.given(Programme, *COLUMNS)
    batch.change(
        db, Programme, Programme.id == staged.programme_id, **values, version=Programme.version + 1
    )


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Programme.code.label("code"),
            Programme.name.label("name"),
            Department.code.label("department"),
            Degree.code.label("degree"),
            GradingScheme.name.label("grading_scheme"),
            Programme.credits_required.label("credits_required"),
            Programme.duration_terms.label("duration_terms"),
        )
        .join(Department, Department.id == Programme.department_id)
        .join(GradingScheme, GradingScheme.id == Programme.grading_scheme_id)
        .outerjoin(Degree, Degree.id == Programme.degree_id)
        .where(Programme.live == 1)
        .order_by(Programme.id)
    )


PROGRAMMES = Importer(
    kind="programmes",
    label=_l("Programmes"),
    hint=_l("One programme a line. Its department, degree and grading scheme must be there."),
    permission=ADD_PROGRAMME,
    form=ProgrammeRow,
    staged=StagedProgramme,
    key=(StagedProgramme.code_key,),
    key_field="code",
    aliases={"credits_required": ("credits",), "duration_terms": ("terms", "semesters")},
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "code": "BTECH-CSE",
        "name": "Computer Science and Engineering",
        "department": "CSE",
        "credits_required": "160",
        "duration_terms": "8",
    },
    endpoint="institution.programmes_list",
    order=14,
    current=_current,
)
