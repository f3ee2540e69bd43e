"""What files of enrolments and of marks have in common: a student's place in an offering."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.files import PlaceRow
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, Offering, ResultState
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.importing.batch import Batch
from quad.core.importing.models import Outcome, StagedRow
from quad.institution.models import Term


class Place(StagedRow):
    """Staged columns that name a student, a course, a term and a section, and what they were found to be."""

    __abstract__ = True

    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    course_key: Mapped[str] = mapped_column(NormalisedKey(40))
    term_key: Mapped[str] = mapped_column(NormalisedKey(60))
    section: Mapped[str] = mapped_column(String(8))
    student_id: Mapped[int | None] = mapped_column(BigId)
    offering_id: Mapped[int | None] = mapped_column(BigId)
    enrolment_id: Mapped[int | None] = mapped_column(BigId)


P = TypeVar("P", bound=Place)

ALIASES = {
    "register_number": ("roll number", "roll no", "usn", "student id", "number"),
    "course": ("course code", "code"),
    "term": ("term code",),
}


def place_values(row: PlaceRow) -> dict[str, Any]:
    """Return the staged values of a row's place."""
    return {
        "register_key": row.register_number,
        "course_key": row.course,
        "term_key": row.term,
        "section": row.section.upper(),
    }


def find_offerings(db: Session, batch: Batch[Any]) -> None:
    """Look up the offering of each row by course, term and section."""
    staged = batch.rows
    batch.lookup(
        db,
        staged.offering_id,
        select(Offering.id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(
            Course.code_key == staged.course_key,
            Course.live == 1,
            Term.code_key == staged.term_key,
            Term.live == 1,
            Offering.section == staged.section,
        ),
    )


def find_places(db: Session, batch: Batch[P]) -> None:
    """Look up student, offering and enrolment; refuse the rows whose student or offering there is not."""
    staged: Any = batch.rows
    batch.lookup(
        db,
        staged.student_id,
        select(Student.id).where(Student.register_key == staged.register_key, Student.live == 1),
    )
    find_offerings(db, batch)
    batch.lookup(
        db,
        staged.enrolment_id,
        select(Enrolment.id).where(
            Enrolment.student_id == staged.student_id,
            Enrolment.offering_id == staged.offering_id,
        ),
    )
    batch.refuse(
        db,
        staged.student_id.is_(None),
        _("There is no student with the number %(value)s."),
        field="register_number",
        value=staged.register_key,
    )
    batch.refuse(
        db,
        staged.offering_id.is_(None),
        _("The course “%(value)s” is not offered in this term and section."),
        field="course",
        value=staged.course_key,
    )


def refuse_locked(db: Session, batch: Batch[P]) -> None:
    """Refuse what would change something in an offering whose results are locked; call it after `batch.judge`."""
    staged: Any = batch.rows
    locked = select(Offering.id).where(
        Offering.id == staged.offering_id, Offering.state == ResultState.LOCKED
    )
    batch.refuse(
        db,
        batch.having(Outcome.NEW, Outcome.CHANGED) & locked.correlate(staged).exists(),
        _("The results of “%(value)s” are locked. Reopen them first."),
        field="course",
        value=staged.course_key,
    )
