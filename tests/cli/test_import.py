"""`quad import`: preview, all or nothing, good rows only, and again without change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from quad.academics.models.people import Student
from tests.cli.conftest import Installation

pytestmark = pytest.mark.feature("L33", "L55")

GOOD = "register_number,first_name,last_name,semester\n4NV1,Asha,Rao,1\n4NV2,Ben,Wu,3\n"
MIXED = GOOD + "4NV3,Chi,Li,99\n"


def students(site: Installation) -> int:
    with site.reading() as db:
        return db.scalar(select(func.count()).select_from(Student)) or 0


def write(site: Installation, text: str, name: str = "students.csv") -> str:
    path: Path = site.folder / name
    path.write_text(text)
    return str(path)


def test_a_preview_says_what_would_happen_and_writes_nothing(site: Installation) -> None:
    told = site.quad("import", "students", write(site, GOOD), "--dry-run")
    assert told.code == 0, told.err
    assert "2 new, 0 changed, 0 unchanged" in told.out
    assert "Nothing was written." in told.out
    assert students(site) == 0


def test_an_import_again_changes_nothing(site: Installation) -> None:
    path = write(site, GOOD)
    first = site.quad("import", "students", path, "--json")
    assert first.code == 0, first.err
    assert (first.json["state"], first.json["new"], first.json["same"]) == ("done", 2, 0)
    again = site.quad("import", "students", path, "--json")
    assert again.code == 0
    assert (again.json["new"], again.json["changed"], again.json["same"]) == (0, 0, 2)
    assert students(site) == 2


def test_a_bad_row_stops_all_and_is_named_by_line_and_column(site: Installation) -> None:
    told = site.quad("import", "students", write(site, MIXED))
    assert told.code == 1
    assert "line 4" in told.err
    assert "semester" in told.err
    assert students(site) == 0


def test_the_good_rows_go_in_when_asked(site: Installation) -> None:
    told = site.quad("import", "students", write(site, MIXED), "--skip-bad", "--json")
    assert told.code == 0, told.err
    assert (told.json["new"], told.json["errors"]) == (2, 1)
    assert [problem["line"] for problem in told.json["problems"]] == [4]
    assert students(site) == 2


def test_the_report_of_a_refusal_is_json_too(site: Installation) -> None:
    told = site.quad("import", "students", write(site, MIXED), "--json")
    assert told.code == 1
    assert (told.json["state"], told.json["errors"]) == ("previewed", 1)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name,town\nAsha,Mysuru\n", "no-such-column.csv"),
        ("", "empty.csv"),
        ("%PDF-1.7 not a table", "students.pdf"),
        ("PK\x03\x04 not a workbook", "students.xlsx"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(site: Installation, text: str, name: str) -> None:
    told = site.quad("import", "students", write(site, text, name))
    assert told.code == 1
    assert "Traceback" not in told.err
    assert told.out + told.err
    assert students(site) == 0


def test_an_unknown_kind_is_refused(site: Installation) -> None:
    told = site.quad("import", "unicorns", write(site, GOOD))
    assert told.code == 1
    assert "There is no import of this kind." in told.err
