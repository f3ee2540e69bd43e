"""Everybody's numbers anew, set-wise: for a thousand students at once, in steps that can be stopped at any moment.

A step holds its students, has the database work out what their snapshots come to, and writes what differs. It leaves
the shared counts alone: touched a thousand times over they would be the dearest part. When all steps are done, the
counts are compared with the figures part by part (service/totals.py), each in one statement that sees one moment.
Decisions on snapshots go on meanwhile: each moves figures, and moves or promises the counts, by the same difference, so
what a comparison finds is what the steps left out and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from quad.coding.service import gathering, reckoning, rollups, rules
from quad.coding.service.reckoning import Weeks
from quad.core.db.rows import plain_rows

PIECE = 1_000


def step(db: Session, last: int, limit: int) -> tuple[list[int], int]:
    """Make the numbers of the next students above `last` anew; return them, and of how many anything was off."""
    ids = rollups.students_after(db, last, limit)
    return ids, remake(db, ids)


def remake(db: Session, ids: Sequence[int]) -> int:
    """Bring what these students have of their own to what the rows say; return of how many anything was off.

    Shared counts are left as they are: whoever calls this lets `totals` compare them afterwards.
    """
    if not ids:
        return 0
    rollups.lock(db, ids)
    db.flush()
    off = gathering.days(db, ids)
    new, old = _made(db, ids), rollups.kept_figures(db, ids)
    changes = rollups.Changes()
    off.update(
        student_id
        for student_id, values in new.items()
        if changes.figures(student_id, old.get(student_id, {}), values)
    )
    changes.write(db)
    return len(off)


def _made(db: Session, ids: Sequence[int]) -> dict[int, dict[int, dict[str, Any]]]:
    """Return what the figures of these students should be, by student and platform."""
    now = rules.load(db)
    accounts = gathering.accounts(db, ids, now.today)
    several = [student_id for student_id, found in accounts.items() if len(found) > 1]
    together = gathering.together(db, several)
    made = {}
    for student in plain_rows(db, rollups.students(ids)):
        reached = accounts.get(student.id, [])
        weeks = together.get(student.id, Weeks()) if len(reached) != 1 else reached[0].weeks
        place = rollups.place_of(student)
        figures = reckoning.made(reached, weeks, student.created_at.date(), now)
        made[student.id] = {
            platform_id: {**place, "platform_id": platform_id, **values}
            for platform_id, values in figures.items()
        }
    return made
