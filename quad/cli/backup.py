"""`quad backup` and `quad restore`: everything of one installation in one file, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress as Bar

from quad.app import open_database
from quad.cli.group import json_option, say, say_error, say_json, say_table
from quad.core.backup import archive
from quad.core.backup import restore as restoring
from quad.core.backup.places import Place
from quad.core.config import Settings, load_settings
from quad.core.errors import Rejected
from quad.core.files import Files, in_words

to_option = click.option("--to", "address", default="", help="A folder or s3://…; QUAD_BACKUP_TO.")


@contextmanager
def _bar(title: str) -> Iterator[archive.Progress]:
    """Show how far it is on a terminal; nothing elsewhere."""
    with Bar(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{title}: {what}")

        yield show


def _place(settings: Settings, address: str) -> Place:
    return Place.at(address) if address else Place.from_settings(settings)


@click.group(invoke_without_command=True)
@to_option
@click.option("--keep", type=click.IntRange(1), help="How many to keep; QUAD_BACKUP_KEEP, 14.")
@click.option("--no-files", is_flag=True, help="Leave uploaded files out.")
@click.pass_context
def backup(ctx: click.Context, address: str, keep: int | None, no_files: bool) -> None:
    """Take a backup of the database and the files, while everything goes on running."""
    if ctx.invoked_subcommand is not None:
        return
    settings = load_settings()
    database = open_database(settings)
    place = _place(settings, address)
    try:
        with place.adding() as path, _bar("Backing up") as progress:
            files = None if no_files else Files.from_settings(settings)
            manifest = archive.take(database, files, path, progress)
            size = path.stat().st_size
    finally:
        database.dispose()
    gone = place.prune(keep or settings.backup_keep)
    say(
        f"{path.name}: {len(manifest.tables)} tables, {manifest.rows} rows,"
        f" {len(manifest.files)} files, {in_words(size)}"
    )
    for sha256 in manifest.missing:
        say_error(f"missing in the store: {sha256}")
    if gone:
        say(f"Let go: {', '.join(gone)}")


@backup.command("list")
@to_option
@json_option
def list_backups(address: str, as_json: bool) -> None:
    """List the backups, the newest first."""
    found = _place(load_settings(), address).kept()
    if as_json:
        say_json([{"name": kept.name, "size": kept.size, "at": kept.at} for kept in found])
    else:
        say_table(["name", "size"], [[kept.name, in_words(kept.size)] for kept in found])


@backup.command()
@click.argument("name", default="")
@to_option
def verify(name: str, address: str) -> int:
    """Restore NAME (a file, or one of the list; the newest by default) into a scratch database and compare.

    Exit code 1 when anything differs.
    """
    with _opened(name, address) as path, archive.Archive(path) as opened:
        with _bar("Verifying") as progress:
            verdict = restoring.verify(opened, progress)
        say(f"{path.name}: {verdict.tables} tables, {verdict.rows} rows, {verdict.files} files")
    for problem in verdict.problems:
        say_error(problem)
    say("Sound." if not verdict.problems else "Not sound.")
    return 1 if verdict.problems else 0


@click.command()
@click.argument("name")
@to_option
@click.option("--replace", is_flag=True, help="Delete what the database holds now.")
@click.option("--no-files", is_flag=True, help="Leave the files as they are.")
def restore(name: str, address: str, replace: bool, no_files: bool) -> None:
    """Put the backup NAME (a file, or one of the list) into the configured database and file store.

    Stop the site first. The database must be empty, unless you say --replace. A damaged backup changes nothing.
    """
    settings = load_settings()
    database = open_database(settings)
    try:
        with (
            _opened(name, address) as path,
            archive.Archive(path) as opened,
            _bar("Restoring") as progress,
        ):
            files = None if no_files else Files.from_settings(settings)
            restoring.restore(opened, database, files, replace=replace, progress=progress)
            manifest = opened.manifest
    finally:
        database.dispose()
    say(
        f"{manifest.rows} rows and {len(manifest.files)} files are back, as of {manifest.taken_at}."
    )


@contextmanager
def _opened(name: str, address: str) -> Iterator[Path]:
    if name and Path(name).is_file():
        yield Path(name)
        return
    place = _place(load_settings(), address)
    if not name:
        newest = next(iter(place.kept()), None)
        if newest is None:
            raise Rejected("There is no backup yet. Take one with: quad backup")
        name = newest.name
    with place.opened(name) as path:
        yield path
