"""Files that are meant to hurt, or are from elsewhere: each comes in exactly, or is refused with a clear sentence."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.export import tables
from quad.core.export.writing import write_table
from quad.core.files import Files
from quad.core.importing import reader
from quad.core.importing.declare import TABLE, Importer
from quad.core.importing.pipeline import Report, run_import
from quad.core.importing.reader import Unreadable, open_table
from quad.core.policy import SYSTEM
from quad.institution.importers.departments import DEPARTMENTS
from quad.institution.importers.terms import TERMS
from quad.institution.models import Department, Term

pytestmark = pytest.mark.feature("C30")

Bring = Callable[..., Report]
UNSURE = (
    "The letters of this file are in an encoding that cannot be told for sure. "
    "Save it as CSV in UTF-8 and try again."
)


@pytest.fixture
def bring(database: Database, settings: Settings, tmp_path: Path) -> Bring:
    """Import what is given as a file, as the command line does."""
    files = Files.from_settings(settings)

    def run(
        content: bytes | str, importer: Importer[Any, Any] = DEPARTMENTS, name: str = "given.csv"
    ) -> Report:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return run_import(database, files, importer, path, SYSTEM)

    return run


def names(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Department.name).order_by(Department.id)))


# Formulas

RUNNING = (
    "=SUM(A1)",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "'=1+1",
    "''=1+1",
    "'quoted'",
    "plain",
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_that_would_run_leave_disarmed_and_come_back_the_same(
    bring: Bring, database: Database, kind: str
) -> None:
    given = [["Code", "Name"], *([f"D{number}", name] for number, name in enumerate(RUNNING))]
    assert bring(made(given, "csv")).new == len(RUNNING)
    assert names(database) == list(RUNNING)
    table = tables.table_of(TABLE + "departments")
    with database.reading() as db:
        content = made([table.heads(), *tables.rows(db, table, SYSTEM)], kind)
    if kind == "csv":
        cells = [row[1] for row in csv.reader(io.StringIO(content.decode()))]
        assert [cell[0] for cell in cells[1:]] == ["'"] * (len(RUNNING) - 1) + ["p"]
    again = bring(content, name=f"departments.{kind}")
    assert (again.same, again.new, again.changed, again.errors) == (len(RUNNING), 0, 0, 0)


def made(lines: Sequence[Sequence[Any]], kind: str) -> bytes:
    """Return a file as our exports write it."""
    return b"".join(write_table(lines[0], lines[1:], kind).pieces())


# Encodings


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "タナカ,山田太郎"),
        ("shift_jis", "アキラ,鈴木一朗"),
        ("euc_jp", "田中,山田太郎"),
        ("gbk", "王小明,计算机科学"),
        ("big5", "王小明,資訊工程"),
        ("euc_kr", "김민수,컴퓨터"),
        ("cp1251", "Физика,Иванов"),
        ("koi8_r", "Физика,Иванов"),
        ("cp1253", "Φυσική,Παπάς"),
        ("cp1255", "פיזיקה,כהן"),
        ("cp1256", "فيزياء,أحمد"),
        ("cp874", "ฟิสิกส์,สมชาย"),
    ],
)
def test_letters_of_an_encoding_that_does_not_name_itself_are_refused_and_never_guessed(
    bring: Bring, database: Database, encoding: str, text: str
) -> None:
    told = bring(f"Code,Name,Remarks\nD1,{text}\n".encode(encoding))
    assert (told.state, told.problem) == ("refused", UNSURE)
    assert names(database) == []


@pytest.mark.parametrize(
    "name",
    [
        "Études “modernes” – l’été à Nîmes",
        "Straßenbau „Süd“",
        "Computação, opções e avaliações",
        "¿Qué? «Año» 1º",
        "Šárka’s Œuvre €5",
        "Smørrebrød på Ærø",
        "Física i col·laboració",
    ],
)
def test_western_european_letters_without_a_mark_are_understood(
    bring: Bring, database: Database, name: str
) -> None:
    assert bring(f'Code,Name\nD1,"{name}"\n'.encode("cp1252")).new == 1
    assert names(database) == [name]


def test_broken_utf8_is_refused_naming_the_first_bad_line(bring: Bring, database: Database) -> None:
    text = "Code,Name\nD1,Études\nD2,Güte\nD3,Año\n".encode().replace("ü".encode(), b"\xc3")
    told = bring(text)
    assert told.state == "refused"
    assert told.problem == (
        "The file is UTF-8, but line 3 has letters that are broken. "
        "Correct them, or save the file anew as CSV in UTF-8."
    )
    assert names(database) == []


def test_two_encodings_in_one_file_are_refused(bring: Bring) -> None:
    told = bring("Code,Name\nD1,Études\n".encode() + "D2,Güte\n".encode("cp1252"))
    assert "line 3 has letters that are broken" in told.problem


def test_utf16_that_ends_in_the_middle_of_a_letter_is_refused(bring: Bring) -> None:
    told = bring("Code,Name\nD1,Études\n".encode("utf-16")[:-1])
    assert "characters cannot be read" in told.problem


def test_utf32_is_understood(bring: Bring, database: Database) -> None:
    assert bring("Code,Name\nD1,Études\n".encode("utf-32")).new == 1
    assert names(database) == ["Études"]


# Headers


def test_the_same_header_twice_is_refused(bring: Bring) -> None:
    told = bring("Code,Name,Name\nD1,One,Two\n")
    assert told.problem == "The columns “Name” and “Name” both mean “Name”. Keep one of them."


# Days and times

DAY = "Write a date as year-month-day, such as 2026-11-20."


def test_a_day_that_can_be_read_in_two_ways_is_never_guessed(
    bring: Bring, database: Database
) -> None:
    days = (
        "03/04/2026",
        "3.4.2026",
        "04-03-2026",
        "4 March 2026",
        "20260403",
        "46115",
        "0",
        "86400",
    )
    lines = [f"T{number},Term {number},{day},2026-12-01" for number, day in enumerate(days)]
    told = bring("\n".join(["Code,Name,First day,Last day", *lines]), TERMS)
    assert [(one.line, one.column, one.sentence) for one in told.problems] == [
        (line, "First day", DAY) for line in range(2, 2 + len(days))
    ]
    good = bring("Code,Name,First day,Last day\nT1,Term 1,2026-04-03,2026-12-01\n", TERMS)
    assert good.new == 1
    with database.reading() as db:
        assert db.scalars(select(Term.starts_on)).one().isoformat() == "2026-04-03"


# Sizes


def test_a_quotation_mark_or_a_line_without_an_end_is_refused(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = bring("Code,Name\nD1," + "x" * 140_000 + "\n")
    assert long.problem == (
        "A cell in line 2 is longer than 131,072 letters. Perhaps a quotation mark there is never closed."
    )
    monkeypatch.setattr(reader, "LONGEST_LINE", 10_000)
    endless = bring("Code,Name\nD1,One\n" + "D2,Two," * 20_000)
    assert endless.problem == (
        "Line 3 is longer than a line of a table can be. Save the file as CSV and try again."
    )


def test_a_line_of_200_megabytes_is_refused_before_it_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("w") as file:
        file.write("Code,Name\n")
        for _piece in range(200):
            file.write("x" * 1024 * 1024)
    tracemalloc.start()
    with (
        open_table(path) as table,
        pytest.raises(Unreadable, match="Line 2 is longer than a line"),
    ):
        list(table.lines)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024
