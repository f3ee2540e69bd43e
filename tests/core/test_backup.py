"""Backups: one moment of a busy database, whole or refused, and back on any of the three."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import orjson
import pytest
from alembic.script import ScriptDirectory
from obstore.store import LocalStore, MemoryStore
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

import quad.app  # noqa: F401 - the models register by being imported
from quad.academics.models.results import Mark
from quad.core import clock, counters
from quad.core.backup.archive import Archive, Manifest, take
from quad.core.backup.nightly import nightly
from quad.core.backup.places import Place
from quad.core.backup.restore import restore, verify
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.errors import NotFound, Rejected
from quad.core.facts import run
from quad.core.files import Files, StoredFile
from quad.core.jobs.context import JobContext
from quad.identity.models.accounts import User
from tests.conftest import make_settings
from tests.databases import Workshop, server_problem
from tests.factories import academics
from tests.factories.people import person

pytestmark = pytest.mark.feature("L47")


@contextmanager
def empty(workshop: Workshop, dialect: str) -> Iterator[Database]:
    problem = server_problem(dialect)
    if problem:
        pytest.skip(problem)
    with workshop.database(dialect) as database:
        yield database


def fill(database: Database, files: Files) -> None:
    """People with odd names, marks, a superseded mark, a deleted row, JSON, and two uploads of one content."""
    with database.writer() as db:
        academics.college(db)
        person(db, name="Renée O’Connor-Ōta 李 🎓")
        gone = academics.department(db, "GONE", "Closed “department”\n\twith a tab")
        gone.deleted_at = clock.now()
        files.put(db, io.BytesIO(b"one"), name="a.txt", media_type="text/plain", owner_id=None)
        files.put(db, io.BytesIO(b"one"), name="b.txt", media_type="text/plain", owner_id=None)
        files.put(db, io.BytesIO(b""), name="leer.txt", media_type="text/plain", owner_id=None)
        db.commit()


def files_in(folder: Path) -> Files:
    folder.mkdir(exist_ok=True)
    return Files(LocalStore(folder), folder)


def fingerprints(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {entry.name: (entry.rows, entry.digest) for entry in manifest.tables}


@pytest.mark.db
def test_what_is_restored_is_what_was_backed_up_on_this_and_on_another_database(
    workshop: Workshop, dialect: str, tmp_path: Path
) -> None:
    before, after = files_in(tmp_path / "before"), files_in(tmp_path / "after")
    path = tmp_path / "one.tar"
    with empty(workshop, dialect) as source:
        fill(source, before)
        manifest = take(source, before, path)
    assert manifest.rows > 20
    assert len(manifest.files) == 2
    with Archive(path) as archive:
        assert verify(archive).problems == []
        for kind in {dialect, "sqlite"}:
            with empty(workshop, kind) as target:
                restore(archive, target, after)
                again = take(target, after, tmp_path / f"again-{kind}.tar")
                assert fingerprints(again) == fingerprints(manifest)
                with target.writer() as db:
                    person(db, name="The next one gets a free number")
                    db.commit()
                    assert counters.check(db) == []
                assert migration.differences(target) == []
    with after.open(manifest.files[0]) as content:
        assert content.read() in (b"one", b"")


@pytest.mark.db
def test_a_backup_taken_while_others_write_is_one_moment(
    workshop: Workshop, dialect: str, tmp_path: Path
) -> None:
    files = files_in(tmp_path / "files")
    with empty(workshop, dialect) as database:
        fill(database, files)
        stop = threading.Event()
        written: list[int] = []

        def write() -> None:
            # Each unit adds a person and a file that names it: a torn backup would hold one without the other.
            while not stop.is_set():

                def add_one(db: Session) -> None:
                    row = person(db, name=f"Busy {len(written)}")
                    content = io.BytesIO(str(row.id).encode())
                    files.put(db, content, name="busy", media_type="text/plain", owner_id=row.id)

                run(database.writer, add_one)
                written.append(1)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len(written) < 3:
                pass
            take(database, files, tmp_path / "busy.tar")
            while_taken = len(written)
        finally:
            stop.set()
            writer.join(60)
        assert while_taken > 3
    with Archive(tmp_path / "busy.tar") as archive, empty(workshop, "sqlite") as target:
        assert verify(archive).problems == []
        restore(archive, target, None)
        with target.reading() as db:
            busy = db.scalar(select(func.count()).where(User.full_name.like("Busy %")))
            named = db.scalar(select(func.count()).where(StoredFile.name == "busy"))
            assert busy == named
            assert busy


def test_a_damaged_or_shortened_backup_is_refused_and_changes_nothing(
    workshop: Workshop, tmp_path: Path
) -> None:
    path, files = tmp_path / "one.tar", files_in(tmp_path / "files")
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        take(database, files, path)
    whole = path.read_bytes()
    for number, damage in enumerate(
        (
            whole[: len(whole) // 2],
            whole[: whole.rindex(b"taken_at")],
            b"",
            b"PK\x03\x04 something else",
            whole.replace(b"one", b"two", 1),
        )
    ):
        path.write_bytes(damage)
        with empty(workshop, "sqlite") as target:
            with pytest.raises(Rejected) as refusal, Archive(path) as archive:
                restore(archive, target, files_in(tmp_path / f"target-{number}"))
            assert "backup" in str(refusal.value).lower()
            with target.reading() as db:
                assert db.scalar(select(func.count()).select_from(User)) == 0


def test_rows_that_are_there_are_not_overwritten_unasked(
    workshop: Workshop, tmp_path: Path
) -> None:
    path, files = tmp_path / "one.tar", files_in(tmp_path / "files")
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        manifest = take(database, files, path)
        with database.writer() as db:
            person(db, name="Added afterwards")
            db.commit()
        with Archive(path) as archive:
            with pytest.raises(Rejected, match="not empty"):
                restore(archive, database, files)
            with database.reading() as db:
                assert db.scalar(select(User.id).where(User.full_name == "Added afterwards"))
            restore(archive, database, files, replace=True)
        again = take(database, files, tmp_path / "again.tar")
        assert fingerprints(again) == fingerprints(manifest)


def test_content_that_the_store_lost_is_named(workshop: Workshop, tmp_path: Path) -> None:
    files = files_in(tmp_path / "files")
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        with database.reading() as db:
            key = db.scalars(select(StoredFile)).first()
        assert key is not None
        (tmp_path / "files" / key.key).unlink()
        manifest = take(database, files, tmp_path / "one.tar")
        assert manifest.missing == [key.sha256]
    with Archive(tmp_path / "one.tar") as archive:
        assert any(key.sha256[:12] in problem for problem in verify(archive).problems)


def test_a_difference_found_by_the_trial_restore_is_told(
    workshop: Workshop, tmp_path: Path
) -> None:
    files = files_in(tmp_path / "files")
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        take(database, files, tmp_path / "one.tar")
    with Archive(tmp_path / "one.tar") as archive:
        people = next(entry for entry in archive.manifest.tables if entry.name == "identity_user")
        position = archive.manifest.tables.index(people)
        wrong = replace(people, digest="0" * 64)
        archive.manifest.tables[position] = wrong
        assert verify(archive).problems == ["identity_user came back with other rows."]


def test_only_the_newest_are_kept_and_nothing_else_in_the_folder_is_touched(
    tmp_path: Path,
) -> None:
    (tmp_path / "precious.tar").write_bytes(b"x")
    for day in range(1, 6):
        (tmp_path / f"quad-2026010{day}-020000.tar").write_bytes(b"x")
    place = Place.at(str(tmp_path))
    assert place.prune(2) == [f"quad-2026010{day}-020000.tar" for day in (3, 2, 1)]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["precious.tar", "quad-20260104-020000.tar", "quad-20260105-020000.tar"]


def test_tables_that_are_behind_are_not_backed_up(workshop: Workshop, tmp_path: Path) -> None:
    with workshop.bare("sqlite") as database:
        with pytest.raises(Rejected, match="quad db upgrade"):
            take(database, None, tmp_path / "one.tar")
        assert list(tmp_path.iterdir()) == []


def test_an_older_backup_goes_into_a_newer_program(workshop: Workshop, tmp_path: Path) -> None:
    """The archive says which tables it was taken from; they are made, filled and then brought forward."""
    files, path = files_in(tmp_path / "files"), tmp_path / "one.tar"
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        take(database, files, path)
        with database.reading() as db:
            marks = db.scalar(select(func.count()).select_from(Mark))
    first = ScriptDirectory.from_config(migration.configuration()).get_base()
    assert first is not None
    with workshop.bare("sqlite") as oldest:
        migration.upgrade(oldest, first)
        make_older(path, oldest, first)
    with Archive(path) as archive, workshop.bare("sqlite") as target:
        restore(archive, target, None)
        state = migration.current(target)
        assert state.current == state.newest
        assert migration.differences(target) == []
        with target.reading() as db:
            assert db.scalar(select(func.count()).select_from(Mark)) == marks


def make_older(path: Path, oldest: Database, revision: str) -> None:
    """Rewrite a backup as the first version would have made it: without the tables and columns it did not have."""
    columns = {
        name: {column["name"] for column in inspect(oldest.engine).get_columns(name)}
        for name in inspect(oldest.engine).get_table_names()
    }
    with Archive(path) as archive, tarfile.open(path.with_suffix(".old"), "w") as tar:
        manifest, entries = archive.manifest, []
        for entry in manifest.tables:
            if entry.name not in columns:
                continue
            known = [n for n, one in enumerate(entry.fields) if one.name in columns[entry.name]]
            lines = [orjson.loads(line) for line in archive.lines(entry)]
            packed = gzip.compress(
                b"".join(orjson.dumps([line[n] for n in known]) + b"\n" for line in lines)
            )
            sha256 = hashlib.sha256(packed).hexdigest()
            fields = [entry.fields[n] for n in known]
            entries.append(replace(entry, sha256=sha256, fields=fields))
            add(tar, entry.member, packed)
        older = replace(manifest, revision=revision, tables=entries, files=[])
        add(tar, "manifest.json", orjson.dumps(asdict(older)))
    path.with_suffix(".old").replace(path)


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def test_an_object_store_takes_and_gives_backups_back(workshop: Workshop, tmp_path: Path) -> None:
    files = files_in(tmp_path / "files")
    place = Place(MemoryStore(), None)
    with empty(workshop, "sqlite") as database:
        fill(database, files)
        with place.adding() as path:
            manifest = take(database, files, path)
    name = place.kept()[0].name
    with place.opened(name) as path, Archive(path) as archive:
        assert fingerprints(archive.manifest) == fingerprints(manifest)
        assert verify(archive).problems == []
    with pytest.raises(NotFound), place.opened("quad-20200101-000000.tar"):
        pass


@pytest.mark.parametrize(("wanted", "number"), [(True, 2), (False, 0)])
def test_the_nightly_backup_is_taken_where_it_is_wanted_and_keeps_as_many_as_asked(
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,
    number: int,
) -> None:
    folder = tmp_path / "backups"
    settings = make_settings(
        tmp_path / "data", backup_to=str(folder), backup_keep=2, backup_nightly=wanted
    )
    with empty(workshop, "sqlite") as database:
        ctx = cast(JobContext, SimpleNamespace(settings=settings, database=database))
        for night in range(1, 5):
            moment = datetime(2026, 3, night, 2, 30, tzinfo=UTC)
            monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
            nightly(ctx)
    kept = sorted(path.name for path in folder.glob("*.tar"))
    assert kept == ["quad-20260303-023000.tar", "quad-20260304-023000.tar"][:number]
