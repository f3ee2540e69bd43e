"""Courses from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, Select, String, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.teaching import CourseRow
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Course, Offering, ResultState
from quad.academics.policy.base import COURSE_IMPORT
from quad.academics.service import findable, rollups
from quad.core.db.types import BigId, Fixed, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.core.search.index import index_many
from quad.institution.models import Department
from quad.institution.service.named import find_departments

PIECE = 500


class StagedCourse(StagedRow):
    """One course on the way in."""

    __tablename__ = "academics_staged_course"

    code: Mapped[str] = mapped_column(String(40))
    code_key: Mapped[str] = mapped_column(NormalisedKey(40))
    title: Mapped[str | None] = mapped_column(String(160))
    sort_title: Mapped[str | None] = mapped_column(NormalisedKey(320))
    credits: Mapped[Decimal | None] = mapped_column(Fixed(2))
    semester: Mapped[int | None] = mapped_column(Integer)
    starts_on: Mapped[date | None] = mapped_column(Date)
    department_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    department_id: Mapped[int | None] = mapped_column(BigId)
    course_id: Mapped[int | None] = mapped_column(BigId)


# What a file may bring up to date, beside the department.
NAMES = ("code", "code_key", "title", "sort_title", "credits", "semester", "starts_on")


def _prepare(row: CourseRow) -> Mapping[str, Any]:
    code = " ".join(row.code.split())
    return {
        "code": code,
        "code_key": code,
        "title": row.title,
        "sort_title": row.title,
        "credits": row.credits,
        "semester": row.semester,
        "starts_on": row.starts_on,
        "department_key": row.department,
    }


def _resolve(db: Session, batch: Batch[StagedCourse]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.course_id,
        select(Course.id).where(Course.code_key == staged.code_key, Course.live == 1),
    )
    find_departments(db, batch)
    for name in ("title", "credits"):
        batch.refuse(
            db,
            staged.course_id.is_(None) & getattr(staged, name).is_(None),
            _("A new course needs a title and credits."),
            field=name,
        )
    locked = (
        select(Offering.id)
        .join(Course, Course.id == Offering.course_id)
        .where(
            Course.id == staged.course_id,
            Course.credits != staged.credits,
            Offering.state == ResultState.LOCKED,
        )
    )
    batch.refuse(
        db,
        locked.correlate(staged).exists(),
        _("Results of “%(value)s” are locked with other credits. Reopen them first."),
        field="credits",
        value=staged.code,
    )
    batch.judge(db, exists=staged.course_id.is_not(None), differs=_differs(staged))


def _differs(staged: type[StagedCourse]) -> Any:
    """An empty cell leaves what is there, so only given values can differ."""
    given = ("code", "title", "credits", "semester", "starts_on", "department_id")
    pairs = [(getattr(Course, name), getattr(staged, name)) for name in given]
    return (
        select(or_(*(new.is_not(None) & kept.is_distinct_from(new) for kept, new in pairs)))
        .where(Course.id == staged.course_id)
        .correlate(staged)
        .scalar_subquery()
    )


def _apply(db: Session, batch: Batch[StagedCourse]) -> None:
    staged = batch.rows
    columns = (*NAMES, "department_id")
    fresh = select(*(getattr(staged, name) for name in columns))
    fresh = fresh.where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Course).from_select(columns, fresh))
    batch.lookup(
        db,
        staged.course_id,
        select(Course.id).where(Course.code_key == staged.code_key, Course.live == 1),
    )
    recredited = _recredited(db, batch)
    _change(db, batch)
    rollups.lock_enrolments(db, recredited)
    rollups.refresh(db, recredited)
    _index(db, batch)


def _recredited(db: Session, batch: Batch[StagedCourse]) -> list[int]:
    """Return the enrolments whose results follow from credits that are about to change."""
    staged = batch.rows
    return list(
        db.scalars(
            select(EnrolmentResult.enrolment_id)
            .join(Course, Course.id == EnrolmentResult.course_id)
            .join(staged, staged.course_id == Course.id)
            .where(
                batch.having(Outcome.CHANGED),
                staged.credits.is_not(None),
                Course.credits != staged.credits,
            )
        )
    )


def _change(db: Session, batch: Batch[StagedCourse]) -> None:
    staged = batch.rows
    batch.change(
        db,
        Course,
        Course.id == staged.course_id,
        **batch.given(Course, *NAMES, "department_id"),
        version=Course.version + 1,
    )
    own = select(Course.department_id).where(Course.id == Offering.course_id).scalar_subquery()
    batch.change(db, Offering, Offering.course_id == staged.course_id, department_id=own)


def _index(db: Session, batch: Batch[StagedCourse]) -> None:
    staged = batch.rows
    for outcome in (Outcome.NEW, Outcome.CHANGED):
        ids = db.scalars(
            select(staged.course_id).where(batch.having(outcome)).order_by(staged.course_id)
        ).all()
        known = [found for found in ids if found is not None]
        for start in range(0, len(known), PIECE):
            documents = findable.course_documents(db, known[start : start + PIECE])
            index_many(db, findable.COURSES, list(documents), new=outcome is Outcome.NEW)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Course.code.label("code"),
            Course.title.label("title"),
            Course.credits.label("credits"),
            Department.code.label("department"),
            Course.semester.label("semester"),
            Course.starts_on.label("starts_on"),
        )
        .outerjoin(Department, Department.id == Course.department_id)
        .where(Course.live == 1)
        .order_by(Course.id)
    )


COURSES = Importer(
    kind="courses",
    label=_l("Courses"),
    hint=_l(
        "One course a line, told apart by the code. Known courses are brought up to date, "
        "and an empty cell leaves what is there."
    ),
    permission=COURSE_IMPORT,
    form=CourseRow,
    staged=StagedCourse,
    key=(StagedCourse.code_key,),
    key_field="code",
    aliases={
        "code": ("course code",),
        "title": ("course", "course title", "name"),
        "department": ("department code", "dept"),
        "semester": ("sem",),
        "starts_on": ("start date", "start"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "code": "24CS52",
        "title": "Operating Systems",
        "credits": "4",
        "department": "CSE",
        "semester": "5",
        "starts_on": "2026-08-03",
    },
    endpoint="academics.courses_index",
    order=22,
    current=_current,
)
