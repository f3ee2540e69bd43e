"""Putting a backup back, and proving that it can be put back.

Tables are made as they were when the backup was taken, filled, and then brought to the newest revision, so an old
backup goes into a newer Quad. Triggers and indexes of the search are away while rows are written: counters and words
are in the rows already, and a counter that counted again would be wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, func, inspect, select, table, text

from quad.core import counters
from quad.core.backup import rows
from quad.core.backup.archive import Archive, Progress, TableEntry, nothing
from quad.core.db import migration
from quad.core.db.attachments import drop_attachments
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.errors import Rejected
from quad.core.files import Files
from quad.core.i18n import gettext as _
from quad.core.i18n import number as written


@dataclass
class Verdict:
    """What a trial restore found; `problems` is empty when the backup is sound."""

    tables: int = 0
    rows: int = 0
    files: int = 0
    problems: list[str] = field(default_factory=list)


def restore(
    archive: Archive,
    database: Database,
    files: Files | None,
    *,
    replace: bool = False,
    progress: Progress = nothing,
) -> None:
    """Fill `database` and `files` from `archive`.

    Every checksum is compared first, so a damaged backup changes nothing. Raises Rejected then, and when the database
    holds rows already and `replace` was not said.
    """
    archive.check(progress)
    if not replace and _holds_rows(database):
        raise Rejected(
            _("This database is not empty. Restore into an empty one, or say --replace.")
        )
    migration.clear(database)
    migration.upgrade(database, archive.manifest.revision)
    _fill(archive, database, progress)
    migration.upgrade(database)
    if files is not None:
        _put_files(archive, files, progress)


def verify(archive: Archive, progress: Progress = nothing) -> Verdict:
    """Restore into a scratch database and compare every table with what was backed up."""
    verdict = Verdict(files=len(archive.manifest.files))
    with tempfile.TemporaryDirectory(prefix="quad-verify-") as folder:
        scratch = Database(f"sqlite:///{Path(folder) / 'scratch.db'}", pool=2)
        try:
            archive.check(progress)
            migration.upgrade(scratch, archive.manifest.revision)
            _fill(archive, scratch, progress)
            _compare(archive, scratch, verdict, progress)
            migration.upgrade(scratch)
            with scratch.reading() as db:
                verdict.problems += [str(wrong) for wrong in counters.check(db)]
        except Rejected as error:
            verdict.problems.append(str(error))
        finally:
            scratch.dispose()
    verdict.problems += [
        _("The content %(sha256)s was missing when the backup was taken.", sha256=sha256[:12])
        for sha256 in archive.manifest.missing
    ]
    return verdict


def _compare(archive: Archive, scratch: Database, verdict: Verdict, progress: Progress) -> None:
    tables = archive.manifest.tables
    # An older archive's tables are compared by their counts: the models describe only the newest.
    newest = archive.manifest.revision == migration.current(scratch).newest
    with scratch.engine.connect() as connection:
        for number, entry in enumerate(tables):
            progress(entry.name, number, len(tables))
            verdict.tables += 1
            verdict.rows += entry.rows
            if not _agrees(connection, entry, newest):
                verdict.problems.append(_("%(table)s came back with other rows.", table=entry.name))


def _agrees(connection: Connection, entry: TableEntry, newest: bool) -> bool:
    if not newest:
        found = connection.scalar(select(func.count()).select_from(table(entry.name)))
        return found == entry.rows
    tally = rows.Tally()
    for line in rows.read(connection, Model.metadata.tables[entry.name]):
        tally.add(line)
    return (tally.rows, tally.fingerprint) == (entry.rows, entry.digest)


def _holds_rows(database: Database) -> bool:
    with database.engine.connect() as connection:
        present = set(inspect(connection).get_table_names())
        return any(
            connection.execute(select(text("1")).select_from(source).limit(1)).first()
            for name, source in Model.metadata.tables.items()
            if name in present
        )


def _fill(archive: Archive, database: Database, progress: Progress) -> None:
    entries = archive.manifest.tables
    with _loading(database) as connection:
        for name in reversed([entry.name for entry in entries]):
            # A migration may have put first rows in.
            connection.execute(table(name).delete())
        for number, entry in enumerate(entries):
            progress(entry.name, number, len(entries))
            count = rows.write(connection, entry.name, entry.fields, archive.lines(entry))
            if count != entry.rows:
                raise Rejected(
                    _(
                        "%(table)s should have %(wanted)s rows and has %(found)s.",
                        table=entry.name,
                        wanted=written(entry.rows),
                        found=written(count),
                    )
                )
        if database.dialect == "postgresql":
            _continue_numbering(connection, [entry.name for entry in entries])


@contextmanager
def _loading(database: Database) -> Iterator[Connection]:
    """A transaction in which rows may come in any order; what points nowhere is found at its end."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    drop_attachments(connection)
                    yield connection
                    _refuse_broken(connection)
            finally:
                raw.execute("PRAGMA foreign_keys = ON")
        elif database.dialect == "postgresql":
            with connection.begin():
                drop_attachments(connection)
                keys = _take_keys(connection)
                yield connection
                for owner, name, definition in keys:
                    connection.exec_driver_sql(
                        f'ALTER TABLE {owner} ADD CONSTRAINT "{name}" {definition}'
                    )
        else:
            with connection.begin():
                drop_attachments(connection)
                connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
                try:
                    yield connection
                finally:
                    connection.exec_driver_sql("SET SESSION foreign_key_checks = 1")


def _refuse_broken(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise Rejected(_("Rows of %(table)s point nowhere.", table=str(broken[0][0])))


def _take_keys(connection: Connection) -> list[Any]:
    """Take the foreign keys away; adding them again at the end checks all rows at once."""
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(oid) AS definition"
            " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    for owner, name, _definition in found:
        connection.exec_driver_sql(f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"')
    return list(found)


def _continue_numbering(connection: Connection, names: list[str]) -> None:
    """Let the next row of each table get a number above all that came back."""
    for name in names:
        if "id" not in {found["name"] for found in inspect(connection).get_columns(name)}:
            continue
        counted = table(name, column("id"))
        sequence = connection.scalar(select(func.pg_get_serial_sequence(name, "id")))
        highest = connection.scalar(select(func.max(counted.c.id)))
        if sequence is not None and highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


def _put_files(archive: Archive, files: Files, progress: Progress) -> None:
    wanted = archive.manifest.files
    for number, sha256 in enumerate(wanted):
        progress(_("files"), number, len(wanted))
        files.keep(archive.content(sha256))
