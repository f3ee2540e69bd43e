"""Kinds of jobs only tests have, and short ways to promise them and look at them."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import select, update

from quad.core.facts import unit
from quad.core.jobs.context import GiveUp, JobContext
from quad.core.jobs.kinds import job
from quad.core.jobs.models import Job
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runtime import Runtime

DONE: list[Any] = []


@job("testing.note")
def _note(ctx: JobContext) -> None:
    DONE.append(ctx.payload["word"])


@job("testing.fail", attempts=3)
def _fail(ctx: JobContext) -> None:
    DONE.append(ctx.attempt)
    raise ValueError("the printer is out of paper")


@job("testing.give_up")
def _give_up(ctx: JobContext) -> None:
    raise GiveUp("There is no such printer.")


@job("testing.act")
def _act(ctx: JobContext) -> None:
    DONE.append(ctx)
    ACTS[ctx.payload["act"]](ctx)


ACTS: dict[str, Any] = {}


def promise(runtime: Runtime, kind: str, payload: dict[str, Any] | None = None, **how: Any) -> int:
    with runtime.database.writer() as db, unit(db):
        return enqueue(db, kind, payload or {}, **how)


def stored(runtime: Runtime, job_id: int) -> Job:
    with runtime.database.reading() as db:
        row = db.scalars(select(Job).where(Job.id == job_id)).one()
        db.expunge(row)
    return row


def change(runtime: Runtime, job_id: int, **values: Any) -> None:
    with runtime.database.writer() as db, unit(db):
        db.execute(update(Job).where(Job.id == job_id).values(**values))


def together(count: int, work: Any) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
