"""The derived numbers: results of enrolments, standings of terms, averages of students.

Commands call `refresh` for the enrolments they touched; `rebuild_rollups` makes everything of some students anew from
the source rows. Both end in the same rows (tests/academics/test_rollups.py). Locks are taken in one order everywhere:
enrolments, then students, each by ascending number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from quad.academics import grading
from quad.academics.models.people import NO_GPA, Student
from quad.academics.models.results import EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.institution.models import GradeBand, GradingScheme, PassRule, Programme, Term

CHUNK = 400
REBUILD_JOB = "academics.rebuild"
NO_SCHEME = grading.Scheme(bands=())

Values = dict[str, Any]


@dataclass(frozen=True)
class Schemes:
    """Every grading scheme in use, by programme; None is for students without a programme."""

    by_programme: dict[int | None, grading.Scheme]

    def of(self, programme_id: int | None) -> grading.Scheme:
        """Return the scheme of a programme, else the institution's default."""
        return self.by_programme.get(programme_id) or self.by_programme.get(None) or NO_SCHEME


def load_schemes(db: Session) -> Schemes:
    """Read all schemes with their bands and which programme uses which (two queries, dozens of rows)."""
    schemes: dict[int, tuple[Any, list[grading.Band]]] = {}
    rows = db.execute(
        select(
            GradingScheme.id,
            GradingScheme.rounding_places,
            GradingScheme.retake_rule,
            GradingScheme.pass_rule,
            GradingScheme.is_default,
            GradingScheme.deleted_at,
            GradeBand.letter,
            GradeBand.minimum,
            GradeBand.points,
            GradeBand.passes,
        )
        .join(GradeBand, GradeBand.scheme_id == GradingScheme.id)
        .order_by(GradingScheme.id, GradeBand.position)
    )
    for row in rows:
        bands = schemes.setdefault(row.id, (row, []))[1]
        bands.append(grading.Band(row.letter, row.minimum, row.points, row.passes))
    ready: dict[int, grading.Scheme] = {}
    by_programme: dict[int | None, grading.Scheme] = {}
    for scheme_id, (row, bands) in schemes.items():
        ready[scheme_id] = grading.Scheme(
            bands=tuple(bands),
            places=row.rounding_places,
            retake=row.retake_rule,
            every_component=row.pass_rule == PassRule.EVERY_COMPONENT,
        )
        if row.is_default and row.deleted_at is None:
            by_programme[None] = ready[scheme_id]
    for programme_id, scheme_id in db.execute(select(Programme.id, Programme.grading_scheme_id)):
        if scheme_id in ready:
            by_programme[programme_id] = ready[scheme_id]
    return Schemes(by_programme)


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """Cut ascending, distinct numbers into lists a database takes as parameters."""
    rest = iter(sorted(set(ids)))
    while chunk := list(islice(rest, size)):
        yield chunk


def lock_enrolments(db: Session, enrolment_ids: Iterable[int]) -> None:
    """Hold these enrolments until the unit ends, in ascending order."""
    for chunk in chunks(enrolment_ids):
        db.execute(
            select(Enrolment.id)
            .where(Enrolment.id.in_(chunk))
            .order_by(Enrolment.id)
            .with_for_update()
        ).all()


def refresh(db: Session, enrolment_ids: Iterable[int], schemes: Schemes | None = None) -> None:
    """Bring the results of these enrolments, and what follows from them, up to date.

    The caller holds the enrolments (`lock_enrolments`).
    """
    db.flush()
    known = schemes or load_schemes(db)
    touched: set[int] = set()
    for chunk in chunks(enrolment_ids):
        touched |= _refresh_results(db, known, Enrolment.id.in_(chunk))
    refresh_students(db, touched, known)


def rebuild_rollups(db: Session, student_ids: Iterable[int]) -> None:
    """Make every derived number of these students anew from marks, components and enrolments."""
    db.flush()
    known = load_schemes(db)
    for chunk in chunks(student_ids):
        _refresh_results(db, known, Enrolment.student_id.in_(chunk))
        refresh_students(db, chunk, known)


