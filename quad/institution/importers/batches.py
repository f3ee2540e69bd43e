"""Batches and their classes from a file: one class a line, or a batch without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, Select, String, and_, case, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch as Rows
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import BatchRow
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, Batch, ClassGroup, Programme
from quad.institution.policy import ADD_BATCH
from quad.institution.service.named import find_programmes

BATCH_COLUMNS = ("programme_id", "name", "name_key", "start_year", "graduation_year")


class StagedBatch(StagedRow):
    """One line: a batch, and one of its classes or none."""

    __tablename__ = "institution_staged_batch"

    programme_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    start_year: Mapped[int] = mapped_column(Integer)
    graduation_year: Mapped[int] = mapped_column(Integer)
    class_name: Mapped[str] = mapped_column(String(CODE_LENGTH))
    class_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    programme_id: Mapped[int | None] = mapped_column(BigId)
    batch_id: Mapped[int | None] = mapped_column(BigId)
    class_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: BatchRow) -> Mapping[str, Any]:
    return {
        "programme_key": row.programme,
        "name": row.name,
        "name_key": row.name,
        "start_year": row.start_year,
        "graduation_year": row.graduation_year,
        "class_name": row.class_name or "",
        "class_key": row.class_name or "",
    }


def _resolve(db: Session, rows: Rows[StagedBatch]) -> None:
    staged = rows.rows
    find_programmes(db, rows)
    _find(db, rows)
    rows.refuse(
        db,
        staged.graduation_year < staged.start_year,
        _("A batch cannot graduate before the year of admission."),
        field="graduation_year",
    )
    years = rows.outdated(
        Batch.id == staged.batch_id,
        (Batch.name, staged.name),
        (Batch.start_year, staged.start_year),
        (Batch.graduation_year, staged.graduation_year),
    )
    lacking = and_(staged.class_key != "", staged.class_id.is_(None))
    rows.judge(db, exists=staged.batch_id.is_not(None), differs=or_(lacking, years))


def _find(db: Session, rows: Rows[StagedBatch]) -> None:
    staged = rows.rows
    rows.lookup(
        db,
        staged.batch_id,
        select(Batch.id).where(
            Batch.programme_id == staged.programme_id,
            Batch.name_key == staged.name_key,
            Batch.live == 1,
        ),
    )
    rows.lookup(
        db,
        staged.class_id,
        select(ClassGroup.id).where(
            ClassGroup.batch_id == staged.batch_id,
            ClassGroup.name_key == staged.class_key,
            ClassGroup.live == 1,
        ),
    )


def _apply(db: Session, rows: Rows[StagedBatch]) -> None:
    staged = rows.rows
    # A batch stands on one line for each of its classes; the first of them makes it.
    first = (
        select(*(func.min(getattr(staged, name)) for name in BATCH_COLUMNS))
        .where(rows.having(Outcome.NEW))
        .group_by(staged.programme_id, staged.name_key)
        .order_by(func.min(staged.line))
    )
    db.execute(insert(Batch).from_select(BATCH_COLUMNS, first))
    rows.change(
        db,
        Batch,
        Batch.id == staged.batch_id,
        name=staged.name,
        start_year=staged.start_year,
        graduation_year=staged.graduation_year,
        version=Batch.version + 1,
    )
    _find(db, rows)
    classes = (
        select(staged.batch_id, staged.class_name, staged.class_key)
        .where(
            rows.having(Outcome.NEW, Outcome.CHANGED),
            staged.class_key != "",
            staged.class_id.is_(None),
        )
        .order_by(staged.line)
    )
    db.execute(insert(ClassGroup).from_select(("batch_id", "name", "name_key"), classes))


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    alive = and_(ClassGroup.batch_id == Batch.id, ClassGroup.live == 1)
    return (
        select(
            Programme.code.label("programme"),
            Batch.name.label("name"),
            Batch.start_year.label("start_year"),
            Batch.graduation_year.label("graduation_year"),
            case((ClassGroup.id.is_not(None), ClassGroup.name)).label("class_name"),
        )
        .join(Programme, Programme.id == Batch.programme_id)
        .outerjoin(ClassGroup, alive)
        .where(Batch.live == 1)
        .order_by(Batch.id, ClassGroup.id)
    )


BATCHES = Importer(
    kind="batches",
    label=_l("Batches and classes"),
    hint=_l(
        "One class of a batch a line; a batch without classes is one line with an empty class."
    ),
    permission=ADD_BATCH,
    form=BatchRow,
    staged=StagedBatch,
    key=(StagedBatch.programme_key, StagedBatch.name_key, StagedBatch.class_key),
    key_field="name",
    aliases={"name": ("batch",), "class_name": ("section",)},
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "programme": "BTECH-CSE",
        "name": "CSE 2024",
        "start_year": "2024",
        "graduation_year": "2028",
        "class_name": "A",
    },
    endpoint="institution.batches_list",
    order=15,
    current=_current,
)
