"""Lists as files: every value right, no formula alive, nothing held in memory twice."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from quad.core.errors import Rejected
from quad.core.export.writing import disarmed, file_name, plain, write
from quad.core.i18n import Reader, reading_as
from quad.core.listing import query
from quad.core.listing.arguments import ask
from tests.core.listing_college import ADMIN, STUDENTS, found_college

ALIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1")


def written(db: Session, kind: str, **arguments: str) -> bytes:
    asked = ask(STUDENTS, {key: [value] for key, value in arguments.items()})
    return b"".join(write(STUDENTS, query.every_row(db, STUDENTS, ADMIN, asked), kind).pieces())


@pytest.mark.db
@pytest.mark.feature("L41")
def test_a_csv_file_has_every_matching_row_in_the_order_of_the_list(db: Session) -> None:
    found_college(db)
    rows = list(
        csv.DictReader(io.StringIO(written(db, "csv", semester="3", sort="-cgpa").decode()))
    )
    assert len(rows) == 8
    assert [row["CGPA"] for row in rows if row["CGPA"]] == sorted(
        (row["CGPA"] for row in rows if row["CGPA"]), reverse=True
    )
    first = rows[0]
    assert first["Student"].startswith("Student ") or first["Student"]
    assert set(first) == {"Student", "Number", "Department", "CGPA", "Semester", "Status"}
    assert {row["Status"] for row in rows} <= {"active", "on_leave"}


@pytest.mark.db
def test_an_excel_file_has_the_same_rows_with_numbers_as_numbers(db: Session) -> None:
    found_college(db)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(db, "xlsx", sort="number")))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["Student", "Number", "Department", "CGPA", "Semester", "Status"]
    assert len(rows) == 61
    assert rows[1] == ["Wu Li", "4NV24CS0001", "Music", 5.01, 2.0, "active"]
    assert rows[2][0] == "王小明"


@pytest.mark.parametrize("text", ALIVE)
def test_a_text_that_would_run_as_a_formula_is_disarmed(text: str) -> None:
    assert disarmed(text) == "'" + text


@pytest.mark.parametrize("value", [-5, Decimal("-1.50"), -0.5])
def test_negative_numbers_stay_numbers(value: object) -> None:
    assert disarmed(value) == str(value)


@pytest.mark.db
def test_formulas_in_names_leave_neither_file_alive(db: Session) -> None:
    found_college(db, 3, names=('=HYPERLINK("http://x","y")', "@SUM(A1)", "-2+3"))
    rows = list(csv.reader(io.StringIO(written(db, "csv", sort="number").decode())))
    assert [row[0] for row in rows[1:]] == ['\'=HYPERLINK("http://x","y")', "'@SUM(A1)", "'-2+3"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(db, "xlsx", sort="number")))
    shown = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in shown[1:]] == ['=HYPERLINK("http://x","y")', "@SUM(A1)", "-2+3"]


def test_control_characters_and_very_long_cells_do_not_break_a_file(db: Session) -> None:
    columns = (replace(STUDENTS.columns[1], export=lambda row: "\x00\x0b\x1f" + "x" * 40_000),)
    listing = replace_unregistered(columns)

    class Row:
        pass

    for kind in ("csv", "xlsx"):
        with (made := write(listing, [Row()], kind)).file:
            assert made.rows == 1


def replace_unregistered(columns):
    """Return a list like the usual one with other columns, without declaring it."""
    listing = object.__new__(type(STUDENTS))
    listing.__dict__.update(STUDENTS.__dict__, columns=columns)
    return listing


def test_too_many_rows_for_excel_are_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("quad.core.export.writing.MOST_XLSX_ROWS", 2)
    listing = replace_unregistered((replace(STUDENTS.columns[1], export=lambda row: row),))
    with (made := write(listing, [1, 2], "xlsx")).file:
        assert made.rows == 2
    with pytest.raises(Rejected, match="Choose CSV"):
        write(listing, [1, 2, 3], "xlsx")


def test_moments_are_written_in_the_readers_zone_and_days_as_they_are() -> None:
    with reading_as(Reader(zone="Asia/Kolkata")):
        assert disarmed(plain(datetime(2026, 11, 20, 20, 0, tzinfo=UTC))) == "2026-11-21 01:30:00"
    assert disarmed(plain(date(2026, 11, 20))) == "2026-11-20"
    assert plain(True) == "Yes"


def test_a_file_is_named_after_the_list_and_the_day() -> None:
    assert file_name(STUDENTS, "csv").startswith("students-20")
