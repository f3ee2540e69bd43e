"""`quad export`: everything of a kind, in the columns that `quad import` of the same kind reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from quad.cli.group import json_option, say, say_json
from quad.cli.work import installation
from quad.core.db.engine import Database
from quad.core.errors import Rejected
from quad.core.export import tables
from quad.core.export.writing import FORMATS, PIECE, write_table
from quad.core.importing.declare import TABLE, Importer
from quad.core.policy import SYSTEM

ALL = "all"


@click.command("export")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def export_file(kind: str, file: Path, as_json: bool) -> int:
    """Export everything of KIND to FILE (.csv or .xlsx).

    With KIND all, FILE is a folder that gets one CSV file for each kind, numbered in the order in which an empty Quad
    takes them in.
    """
    with installation() as (_settings, database), Progress(disable=as_json) as progress:
        if kind == ALL:
            file.mkdir(parents=True, exist_ok=True)
            counts = {
                one.kind: _write(database, progress, one, _numbered(file, one)) for one in _kinds()
            }
        else:
            counts = {kind: _write(database, progress, _importer(kind), file)}
    if as_json:
        say_json(counts)
    else:
        for name, count in counts.items():
            say(f"{name:12}{count:>9,} rows")
    return 0


def _kinds() -> list[Importer[Any, Any]]:
    kinds = (one for one in Importer.registry.values() if one.current is not None)
    return sorted(kinds, key=lambda one: one.order)


def _importer(kind: str) -> Importer[Any, Any]:
    found = next((one for one in _kinds() if one.kind == kind), None)
    if found is None:
        names = ", ".join(one.kind for one in _kinds())
        raise Rejected(f"There is no export of “{kind}”. There are: {names}, {ALL}.")
    return found


def _numbered(folder: Path, importer: Importer[Any, Any]) -> Path:
    return folder / f"{importer.order:02}-{importer.kind}.csv"


def _write(database: Database, progress: Progress, importer: Importer[Any, Any], file: Path) -> int:
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise Rejected(f"{file.name} is neither a .csv nor an .xlsx file.")
    table = tables.table_of(TABLE + importer.kind)
    with database.reading() as db:
        task = progress.add_task(str(importer.label), total=tables.count(db, table, SYSTEM))

        def told() -> Iterator[Any]:
            for row in tables.rows(db, table, SYSTEM):
                yield row
                progress.advance(task)

        written = write_table(table.heads(), told(), form)
    with file.open("wb") as target, written.file:
        while piece := written.file.read(PIECE):
            target.write(piece)
    return written.rows
