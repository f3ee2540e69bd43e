"""`quad audit`: prove that nobody changed the log of what was done."""

from __future__ import annotations

from functools import partial

import click

from quad.audit.models import AuditEntry
from quad.audit.service import reading, seals
from quad.cli.group import json_option, say, say_error, say_json
from quad.cli.work import installation
from quad.core.facts import run
from quad.core.live import number_all, prepare


@click.group()
def audit() -> None:
    """Seal and verify the audit."""


@audit.command()
def seal() -> None:
    """Seal every committed entry now, instead of within the hour."""
    with installation() as (settings, database):
        prepare(database, AuditEntry)
        number_all(database, AuditEntry)
        count = 0
        while run(
            database.writer,
            lambda db: seals.seal_next(db, settings.secret, all_of_it=True) is not None,
        ):
            count += 1
    say(f"{count} seals made.")


@audit.command()
def reindex() -> None:
    """Find out anew which things each entry is about; histories of students, courses and others rest on it."""
    last: int | None = 0
    with installation() as (_settings, database):
        while last is not None:
            last = run(database.writer, partial(reading.index_again, after=last))
    say("Every entry is found under what it is about.")


@audit.command()
@click.option("--expect", default="", help="A hash noted earlier: it must still be in the chain.")
@json_option
def verify(expect: str, as_json: bool) -> int:
    """Find entries that were changed, removed or inserted past the program. Exit code 1 when there are any.

    Note the hash it prints somewhere else, and give it back with --expect: then not even somebody who holds the
    database and the secret can rewrite what was before.
    """
    with installation() as (settings, database), database.reading() as db:
        verdict = seals.verify(db, settings.secret)
        problems = list(verdict.problems)
        if expect and not seals.holds(db, expect):
            problems.append(f"The hash {expect} is not in the chain.")
    if as_json:
        say_json(
            {
                "seals": verdict.seals,
                "entries": verdict.entries,
                "hash": verdict.newest_hash,
                "problems": problems,
            }
        )
        return 1 if problems else 0
    say(f"{verdict.entries} entries under {verdict.seals} seals\nhash: {verdict.newest_hash}")
    for problem in problems:
        say_error(problem)
    say("Nothing was changed." if not problems else "The audit was changed.")
    return 1 if problems else 0
