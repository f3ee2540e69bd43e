"""`quad import`: preview, all or nothing, good rows only, and again without change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, update

from quad.academics.models.people import Student
from quad.cli.group import BUSY
from quad.core.db import engine
from quad.core.db.engine import Database
from quad.core.importing import pipeline
from quad.institution.models import Department
from tests.cli.conftest import Installation, install

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


@pytest.mark.db
@pytest.mark.feature("C30")
def test_an_import_waits_for_others_tries_again_and_at_last_says_so_in_a_sentence(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_WAIT", 1)
    monkeypatch.setattr(pipeline, "PATIENT", 2)
    address = database.url.render_as_string(hide_password=False)
    site = install(tmp_path / "site", QUAD_DATABASE_URL=address)
    assert site.quad("import", "departments", write(site, "code,name\nCSE,Computing\n")).code == 0
    path = write(site, "code,name\nCSE,Computer Science\n")
    with database.writer() as other:
        other.execute(update(Department).values(name="Held"))
        told = site.quad("import", "departments", path)
        assert (told.code, told.err.strip()) == (1, BUSY)

        def give_way(_context: object) -> None:
            other.rollback()

        event.listen(Engine, "handle_error", give_way)
        told = site.quad("import", "departments", path, "--json")
        event.remove(Engine, "handle_error", give_way)
        assert told.code == 0, told.err
    assert (told.json["state"], told.json["changed"]) == ("done", 1)
