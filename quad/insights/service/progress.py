"""How a student gets on, term by term, beside the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.figures import ResultFigures
from quad.academics.models.results import Standing
from quad.academics.service import records
from quad.academics.service.record_parts import CourseRecord, StudentRecord
from quad.academics.service.result_figures import HIDDEN_PLACES
from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.core.reporting import ratio

NOWHERE = 0


@dataclass(frozen=True)
class TermProgress:
    """One term. `earned` are the credits it gave; `cohort` is the average grade point of the same year's students."""

    term_id: int
    name: str
    passed: int
    failed: int
    still_open: int
    earned: Decimal
    sgpa: Decimal | None
    cgpa: Decimal | None
    cohort: Decimal | None


@dataclass(frozen=True)
class Backlog:
    """A course that was failed and is not passed yet; `taken` says whether it is being taken again."""

    course: CourseRecord
    term: str
    attempts: int
    taken: bool


@dataclass(frozen=True)
class Progress:
    """A student's way so far, the first term first."""

    record: StudentRecord
    terms: Sequence[TermProgress]
    backlogs: Sequence[Backlog]

    @property
    def change(self) -> Decimal | None:
        """How much the CGPA moved with the last term."""
        known = [term.cgpa for term in self.terms if term.cgpa is not None]
        return known[-1] - known[-2] if len(known) > 1 else None


def of_student(db: Session, actor: Actor, student_id: int) -> Progress:
    """Return the progress of a student whose record the actor may see (six statements). Raises NotFound, SignedOut."""
    record = records.record(db, actor, student_id)
    cohort = _cohort(db, record.department_id or NOWHERE, record.admission_year)
    terms = [
        TermProgress(
            term.term_id,
            term.name,
            sum(course.passed for course in term.courses),
            sum(course.finished and not course.passed for course in term.courses),
            sum(course.standing is Standing.OPEN for course in term.courses),
            sum((course.earned for course in term.courses), Decimal(0)),
            term.sgpa,
            term.cgpa,
            cohort.get(term.term_id),
        )
        for term in reversed(record.terms)
    ]
    return Progress(record, terms, _backlogs(record))


def _cohort(db: Session, department_id: int, year: int) -> dict[int, Decimal]:
    """Return the average grade point by term of the students of a department who came in one year."""
    one = ResultFigures
    rows: Any = plain_rows(
        db,
        select(one.term_id, func.sum(one.graded), func.sum(one.weighted))
        .where(one.department_id == department_id, one.cohort == year, one.number > 0)
        .group_by(one.term_id),
    )
    found = {
        term: ratio(Decimal(int(weighted)).scaleb(-HIDDEN_PLACES), graded)
        for term, graded, weighted in rows
    }
    return {term: average for term, average in found.items() if average is not None}


def _backlogs(record: StudentRecord) -> list[Backlog]:
    taken: dict[int, list[tuple[str, CourseRecord]]] = {}
    for term in reversed(record.terms):
        for course in term.courses:
            taken.setdefault(course.course_id, []).append((term.name, course))
    found = []
    for attempts in taken.values():
        failed = [(name, one) for name, one in attempts if one.finished and not one.passed]
        if failed and not any(one.passed for _name, one in attempts):
            name, course = failed[-1]
            again = any(one.standing is Standing.OPEN for _name, one in attempts)
            found.append(Backlog(course, name, len(failed), again))
    return found
