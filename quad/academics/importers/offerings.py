"""Offerings from a file: which course runs in which term, in which section, with whom."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, String, func, insert, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.files import OfferingRow
from quad.academics.models.people import Teacher
from quad.academics.models.teaching import Course, Enrolment, Offering, ResultState, Weighting
from quad.academics.policy.base import COURSE_IMPORT
from quad.academics.service import rollups
from quad.core.db.types import BigId, Fixed, NormalisedKey, enum_type
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term

HALF = Decimal(50)
GIVEN = ("faculty_id", "weighting", "exam_share")


class StagedOffering(StagedRow):
    """One offering on the way in, and what its names were found to be."""

    __tablename__ = "academics_staged_offering"

    course_key: Mapped[str] = mapped_column(NormalisedKey(40))
    term_key: Mapped[str] = mapped_column(NormalisedKey(60))
    section: Mapped[str] = mapped_column(String(8))
    teacher_email: Mapped[str | None] = mapped_column(String(254))
    weighting: Mapped[Weighting | None] = mapped_column(enum_type(Weighting))
    exam_share: Mapped[Decimal | None] = mapped_column(Fixed(2))
    course_id: Mapped[int | None] = mapped_column(BigId)
    term_id: Mapped[int | None] = mapped_column(BigId)
    faculty_id: Mapped[int | None] = mapped_column(BigId)
    offering_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: OfferingRow) -> Mapping[str, Any]:
    return {
        "course_key": row.course,
        "term_key": row.term,
        "section": row.section.upper(),
        "teacher_email": row.teacher,
        "weighting": row.weighting,
        "exam_share": row.exam_share,
    }


def _resolve(db: Session, batch: Batch[StagedOffering]) -> None:
    staged = batch.rows
    _find(db, batch)
    for column, field, key, sentence in (
        (staged.course_id, "course", staged.course_key, _("There is no course “%(value)s”.")),
        (staged.term_id, "term", staged.term_key, _("There is no term “%(value)s”.")),
    ):
        batch.refuse(db, column.is_(None), sentence, field=field, value=key)
    batch.refuse(
        db,
        staged.teacher_email.is_not(None) & staged.faculty_id.is_(None),
        _("No teacher has the address %(value)s."),
        field="teacher",
        value=staged.teacher_email,
    )
    locked = select(Offering.id).where(
        Offering.id == staged.offering_id,
        Offering.state == ResultState.LOCKED,
        (staged.weighting.is_not(None) & (Offering.weighting != staged.weighting))
        | (staged.exam_share.is_not(None) & (Offering.exam_share != staged.exam_share)),
    )
    batch.refuse(
        db,
        locked.correlate(staged).exists(),
        _("The results of “%(value)s” are locked. Reopen them first."),
        field="course",
        value=staged.course_key,
    )
    differs = batch.outdated(
        Offering.id == staged.offering_id,
        *((getattr(Offering, name), getattr(staged, name)) for name in GIVEN),
    )
    batch.judge(db, exists=staged.offering_id.is_not(None), differs=differs)


def _find(db: Session, batch: Batch[StagedOffering]) -> None:
    staged = batch.rows
    course = (Course.code_key == staged.course_key, Course.live == 1)
    batch.lookup(db, staged.course_id, select(Course.id).where(*course))
    term = (Term.code_key == staged.term_key, Term.live == 1)
    batch.lookup(db, staged.term_id, select(Term.id).where(*term))
    batch.lookup(
        db,
        staged.faculty_id,
        select(User.id)
        .join(Teacher, Teacher.user_id == User.id)
        .where(
            User.email == staged.teacher_email,
            User.live == 1,
            Teacher.live == 1,
        ),
    )
    batch.lookup(
        db,
        staged.offering_id,
        select(Offering.id).where(
            Offering.course_id == staged.course_id,
            Offering.term_id == staged.term_id,
            Offering.section == staged.section,
        ),
    )


def _apply(db: Session, batch: Batch[StagedOffering]) -> None:
    staged = batch.rows
    fresh = (
        select(
            staged.course_id,
            staged.term_id,
            staged.section,
            Course.department_id,
            staged.faculty_id,
            func.coalesce(staged.weighting, literal(Weighting.WEIGHTS.value, String(30))),
            func.coalesce(staged.exam_share, literal(HALF, Fixed(2))),
        )
        .join(Course, Course.id == staged.course_id)
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    names = ("course_id", "term_id", "section", "department_id", *GIVEN)
    db.execute(insert(Offering).from_select(names, fresh))
    values = batch.given(Offering, *GIVEN)
    batch.change(
        db, Offering, Offering.id == staged.offering_id, **values, version=Offering.version + 1
    )
    touched = db.scalars(
        select(Enrolment.id)
        .join(staged, staged.offering_id == Enrolment.offering_id)
        .where(batch.having(Outcome.CHANGED))
    ).all()
    rollups.lock_enrolments(db, touched)
    rollups.refresh(db, touched)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            User.email.label("teacher"),
            Offering.weighting.label("weighting"),
            Offering.exam_share.label("exam_share"),
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .where(Course.live == 1, Term.live == 1)
        .order_by(Term.starts_on, Offering.id)
    )


OFFERINGS = Importer(
    kind="offerings",
    label=_l("Offerings"),
    hint=_l("One course in one term and section a line, with the teacher's e-mail address."),
    permission=COURSE_IMPORT,
    form=OfferingRow,
    staged=StagedOffering,
    key=(StagedOffering.course_key, StagedOffering.term_key, StagedOffering.section),
    key_field="course",
    aliases={
        "course": ("course code", "code"),
        "term": ("term code",),
        "teacher": ("faculty", "teacher email", "faculty email"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
        "teacher": "meera.iyer@college.example",
        "weighting": "weights",
    },
    endpoint="academics.offerings_index",
    order=23,
    current=_current,
)
