"""What the worker does for the audit: number, seal, and let go what is too old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.audit.models import AuditEntry
from quad.audit.service import seals
from quad.core import clock
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic
from quad.core.live import number_all, prepare


@periodic("audit.number", every=timedelta(minutes=1))
def number_entries(ctx: JobContext) -> None:
    """Number the committed entries, so that readers may follow the audit by `seq` and miss none; seal full runs."""
    prepare(ctx.database, AuditEntry)
    number_all(ctx.database, AuditEntry)

    def seal(db: Session) -> bool:
        return seals.seal_next(db, ctx.settings.secret) is not None

    try:
        while ctx.run(seal):
            pass
    except IntegrityError:
        return  # another worker has just sealed this run


@periodic("audit.retain", daily_at="03:40")
def retain(ctx: JobContext) -> None:
    """Drop the oldest sealed runs where QUAD_AUDIT_KEEP_DAYS says so, a run per unit."""
    days = ctx.settings.audit_keep_days
    if not days:
        return
    moment = clock.now() - timedelta(days=days)
    while ctx.run(lambda db: seals.drop_before(db, moment)):
        pass
