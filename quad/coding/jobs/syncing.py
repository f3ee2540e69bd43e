"""Work for the worker: take the turns of the night, visit platforms, look for proofs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from quad.coding.connectors.troubles import VisitFailed
from quad.coding.service.syncing import errands, planning, proving, pulse, recording
from quad.core.config import Settings
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic


def _lease(settings: Settings) -> timedelta:
    """Each request renews the lease, so it lasts for one of them and the wait before it."""
    return timedelta(seconds=settings.sync.deadline + settings.sync.step_timeout) + timedelta(
        minutes=1
    )


@periodic("coding.sync.plan", every=timedelta(minutes=1))
def plan(ctx: JobContext) -> None:
    """Promise a visit to every account whose minute has come."""
    ctx.run(planning.plan_due, last=True)


@periodic("coding.sync.adopt", daily_at="00:20")
def adopt(ctx: JobContext) -> None:
    """Plan accounts that were imported, or whose platform was not read before."""
    after = 0
    while after := ctx.run(partial(planning.adopt_some, after=after)):
        pass
    ctx.run(lambda db: None, last=True)


@job(planning.READ_JOB, attempts=3, lease=_lease)
def read(ctx: JobContext) -> None:
    """Read one account. Whatever the platform does is written down; trying again is the plan's business."""
    with ctx.reading() as db:
        errand = errands.to_read(db, ctx.payload["account_id"])
    if errand is None:
        ctx.run(partial(planning.stop, account_id=ctx.payload["account_id"]), last=True)
        return
    rest = ctx.run(partial(pulse.closed_until, platform=errand.platform))
    if rest is not None:
        ctx.run(partial(recording.resting, errand=errand, until=rest), last=True)
        return
    try:
        reading, wire = errands.visit_to_read(errand, ctx.settings, ctx.run)
    except VisitFailed as failed:
        errands.reached(errand, failed)
        ctx.run(partial(recording.failure, errand=errand, failed=failed), last=True)
        return
    ctx.run(partial(recording.success, errand=errand, reading=reading, fresh=wire.fresh), last=True)


@job(proving.PROVE_JOB, attempts=3, lease=_lease)
def prove(ctx: JobContext) -> None:
    """Look once for the proof of an account; looks that nobody waits for any more end here."""
    account_id, asked = ctx.payload["account_id"], ctx.payload["asked"]
    with ctx.reading() as db:
        awaited = proving.is_awaited(db, account_id, asked)
        errand = errands.to_prove(db, account_id) if awaited else None
    if errand is None:
        return
    found, failed = False, None
    try:
        found = errands.visit_to_prove(errand, ctx.settings, ctx.run)
    except VisitFailed as trouble:
        failed = trouble
    ctx.run(
        partial(
            proving.looked, errand=errand, found=found, failed=failed, last=ctx.payload["last"]
        ),
        last=True,
    )
