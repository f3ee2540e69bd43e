"""`quad import`: a table file from this machine, start to end."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from quad.cli.group import json_option, say, say_error, say_json
from quad.cli.work import installation
from quad.core.files import Files
from quad.core.importing.pipeline import Report, importer_of, in_words, run_import
from quad.core.policy import SYSTEM

SHOWN = 20


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--skip-bad", is_flag=True, help="Import the good rows although others have problems."
)
@json_option
def import_file(kind: str, file: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> int:
    """Import FILE (CSV or XLSX) as KIND: students, enrolments or marks. Importing it again changes nothing."""
    with installation() as (settings, database), Progress(disable=as_json) as progress:
        task = progress.add_task(f"Reading {file.name}", total=None)
        report = run_import(
            database,
            Files.from_settings(settings),
            importer_of(kind),
            file,
            SYSTEM,
            dry_run=dry_run,
            skip_bad=skip_bad,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if as_json:
        say_json(report.as_json())
    else:
        _tell(report, dry_run)
    refused = bool(report.problem) or (report.errors > 0 and not skip_bad)
    return 1 if refused else 0


def _tell(report: Report, dry_run: bool) -> None:
    say(f"{report.rows} rows: {in_words(report)}." if not report.problem else report.problem)
    for problem in report.problems[:SHOWN]:
        say_error(f"  line {problem.line}, {problem.column or 'row'}: {problem.sentence}")
    if report.errors > SHOWN:
        say_error(f"  and {report.errors - SHOWN} more")
    if report.ignored_columns:
        say(f"Columns not used: {', '.join(report.ignored_columns)}")
    if dry_run:
        say("Nothing was written.")
    elif report.state == "previewed":
        say_error("Nothing was written. Correct the file, or say --skip-bad.")
