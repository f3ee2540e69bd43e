"""Enrolments from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from quad.academics.forms import EnrolmentRow
from quad.academics.importers.places import ALIASES, Place, find_places, place_values
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core import clock
from quad.core.db.model import acting_user
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome


class StagedEnrolment(Place):
    """One enrolment on its way in."""

    __tablename__ = "academics_staged_enrolment"


def _prepare(row: EnrolmentRow) -> Mapping[str, Any]:
    return place_values(row)


def _resolve(db: Session, batch: Batch[StagedEnrolment]) -> None:
    staged = batch.rows
    find_places(db, batch)
    withdrawn = (
        select(Enrolment.status == EnrolmentStatus.WITHDRAWN)
        .where(Enrolment.id == staged.enrolment_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.enrolment_id.is_not(None), differs=withdrawn)


def _apply(db: Session, batch: Batch[StagedEnrolment]) -> None:
    staged = batch.rows
    fresh = (
        select(staged.student_id, staged.offering_id, _attempt(batch), literal(clock.today()))
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    names = ("student_id", "offering_id", "attempt", "enrolled_on")
    db.execute(insert(Enrolment).from_select(names, fresh))
    db.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(select(staged.enrolment_id).where(batch.having(Outcome.CHANGED))))
        .values(
            status=EnrolmentStatus.ENROLLED,
            withdrawn_on=None,
            updated_at=clock.now(),
            updated_by=acting_user(),
        )
        .execution_options(synchronize_session=False)
    )
    touched = db.scalars(
        select(Enrolment.id)
        .join(
            staged,
            (staged.student_id == Enrolment.student_id)
            & (staged.offering_id == Enrolment.offering_id),
        )
        .where(batch.having(Outcome.NEW, Outcome.CHANGED))
    ).all()
    rollups.lock_enrolments(db, touched)
    rollups.refresh(db, touched)


def _attempt(batch: Batch[StagedEnrolment]) -> Any:
    """Count the earlier enrolments in the same course: those kept, and those of earlier lines of the file."""
    staged = batch.rows
    here, there = aliased(Offering), aliased(Offering)
    earlier, line = aliased(Enrolment), aliased(StagedEnrolment)
    kept = (
        select(func.count())
        .select_from(earlier)
        .join(there, there.id == earlier.offering_id)
        .join(here, here.course_id == there.course_id)
        .where(here.id == staged.offering_id, earlier.student_id == staged.student_id)
        .correlate(staged)
        .scalar_subquery()
    )
    before = (
        select(func.count())
        .select_from(line)
        .join(there, there.id == line.offering_id)
        .join(here, here.course_id == there.course_id)
        .where(
            here.id == staged.offering_id,
            line.import_id == batch.import_id,
            line.outcome == Outcome.NEW,
            line.student_id == staged.student_id,
            line.line < staged.line,
        )
        .correlate(staged)
        .scalar_subquery()
    )
    return kept + before + 1


ENROLMENTS = Importer(
    kind="enrolments",
    label=_l("Enrolments"),
    hint=_l("One student in one offering a line. Who is enrolled already stays so."),
    permission=MARKS_IMPORT,
    form=EnrolmentRow,
    staged=StagedEnrolment,
    key=(
        StagedEnrolment.register_key,
        StagedEnrolment.course_key,
        StagedEnrolment.term_key,
        StagedEnrolment.section,
    ),
    key_field="register_number",
    aliases=ALIASES,
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
    },
    endpoint="academics.offerings_index",
)
