"""`quad db`: the schema of the configured database."""

from __future__ import annotations

import click

from quad.app import open_database
from quad.cli.group import json_option, say, say_error, say_json
from quad.core.config import load_settings
from quad.core.db import migration
from quad.core.db.engine import Database


def _database() -> Database:
    return open_database(load_settings())


@click.group()
def db() -> None:
    """Upgrade, downgrade, inspect or reset the database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables to REVISION, the newest by default. Running it again changes nothing."""
    migration.upgrade(_database(), revision)
    say("The database is up to date.")


@db.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION, by default one step."""
    migration.downgrade(_database(), revision)
    say("Done.")


@db.command()
@json_option
def current(as_json: bool) -> None:
    """Say which revision the database has, and which is the newest."""
    state = migration.current(_database())
    if as_json:
        say_json({"current": state.current, "newest": state.newest})
    else:
        say(f"current: {state.current or 'none'}\nnewest:  {state.newest}")


@db.command()
def check() -> int:
    """Compare the tables with the models; exit code 1 when they differ."""
    differences = migration.differences(_database())
    for line in differences:
        say_error(line)
    if not differences:
        say("Tables and models agree.")
    return 1 if differences else 0


@db.command()
@click.option("--yes", is_flag=True, help="Really delete everything.")
def reset(yes: bool) -> int:
    """Delete every table and row, and make empty tables."""
    if not yes:
        say_error("This deletes everything. Say --yes if you mean it.")
        return 1
    migration.reset(_database())
    say("The database is empty.")
    return 0
