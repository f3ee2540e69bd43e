"""Enrolments from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, func, insert, literal, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quad.academics.forms.files import EnrolmentRow
from quad.academics.importers.places import (
    ALIASES,
    Place,
    find_places,
    place_values,
    refuse_locked,
)
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy.base import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core import clock
from quad.core.db.types import enum_type
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.policy import Actor
from quad.institution.models import Term


class StagedEnrolment(Place):
    """One enrolment on its way in."""

    __tablename__ = "academics_staged_enrolment"

    status: Mapped[EnrolmentStatus] = mapped_column(
        enum_type(EnrolmentStatus), server_default=EnrolmentStatus.ENROLLED.value
    )
    enrolled_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)


def _prepare(row: EnrolmentRow) -> Mapping[str, Any]:
    gone = row.status is EnrolmentStatus.WITHDRAWN
    return {
        **place_values(row),
        "status": row.status,
        "enrolled_on": row.enrolled_on,
        "withdrawn_on": row.withdrawn_on if gone else None,
    }


def _resolve(db: Session, batch: Batch[StagedEnrolment]) -> None:
    staged = batch.rows
    find_places(db, batch)
    differs = batch.outdated(
        Enrolment.id == staged.enrolment_id,
        (Enrolment.status, staged.status),
        (Enrolment.enrolled_on, staged.enrolled_on),
        (Enrolment.withdrawn_on, staged.withdrawn_on),
    )
    batch.judge(db, exists=staged.enrolment_id.is_not(None), differs=differs)
    refuse_locked(db, batch)


def _apply(db: Session, batch: Batch[StagedEnrolment]) -> None:
    staged = batch.rows
    fresh = (
        select(
            staged.student_id,
            staged.offering_id,
            _attempt(staged),
            staged.status,
            func.coalesce(staged.enrolled_on, literal(clock.today())),
            staged.withdrawn_on,
        )
        .join(Offering, Offering.id == staged.offering_id)
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    names = ("student_id", "offering_id", "attempt", "status", "enrolled_on", "withdrawn_on")
    db.execute(insert(Enrolment).from_select(names, fresh))
    batch.change(
        db,
        Enrolment,
        Enrolment.id == staged.enrolment_id,
        status=staged.status,
        enrolled_on=func.coalesce(staged.enrolled_on, Enrolment.enrolled_on),
        withdrawn_on=staged.withdrawn_on,
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


def _attempt(staged: type[StagedEnrolment]) -> Any:
    """Count the enrolments in the same course up to the line: those kept, and those of the file's new lines."""
    there, kept = aliased(Offering), aliased(Enrolment)
    before = (
        select(func.count())
        .select_from(kept)
        .join(there, there.id == kept.offering_id)
        .where(there.course_id == Offering.course_id, kept.student_id == staged.student_id)
        .correlate(staged, Offering)
        .scalar_subquery()
    )
    course = (staged.student_id, Offering.course_id)
    return before + func.row_number().over(partition_by=course, order_by=staged.line)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Student.register_number.label("register_number"),
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            Enrolment.status.label("status"),
            Enrolment.enrolled_on.label("enrolled_on"),
            Enrolment.withdrawn_on.label("withdrawn_on"),
        )
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Course.live == 1, Student.live == 1)
        # Attempts are numbered in the order of the lines.
        .order_by(Enrolment.attempt, Enrolment.id)
    )


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
    order=25,
    current=_current,
)
