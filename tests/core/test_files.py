"""Content by its hash: kept once, found again, swept when nothing names it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from quad.core import clock
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.errors import NotFound, TooLarge
from quad.core.facts import unit
from quad.core.files import Files, StoredFile, in_words, shown_name


@pytest.fixture
def files(tmp_path: Path, settings: Settings) -> Files:
    return Files.from_settings(settings.model_copy(update={"data_dir": tmp_path}))


def put(files: Files, database: Database, content: bytes, name: str = "a.txt") -> StoredFile:
    with database.writer() as db, unit(db):
        return files.put(db, io.BytesIO(content), name=name, media_type="text/plain", owner_id=None)


def contents(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


def test_the_same_content_is_kept_once_with_a_row_for_each_upload(
    files: Files, database: Database, tmp_path: Path
) -> None:
    one, two = put(files, database, b"hello", "a.txt"), put(files, database, b"hello", "b.txt")
    assert one.id != two.id
    assert one.sha256 == two.sha256
    assert [path.read_bytes() for path in contents(tmp_path)] == [b"hello"]
    with files.open(one.sha256) as stream:
        assert stream.read(2) == b"he"
        stream.seek(0)
        assert stream.read() == b"hello"
    with files.local(one.sha256) as path:
        assert str(path) == files.path_or_key(one)


def test_too_much_is_refused_and_nothing_is_kept(files: Files, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="at most 1 KB"):
        files.keep(io.BytesIO(b"x" * 1025), limit=1024)
    assert contents(tmp_path) == []
    assert files.keep(io.BytesIO(b"x" * 1024), limit=1024).size == 1024


def test_content_goes_when_no_row_names_it_any_more_but_not_at_once(
    files: Files, database: Database, tmp_path: Path
) -> None:
    kept, gone = put(files, database, b"kept"), put(files, database, b"gone")
    with database.writer() as db, unit(db):
        db.delete(db.get_one(StoredFile, gone.id))
    with database.reading() as db:
        assert files.sweep(db) == 0
        with clock.travel(timedelta(hours=25)):
            assert files.sweep(db) == 1
    assert [path.name for path in contents(tmp_path)] == [kept.sha256]
    with pytest.raises(NotFound), files.open(gone.sha256):
        pass


def test_old_content_uploaded_again_gets_a_new_grace(files: Files, database: Database) -> None:
    put(files, database, b"old")
    written = next(Path(str(files.folder)).rglob("*/*/*"))
    before = written.stat().st_mtime_ns
    with clock.travel(timedelta(hours=20)):
        put(files, database, b"old")
    assert written.stat().st_mtime_ns > before


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\list.csv", "list.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("", "file"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
    ],
)
def test_a_name_is_never_a_path(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_sizes_are_written_as_people_say_them() -> None:
    assert [in_words(n) for n in (0, 1023, 1024, 25 * 1024**2, 3 * 1024**3)] == [
        "0 B",
        "1,023 B",
        "1 KB",
        "25 MB",
        "3 GB",
    ]
