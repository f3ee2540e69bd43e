"""Work for the worker: what imported results say of skills."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job
from quad.skills.service import courses


@job(courses.PROVE_AGAIN)
def prove_again(ctx: JobContext) -> None:
    """Look at the results of every course that gives skills; a unit per course."""
    course_id = 0

    def following(db: Session) -> int | None:
        found = courses.next_course(db, course_id)
        if found is not None:
            courses.sync_courses(db, [found])
        return found

    while (found := ctx.run(following)) is not None:
        course_id = found
    ctx.run(lambda db: None, last=True)
