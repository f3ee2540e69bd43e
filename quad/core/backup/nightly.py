"""The backup that comes by the clock."""

from __future__ import annotations

from datetime import timedelta

from quad.core.backup.archive import take
from quad.core.backup.places import Place
from quad.core.files import Files
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic

LEASE = timedelta(hours=6)


@periodic("backup.nightly", daily_at="02:30", lease=LEASE)
def nightly(ctx: JobContext) -> None:
    """Take a backup where QUAD_BACKUP_NIGHTLY says so, and let the oldest go."""
    settings = ctx.settings
    if not settings.backup_nightly:
        return
    place = Place.from_settings(settings)
    with place.adding() as path:
        take(ctx.database, Files.from_settings(settings), path)
    place.prune(settings.backup_keep)
