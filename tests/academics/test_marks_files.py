"""The sheet as a file: down, edited, up again; nothing is written before somebody has looked at it."""

from __future__ import annotations

import csv
import html
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component
from quad.core import clock
from quad.core.facts import unit
from tests.factories import academics as factory


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


@pytest.fixture
def sheet(college):
    return f"/offerings/{college.offering.id}/marks"


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))


def written(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def send(client, sheet, content, name="marks.csv"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(f"{sheet}/upload", data={"file": (io.BytesIO(data), name)})


def take(client, sheet, preview, do="apply", **more):
    table = html.unescape(preview.text.split('name="table" value="')[1].split('"')[0])
    return client.post(f"{sheet}/upload/{do}", data={"table": table, **more})


def marks(database):
    with database.reader() as db:
        return db.execute(
            select(Mark.enrolment_id, Mark.component_id, Mark.value, Mark.absent)
            .where(Mark.current == 1)
            .order_by(Mark.enrolment_id, Mark.component_id)
        ).all()


def enter(database, college, student, part, value):
    with database.writer() as db, unit(db):
        factory.mark(db, college.enrolments[student], college.components[part], value)


@pytest.mark.feature("L29")
def test_the_file_holds_the_roster_and_a_column_per_component(teacher, sheet, college, database):
    enter(database, college, 0, 0, Decimal("27.5"))
    enter(database, college, 0, 1, None)
    answer = teacher.get(f"{sheet}.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, *lines = rows_of(answer)
    assert head == ["Register number", "Name", "Internal 1", "Exam", "Newest mark"]
    by_number = {line[0]: line[2:4] for line in lines}
    assert by_number[college.students[0].register_number] == ["27.5", "AB"]
    assert len(lines) == 3
    book = teacher.get(f"{sheet}.xlsx")
    table = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert table[0] == head
    assert [row[2] for row in table[1:] if row[0] == college.students[0].register_number] == [27.5]
    assert teacher.get(f"{sheet}.pdf").status_code == 404


def test_what_a_spreadsheet_would_run_is_disarmed_and_comes_back_whole(
    teacher, sheet, college, database
):
    with database.writer() as db, unit(db):
        part = db.get(Component, college.components[0].id)
        part.name = part.name_key = "=1+1"
    head, *lines = rows_of(teacher.get(f"{sheet}.csv"))
    assert head[2] == "'=1+1"
    lines[0][2] = "12"
    preview = send(teacher, sheet, written([head, *lines]))
    assert take(teacher, sheet, preview).status_code == 303
    assert [row.value for row in marks(database)] == [Decimal(12)]


@pytest.mark.feature("L29")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_untouched_file_changes_nothing(teacher, sheet, college, database, kind):
    enter(database, college, 0, 0, Decimal("27.5"))
    enter(database, college, 1, 1, None)
    before = marks(database)
    preview = send(teacher, sheet, teacher.get(f"{sheet}.{kind}").data, f"marks.{kind}")
    assert (preview.status_code, "The file changes nothing" in preview.text) == (200, True)
    assert marks(database) == before


@pytest.mark.feature("L29")
@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")]
)
def test_files_of_other_programs_are_read(teacher, sheet, college, database, encoding, delimiter):
    head, *lines = rows_of(teacher.get(f"{sheet}.csv"))
    lines[0][1] = "José Müller"
    lines[0][2], lines[1][2], lines[2][3] = "27,5", "ab", "88"
    content = written([head, *lines], delimiter).encode(encoding)
    preview = send(teacher, sheet, content)
    assert preview.status_code == 200
    assert marks(database) == []
    assert take(teacher, sheet, preview).status_code == 303
    assert sorted((row.value, row.absent) for row in marks(database) if not row.absent) == [
        (Decimal("27.5"), False),
        (Decimal(88), False),
    ]
    assert sum(row.absent for row in marks(database)) == 1


def test_each_cell_that_does_not_fit_is_named_and_the_others_go_in(
    teacher, sheet, college, database
):
    head, *lines = rows_of(teacher.get(f"{sheet}.csv"))
    lines[0][2], lines[1][2], lines[2][2], lines[2][3] = "34", "x", "21", "-2"
    lines += [["NOBODY", "No One", "5", "", ""], lines[0], ["", "", "7", "", ""]]
    preview = send(teacher, sheet, written([[*head, "Remarks"], *lines]))
    for words in (
        "34, but the maximum is 30.",
        "“x” is not a mark.",
        "-2, but a mark is 0 or more.",
        "NOBODY is not on the roster of this offering.",
        "Line 2 has the same student.",
        "This line has no register number.",
        "are left alone: Remarks.",
        "Enter 1 mark",
    ):
        assert words in preview.text, words
    problems = rows_of(take(teacher, sheet, preview, "problems.csv"))
    assert problems[0] == ["Line", "Register number", "Name", "Component", "Mark", "Problem"]
    assert len(problems) == 7
    left = take(teacher, sheet, preview)
    assert (left.status_code, "1 mark saved." in left.text) == (200, True)
    assert [row.value for row in marks(database)] == [Decimal(21)]


@pytest.mark.feature("L29")
def test_what_was_entered_after_the_download_is_no_prey_of_the_file(
    teacher, sheet, college, database
):
    enter(database, college, 0, 0, 10)
    head, *lines = rows_of(teacher.get(f"{sheet}.csv"))
    at = {line[0]: line for line in lines}
    first, second = (at[student.register_number] for student in college.students[:2])
    enter(database, college, 1, 0, 15)
    enter(database, college, 1, 1, 70)
    first[2], second[2] = "11", "16"
    preview = send(teacher, sheet, written([head, *lines]))
    assert "somebody else entered 15 meanwhile" in preview.text
    assert "70" not in preview.text.split("<tbody>")[1].split("</tbody>")[0]
    left = take(teacher, sheet, preview)
    assert (left.status_code, "1 mark saved." in left.text) == (200, True)
    values = {(row.enrolment_id, row.component_id): row.value for row in marks(database)}
    places = [(place.id, college.components[0].id) for place in college.enrolments[:2]]
    assert [values[place] for place in places] == [Decimal(11), Decimal(15)]
    assert take(teacher, sheet, left, overrule="true").status_code == 303
    values = {(row.enrolment_id, row.component_id): row.value for row in marks(database)}
    assert [values[place] for place in places] == [Decimal(11), Decimal(16)]


def test_published_marks_change_only_with_a_reason(teacher, sheet, college, database):
    enter(database, college, 0, 0, 10)
    with database.writer() as db, unit(db):
        db.get(Component, college.components[0].id).published_at = clock.now()
    head, *lines = rows_of(teacher.get(f"{sheet}.csv"))
    next(line for line in lines if line[2])[2] = "11"
    preview = send(teacher, sheet, written([head, *lines]))
    refused = take(teacher, sheet, preview)
    assert (refused.status_code, "Say why they change." in refused.text) == (422, True)
    assert take(teacher, sheet, preview, reason="Counted again").status_code == 303
    assert [row.value for row in marks(database)] == [Decimal(11)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"Who,Internal 1\n1,2\n", "The file has no column “Register number”."),
        (b"Register number,Name\n1,2\n", "Its components are: Internal 1, Exam."),
        (b"\x00\x01\x02 not a table \xff", "table"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(teacher, sheet, content, words):
    answer = send(teacher, sheet, content)
    assert (answer.status_code, words in html.unescape(answer.text)) == (422, True)


def test_no_file_and_a_broken_preview_are_told(teacher, sheet):
    nothing = teacher.post(f"{sheet}/upload", data={})
    assert (nothing.status_code, "Choose a file first." in nothing.text) == (422, True)
    for table in ("", "{}", "[1]", '[["a"], [["x", []]]]'):
        assert teacher.post(f"{sheet}/upload/apply", data={"table": table}).status_code in (
            400,
            422,
        )


def test_the_history_says_what_was_carried_over(teacher, college, database):
    with database.writer() as db, unit(db):
        row = factory.mark(db, college.enrolments[0], college.components[0], 20)
        db.get(Mark, row.id).carried_over = True
    page = teacher.get(
        f"/enrolments/{college.enrolments[0].id}/components/{college.components[0].id}/mark"
    ).text
    assert "Carried over" in page
