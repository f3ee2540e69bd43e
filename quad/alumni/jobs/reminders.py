"""Work for the worker: reminders of references and meetings."""

from __future__ import annotations

from datetime import timedelta

from quad.alumni.service import mentoring, references
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic


@periodic("alumni.references", daily_at="07:20")
def remind_of_references(ctx: JobContext) -> None:
    """Remind writers of what waits or comes due; 50 references a unit."""
    while ctx.run(references.remind_some):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("alumni.meetings", every=timedelta(hours=1))
def remind_of_meetings(ctx: JobContext) -> None:
    """Remind both of meetings within a day; 50 meetings a unit."""
    while ctx.run(mentoring.remind_some):
        pass
    ctx.run(lambda db: None, last=True)
