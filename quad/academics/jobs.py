"""What the worker does for academics."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.service import rollups
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job

PIECE = 200


@job(rollups.REBUILD_JOB)
def rebuild(ctx: JobContext) -> None:
    """Make the derived numbers anew, for everybody whose grading scheme changed; a unit per 200 students."""
    scheme_id = int(ctx.payload["grading_scheme_id"])
    after, count = 0, 0
    with ctx.reading() as db:
        total = rollups.count_graded_by(db, scheme_id)
    while ids := ctx.run(partial(_rebuild_some, scheme_id, after)):
        after, count = ids[-1], count + len(ids)
        ctx.progress(count, max(total, count))
    ctx.run(lambda db: None, last=True)


def _rebuild_some(scheme_id: int, after: int, db: Session) -> list[int]:
    wanted = (
        select(Student.id)
        .where(rollups.graded_by(scheme_id), Student.id > after)
        .order_by(Student.id)
        .limit(PIECE)
    )
    ids = list(db.scalars(wanted))
    rollups.rebuild_rollups(db, ids)
    return ids
