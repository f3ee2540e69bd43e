"""Work for the worker: numbers that move with the day, and everybody's numbers when a rule has changed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from quad.coding.service import arriving, pushing, remaking, reminding, rollups, seasons, totals
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.core.jobs.runtime import local_today

PIECE = 200
STEP = remaking.PIECE
RANKS_KEPT = timedelta(days=730)


@periodic("coding.midnight", daily_at="00:05")
def midnight(ctx: JobContext) -> None:
    """Gains leave their windows and pauses become too long: only those people are reckoned; 200 a unit."""
    for some in (_adopt_some, _move_some):
        while ctx.run(some):
            pass
    ctx.run(totals.sweep)
    ctx.run(_forget_ranks, last=True)


def _adopt_some(db: Session) -> int:
    """Reckon students who came past every door, such as those of before an upgrade."""
    ids = rollups.without_figures(db, PIECE)
    rollups.rebuild(db, ids)
    return len(ids)


def _move_some(db: Session) -> int:
    ids = rollups.due(db, PIECE)
    rollups.rebuild(db, ids)
    return len(ids)


def _forget_ranks(db: Session) -> None:
    """Of the notes about ranks two years are kept."""
    seasons.forget_ranks(db, local_today(db) - RANKS_KEPT)


@job(rollups.REBUILD_JOB)
def rebuild(ctx: JobContext) -> None:
    """Make everybody's numbers anew: a unit per 1,000 students, then one per part of the shared counts.

    Each unit writes how far it is, so that the work goes on there whenever it was stopped.
    """
    with ctx.reading() as db:
        total = rollups.count_students(db)
        numbers = totals.parts(db)
    while ctx.run(partial(_rebuild_some, ctx, total)):
        pass
    for number in numbers:
        if number > ctx.payload.get("part", 0):
            ctx.run(partial(_recount_part, ctx, number, total))
    ctx.run(_finish, last=True)


def _finish(db: Session) -> None:
    totals.sweep(db)
    pushing.moved(db)


def _rebuild_some(ctx: JobContext, total: int, db: Session) -> bool:
    if "part" in ctx.payload:
        return False
    last, done, off = (ctx.payload.get(name, 0) for name in ("last", "done", "off"))
    ids, wrong = remaking.step(db, last, STEP)
    if not ids:
        ctx.reach(db, {"part": 0}, total, total)
        return False
    done += len(ids)
    reached = {"last": ids[-1], "done": done, "off": off + wrong}
    ctx.reach(db, reached, done, max(total, done))
    return True


def _recount_part(ctx: JobContext, number: int, total: int, db: Session) -> None:
    totals.recount_parts(db, [number])
    ctx.reach(db, {"part": number}, total, total)


@job(arriving.IMPORTED_JOB)
def reckon_imported(ctx: JobContext) -> None:
    """Reckon the students an import brought or changed; a unit per 200 of its lines."""
    while ctx.run(partial(_reckon_some, ctx)):
        pass
    ctx.run(lambda db: None, last=True)


def _reckon_some(ctx: JobContext, db: Session) -> bool:
    line, done = ctx.payload.get("line", 0), ctx.payload.get("done", 0)
    found = arriving.students_of(db, ctx.payload["import_id"], line, PIECE)
    if found is None:
        return False
    rollups.rebuild(db, found.student_ids)
    done += len(found.student_ids)
    ctx.reach(db, {"line": found.line, "done": done}, done, done)
    return True


@job(pushing.TELL_JOB)
def tell_boards(ctx: JobContext) -> None:
    """Let open leaderboards look again."""
    ctx.run(pushing.tell, last=True)


@periodic("coding.remind", daily_at="07:10")
def remind(ctx: JobContext) -> None:
    """Remind reviewers of snapshots that have waited for some days; 200 snapshots a unit."""
    while ctx.run(reminding.remind_some):
        pass
    ctx.run(lambda db: None, last=True)
