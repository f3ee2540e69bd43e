"""`quad import`: a table file, or the folder of a known dataset, from this machine, start to end."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress, TaskID

from quad.academics.importers.oulad.run import KIND as OULAD
from quad.academics.importers.oulad.run import Report as FolderReport
from quad.academics.importers.oulad.run import run_folder
from quad.cli.group import json_option, say, say_error, say_json
from quad.cli.work import installation
from quad.core.errors import Rejected
from quad.core.files import Files
from quad.core.importing.pipeline import Report, importer_of, in_words, run_import
from quad.core.policy import SYSTEM

SHOWN = 20
JSON_SHOWN = 1_000
EVERYTHING = "all"
NOTHING = "Nothing was written."
CORRECT = "Nothing was written. Correct the file, or say --skip-bad."


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--skip-bad", is_flag=True, help="Import the good rows although others have problems."
)
@json_option
def import_file(kind: str, file: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> int:
    """Import FILE (CSV or XLSX) as KIND: students, courses, marks … Importing it again changes nothing.

    With KIND oulad, FILE is the folder of the Open University Learning Analytics Dataset. With KIND all, it is a folder
    that `quad export all` wrote; its files go in one after the other.
    """
    if kind == EVERYTHING:
        return _import_all(file, dry_run, skip_bad, as_json)
    if kind == OULAD:
        return _import_folder(file, dry_run, skip_bad, as_json)
    if file.is_dir():
        raise Rejected(f"{file} is a folder. Give a file, CSV or XLSX.")
    return _import_table(kind, file, dry_run, skip_bad, as_json)


def _import_all(folder: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> int:
    files = sorted(folder.glob("[0-9][0-9]-*.csv")) if folder.is_dir() else []
    if not files:
        raise Rejected(f"{folder} holds no files that `quad export all` wrote.")
    for file in files:
        say(f"{file.name}:")
        code = _import_table(file.stem[3:], file, dry_run, skip_bad, as_json)
        if code:
            return code
    return 0


def _import_table(kind: str, file: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> int:
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
        say(NOTHING)
    elif report.state == "previewed":
        say_error(CORRECT)


class _Bars:
    """One bar for each step of the import, made when the step begins."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self.tasks:
            self.tasks[step] = self.progress.add_task(step)
        self.progress.update(self.tasks[step], completed=done, total=total)


def _import_folder(folder: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> int:
    if not folder.is_dir():
        raise Rejected(f"{folder} is no folder. Give the folder that holds the dataset's files.")
    with installation() as (settings, database), Progress(disable=as_json) as progress:
        report = run_folder(
            database,
            Files.from_settings(settings),
            folder,
            SYSTEM,
            dry_run=dry_run,
            skip_bad=skip_bad,
            tell=_Bars(progress),
        )
    if as_json:
        told = report.as_json()
        say_json(told | {"problems": told["problems"][:JSON_SHOWN]})
    else:
        _tell_folder(report, dry_run)
    refused = bool(report.problem) or (report.errors > 0 and not skip_bad)
    return 1 if refused else 0


def _tell_folder(report: FolderReport, dry_run: bool) -> None:
    if report.problem:
        say_error(report.problem)
    else:
        for name, count in report.counts.as_json().items():
            say(
                f"{name.capitalize():12}{count['new']:>9,} new{count['changed']:>9,} changed"
                f"{count['same']:>9,} unchanged"
            )
    for problem in report.problems[:SHOWN]:
        column = f", {problem.column}" if problem.column else ""
        say_error(f"  {problem.file}, line {problem.line}{column}: {problem.sentence}")
    if report.errors > SHOWN:
        say_error(f"  and {report.errors - SHOWN} more")
    if dry_run:
        say(NOTHING)
    elif report.state == "refused":
        say_error(NOTHING if report.problem else CORRECT.replace("the file", "the files"))
