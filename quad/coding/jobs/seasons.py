"""Work for the worker: the places of a season, written down or taken away in steps that can be stopped."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from quad.coding.models.seasons import Season
from quad.coding.service import freezing, rollups
from quad.coding.service.freezing import Ranks
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job

STEP = 1_000


@job(freezing.FREEZE_JOB)
def freeze(ctx: JobContext) -> None:
    """Write down each student's growth, then rank what is written; 1,000 students a unit."""
    with ctx.reading() as db:
        total = 2 * rollups.count_students(db)
    _clear(ctx)
    while "ranked" not in ctx.payload and ctx.run(partial(_write_some, ctx, total)):
        pass
    with ctx.reading() as db:
        known = freezing.ranks(db, _season(ctx, db))
    while ctx.run(partial(_rank_some, ctx, known, total)):
        pass
    ctx.run(lambda db: freezing.finish(db, ctx.payload["season_id"]), last=True)


@job(freezing.CLEAR_JOB)
def clear(ctx: JobContext) -> None:
    """Take away the places of a season that was opened again; 1,000 a unit."""
    _clear(ctx)
    ctx.run(lambda db: None, last=True)


def _clear(ctx: JobContext) -> None:
    """Nothing of an earlier time may be left when writing begins."""
    if "written" not in ctx.payload:
        while ctx.run(lambda db: freezing.clear_some(db, ctx.payload["season_id"], STEP)):
            pass


def _season(ctx: JobContext, db: Session) -> Season:
    return db.get_one(Season, ctx.payload["season_id"])


def _write_some(ctx: JobContext, total: int, db: Session) -> bool:
    done = ctx.payload.get("done", 0)
    last = freezing.write_some(db, _season(ctx, db), ctx.payload.get("written", 0), STEP)
    if not last:
        ctx.reach(db, {"ranked": 0}, done, total)
        return False
    done += STEP
    ctx.reach(db, {"written": last, "done": done}, min(done, total), total)
    return True


def _rank_some(ctx: JobContext, known: Ranks, total: int, db: Session) -> bool:
    done = ctx.payload.get("done", 0)
    last = freezing.rank_some(db, _season(ctx, db), known, ctx.payload["ranked"], STEP)
    if last:
        done += STEP
        ctx.reach(db, {"ranked": last, "done": done}, min(done, total), total)
    return bool(last)