def _refresh_results(db: Session, schemes: Schemes, which: Any) -> set[int]:
    """Recompute the results `which` selects; return the students whose averages may have moved."""
    enrolments = db.execute(
        select(
            Enrolment.id,
            Enrolment.student_id,
            Enrolment.offering_id,
            Enrolment.attempt,
            Enrolment.status,
            Offering.course_id,
            Offering.term_id,
            Offering.state,
            Course.credits,
            Student.programme_id,
        )
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(which)
    ).all()
    if not enrolments:
        return set()
    components = _components(db, {row.offering_id for row in enrolments})
    ids = [row.id for row in enrolments]
    marks = _marks(db, ids)
    before = {row.enrolment_id: row for row in _results(db, ids)}
    fresh: list[Values] = []
    stale: list[int] = []
    moved: set[int] = set()
    for row in enrolments:
        values = _result(
            row, schemes.of(row.programme_id), components[row.offering_id], marks[row.id]
        )
        old = before.get(row.id)
        if old is not None and all(getattr(old, name) == value for name, value in values.items()):
            continue
        fresh.append(values)
        if old is not None:
            stale.append(row.id)
        if values["counts"] or (old is not None and old.counts):
            moved.add(row.student_id)
    if stale:
        db.execute(delete(EnrolmentResult).where(EnrolmentResult.enrolment_id.in_(stale)))
    if fresh:
        db.execute(insert(EnrolmentResult), fresh)
    return moved


