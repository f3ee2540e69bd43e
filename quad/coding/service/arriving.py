"""Students who came by an import: which ones a file brought or changed, from what the import keeps of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.jobs.outbox import enqueue

IMPORTED_JOB = "coding.imported"
STUDENTS = "students"


@dataclass(frozen=True)
class Arrived:
    """The students of some lines, and the last of those lines."""

    line: int
    student_ids: list[int]


def later(db: Session, import_id: int) -> None:
    """Promise that the students of an import are reckoned."""
    key = f"{IMPORTED_JOB}/{import_id}"
    enqueue(db, IMPORTED_JOB, {"import_id": import_id}, key=key)


def students_of(db: Session, import_id: int, after: int, limit: int) -> Arrived | None:
    """Return the students of the next lines behind `after` that are new or changed; None at the end."""
    staged: Any = Importer.registry[STUDENTS].staged
    rows = db.execute(
        select(staged.line, staged.student_id)
        .where(
            staged.import_id == import_id,
            staged.line > after,
            staged.outcome.in_((Outcome.NEW, Outcome.CHANGED)),
        )
        .order_by(staged.line)
        .limit(limit)
    ).all()
    if not rows:
        return None
    return Arrived(rows[-1].line, [row.student_id for row in rows if row.student_id is not None])
