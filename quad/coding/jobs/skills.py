"""Work for the worker: everybody's skills from coding, when what shows them has changed."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from quad.coding.service import skills
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job

PIECE = 100


@job(skills.AGAIN)
def show_again(ctx: JobContext) -> None:
    """Go through all students with accounts; 100 a unit."""
    last = 0
    while ids := ctx.run(partial(_show_some, last)):
        last = ids[-1]
    ctx.run(lambda db: None, last=True)


def _show_some(last: int, db: Session) -> list[int]:
    ids = skills.students_after(db, last, PIECE)
    if ids:
        skills.show(db, ids)
    return ids
