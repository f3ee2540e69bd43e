"""Students shared out among mentors: as a suggestion, on the page, over the API, and by a file."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from quad.academics.importers.mentors import MENTORS
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import run_import
from quad.identity.models.mentors import MentorAssignment, MentorKind
from tests.factories import academics as make
from tests.factories.people import person

STAFF = "/api/v1/staff"


class College:
    """Two departments; three advisors of the first, one of whom has four students already; nine new ones in a class."""

    def __init__(self, db):
        home, away = make.department(db, "CSE"), make.department(db, "ECE")
        section = make.group(db, make.batch(db, make.programme(db, home)))
        self.head = person(db, role="hod", department_id=home.id).id
        self.advisors = [
            person(
                db, role="advisor", department_id=home.id, email=f"{name}@x.example", name=name
            ).id
            for name in ("Avi", "Bela", "Cara")
        ]
        self.stranger = person(
            db, role="advisor", department_id=away.id, email="far@x.example", name="Far"
        ).id
        for _n in range(4):
            old = make.student(db, of=home)
            row = MentorAssignment(
                mentee_id=old.user_id, mentor_id=self.advisors[0], kind=MentorKind.ADVISOR
            )
            db.add(row)
        new = [make.student(db, of=home, register_number=f"N{n}") for n in range(9)]
        for one in new:
            one.class_id = section.id
        self.students, self.class_id = [one.id for one in new], section.id
        self.far = make.student(db, of=away, register_number="F1").id
        db.flush()


@pytest.fixture
def college(database):
    with database.writer() as db, unit(db):
        return College(db)


def loads(database):
    with database.reading() as db:
        query = select(MentorAssignment.mentor_id, func.count()).group_by(
            MentorAssignment.mentor_id
        )
        return {row[0]: row[1] for row in db.execute(query)}


@pytest.mark.feature("C27")
def test_a_suggestion_evens_out_what_there_is_already(as_user, college, database):
    head = as_user(college.head)
    body = {"kind": "advisor", "class_id": str(college.class_id)}
    found = head.post(f"{STAFF}/suggest", json=body).json["data"]
    assert [(one["load"], len(one["student_ids"])) for one in found["shares"]] == [
        (4, 1),
        (0, 4),
        (0, 4),
    ]
    assert found["left"] == 0
    assert loads(database) == {college.advisors[0]: 4}, "a suggestion changes nothing"
    page = head.post("/staff/assign", data={**body, "only_without": "true", "how": "suggest"})
    assert "Who would get whom" in page.text
    assert "Far" not in page.text.partition("<main")[2]
    head.post("/staff/assign", data={**body, "only_without": "true", "how": "share"})
    assert sorted(loads(database).values()) == [4, 4, 5]
    again = head.post(f"{STAFF}/share-out", json=body).json["data"]
    assert again == {"assigned_count": 0, "skipped_count": 0}
    unnamed = head.post(f"{STAFF}/suggest", json={"kind": "advisor"})
    assert unnamed.status_code == 422
    nobody = head.post("/staff/assign", data={**body, "how": "one"})
    assert (nobody.status_code, "Choose a mentor." in nobody.text) == (422, True)


@pytest.mark.feature("C27")
def test_programs_assign_move_and_take_as_the_pages_do(as_user, college, database):
    head, (one, two, _three) = as_user(college.head), college.advisors
    counted = lambda answer: tuple(answer.json["data"].values())  # noqa: E731
    body = {"kind": "advisor", "class_id": str(college.class_id), "mentor_id": str(two)}
    assert counted(head.post(f"{STAFF}/assign-class", json=body)) == (9, 0)
    moved = {"kind": "advisor", "from_id": str(two), "mentor_id": str(one)}
    assert counted(head.post(f"{STAFF}/reassign", json=moved)) == (9, 0)
    assert loads(database) == {one: 13}
    assert head.post(f"{STAFF}/reassign", json={**moved, "from_id": str(one)}).status_code == 409
    some = {"kind": "advisor", "student_ids": [*college.students[:2], college.far, 999999]}
    assert counted(head.post(f"{STAFF}/unassign", json=some)) == (2, 2)
    assert counted(head.post(f"{STAFF}/share-out", json=some)) == (2, 2)
    picked = {"id": college.students, "mentor": "advisor:share"}
    head.post("/students/mentors", data=picked)
    assert sorted(loads(database).values()) == [4, 4, 5], "who had one is shared out as well"
    assert as_user(one).post(f"{STAFF}/share-out", json=some).status_code == 403


@pytest.mark.feature("C27", "C30")
def test_mentors_from_a_file_within_ones_own_department(college, database, settings, tmp_path):
    def bring(actor_id, text):
        path = tmp_path / "mentors.csv"
        path.write_text(text)
        with database.reading() as db:
            actor = actor_by_id(db, actor_id)
        files = Files.from_settings(settings)
        told = run_import(database, files, MENTORS, path, actor)
        return told.new, told.changed, told.same, told.errors

    head = "Register number,Advisor,Counsellor\n"
    good = head + "N0,AVI@x.example,\nn1,bela@x.example,\nN2,,\n"
    assert bring(college.head, good) == (2, 0, 1, 0)
    assert bring(college.head, good) == (0, 0, 3, 0)
    assert bring(college.head, head + "N0,cara@x.example,\n") == (0, 1, 0, 0)
    assert loads(database) == dict(zip(college.advisors, (4, 1, 1), strict=True))
    wrong = head + "F1,avi@x.example,\nN3,far@x.example,\nN4,,avi@x.example\nN99,avi@x.example,\n"
    assert bring(college.head, wrong)[3] == 4
    assert college.stranger not in loads(database)
