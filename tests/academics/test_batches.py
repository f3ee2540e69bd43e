"""Where students stand: batches and classes fill what follows from them, one by one, in bulk and from files."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from quad.academics.importers.students import STUDENTS
from quad.academics.models.people import Student
from quad.core.facts import unit
from quad.institution.models import Programme
from tests.factories import academics as factory

NEW = {"first_name": "Asha", "last_name": "Rao", "email": "asha@college.example"}


@dataclass(frozen=True)
class Cohorts:
    """A batch of 2024 with classes A and B in one programme, and a batch of 2023 in another."""

    programme: int
    department: int
    batch: int
    first: int
    second: int
    other_programme: int
    other_batch: int


@pytest.fixture
def cohorts(database):
    with database.writer() as db, unit(db):
        programme, other = factory.programme(db), factory.programme(db)
        batch = factory.batch(db, programme, name="CSE 2024")
        away = factory.batch(db, other, start_year=2023, name="ECE 2023")
        return Cohorts(
            programme.id,
            programme.department_id,
            batch.id,
            factory.group(db, batch, name="A").id,
            factory.group(db, batch, name="B").id,
            other.id,
            away.id,
        )


def place(database, student_id=None):
    """Return programme, batch, class and the two years of a student (the only one unless told)."""
    with database.reader() as db:
        query = select(Student)
        if student_id is not None:
            query = query.where(Student.id == student_id)
        row = db.scalars(query).one()
        return (
            row.programme_id,
            row.batch_id,
            row.class_id,
            row.admission_year,
            row.graduation_year,
        )


@pytest.mark.feature("A47")
def test_choosing_a_batch_fills_programme_and_years(as_role, database, cohorts):
    client = as_role("admin")
    form = NEW | {"batch_id": cohorts.batch}
    assert client.post("/students/new", data=form).status_code == 303
    assert place(database) == (cohorts.programme, cohorts.batch, None, 2024, 2028)
    with database.reader() as db:
        assert db.scalars(select(Student.department_id)).one() == cohorts.department


def test_a_class_alone_brings_its_batch(as_role, database, cohorts):
    form = NEW | {"class_id": cohorts.second}
    assert as_role("admin").post("/students/new", data=form).status_code == 303
    assert place(database) == (cohorts.programme, cohorts.batch, cohorts.second, 2024, 2028)


def test_what_contradicts_the_batch_is_named(as_role, cohorts):
    client = as_role("admin")
    for wrong, sentence in (
        (
            {"batch_id": cohorts.batch, "programme_id": cohorts.other_programme},
            "“CSE 2024” is a batch of another programme.",
        ),
        (
            {"batch_id": cohorts.other_batch, "class_id": cohorts.first},
            "This is a class of the batch “CSE 2024”.",
        ),
        ({"batch_id": 999}, "Choose a batch from the list."),
        ({"class_id": 999}, "Choose a class from the list."),
    ):
        answer = client.post("/students/new", data=NEW | wrong)
        assert (answer.status_code, sentence in answer.text) == (422, True), wrong


def test_moving_to_another_batch_takes_programme_years_and_class_along(as_role, database, cohorts):
    client = as_role("admin")
    client.post("/students/new", data=NEW | {"class_id": cohorts.first})
    with database.reader() as db:
        student = db.scalars(select(Student)).one()
    form = {
        "full_name": "Asha Rao",
        "register_number": student.register_number,
        "department_id": student.department_id,
        "programme_id": student.programme_id,
        "batch_id": cohorts.other_batch,
        "class_id": student.class_id,
        "admission_year": student.admission_year,
        "graduation_year": "2030",
        "semester": "1",
        "status": "active",
    }
    edited = client.post(f"/students/{student.id}/edit", data=form)
    assert edited.status_code == 303, edited.text
    # The year of graduation was changed by hand in the same form, so it is kept.
    assert place(database) == (cohorts.other_programme, cohorts.other_batch, None, 2023, 2030)
    stray = client.patch(f"/api/v1/students/{student.id}", json={"programme_id": cohorts.programme})
    assert (stray.status_code, stray.get_json()["fields"]) == (
        422,
        {"batch_id": "“ECE 2023” is a batch of another programme."},
    )


def test_many_are_put_into_a_class_and_a_semester_at_once(as_role, database, cohorts, queries):
    with database.writer() as db, unit(db):
        ids = [factory.student(db).id for _ in range(3)]
    client = as_role("admin")
    asked = client.post("/students/class", data={"id": ids})
    assert (asked.status_code, "CSE 2024, A" in asked.text) == (200, True)
    refused = client.post("/students/class", data={"id": ids, "class_id": ""})
    assert (refused.status_code, "Please fill this in." in refused.text) == (422, True)
    queries.clear()
    done = client.post("/students/class", data={"id": ids, "class_id": cohorts.first})
    assert done.status_code == 303
    assert len(queries) <= 28, "\n".join(queries)
    assert client.post("/students/semester", data={"id": ids, "semester": "5"}).status_code == 303
    for student_id in ids:
        assert place(database, student_id) == (
            cohorts.programme,
            cohorts.batch,
            cohorts.first,
            2024,
            2028,
        )
    body = {"student_ids": ids[:1], "batch_id": cohorts.other_batch}
    placed = client.post("/api/v1/students/place", json=body)
    assert placed.get_json()["data"] == {"changed": 1}
    assert place(database, ids[0])[:3] == (cohorts.other_programme, cohorts.other_batch, None)
    both = client.post("/api/v1/students/place", json=body | {"semester": 2})
    assert both.status_code == 422


def test_a_head_moves_nobody_into_a_batch_of_another_department(as_role, database, cohorts):
    with database.writer() as db, unit(db):
        home = factory.department(db)
        student = factory.student(db, of=home).id
        home_id = home.id
    client = as_role("hod", home_id)
    answer = client.post("/students/batch", data={"id": student, "batch_id": cohorts.batch})
    assert (answer.status_code, "that you do not head" in answer.text) == (422, True)
    assert place(database, student)[1] is None


@pytest.mark.feature("M6", "A47")
def test_the_list_is_narrowed_by_programme_batch_class_semester_status_and_year(
    as_role, database, cohorts
):
    with database.writer() as db, unit(db):
        inside, outside = factory.student(db, semester=3), factory.student(db, admission_year=2020)
        inside.programme_id, inside.batch_id = cohorts.programme, cohorts.batch
        inside.class_id = cohorts.first
        numbers = inside.register_number, outside.register_number
    client = as_role("admin")
    for question in (
        f"programme={cohorts.programme}",
        f"batch={cohorts.batch}",
        f"class={cohorts.first}",
        "semester=3",
        "year=2024",
        f"status=active&batch={cohorts.batch}&class={cohorts.first}",
    ):
        page = client.get(f"/students?{question}").text
        assert numbers[0] in page, question
        assert numbers[1] not in page, question
    assert "Batch: CSE 2024" in client.get(f"/students?batch={cohorts.batch}").text


def test_the_list_with_all_its_menus_costs_at_most_eight_queries(as_role, cohorts, queries):
    client = as_role("admin")
    client.get("/courses")
    queries.clear()
    assert client.get(f"/students?class={cohorts.first}").status_code == 200
    assert len(queries) <= 8, "\n".join(queries)


HEAD = "register_number,first_name,last_name,programme,batch,class_name\n"
GOOD = HEAD + "4NV24CS001,Asha,Rao,,CSE 2024,A\n4NV24CS002,Wu,Li,,CSE 2024,\n"


def counts(told):
    return told.new, told.changed, told.same, told.errors


@pytest.mark.db
@pytest.mark.feature("C30")
def test_a_file_puts_students_into_batches_and_classes(bring, database, cohorts):
    assert counts(bring(STUDENTS, GOOD)) == (2, 0, 0, 0)
    with database.reader() as db:
        found = {row.register_number: row for row in db.scalars(select(Student))}
    first, second = found["4NV24CS001"], found["4NV24CS002"]
    assert place(database, first.id) == (
        cohorts.programme,
        cohorts.batch,
        cohorts.first,
        2024,
        2028,
    )
    assert (second.class_id, second.department_id) == (None, cohorts.department)
    assert counts(bring(STUDENTS, GOOD)) == (0, 0, 2, 0)
    # The student's own programme has no such batch; there is one of this name elsewhere, and only one.
    moved = "register_number,batch\n4NV24CS001,ECE 2023\n"
    assert counts(bring(STUDENTS, moved)) == (0, 1, 0, 0)
    assert place(database, first.id) == (
        cohorts.other_programme,
        cohorts.other_batch,
        None,
        2023,
        2027,
    )


def test_a_batch_or_class_that_is_not_there_is_named_by_line(bring, database, cohorts):
    with database.writer() as db, unit(db):
        pupil = factory.student(db, register_number="4NV24CS009")
        pupil.programme_id, pupil.batch_id = cohorts.programme, cohorts.batch
        other = db.scalars(
            select(Programme.code).where(Programme.id == cohorts.other_programme)
        ).one()
    told = bring(
        STUDENTS,
        HEAD
        + "4NV24CS003,Eva,Novak,,Nowhere,\n4NV24CS004,Noor,Khan,,ECE 2023,A\n"
        + f"4NV24CS009,,,{other},,\n",
        dry_run=True,
    )
    said = {(each.line, each.column): each.sentence for each in told.problems}
    assert "There is no batch “nowhere” here." in said[2, "batch"]
    assert said[3, "class_name"] == "The batch has no class “a”."
    assert "The student's batch is of another programme" in said[4, "programme"]
