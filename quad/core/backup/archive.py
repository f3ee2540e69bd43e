"""A backup as one file: a tar with a manifest, a compressed member per table and one per uploaded content.

The database is read in one transaction that sees a single moment, while others go on writing. The manifest is written
last and carries a checksum of every member, so a file that was cut off is recognised.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, select

from quad.core import clock
from quad.core.backup import rows
from quad.core.backup.rows import Field
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.errors import NotFound, Rejected
from quad.core.files import Files, StoredFile, key_of
from quad.core.i18n import gettext as _

FORMAT = 1
PIECE = 1024 * 1024
MANIFEST = "manifest.json"
COMPRESSION = 6

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TableEntry:
    """One table in the archive. `digest` does not depend on the order of rows."""

    name: str
    rows: int
    digest: str
    sha256: str
    fields: list[Field]

    @property
    def member(self) -> str:
        """Its place in the archive."""
        return f"tables/{self.name}.jsonl.gz"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `missing` names contents that rows refer to and the store no longer had."""

    format: int
    version: str
    taken_at: str
    dialect: str
    revision: str
    tables: list[TableEntry]
    files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(entry.rows for entry in self.tables)


def nothing(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def take(
    database: Database, files: Files | None, target: Path, progress: Progress = nothing
) -> Manifest:
    """Write a backup of `database`, and of what `files` holds, to `target`.

    Raises Rejected when the tables are not the newest: what is in an archive is described by the models.
    """
    state = migration.current(database)
    if state.current is None or state.current != state.newest:
        raise Rejected(_("The tables are not up to date. Run “quad db upgrade” first."))
    partial = target.with_name(f"{target.name}.partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(partial, "w") as tar, _one_moment(database) as connection:
            entries = _tables(tar, connection, partial.parent, progress)
            wanted = _contents(connection) if files is not None else []
            kept, missing = _files(tar, files, wanted, progress) if files is not None else ([], [])
            manifest = Manifest(
                format=FORMAT,
                version=version("quad"),
                taken_at=clock.now().isoformat(),
                dialect=database.dialect,
                revision=state.current,
                tables=entries,
                files=kept,
                missing=missing,
            )
            _add(tar, MANIFEST, io.BytesIO(orjson.dumps(asdict(manifest))))
        partial.chmod(0o600)  # everybody's marks are in it
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """A connection whose reads all see the database as it is at the first of them."""
    if database.dialect == "sqlite":
        with database.reading_engine.connect() as connection, connection.begin():
            yield connection
        return
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
    if database.dialect == "postgresql":
        options["postgresql_readonly"] = True
    with (
        database.engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


def _tables(
    tar: tarfile.TarFile, connection: Connection, folder: Path, progress: Progress
) -> list[TableEntry]:
    tables = Model.metadata.sorted_tables
    entries = []
    for number, source in enumerate(tables):
        progress(source.name, number, len(tables))
        tally = rows.Tally()
        with tempfile.TemporaryFile(dir=folder) as packed:
            with gzip.GzipFile("", "wb", COMPRESSION, packed, mtime=0) as lines:
                for line in rows.read(connection, source):
                    tally.add(line)
                    lines.write(line + b"\n")
            packed.seek(0)
            entry = TableEntry(
                name=source.name,
                rows=tally.rows,
                digest=tally.fingerprint,
                sha256=_sha256(packed),
                fields=rows.fields_of(source),
            )
            _add(tar, entry.member, packed)
        entries.append(entry)
    return entries


def _contents(connection: Connection) -> list[str]:
    found = connection.execute(select(StoredFile.sha256).distinct().order_by(StoredFile.sha256))
    return list(found.scalars())


def _files(
    tar: tarfile.TarFile, files: Files, wanted: list[str], progress: Progress
) -> tuple[list[str], list[str]]:
    kept, missing = [], []
    for number, sha256 in enumerate(wanted):
        progress(_("files"), number, len(wanted))
        try:
            with files.open(sha256) as content:
                if _sha256(content) != sha256:
                    raise NotFound(sha256)
                _add(tar, f"files/{key_of(sha256)}", content)
            kept.append(sha256)
        except NotFound:
            missing.append(sha256)
    return kept, missing


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    """Add all of `content`, from its start."""
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, io.SEEK_END)
    entry.mode = 0o600
    entry.mtime = int(clock.now().timestamp())
    content.seek(0)
    tar.addfile(entry, content)


def _sha256(content: IO[bytes]) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    content.seek(0)
    return digest.hexdigest()


class Archive:
    """A backup opened for reading. Raises Rejected with a sentence for a file that is none or is damaged."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Rejected(_("There is no backup %(path)s.", path=str(path)))
        with ExitStack() as opened:
            try:
                self._tar = opened.enter_context(tarfile.open(path, "r:"))
                self.manifest = self._read_manifest()
            except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
                raise Rejected(
                    _("This is no backup of Quad, or it was cut off: %(path)s.", path=path.name)
                ) from error
            opened.pop_all()

    def _read_manifest(self) -> Manifest:
        raw = orjson.loads(self._member(MANIFEST).read())
        if raw.get("format") != FORMAT:
            raise Rejected(_("This backup was made by a newer Quad. Update first."))
        raw["tables"] = [
            TableEntry(**(entry | {"fields": [Field(**one) for one in entry["fields"]]}))
            for entry in raw["tables"]
        ]
        return Manifest(**raw)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self._tar.close()

    def check(self, progress: Progress = nothing) -> None:
        """Read every member and compare it with its checksum. Raises Rejected at the first that differs."""
        members = [(entry.member, entry.sha256) for entry in self.manifest.tables]
        members += [(f"files/{key_of(sha256)}", sha256) for sha256 in self.manifest.files]
        for number, (name, sha256) in enumerate(members):
            progress(name, number, len(members))
            try:
                found = _sha256(self._member(name))
            except (KeyError, tarfile.TarError, EOFError):
                found = ""
            if found != sha256:
                raise Rejected(_("The backup is damaged: %(name)s is not as written.", name=name))

    def lines(self, entry: TableEntry) -> Iterator[bytes]:
        """Yield the rows of one table."""
        with gzip.GzipFile(fileobj=self._member(entry.member)) as lines:
            for line in lines:
                yield line.rstrip(b"\n")

    def content(self, sha256: str) -> IO[bytes]:
        """Open one uploaded content."""
        return self._member(f"files/{key_of(sha256)}")

    def _member(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(name)
        if found is None:
            raise KeyError(name)
        return found
