"""`quad semesters`: records of a system without semesters."""

from __future__ import annotations

import click

from quad.academics.service import semesters as service
from quad.cli.group import json_option, say, say_json
from quad.cli.work import in_unit
from quad.core.policy import SYSTEM


@click.command()
@click.option("--write", is_flag=True, help="Write it; without this, only say what would change.")
@json_option
def semesters(write: bool, as_json: bool) -> None:
    """Give old records their semesters, from when courses were taken."""
    found = in_unit(lambda db, _settings: service.write(db, SYSTEM) if write else service.plan(db))
    if as_json:
        say_json(
            {
                "students": len(found.students),
                "courses": len(found.courses),
                "right": found.right,
                "written": write,
            }
        )
        return
    say(f"{len(found.students)} students and {len(found.courses)} courses get another semester.")
    say(f"{found.right} students have the right one.")
    if not write:
        say("Nothing is written yet: say --write.")
