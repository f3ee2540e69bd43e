"""Marks from a file. A mark that differs supersedes the one that stands; the reason says that a file brought it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.marks import ABSENT, MarkRow, read_cell
from quad.academics.importers.places import (
    ALIASES,
    Place,
    find_places,
    place_values,
    refuse_locked,
)
from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    Offering,
)
from quad.academics.policy.base import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core.db.types import BigId, Fixed, NormalisedKey, rounded
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.policy import Actor
from quad.institution.models import Term


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
    refuse_locked(db, batch)


def _refuse(db: Session, batch: Batch[StagedMark]) -> None:
    staged = batch.rows
    # Marks of somebody who withdrew are history, and a whole record brings them along.
    batch.refuse(
        db,
        staged.student_id.is_not(None)
        & staged.offering_id.is_not(None)
        & staged.enrolment_id.is_(None),
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
        value=_written(staged.maximum),
    )
    batch.refuse(db, staged.value < Decimal(0), _("A mark is 0 or more."), field="value")
    batch.refuse(db, ~staged.fine, _("Use at most 2 decimals."), field="value")


def _written(amount: Any) -> Any:
    """Write a scaled number with its two decimals (30.00), in SQL."""
    scaled = type_coerce(amount, BigInteger)
    cents = func.substr(cast(scaled % 100 + 100, String(10)), 2, 2)
    return cast(scaled // 100, String(20)) + literal(".", String(1)) + cents


def _hold_offerings(db: Session, batch: Batch[StagedMark]) -> None:
    """Marks of one offering are written one after the other (see service/marks), from files as well."""
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    ids = db.scalars(select(batch.rows.offering_id).where(wanted).distinct()).all()
    for chunk in rollups.chunks(found for found in ids if found is not None):
        db.execute(
            select(Offering.id)
            .where(Offering.id.in_(chunk))
            .order_by(Offering.id)
            .with_for_update()
        ).all()


def _apply(db: Session, batch: Batch[StagedMark]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    touched = db.scalars(select(staged.enrolment_id).where(wanted).distinct()).all()
    enrolments = [found for found in touched if found is not None]
    _hold_offerings(db, batch)
    rollups.lock_enrolments(db, enrolments)
    batch.change(db, Mark, Mark.id == staged.mark_id, current=None)
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


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Student.register_number.label("register_number"),
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            Component.name.label("component"),
            case((Mark.absent, literal(ABSENT)), else_=_written(Mark.value)).label("value"),
        )
        .join(Component, Component.id == Mark.component_id)
        .join(Enrolment, Enrolment.id == Mark.enrolment_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Mark.current == 1,
            Mark.value.is_not(None) | Mark.absent,
            Course.live == 1,
            Student.live == 1,
        )
        .order_by(Mark.id)
    )


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
    order=26,
    current=_current,
)