def _components(db: Session, offering_ids: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for chunk in chunks(offering_ids):
        for row in db.execute(
            select(Component.id, Component.offering_id, Component.maximum, Component.weight)
            .where(Component.offering_id.in_(chunk))
            .order_by(Component.id)
        ):
            found[row.offering_id].append(row)
    return found


def _marks(db: Session, enrolment_ids: list[int]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for chunk in chunks(enrolment_ids):
        for row in db.execute(
            select(Mark.enrolment_id, Mark.component_id, Mark.value, Mark.absent).where(
                Mark.enrolment_id.in_(chunk), Mark.current == 1
            )
        ):
            found[row.enrolment_id][row.component_id] = row
    return found


def _results(db: Session, enrolment_ids: list[int]) -> Iterator[Any]:
    table = EnrolmentResult.__table__
    for chunk in chunks(enrolment_ids):
        yield from db.execute(select(table).where(EnrolmentResult.enrolment_id.in_(chunk)))


def _result(
    row: Any,
    scheme: grading.Scheme,
    components: Sequence[Any],
    marks: dict[int, Any],
) -> Values:
    assessed = []
    for component in components:
        mark = marks.get(component.id)
        assessed.append(
            grading.Assessed(
                component.maximum,
                component.weight,
                mark.value if mark else None,
                bool(mark and mark.absent),
            )
        )
    come_to = grading.outcome(scheme, assessed)
    counts = (
        come_to.points is not None
        and row.state != ResultState.DRAFT
        and row.status == EnrolmentStatus.ENROLLED
    )
    return {
        "enrolment_id": row.id,
        "student_id": row.student_id,
        "offering_id": row.offering_id,
        "course_id": row.course_id,
        "term_id": row.term_id,
        "attempt": row.attempt,
        "credits": row.credits,
        "total": come_to.total,
        "percentage": come_to.percentage,
        "letter": come_to.letter,
        "points": come_to.points,
        "passed": come_to.passed,
        "complete": come_to.complete,
        "counts": counts,
    }


def refresh_students(db: Session, student_ids: Iterable[int], schemes: Schemes) -> None:
    """Recompute standings and averages of these students from their results, holding the student rows."""
    for chunk in chunks(student_ids):
        students = db.execute(
            select(Student.id, Student.programme_id, Student.cgpa, Student.credits_earned)
            .where(Student.id.in_(chunk))
            .order_by(Student.id)
            .with_for_update()
        ).all()
        terms = _terms(db)
        attempts = _attempts(db, chunk, {term: order for order, term in enumerate(terms)})
        before = _standings(db, chunk)
        changed: list[Values] = []
        fresh: list[Values] = []
        stale: list[int] = []
        for row in students:
            after = grading.standings(attempts[row.id], schemes.of(row.programme_id).retake)
            rows = [_standing(row.id, terms[order], standing) for order, standing in after.items()]
            kept = before.get(row.id, {})
            if {values["term_id"]: values for values in rows} != kept:
                stale.append(row.id)
                fresh += rows
            last = (
                after[max(after)] if after else grading.Standing(Decimal(0), Decimal(0), None, None)
            )
            if (last.cgpa, last.credits_earned) != (row.cgpa, row.credits_earned):
                changed.append(
                    {
                        "student": row.id,
                        "new_cgpa": last.cgpa,
                        "new_order": NO_GPA if last.cgpa is None else last.cgpa,
                        "new_earned": last.credits_earned,
                    }
                )
        if stale:
            db.execute(delete(TermStanding).where(TermStanding.student_id.in_(stale)))
        if fresh:
            db.execute(insert(TermStanding), fresh)
        if changed:
            _write_averages(db, changed)


def _write_averages(db: Session, changed: list[Values]) -> None:
    """Write through the table: derived columns are no edit, so neither the audit nor `version` takes part."""
    table: Any = Student.__table__
    db.connection().execute(
        update(table)
        .where(table.c.id == bindparam("student"))
        .values(
            cgpa=bindparam("new_cgpa"),
            cgpa_order=bindparam("new_order"),
            credits_earned=bindparam("new_earned"),
            # Naming them keeps the stamps from being renewed.
            updated_at=table.c.updated_at,
            updated_by=table.c.updated_by,
        ),
        changed,
    )
    loaded = {row.id: row for row in db.identity_map.values() if isinstance(row, Student)}
    for values in changed:
        if values["student"] in loaded:
            db.expire(loaded[values["student"]], ["cgpa", "cgpa_order", "credits_earned"])


def _terms(db: Session) -> list[int]:
    return list(db.scalars(select(Term.id).order_by(Term.starts_on, Term.id)))


def _attempts(
    db: Session, student_ids: list[int], order: dict[int, int]
) -> dict[int, list[grading.Attempt]]:
    found: dict[int, list[grading.Attempt]] = defaultdict(list)
    for row in db.execute(
        select(
            EnrolmentResult.student_id,
            EnrolmentResult.course_id,
            EnrolmentResult.term_id,
            EnrolmentResult.attempt,
            EnrolmentResult.credits,
            EnrolmentResult.points,
            EnrolmentResult.passed,
        ).where(EnrolmentResult.student_id.in_(student_ids), EnrolmentResult.counts)
    ):
        found[row.student_id].append(
            grading.Attempt(
                course_id=row.course_id,
                term=order[row.term_id],
                attempt=row.attempt,
                credits=row.credits,
                points=row.points,
                passed=row.passed,
            )
        )
    return found


def _standings(db: Session, student_ids: list[int]) -> dict[int, dict[int, Values]]:
    found: dict[int, dict[int, Values]] = defaultdict(dict)
    table: Any = TermStanding.__table__
    for row in db.execute(select(table).where(table.c.student_id.in_(student_ids))):
        values = dict(row._mapping)
        values.pop("id")
        found[row.student_id][row.term_id] = values
    return found


def _standing(student_id: int, term_id: int, standing: grading.Standing) -> Values:
    return {
        "student_id": student_id,
        "term_id": term_id,
        "credits": standing.credits,
        "credits_earned": standing.credits_earned,
        "sgpa": standing.sgpa,
        "cgpa": standing.cgpa,
    }


def graded_by(scheme_id: int) -> ColumnElement[bool]:
    """Return the clause for the students whose results are read by this scheme."""
    default = select(GradingScheme.id).where(
        GradingScheme.id == scheme_id, GradingScheme.is_default
    )
    programmes = select(Programme.id).where(Programme.grading_scheme_id == scheme_id)
    return Student.programme_id.in_(programmes) | (
        Student.programme_id.is_(None) & default.exists()
    )


def count_graded_by(db: Session, scheme_id: int) -> int:
    """Count those students."""
    return db.scalar(select(func.count()).select_from(Student).where(graded_by(scheme_id))) or 0
