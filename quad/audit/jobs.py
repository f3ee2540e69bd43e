"""What the worker does for the audit."""

from __future__ import annotations

from datetime import timedelta

from quad.audit.models import AuditEntry
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic
from quad.core.live import number_all, prepare


@periodic("audit.number", every=timedelta(minutes=1))
def number_entries(ctx: JobContext) -> None:
    """Number the committed entries, so that readers may follow the audit by `seq` and miss none."""
    prepare(ctx.database, AuditEntry)
    number_all(ctx.database, AuditEntry)
