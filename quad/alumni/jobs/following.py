"""Work for the worker: members for everybody a file brought."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.alumni.models.members import Member
from quad.alumni.service import members
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job

PIECE = members.PIECE
LEASE = timedelta(minutes=10)


@job(members.FOLLOW_JOB, attempts=5, lease=LEASE)
def follow_everybody(ctx: JobContext) -> None:
    """Bring members in line with all records that are newer than they are; a unit for every few hundred."""
    after = 0
    while ids := ctx.run(partial(_follow_some, after)):
        after = ids[-1]
        ctx.progress(after, after)
    ctx.run(lambda db: None, last=True)


def _follow_some(after: int, db: Session) -> list[int]:
    """Follow the next people whose record changed since the member was written; return their user numbers."""
    behind = or_(Member.id.is_(None), Member.updated_at < Student.updated_at)
    wanted = (
        select(Student.user_id)
        .outerjoin(Member, Member.user_id == Student.user_id)
        .where(Student.user_id > after, behind)
        .order_by(Student.user_id)
        .limit(PIECE)
    )
    ids = list(db.scalars(wanted))
    members.follow(db, ids)
    return ids
