"""The derived numbers: results of enrolments, standings of terms, averages of students.

Commands call `refresh` for the enrolments they touched; `rebuild_rollups` makes everything of some students anew from
the source rows, for imports and changed rules, in pieces and set-wise. Both end in the same rows
(tests/academics/test_rollups.py). Locks are taken in one order everywhere: enrolments, then students, each by ascending
number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.orm import Session

from quad.academics import grading
from quad.academics.models.people import NO_GPA, Student
from quad.academics.models.results import Award, EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.service import graded
from quad.academics.service.graded import Schemes, load_schemes
from quad.core.db.bulk import insert_rows
from quad.core.db.rows import plain_rows
from quad.core.db.types import Fixed
from quad.institution.models import Term

CHUNK = 400
BULK = 1_000
REBUILD_JOB = graded.REBUILD_JOB
RESULT = (
    "enrolment_id",
    "student_id",
    "offering_id",
    "course_id",
    "term_id",
    "department_id",
    "cohort",
    "hidden",
    "attempt",
    "credits",
    "total",
    "percentage",
    "letter",
    "points",
    "passed",
    "complete",
    "standing",
    "counts",
)
STANDING = ("student_id", "term_id", "credits", "credits_earned", "sgpa", "cgpa")

Values = tuple[Any, ...]


@dataclass
class Rules:
    """What results are read by, loaded once for all pieces of one refresh."""

    schemes: Schemes
    plans: dict[int, tuple[list[int], grading.Plan]] = field(default_factory=dict)
    terms: list[int] = field(default_factory=list)
    known: Known | None = None


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


@dataclass(frozen=True)
class Known:
    """What a caller has read already: the components of one offering, and the marks of the enrolments as they stand."""

    offering: Offering
    components: Sequence[Component]
    marks: Mapping[int, Mapping[int, grading.Cell]]


def refresh(db: Session, enrolment_ids: Iterable[int], known: Known | None = None) -> None:
    """Bring the results of these enrolments, and what follows from them, up to date.

    The caller holds the enrolments (`lock_enrolments`). Seven statements for a sheet of 400 while nothing of it counts
    in averages, seven more when it does; two less with what is `known`.
    """
    db.flush()
    rules = Rules(load_schemes(db), known=known)
    if known is not None:
        rules.plans[known.offering.id] = _known_plan(known)
    touched: set[int] = set()
    for chunk in chunks(enrolment_ids):
        touched |= _refresh_results(db, rules, Enrolment.id.in_(chunk))
    _refresh_students(db, touched, rules, CHUNK)


def rebuild_rollups(db: Session, student_ids: Iterable[int]) -> int:
    """Make every derived number of these students anew from marks, awards, components and enrolments.

    Returns of how many students anything was another number before.
    """
    db.flush()
    rules = Rules(load_schemes(db))
    off = 0
    for chunk in chunks(student_ids, BULK):
        changed: set[int] = set()
        _refresh_results(db, rules, Enrolment.student_id.in_(chunk), changed)
        off += len(changed | _refresh_students(db, chunk, rules, BULK))
    return off


def _refresh_results(
    db: Session, rules: Rules, which: ColumnElement[bool], changed: set[int] | None = None
) -> set[int]:
    """Recompute the results `which` selects; return the students whose averages may have moved.

    `changed` collects the students any of whose results did.
    """
    enrolments = plain_rows(db, _enrolments().where(which)).all()
    _load_plans(db, rules, {row.offering_id for row in enrolments})
    marks: Mapping[int, Mapping[int, Any]] = (
        rules.known.marks if rules.known else _marks(db, [row.id for row in enrolments])
    )
    fresh: list[Values] = []
    stale: list[int] = []
    moved: set[int] = set()
    for row in enrolments:
        values = _result(row, rules, marks[row.id])
        before = row[-len(RESULT) :]
        if values == before:
            continue
        fresh.append(values)
        if changed is not None:
            changed.add(row.student_id)
        if row.old_enrolment_id is not None:
            stale.append(row.id)
        if values[-1] or row.old_counts:
            moved.add(row.student_id)
    for chunk in chunks(stale, BULK):
        db.execute(delete(EnrolmentResult).where(EnrolmentResult.enrolment_id.in_(chunk)))
    if fresh:
        insert_rows(db, EnrolmentResult, RESULT, fresh)
    return moved


def _enrolments() -> Any:
    """Select everything a result follows from but the marks, with the result as it is now at the end."""
    held: Any = EnrolmentResult.__table__
    return (
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
            func.coalesce(Student.department_id, 0).label("department_id"),
            Student.admission_year,
            Student.deleted_at,
            Award.kind.label("award"),
            Award.letter.label("award_letter"),
            *(held.c[name].label(f"old_{name}") for name in RESULT),
        )
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(Award, (Award.enrolment_id == Enrolment.id) & (Award.current == 1))
        .outerjoin(held, held.c.enrolment_id == Enrolment.id)
    )


@dataclass(frozen=True)
class _Part:
    maximum: Decimal
    weight: Decimal
    exam: bool


def _load_plans(db: Session, rules: Rules, offering_ids: set[int]) -> None:
    """Read how the components of these offerings make a result, unless that is known already."""
    for chunk in chunks(offering_ids - rules.plans.keys(), BULK):
        ways: dict[int, tuple[Any, list[int], list[_Part]]] = {}
        for row in db.execute(
            select(
                Offering.id.label("offering_id"),
                Offering.weighting,
                Offering.exam_share,
                Component.id,
                Component.kind,
                Component.maximum,
                Component.weight,
            )
            .outerjoin(Component, Component.offering_id == Offering.id)
            .where(Offering.id.in_(chunk))
            .order_by(Component.id)
        ):
            _way, ids, parts = ways.setdefault(row.offering_id, (row, [], []))
            if row.id is not None:
                ids.append(row.id)
                parts.append(_Part(row.maximum, row.weight, row.kind is ComponentKind.EXTERNAL))
        for offering_id, (way, ids, parts) in ways.items():
            rules.plans[offering_id] = ids, grading.Plan(parts, way.weighting, way.exam_share)


def _known_plan(known: Known) -> tuple[list[int], grading.Plan]:
    components = sorted(known.components, key=lambda component: component.id)
    parts = [
        _Part(one.maximum, one.weight, one.kind is ComponentKind.EXTERNAL) for one in components
    ]
    plan = grading.Plan(parts, known.offering.weighting, known.offering.exam_share)
    return [one.id for one in components], plan


def _marks(db: Session, enrolment_ids: list[int]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for chunk in chunks(enrolment_ids, BULK):
        wanted: Any = select(Mark.enrolment_id, Mark.component_id, Mark.value, Mark.absent)
        which = (Mark.enrolment_id.in_(chunk), Mark.current == 1)
        for row in plain_rows(db, wanted.where(*which)):
            found[row.enrolment_id][row.component_id] = row
    return found


def _result(row: Any, rules: Rules, marks: Mapping[int, Any]) -> Values:
    """Return the result of one enrolment, in the order of RESULT."""
    ids, plan = rules.plans[row.offering_id]
    come_to = plan.outcome(
        rules.schemes.of(row.programme_id),
        [marks.get(component_id) for component_id in ids],
        award=grading.Awarded(row.award, row.award_letter) if row.award is not None else None,
        withdrawn=row.status is EnrolmentStatus.WITHDRAWN,
    )
    return (
        row.id,
        row.student_id,
        row.offering_id,
        row.course_id,
        row.term_id,
        row.department_id,
        row.admission_year,
        row.deleted_at is not None,
        row.attempt,
        row.credits,
        come_to.total,
        come_to.percentage,
        come_to.letter,
        come_to.points,
        come_to.passed,
        come_to.complete,
        come_to.standing,
        come_to.settled and row.state is not ResultState.DRAFT,
    )


def _refresh_students(db: Session, student_ids: Iterable[int], rules: Rules, size: int) -> set[int]:
    """Recompute standings and averages of these students from their results, holding the student rows.

    Returns the students of whom something changed.
    """
    moved: set[int] = set()
    for chunk in chunks(student_ids, size):
        students = db.execute(
            select(Student.id, Student.programme_id, Student.cgpa, Student.credits_earned)
            .where(Student.id.in_(chunk))
            .order_by(Student.id)
            .with_for_update()
        ).all()
        rules.terms = rules.terms or _terms(db)
        attempts = _attempts(db, chunk, {term: order for order, term in enumerate(rules.terms)})
        before = _standings(db, chunk)
        changed: list[int] = []
        fresh: list[Values] = []
        stale: list[int] = []
        for row in students:
            after = grading.standings(attempts[row.id], rules.schemes.of(row.programme_id).retake)
            rows = [_standing(row.id, rules.terms[order], one) for order, one in after.items()]
            if set(rows) != before[row.id]:
                fresh += rows
                stale.append(row.id)
            last = after[max(after)] if after else grading.NOTHING
            if (last.cgpa, last.credits_earned) != (row.cgpa, row.credits_earned):
                changed.append(row.id)
        if stale:
            db.execute(delete(TermStanding).where(TermStanding.student_id.in_(stale)))
        if fresh:
            insert_rows(db, TermStanding, STANDING, fresh)
        if changed:
            _write_averages(db, changed)
        moved |= {*stale, *changed}
    return moved


def _write_averages(db: Session, student_ids: list[int]) -> None:
    """Copy the latest standing to the student, in one statement for all.

    Through the table: derived columns are no edit, so neither the audit nor `version` takes part.
    """
    table: Any = Student.__table__
    cgpa, earned = (
        select(column)
        .join(Term, Term.id == TermStanding.term_id)
        .where(TermStanding.student_id == table.c.id)
        .order_by(Term.starts_on.desc(), Term.id.desc())
        .limit(1)
        .correlate(table)
        .scalar_subquery()
        for column in (TermStanding.cgpa, TermStanding.credits_earned)
    )
    db.connection().execute(
        update(table)
        .where(table.c.id.in_(student_ids))
        .values(
            cgpa=cgpa,
            cgpa_order=func.coalesce(cgpa, literal(NO_GPA, Fixed(2))),
            credits_earned=func.coalesce(earned, literal(Decimal(0), Fixed(2))),
            # Naming them keeps the stamps from being renewed.
            updated_at=table.c.updated_at,
            updated_by=table.c.updated_by,
        )
    )
    changed = set(student_ids)
    for row in db.identity_map.values():
        if isinstance(row, Student) and row.id in changed:
            db.expire(row, ["cgpa", "cgpa_order", "credits_earned"])


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


def _standings(db: Session, student_ids: list[int]) -> dict[int, set[Values]]:
    found: dict[int, set[Values]] = defaultdict(set)
    table: Any = TermStanding.__table__
    columns = (table.c[name] for name in STANDING)
    for row in db.execute(select(*columns).where(table.c.student_id.in_(student_ids))):
        found[row.student_id].add(tuple(row))
    return found


def _standing(student_id: int, term_id: int, one: grading.Averages) -> Values:
    return student_id, term_id, one.credits, one.credits_earned, one.sgpa, one.cgpa
