"""Imports from the file to the written rows, through the pages, the API and the function the command line uses."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.errors import Forbidden, Invalid, QuadError, Rejected
from quad.core.facts import Fact, on, unit
from quad.core.files import Files
from quad.core.importing import jobs, pipeline, staging
from quad.core.importing.declare import ImportApplied
from quad.core.importing.models import Import, ImportProblem, ImportState
from quad.core.importing.pipeline import Report, run_import
from quad.core.importing.reader import Unreadable, open_table
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM, Actor, Grant
from quad.institution.importers.departments import DEPARTMENTS, StagedDepartment
from quad.institution.importers.programmes import PROGRAMMES
from quad.institution.models import Department

Role = Callable[..., FlaskClient]
PLAIN = "Code,Name\nCSE,Computer Science\nECE,Electronics\n"

facts: list[Fact] = []


@on(Fact)
def _collect(db: Session, fact: Fact) -> None:
    facts.append(fact)


@pytest.fixture(autouse=True)
def _no_facts() -> None:
    facts.clear()


@pytest.fixture
def files(settings: Settings) -> Files:
    return Files.from_settings(settings)


@pytest.fixture
def bring(database: Database, files: Files, tmp_path: Path) -> Callable[..., Report]:
    """Import text as a file, as the command line does."""

    def run(text: str | bytes, name: str = "departments.csv", **options: Any) -> Report:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return run_import(database, files, DEPARTMENTS, path, SYSTEM, **options)

    return run


def names(database: Database) -> dict[str, str]:
    with database.reading() as db:
        return dict(db.execute(select(Department.code, Department.name)).all())


@pytest.mark.db
@pytest.mark.feature("C30")
def test_new_rows_are_written_and_the_same_file_again_changes_nothing(
    bring: Callable[..., Report], database: Database
) -> None:
    first = bring(PLAIN)
    assert (first.state, first.new, first.same) == ("done", 2, 0)
    assert names(database) == {"CSE": "Computer Science", "ECE": "Electronics"}
    again = bring(PLAIN)
    assert (again.new, again.changed, again.same, again.errors) == (0, 0, 2, 0)
    changed = bring("Code,Name\ncse,Computing\nME,Mechanical\n")
    assert (changed.new, changed.changed, changed.same) == (1, 1, 0)
    assert names(database) == {"cse": "Computing", "ECE": "Electronics", "ME": "Mechanical"}


@pytest.mark.db
def test_one_bad_row_stops_everything_unless_the_good_ones_are_wanted(
    bring: Callable[..., Report], database: Database
) -> None:
    text = f"Code,Name\nCSE,Computer Science\n,Nameless\n{'X' * 21},Too long\nME,Mechanical\n"
    stopped = bring(text)
    assert stopped.state == "previewed"
    assert (stopped.new, stopped.errors) == (2, 2)
    assert [(p.line, p.column) for p in stopped.problems] == [(3, "Code"), (4, "Code")]
    assert stopped.problems[0].sentence == "Please fill this in."
    assert stopped.problems[1].sentence == "Use at most 20 characters."
    assert names(database) == {}
    done = bring(text, skip_bad=True)
    assert (done.state, done.new, done.errors) == ("done", 2, 2)
    assert set(names(database)) == {"CSE", "ME"}


@pytest.mark.db
def test_a_row_that_is_twice_in_the_file_is_refused_naming_both_lines(
    bring: Callable[..., Report],
) -> None:
    told = bring("Code,Name\nCSE,One\nECE,Two\n cse ,Three\nCSE,Four\n")
    assert [(p.line, p.column, p.sentence) for p in told.problems] == [
        (4, "Code", "Line 2 has the same."),
        (5, "Code", "Line 2 has the same."),
    ]
    assert (told.new, told.errors) == (2, 2)


@pytest.mark.db
def test_a_batch_is_one_fact_and_no_captured_changes(bring: Callable[..., Report]) -> None:
    report = bring(PLAIN)
    assert facts == [ImportApplied(actor_id=None, import_id=report.id, kind="departments")]


@pytest.mark.db
def test_a_dry_run_tells_everything_and_writes_nothing(
    bring: Callable[..., Report], database: Database
) -> None:
    told = bring(PLAIN, dry_run=True)
    assert (told.state, told.new) == ("previewed", 2)
    assert names(database) == {}
    with database.reading() as db:
        assert db.scalar(select(StagedDepartment.line)) is None
        assert db.get_one(Import, told.id).state is ImportState.CANCELLED


@pytest.mark.db
def test_reading_that_was_killed_goes_on_where_it_stopped_and_reads_no_row_twice(
    database: Database, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CHUNK", 10)
    text = "Code,Name\n" + "".join(f"D{i},Department {i}\n" for i in range(35))
    with database.writer() as db, unit(db):
        file = files.put(
            db, io.BytesIO(text.encode()), name="d.csv", media_type="text/csv", owner_id=None
        )
        batch = pipeline.begin(db, SYSTEM, DEPARTMENTS, file)

    def die(work: Callable[[Session], object]) -> object:
        with database.writer() as db, unit(db):
            result = work(db)
            if db.get_one(Import, batch.id).staged == 20:
                raise KeyboardInterrupt  # the second chunk is rolled back, as at kill -9
            return result

    def run(work: Callable[[Session], object]) -> object:
        with database.writer() as db, unit(db):
            return work(db)

    with pytest.raises(KeyboardInterrupt):
        pipeline.read_file(die, files, SYSTEM, batch.id, file.sha256)
    with database.reading() as db:
        assert db.get_one(Import, batch.id).staged == 10
    pipeline.read_file(run, files, SYSTEM, batch.id, file.sha256)
    with database.writer() as db, unit(db):
        assert pipeline.apply(db, SYSTEM, batch.id, skip_bad=False).new == 35
    assert len(names(database)) == 35


@pytest.mark.db
def test_applying_that_was_killed_wrote_nothing_and_can_be_done_again(
    bring: Callable[..., Report], database: Database
) -> None:
    told = bring("Code,Name\nCSE,One\n,Bad\n")

    def apply_and_die() -> None:
        with database.writer() as db, unit(db):
            pipeline.apply(db, SYSTEM, told.id, skip_bad=True)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_and_die()
    assert names(database) == {}
    for _time in range(2):
        with database.writer() as db, unit(db):
            assert pipeline.apply(db, SYSTEM, told.id, skip_bad=True).new == 1
    assert names(database) == {"CSE": "One"}
    assert len(facts) == 2  # one from the try that was killed; asking again is no new fact


def test_a_programme_without_a_scheme_is_refused_while_no_scheme_is_the_usual_one(
    bring: Callable[..., Report], database: Database, files: Files, tmp_path: Path
) -> None:
    bring(PLAIN)
    path = tmp_path / "programmes.csv"
    path.write_text("code,name,department,credits_required,duration_terms\nP,Plain,CSE,160,8\n")
    told = run_import(database, files, PROGRAMMES, path, SYSTEM)
    assert (told.state, told.errors, told.problems[0].line) == ("previewed", 1, 2)
    assert "No grading scheme is the usual one" in told.problems[0].sentence


def test_what_changed_between_preview_and_apply_is_looked_at_again(
    bring: Callable[..., Report], database: Database
) -> None:
    told = bring("Code,Name\nCSE,One\n,Bad\n")
    bring("Code,Name\nCSE,One\n")
    with database.writer() as db, unit(db):
        batch = pipeline.apply(db, SYSTEM, told.id, skip_bad=True)
        assert (batch.new, batch.same) == (0, 1)
    assert names(database) == {"CSE": "One"}


def test_who_may_not_import_is_refused_before_anything_is_read(
    database: Database, files: Files, tmp_path: Path
) -> None:
    student = Actor(id=7, grants=(Grant("student"),))
    with pytest.raises(Forbidden):
        run_import(database, files, DEPARTMENTS, tmp_path / "missing.csv", student)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_encoding_and_delimiter_is_understood(
    bring: Callable[..., Report], database: Database, encoding: str, delimiter: str
) -> None:
    text = f'Code{delimiter}Name\r\nFR{delimiter}"Études ""modernes""\r\nfrançaises"\r\n'
    assert bring(text.encode(encoding)).new == 1
    assert names(database) == {"FR": 'Études "modernes"\r\nfrançaises'}


def test_headers_are_found_by_title_name_or_alias_and_unused_ones_are_named(
    bring: Callable[..., Report],
) -> None:
    told = bring("DEPT. code,Remarks,department-name\nCSE,x,Computing\n")
    assert told.new == 1
    assert told.ignored_columns == ("Remarks",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Name\nComputing\n",
            "The file has no column “Code”. The columns of its first line are: Name.",
        ),
        (
            "Code,Dept,Name\n1,2,3\n",
            "The columns “Code” and “Dept” both mean “Code”. Keep one of them.",
        ),
        ("Code,Name\n", "The file has a first line with the column names, but no rows below it."),
        ('Code,Name\nA,"B\nC,D\n', "A quotation mark that opens in line 2 is never closed."),
        (
            'Code,Name\nA,"B"x\n',
            "Line 2 cannot be read: a quotation mark stands where none belongs.",
        ),
        ("\n\n \n", "The file is empty."),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_one_sentence(
    bring: Callable[..., Report], database: Database, text: str, sentence: str
) -> None:
    told = bring(text)
    assert (told.state, told.problem) == ("refused", sentence)
    assert names(database) == {}


def test_a_line_with_more_cells_than_the_header_is_named(bring: Callable[..., Report]) -> None:
    told = bring("Code,Name\nCSE,Computing,surprise\nECE,Electronics,,\n")
    assert [(p.line, p.sentence) for p in told.problems] == [
        (2, "This line has more cells than the first line.")
    ]
    assert told.new == 1


def _workbook(path: Path, rows: list[list[object]]) -> bytes:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Departments")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return path.read_bytes()


def test_a_workbook_imports_like_a_csv_file_with_its_own_line_numbers(
    bring: Callable[..., Report], database: Database, tmp_path: Path
) -> None:
    content = _workbook(
        tmp_path / "made.xlsx", [["Code", "Name"], [101, "Physics"], [], ["", "No code"]]
    )
    told = bring(content, "departments.xlsx", skip_bad=True)
    assert (told.new, told.errors) == (1, 1)
    assert told.problems[0].line == 4
    assert names(database) == {"101": "Physics"}


def test_a_workbook_with_a_cell_in_the_far_corner_is_refused_before_it_is_loaded(
    tmp_path: Path,
) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Code")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(Unreadable, match="more cells than can be read"), open_table(path):
        pass


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "<nothing>")
    with pytest.raises(Unreadable, match="damaged"), open_table(path):
        pass


def test_a_picture_with_the_name_of_a_table_is_refused(
    bring: Callable[..., Report], database: Database
) -> None:
    with pytest.raises(Invalid) as refused:
        bring(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "departments.csv")
    assert "not taken here" in refused.value.fields["file"]


def test_our_own_export_comes_back_unchanged(
    bring: Callable[..., Report], database: Database
) -> None:
    bring("Code,Name\nA1,'=Sum and more\nA2,'quoted\n")
    assert names(database) == {"A1": "=Sum and more", "A2": "'quoted"}


def test_reading_a_large_file_keeps_little_in_memory(tmp_path: Path) -> None:
    import tracemalloc

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as out:
            out.write("Code,Name\n")
            for number in range(rows):
                out.write(f"D{number},Department number {number}\n")
        tracemalloc.start()
        with open_table(path) as table:
            assert sum(1 for _line in table.lines) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(40_000) < peak(4_000) * 1.5 + 100_000


# The pages


def upload(client: FlaskClient, text: str, name: str = "departments.csv") -> str:
    data = {"file": (io.BytesIO(text.encode()), name)}
    answer = client.post("/imports/departments", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


@pytest.mark.feature("C30")
def test_an_admin_uploads_looks_and_imports(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    assert "required" in admin.get("/imports/departments").text
    place = upload(admin, "Code,Name,Colour\nCSE,Computing,red\n")
    preview = admin.get(place).text
    assert "What would happen" in preview
    assert "Columns not understood" in preview
    assert 'value="Colour"' in preview
    assert names(database) == {}
    answer = admin.post(place + "/apply")
    assert answer.status_code == 303
    assert "What was done" in admin.get(place).text
    assert names(database) == {"CSE": "Computing"}
    assert "departments.csv" in admin.get("/imports").text


def test_the_page_says_what_is_wrong_and_gives_the_rows_to_correct(as_role: Role) -> None:
    admin = as_role("admin")
    place = upload(admin, "Code,Name\nCSE,Computing\n,=1+1\n")
    assert "Please fill this in." in admin.get(place).text
    refused = admin.post(place + "/apply", follow_redirects=True).text
    assert "1 row has a problem." in refused
    lines = admin.get(place + "/errors.csv").text.lstrip("\ufeff").splitlines()
    assert lines == ["Line,Problem,Code,Name", "3,Code: Please fill this in.,,'=1+1"]
    done = admin.post(place + "/apply", data={"skip_bad": "true"}, follow_redirects=True).text
    assert "What was done" in done


def test_a_wrong_file_is_said_beside_the_field(as_role: Role) -> None:
    admin = as_role("admin")
    for data, sentence in (
        ({}, "Choose a file first."),
        ({"file": (io.BytesIO(b""), "a.csv")}, "The file is empty."),
        ({"file": (io.BytesIO(b"a,b\n1,2\n"), "a.exe")}, "does not end in"),
    ):
        answer = admin.post("/imports/departments", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert sentence in answer.text


def test_a_large_file_is_read_and_written_by_the_worker_with_progress(
    as_role: Role, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quad.web.importing import shared

    monkeypatch.setattr(shared, "AT_ONCE", 10)
    monkeypatch.setattr(shared, "ROWS_AT_ONCE", 1)
    admin = as_role("admin")
    place = upload(admin, PLAIN)
    assert "Being read" in admin.get(place).text
    assert "hx-get" in admin.get(place + "?part=progress", headers={"HX-Request": "true"}).text
    runtime = attach(database, settings)
    assert perform_due(runtime) == 1
    assert "What would happen" in admin.get(place).text
    admin.post(place + "/apply")
    admin.post(place + "/apply")  # an impatient second press
    assert names(database) == {}
    assert perform_due(runtime) == 1
    assert len(names(database)) == 2
    assert "What was done" in admin.get(place).text


def test_the_worker_says_on_the_batch_why_it_could_not_write(
    database: Database, files: Files, settings: Settings, bring: Callable[..., Report]
) -> None:
    told = bring("Code,Name\nCSE,One\n,Bad\n")
    runtime = attach(database, settings)
    with database.writer() as db, unit(db):
        batch = db.get_one(Import, told.id)
        jobs.apply_later(db, SYSTEM, batch, skip_bad=False)
    perform_due(runtime)
    with database.reading() as db:
        batch = db.get_one(Import, told.id)
        assert batch.state is ImportState.PREVIEWED
        assert "1 row has a problem" in batch.problem


def test_others_cannot_import_nor_see_the_batch(as_role: Role) -> None:
    place = upload(as_role("admin"), PLAIN)
    student = as_role("student")
    assert student.get("/imports/departments").status_code == 403
    assert student.get(place).status_code == 404
    assert student.get(place + "/errors.csv").status_code == 404
    assert student.post(place + "/apply").status_code == 404
    assert as_role("admin").get("/imports/nonsense").status_code == 404


def test_giving_up_forgets_the_rows_and_is_final(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    place = upload(admin, PLAIN)
    assert admin.post(place + "/cancel").status_code == 303
    with database.reading() as db:
        assert db.scalar(select(StagedDepartment.line)) is None
    answer = admin.post(place + "/apply", follow_redirects=True).text
    assert "This import cannot be applied." in answer


def test_the_template_can_be_filled_and_imported(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    text = admin.get("/imports/departments/template.csv").text
    upload(admin, text)
    assert text.splitlines()[1] == "CSE,Computer Science and Engineering,"


# The API


def test_the_api_previews_applies_and_reports(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    answer = admin.post("/api/v1/imports/departments", data=PLAIN, content_type="text/csv")
    assert answer.status_code == 201, answer.text
    data = answer.get_json()["data"]
    assert (data["state"], data["new"], data["rows"]) == ("previewed", 2, 2)
    place = f"/api/v1/imports/{data['id']}"
    assert admin.get(place).get_json()["data"] == data
    applied = admin.post(place + "/apply", json={})
    assert applied.status_code == 200
    assert applied.get_json()["data"]["state"] == "done"
    assert applied.get_json()["message"] == "2 new, 0 changed, 0 unchanged"
    assert len(names(database)) == 2


def test_the_api_refuses_in_the_one_envelope(as_role: Role) -> None:
    admin, student = as_role("admin"), as_role("student")
    bad = admin.post("/api/v1/imports/departments", data="Code,Name\n,x\n", content_type="text/csv")
    place = f"/api/v1/imports/{bad.get_json()['data']['id']}"
    refused = admin.post(place + "/apply", json={})
    assert refused.status_code == 409
    assert refused.get_json()["success"] is False
    assert "Please fill this in." in admin.get(place + "/errors.csv").text
    wrong = admin.post("/api/v1/imports/departments", data="x\n1\n", content_type="text/csv")
    assert wrong.status_code == 422
    assert admin.post("/api/v1/imports/departments", content_type="text/csv").status_code == 400
    assert admin.post("/api/v1/imports/other", data="x").status_code == 404
    forbidden = student.post("/api/v1/imports/departments", data=PLAIN, content_type="text/csv")
    assert forbidden.status_code == 403
    assert student.get(place).status_code == 404
    assert admin.delete(place).status_code == 200


def test_applying_asks_a_number_of_statements_that_does_not_grow_with_the_rows(
    bring: Callable[..., Report], database: Database
) -> None:
    def statements(rows: int, start: int) -> int:
        count = 0

        def note(*_args: object) -> None:
            nonlocal count
            count += 1

        text = "Code,Name\n" + "".join(f"D{start + i},Department {i}\n" for i in range(rows))
        event.listen(database.engine, "before_cursor_execute", note)
        bring(text)
        event.remove(database.engine, "before_cursor_execute", note)
        return count

    assert statements(10, 0) == statements(900, 100)


def test_old_batches_lose_their_rows_but_keep_their_counts(
    bring: Callable[..., Report], database: Database, settings: Settings
) -> None:
    from datetime import timedelta

    from quad.core import clock
    from quad.core.jobs.outbox import enqueue

    told = bring("Code,Name\nCSE,One\n,Bad\n", skip_bad=True)
    runtime = attach(database, settings)
    with clock.travel(timedelta(days=8)):
        with database.writer() as db, unit(db):
            enqueue(db, "import.clear", {})
        perform_due(runtime)
    with database.reading() as db:
        assert db.get_one(Import, told.id).new == 1
        assert db.scalar(select(StagedDepartment.line)) is None
        assert db.scalar(select(ImportProblem.id)) is None


def test_a_batch_that_was_given_up_cannot_be_applied(
    bring: Callable[..., Report], database: Database
) -> None:
    told = bring(PLAIN, dry_run=True)
    with pytest.raises(Rejected), database.writer() as db, unit(db):
        pipeline.apply(db, SYSTEM, told.id, skip_bad=False)
    with pytest.raises(QuadError):
        pipeline.importer_of("nothing")


def test_what_a_column_means_is_asked_once_and_remembered(
    as_role: Role, database: Database
) -> None:
    admin = as_role("admin")
    strange = "Kürzel,Bezeichnung,Telefon\nPHY,Physics,1\n"
    sent = {"file": (io.BytesIO(strange.encode()), "export.csv")}
    asked = admin.post("/imports/departments", data=sent)
    assert asked.status_code == 303
    page = admin.get(asked.location).text
    assert "The file has no column" in page
    assert page.count('name="header"') == 3
    told = {"header": ["Kürzel", "Bezeichnung", "Telefon"], "field": ["code", "name", ""]}
    twice = admin.post(f"{asked.location}/columns", data={**told, "field": ["code", "code", ""]})
    assert "cannot mean the same" in admin.get(twice.location).text
    read = admin.post(f"{asked.location}/columns", data=told)
    assert "PHY" in admin.get(read.location).text
    assert "These columns are not used" not in admin.get(read.location).text
    later = {"file": (io.BytesIO(b"bezeichnung;KURZEL\nBiology;BIO\n"), "later.csv")}
    again = admin.post("/imports/departments", data=later)
    admin.post(f"{again.location}/apply")
    with database.reading() as db:
        assert db.scalars(select(Department.name)).all() == ["Biology"]
    form = admin.get("/imports/departments").text
    assert "Remembered columns" in form
    admin.post("/imports/departments/columns/1/forget")
    admin.post("/imports/departments/columns/2/forget")
    assert "Remembered columns" not in admin.get("/imports/departments").text


def _data(response: Any) -> Any:
    """Return what an answer of the API holds."""
    return response.json["data"]


def test_an_export_of_a_kind_is_written_and_only_for_who_may_import_it(
    as_role: Role, database: Database, settings: Settings
) -> None:
    admin = as_role("admin")
    admin.post("/api/v1/imports/departments", data=PLAIN, content_type="text/csv")
    admin.post("/api/v1/imports/1/apply", json={})
    promised = admin.post("/imports/departments/export", data={"format": "csv"})
    assert promised.status_code == 303
    perform_due(attach(database, settings))
    assert "Save the file" in admin.get(promised.location).text
    asked = _data(admin.post("/api/v1/exports/departments", json={"format": "xlsx"}))
    assert asked["ready"] is False
    perform_due(attach(database, settings))
    shown = _data(admin.get(f"/api/v1/exports/{asked['id']}"))
    assert (shown["ready"], shown["rows"]) == (True, 2)
    assert admin.get(f"/api/v1/exports/{asked['id']}/file").status_code == 200
    kinds = [one["kind"] for one in _data(admin.get("/api/v1/exports"))]
    assert kinds.index("departments") < kinds.index("students") < kinds.index("marks")
    student = as_role("student")
    assert student.post("/api/v1/exports/departments", json={}).status_code == 403
    assert student.get(f"/api/v1/exports/{asked['id']}").status_code == 404
    assert admin.post("/api/v1/exports/dreams", json={}).status_code == 404
