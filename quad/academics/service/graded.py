"""Which grading scheme reads whose results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from quad.academics import grading
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.core.jobs.models import Job
from quad.core.jobs.outbox import enqueue
from quad.institution.models import GradeBand, GradingScheme, PassRule, Programme

REBUILD_JOB = "academics.rebuild"
NO_SCHEME = grading.Scheme(bands=())


_BANDS = (
    select(
        GradingScheme.id,
        GradingScheme.rounding_places,
        GradingScheme.retake_rule,
        GradingScheme.pass_rule,
        GradingScheme.averaging,
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


# The best band's row comes once for each programme that uses the scheme; all other rows stand for a band alone.
_BANDS_AND_PROGRAMMES = _BANDS.add_columns(
    GradeBand.position, Programme.id.label("programme_id")
).outerjoin(
    Programme, (Programme.grading_scheme_id == GradingScheme.id) & (GradeBand.position == 0)
)


@dataclass(frozen=True)
class Schemes:
    """Every grading scheme in use, by programme; None is for students without a programme."""

    by_programme: dict[int | None, grading.Scheme]

    def of(self, programme_id: int | None) -> grading.Scheme:
        """Return the scheme of a programme, else the institution's default."""
        return self.by_programme.get(programme_id) or self.by_programme.get(None) or NO_SCHEME


def load_schemes(db: Session) -> Schemes:
    """Read all schemes with their bands and which programme uses which (one query, dozens of rows)."""
    rules: dict[int, tuple[Any, list[grading.Band]]] = {}
    used: dict[int, int] = {}
    seen: set[tuple[int, int]] = set()
    for row in db.execute(_BANDS_AND_PROGRAMMES):
        bands = rules.setdefault(row.id, (row, []))[1]
        if (row.id, row.position) not in seen:
            seen.add((row.id, row.position))
            bands.append(grading.Band(row.letter, row.minimum, row.points, row.passes))
        if row.programme_id is not None:
            used[row.programme_id] = row.id
    ready = {scheme_id: _scheme(row, bands) for scheme_id, (row, bands) in rules.items()}
    by_programme: dict[int | None, grading.Scheme] = {
        programme_id: ready[scheme_id] for programme_id, scheme_id in used.items()
    }
    for scheme_id, (row, _bands) in rules.items():
        if row.is_default and row.deleted_at is None:
            by_programme[None] = ready[scheme_id]
    return Schemes(by_programme)


def _scheme(row: Any, bands: list[grading.Band]) -> grading.Scheme:
    return grading.Scheme(
        bands=tuple(bands),
        places=row.rounding_places,
        retake=row.retake_rule,
        every_component=row.pass_rule == PassRule.EVERY_COMPONENT,
        averaging=row.averaging,
    )


def graded_by(scheme_id: int) -> ColumnElement[bool]:
    """Return the clause for the students whose results are read by this scheme."""
    default = select(GradingScheme.id).where(
        GradingScheme.id == scheme_id, GradingScheme.is_default
    )
    programmes = select(Programme.id).where(Programme.grading_scheme_id == scheme_id)
    return Student.programme_id.in_(programmes) | (
        Student.programme_id.is_(None) & default.exists()
    )


def touched_by(payload: dict[str, Any]) -> ColumnElement[bool]:
    """Return the clause for the students whose numbers follow from a rule: `{"grading_scheme_id": 3}` and the like."""
    if "programme_id" in payload:
        return Student.programme_id == int(payload["programme_id"])
    if "term_id" in payload:
        counted = select(EnrolmentResult.student_id).where(
            EnrolmentResult.term_id == int(payload["term_id"]), EnrolmentResult.counts
        )
        return Student.id.in_(counted)
    return graded_by(int(payload["grading_scheme_id"]))


def rebuild_later(db: Session, rule: str, row_id: int) -> int:
    """Promise that everybody's numbers who follow this rule are made anew; return the job's number."""
    key = f"{REBUILD_JOB}/{rule}/{row_id}/{uuid4().hex}"
    return enqueue(db, REBUILD_JOB, {rule: row_id}, key=key, lane=REBUILD_JOB)


def latest_rebuild(db: Session, rule: str, row_id: int) -> Job | None:
    """Return the job that last made these numbers anew, or is about to."""
    prefix = f"{REBUILD_JOB}/{rule}/{row_id}/"
    return db.scalar(
        select(Job)
        .where(Job.key >= prefix, Job.key < prefix + "~")
        .order_by(Job.id.desc())
        .limit(1)
    )


def count(db: Session, which: ColumnElement[bool]) -> int:
    """Count the students a clause selects."""
    return db.scalar(select(func.count()).select_from(Student).where(which)) or 0


def scheme_of(db: Session, student_id: int) -> grading.Scheme:
    """Return the scheme one student's results are read by (one query)."""
    chosen = (
        select(Programme.grading_scheme_id)
        .join(Student, Student.programme_id == Programme.id)
        .where(Student.id == student_id)
    )
    otherwise = select(GradingScheme.id).where(GradingScheme.default_mark == 1)
    wanted = func.coalesce(chosen.scalar_subquery(), otherwise.scalar_subquery())
    rows = db.execute(_BANDS.where(GradingScheme.id == wanted)).all()
    if not rows:
        return NO_SCHEME
    bands = [grading.Band(row.letter, row.minimum, row.points, row.passes) for row in rows]
    return _scheme(rows[0], bands)
