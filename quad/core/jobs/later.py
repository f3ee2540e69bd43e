"""What nobody waits for: acts that gather while a unit runs, promised as one job at its end.

They are promised in the unit's own transaction, so they are lost with it and only with it. The worker does each in a
unit that also writes into the job how many are done: however often the job is stopped, no act is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.core.facts import LATER, Fact, at_unit_end, on
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.outbox import enqueue

JOB = "core.later"
F = TypeVar("F", bound=Fact)
Payload = dict[str, Any]
Act = Callable[[Session, Payload], None]

_acts: dict[str, Act] = {}


def later(db: Session, name: str, payload: Payload) -> None:
    """Promise the act `name` with a payload of plain JSON values."""
    db.info.setdefault(LATER, []).append([name, payload])


def act(name: str) -> Callable[[Act], Act]:
    """Register the function that does the act `name`."""

    def register(found: Act) -> Act:
        if name in _acts:
            raise RuntimeError(f"act declared twice: {name}")
        _acts[name] = found
        return found

    return register


def on_later(
    kind: type[F],
) -> Callable[[Callable[[Session, F], None]], Callable[[Session, F], None]]:
    """As `facts.on`, for a listener nobody waits for; `kind` has numbers and words only."""
    names = [field.name for field in fields(kind)]

    def register(listener: Callable[[Session, F], None]) -> Callable[[Session, F], None]:
        name = f"{listener.__module__}.{listener.__name__}"

        def hear(db: Session, fact: F) -> None:
            said = asdict(fact)
            later(db, name, {each: said[each] for each in names})

        act(name)(lambda db, payload: listener(db, kind(**payload)))
        on(kind)(hear)
        return listener

    return register


@at_unit_end
def promise(db: Session) -> None:
    """Promise what has gathered."""
    gathered = db.info.pop(LATER, [])
    if gathered:
        enqueue(db, JOB, {"acts": gathered, "done": 0})


@job(JOB)
def do(ctx: JobContext) -> None:
    """Do the acts one by one, a unit each."""
    acts = ctx.payload["acts"]
    for place in range(ctx.payload["done"], len(acts)):
        ctx.run(partial(_do_one, ctx, place))
    ctx.run(lambda db: None, last=True)


def _do_one(ctx: JobContext, place: int, db: Session) -> None:
    name, payload = ctx.payload["acts"][place]
    _acts[name](db, payload)
    ctx.reach(db, {"done": place + 1}, place + 1, len(ctx.payload["acts"]))


def unfinished() -> Select[Any]:
    """Select the payloads of jobs whose acts are not all done; what a job given up holds may still be tried again."""
    return select(Job.payload).where(Job.kind == JOB, Job.state != JobState.DONE)


def undone(payload: Payload, name: str) -> Iterator[Payload]:
    """Yield what the acts `name` of one such job were promised with, as far as they are not done."""
    for each, promised in payload["acts"][payload["done"] :]:
        if each == name:
            yield promised
