"""`quad rebuild`: everything that is counted or derived, anew from the rows it follows from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from quad.cli.group import json_option, say, say_json
from quad.cli.stepping import Rebuilt, by_job
from quad.cli.work import installation
from quad.core import counters, cubes, tallies
from quad.core.db.engine import Database
from quad.core.derived import Derived, derived
from quad.core.facts import run


@click.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Only compare; exit code 1 when something is off.")
@json_option
def rebuild(names: tuple[str, ...], check: bool, as_json: bool) -> int:
    """Make counted and derived numbers anew: counters, results, averages. What is right stays untouched.

    NAMES are the parts to do, such as coding; left out, it is all of them. People may go on working: it is done in
    pieces of a thousand, a unit each. Where a part has a job for it, a command that was killed goes on where it was
    when it is given again.
    """
    shown = Progress(console=Console(stderr=True), disable=as_json)
    with installation() as (_settings, database), shown as progress:
        found = [] if names else [_counted(database, check)]
        for part in _chosen(names):
            task = progress.add_task(part.name, total=None)
            if part.job and not check:
                found.append(by_job(database, part, partial(progress.update, task)))
            else:
                found.append(_by_pieces(database, part, check, partial(progress.update, task)))
    if as_json:
        say_json([asdict(one) for one in found])
    else:
        for one in found:
            of = "" if one.looked_at is None else f" of {one.looked_at}"
            say(f"{one.name}: {one.off}{of} {'are' if check else 'were'} off")
    return 1 if check and any(one.off for one in found) else 0


def _chosen(names: tuple[str, ...]) -> list[Derived]:
    known = {part.name: part for part in derived()}
    for name in names:
        if name not in known:
            raise click.UsageError(f"There is no part “{name}”. There are: {', '.join(known)}.")
    return [part for name, part in known.items() if not names or name in names]


def _by_pieces(
    database: Database, part: Derived, check: bool, tell: Callable[..., None]
) -> Rebuilt:
    looked_at = off = last = 0
    while piece := _piece(database, part, last, check):
        last, count, wrong = piece
        looked_at, off = looked_at + count, off + wrong
        tell(completed=looked_at)
    return Rebuilt(part.name, looked_at, off)


def _counted(database: Database, check: bool) -> Rebuilt:
    if check:
        with database.reading() as db:
            return Rebuilt(
                "counters", None, len(counters.check(db) + tallies.check(db) + cubes.check(db))
            )

    def recount(db: Session) -> int:
        return counters.recount(db) + tallies.recount(db) + cubes.recount(db)

    return Rebuilt("counters", None, run(database.writer, recount))


def _piece(
    database: Database, part: Derived, last: int, check: bool
) -> tuple[int, int, int] | None:
    """Make the next piece anew; return its last key, how many there are and how many were off; None at the end."""

    def work(db: Session) -> tuple[int, int, int] | None:
        keys = part.after(db, last)
        if not keys:
            return None
        off = part.rebuild(db, keys)
        if check:
            db.rollback()
        return keys[-1], len(keys), off

    return run(database.writer, work)
