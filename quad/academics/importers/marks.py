"""Marks from a file. A mark that differs supersedes the one that stands; the reason says that a file brought it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms import MarkRow, read_cell
from quad.academics.importers.places import ALIASES, Place, find_places, place_values
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus
from quad.academics.policy import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core.db.types import BigId, Fixed, NormalisedKey, rounded
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome


class StagedMark(Place):
    """One mark on its way in; `fine` says that it has no more than two decimals."""

    __tablename__ = "academics_staged_mark"

    component_key: Mapped[str] = mapped_column(NormalisedKey(80))
    value: Mapped[Decimal | None] = mapped_column(Fixed(2))
    absent: Mapped[bool] = mapped_column(Boolean)
    fine: Mapped[bool] = mapped_column(Boolean)
    component_id: Mapped[int | None] = mapped_column(BigId)
    maximum: Mapped[Decimal | None] = mapped_column(Fixed(2))
    mark_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: MarkRow) -> Mapping[str, Any]:
    value, absent = read_cell(row.value)
    exact = None if value is None else rounded(value)
    return {
        **place_values(row),
        "component_key": row.component,
        "value": exact,
        "absent": absent,
        "fine": value == exact,
    }


def _resolve(db: Session, batch: Batch[StagedMark]) -> None:
    staged = batch.rows
    find_places(db, batch)
    known = (
        Component.offering_id == staged.offering_id,
        Component.name_key == staged.component_key,
    )
    batch.lookup(db, staged.component_id, select(Component.id).where(*known))
    batch.lookup(db, staged.maximum, select(Component.maximum).where(*known))
    batch.lookup(
        db,
        staged.mark_id,
        select(Mark.id).where(
            Mark.enrolment_id == staged.enrolment_id,
            Mark.component_id == staged.component_id,
            Mark.current == 1,
        ),
    )
    _refuse(db, batch)
    differs = (
        select(
            Mark.value.is_distinct_from(staged.value) | Mark.absent.is_distinct_from(staged.absent)
        )
        .where(Mark.id == staged.mark_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.mark_id.is_not(None), differs=differs)


def _refuse(db: Session, batch: Batch[StagedMark]) -> None:
    staged = batch.rows
    found = staged.student_id.is_not(None) & staged.offering_id.is_not(None)
    taken = select(Enrolment.id).where(
        Enrolment.id == staged.enrolment_id, Enrolment.status == EnrolmentStatus.ENROLLED
    )
    batch.refuse(
        db,
        found & ~taken.correlate(staged).exists(),
        _("%(value)s is not on the roster of this offering."),
        field="register_number",
        value=staged.register_key,
    )
    batch.refuse(
        db,
        staged.offering_id.is_not(None) & staged.component_id.is_(None),
        _("This offering has no component “%(value)s”."),
        field="component",
        value=staged.component_key,
    )
    batch.refuse(
        db,
        staged.value > staged.maximum,
        _("The mark is above the maximum of %(value)s."),
        field="value",
        value=_in_words(staged.maximum),
    )
    batch.refuse(db, staged.value < Decimal(0), _("A mark is 0 or more."), field="value")
    batch.refuse(db, ~staged.fine, _("Use at most 2 decimals."), field="value")


def _in_words(amount: Any) -> Any:
    """Write a scaled number with its two decimals (30.00), in SQL."""
    scaled = type_coerce(amount, BigInteger)
    cents = func.substr(cast(scaled % 100 + 100, String(10)), 2, 2)
    return cast(scaled // 100, String(20)) + literal(".", String(1)) + cents


def _apply(db: Session, batch: Batch[StagedMark]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    touched = db.scalars(select(staged.enrolment_id).where(wanted).distinct()).all()
    enrolments = [found for found in touched if found is not None]
    rollups.lock_enrolments(db, enrolments)
    db.execute(
        update(Mark)
        .where(Mark.id.in_(select(staged.mark_id).where(batch.having(Outcome.CHANGED))))
        .values(current=None)
        .execution_options(synchronize_session=False)
    )
    reason = literal(_("Import %(number)s", number=batch.import_id), String(300))
    fresh = (
        select(
            staged.enrolment_id,
            staged.component_id,
            staged.value,
            staged.absent,
            staged.mark_id,
            reason,
        )
        .where(wanted)
        .order_by(staged.line)
    )
    names = ("enrolment_id", "component_id", "value", "absent", "supersedes_id", "reason")
    db.execute(insert(Mark).from_select(names, fresh))
    rollups.refresh(db, enrolments)


MARKS = Importer(
    kind="marks",
    label=_l("Marks"),
    hint=_l("One mark a line: a number, or AB for absent. The student must be on the roster."),
    permission=MARKS_IMPORT,
    form=MarkRow,
    staged=StagedMark,
    key=(
        StagedMark.register_key,
        StagedMark.course_key,
        StagedMark.term_key,
        StagedMark.section,
        StagedMark.component_key,
    ),
    key_field="register_number",
    aliases={**ALIASES, "component": ("assessment",), "value": ("mark", "marks", "score")},
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
        "component": "Internal 1",
        "value": "27.5",
    },
    endpoint="academics.offerings_index",
)
