"""Marks over JSON: each cell has its own outcome, nobody overwrites anybody, and what is new can be asked for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus
from quad.core import clock
from quad.core.facts import unit
from tests.factories import academics as factory

API = "/api/v1/academics/offerings"


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


@pytest.fixture
def head(college, as_role):
    return as_role("hod", college.department.id)


@pytest.fixture
def path(college):
    return f"{API}/{college.offering.id}/marks"


def entry(college, student=0, part=0, **values):
    return {
        "enrolment_id": str(college.enrolments[student].id),
        "component_id": str(college.components[part].id),
        **values,
    }


def put(client, path, *entries, **more):
    answer = client.put(path, json={"entries": list(entries), **more})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["data"]


@pytest.mark.feature("L29")
def test_a_batch_is_answered_cell_by_cell(teacher, college, path):
    outcomes = put(
        teacher,
        path,
        entry(college, 0, value="27.50", seen=0),
        entry(college, 1, value="30.01"),
        entry(college, 2, absent=True),
        entry(college, 2, 1, value="-1"),
        entry(college, 1, 1, value="12.345"),
        {"enrolment_id": "999999", "component_id": str(college.components[0].id), "value": 1},
        entry(college, 0) | {"component_id": "999999"},
    )
    assert [(item["status"], item["text"]) for item in outcomes] == [
        ("saved", "27.5"),
        ("refused", ""),
        ("saved", "AB"),
        ("refused", ""),
        ("refused", ""),
        ("refused", ""),
        ("refused", ""),
    ]
    for item, words in zip(
        outcomes[1:2] + outcomes[3:],
        (
            "30.01, but the maximum is 30.",
            "-1, but a mark is 0 or more.",
            "use at most 2 decimals.",
            "This student is not on the roster.",
            "This offering has no such component.",
        ),
        strict=True,
    ):
        assert words in item["error"]
    again = put(teacher, path, entry(college, 0, value="27.5", seen=0))
    assert (again[0]["status"], again[0]["mark_id"]) == ("unchanged", outcomes[0]["mark_id"])


@pytest.mark.feature("L29")
@pytest.mark.db
def test_two_teachers_on_one_sheet_lose_nothing(teacher, head, college, path, database):
    mine = put(
        teacher, path, entry(college, 0, value=20, seen=0), entry(college, 1, value=21, seen=0)
    )
    theirs = put(
        head, path, entry(college, 0, value=25, seen=0), entry(college, 2, value=22, seen=0)
    )
    assert [item["status"] for item in mine] == ["saved", "saved"]
    assert [item["status"] for item in theirs] == ["conflict", "saved"]
    conflict = theirs[0]
    assert (conflict["text"], conflict["mark_id"]) == ("20", mine[0]["mark_id"])
    assert conflict["by"]
    assert conflict["at"].endswith("Z")
    assert "somebody else entered 20 meanwhile" in conflict["error"]
    decided = put(head, path, entry(college, 0, value=25, seen=int(conflict["mark_id"])))
    assert decided[0]["status"] == "saved"
    with database.reader() as db:
        rows = db.execute(
            select(Mark.value, Mark.current, Mark.supersedes_id).order_by(Mark.id)
        ).all()
    assert [(row.value, row.current) for row in rows] == [
        (Decimal(20), None),
        (Decimal(21), 1),
        (Decimal(22), 1),
        (Decimal(25), 1),
    ]
    assert rows[-1].supersedes_id == int(mine[0]["mark_id"])


def test_a_mark_can_be_taken_back_and_brought_back(teacher, college, path):
    first = put(teacher, path, entry(college, value=20, seen=0))[0]
    gone = put(teacher, path, entry(college, value=None, seen=int(first["mark_id"])))[0]
    assert (gone["status"], gone["text"]) == ("saved", "")
    back = put(teacher, path, entry(college, value=20, seen=int(gone["mark_id"])))[0]
    assert (back["status"], back["text"]) == ("saved", "20")


def test_a_mark_that_students_see_changes_only_with_a_reason_and_the_others_go_in(
    teacher, college, path, database
):
    put(teacher, path, entry(college, value=20), entry(college, 0, 1, value=50))
    with database.writer() as db, unit(db):
        db.get(Component, college.components[0].id).published_at = clock.now()
    outcomes = put(
        teacher,
        path,
        entry(college, value=21),
        entry(college, 1, value=5),
        entry(college, 0, 1, value=51),
    )
    assert [item["status"] for item in outcomes] == ["refused", "saved", "saved"]
    assert "students can see this mark already" in outcomes[0]["error"]
    told = put(teacher, path, entry(college, value=21), reason="Counted again")
    assert told[0]["status"] == "saved"
    with database.reader() as db:
        reasons = select(Mark.reason).where(Mark.component_id == college.components[0].id)
        assert set(db.scalars(reasons)) == {"", "Counted again"}


def test_a_withdrawn_or_deleted_student_takes_no_more_marks(teacher, college, path, database):
    with database.writer() as db, unit(db):
        db.get(Enrolment, college.enrolments[0].id).status = EnrolmentStatus.WITHDRAWN
        db.get(Student, college.students[1].id).deleted_at = clock.now()
    outcomes = put(teacher, path, entry(college, 0, value=1), entry(college, 1, value=1))
    assert [item["status"] for item in outcomes] == ["refused", "refused"]
    assert "has withdrawn" in outcomes[0]["error"]
    assert "not on the roster" in outcomes[1]["error"]


@pytest.mark.feature("L29", "L31")
def test_what_is_new_comes_with_totals_letters_and_averages(teacher, head, college, path):
    empty = teacher.get(f"{path}/news?after=0").get_json()["data"]
    assert (empty["newest"], empty["cells"], empty["averages"]) == ("0", [], [])
    sheet = teacher.get(path).get_json()["data"]
    put(head, path, entry(college, 0, value=27), entry(college, 0, 1, value=90))
    put(head, path, entry(college, 1, absent=True))
    told = teacher.get(f"{path}/news?after={sheet['newest']}").get_json()["data"]
    assert [(cell["text"], cell["corrected"]) for cell in told["cells"]] == [
        ("27", False),
        ("90", False),
        ("AB", False),
    ]
    assert all(cell["by"] for cell in told["cells"])
    full, partial = told["rows"]
    assert (full["total"], full["percentage"], full["letter"], full["complete"]) == (
        90.0,
        90.0,
        "S",
        True,
    )
    assert (partial["total"], partial["complete"]) == (0.0, False)
    assert [item["average"] for item in told["averages"]] == [13.5, 90.0]
    after = teacher.get(path).get_json()["data"]
    assert (after["newest"], after["averages"], after["average_total"]) == (
        told["newest"],
        told["averages"],
        told["average_total"],
    )
    quiet = teacher.get(f"{path}/news?after={told['newest']}").get_json()["data"]
    assert (quiet["newest"], quiet["cells"]) == (told["newest"], [])
    assert teacher.get(f"{path}/news?after=-1").status_code == 422


@pytest.mark.feature("L29")
def test_three_hundred_marks_pasted_at_once_are_one_request_of_at_most_twelve_queries(
    database, as_role, queries
):
    admin = as_role("admin")
    with database.writer() as db, unit(db):
        made = factory.college(db, size=300)
        path = f"{API}/{made.offering.id}/marks"
        entries = [
            {"enrolment_id": place.id, "component_id": made.components[0].id, "value": 20}
            for place in made.enrolments
        ]
    for value in (20, 21):
        queries.clear()
        outcomes = put(admin, path, *({**item, "value": value} for item in entries))
        assert {item["status"] for item in outcomes} == {"saved"}
        assert len(queries) <= 12, [statement[:80] for statement in queries]
    part = made.components[0].id
    admin.post(f"{API}/{made.offering.id}/components/{part}/publish")
    queries.clear()
    body = {"entries": [{**item, "value": 22} for item in entries], "reason": "Read again."}
    outcomes = admin.put(f"{path}", json=body).get_json()["data"]
    assert {item["status"] for item in outcomes} == {"saved"}
    # Students see these: the audit notes it apart, each of them is told, and the skills of the course are looked at.
    assert len(queries) <= 26, [statement[:80] for statement in queries]


def test_news_and_the_sheet_take_few_queries_however_large_they_are(database, as_role, queries):
    admin = as_role("admin")
    with database.writer() as db, unit(db):
        made = factory.college(db, size=40)
    path = f"{API}/{made.offering.id}/marks"
    put(
        admin,
        path,
        *(
            {"enrolment_id": place.id, "component_id": part.id, "value": 10}
            for place in made.enrolments
            for part in made.components
        ),
    )
    for address, most in (
        (f"{path}/news?after=0", 8),
        (f"{path}/news?after=99999999", 3),
        (path, 6),
        (f"/offerings/{made.offering.id}/marks", 8),
    ):
        queries.clear()
        assert admin.get(address).status_code == 200
        assert len(queries) <= most, (address, [statement[:80] for statement in queries])
