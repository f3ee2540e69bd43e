"""The teaching staff: adding, changing, deleting with what stands against it, bringing back, files, API."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.academics.importers.teachers import TEACHERS
from quad.academics.models.people import Teacher
from quad.academics.models.teaching import Offering, ResultState
from quad.core.facts import unit
from quad.identity.models.accounts import RoleGrant, User
from tests.factories import academics as factory
from tests.factories.people import grant

API = "/api/v1/academics/teachers"
NEW = {"first_name": "Noor", "last_name": "Khan", "email": "noor@college.example"}


def teacher_of(database, email=NEW["email"]):
    with database.reader() as db:
        return db.execute(
            select(Teacher, User).join(User, User.id == Teacher.user_id).where(User.email == email)
        ).one()


@pytest.mark.feature("L36", "L33")
def test_a_teacher_is_added_renamed_and_put_into_a_department(as_role, database, college):
    client = as_role("admin")
    form = NEW | {"designation": "Reader"}
    assert client.post("/teachers/new", data=form).status_code == 303
    teacher, _user = teacher_of(database)
    change = {
        "full_name": "Noor Khan-Bauer",
        "department_id": college.department.id,
        "designation": "Professor",
        "version": teacher.version,
    }
    place = f"/teachers/{teacher.id}"
    assert client.post(f"{place}/edit", data=change).status_code == 303
    again = client.post(f"{place}/edit", data=change)
    assert (again.status_code, "Somebody else changed this" in again.text) == (422, True)
    page = client.get(place).text
    assert "Noor Khan-Bauer" in page
    assert college.department.name in page
    assert "Noor Khan-Bauer" in client.get("/teachers?q=bauer").text


@pytest.mark.feature("L36")
def test_several_teachers_are_put_into_a_department_at_once(as_role, database, college):
    with database.writer() as db, unit(db):
        ids = [factory.teacher(db).id for _ in range(2)]
    client = as_role("admin")
    asked = client.post("/teachers/department", data={"id": ids})
    assert college.department.name in asked.text
    form = {"id": ids, "department_id": college.department.id}
    assert client.post("/teachers/department", data=form).status_code == 303
    with database.reader() as db:
        kept = db.scalars(select(Teacher.department_id).where(Teacher.id.in_(ids))).all()
    assert kept == [college.department.id] * 2


def test_who_teaches_an_offering_with_open_results_stays(as_role, database, college):
    client = as_role("admin")
    place = f"/teachers/{college.teacher.id}"
    refused = client.post(f"{place}/delete", follow_redirects=True).text
    assert "teaches 1 offering with open results." in refused
    assert client.delete(f"{API}/{college.teacher.id}").status_code == 409
    with database.writer() as db, unit(db):
        db.get(Offering, college.offering.id).state = ResultState.LOCKED
    assert client.post(f"{place}/delete").status_code == 303
    assert college.teacher.user_id is not None


def test_deleting_hides_the_teacher_ends_sign_in_and_is_undone_from_the_message(
    as_role, as_user, database
):
    with database.writer() as db, unit(db):
        teacher = factory.teacher(db, name="Noor Khan")
        teacher_id, user_id = teacher.id, teacher.user_id
    client, own = as_role("admin"), as_user(user_id)
    assert own.get("/offerings").status_code == 200
    told = client.post(f"/teachers/{teacher_id}/delete", follow_redirects=True).text
    assert "1 teacher deleted." in told
    assert 'action="/teachers/restore"' in told
    assert own.get("/offerings").status_code == 303
    assert "Noor Khan" in client.get("/teachers/deleted").text
    assert "This teacher is deleted." in client.get(f"/teachers/{teacher_id}").text
    assert client.post("/teachers/restore", data={"id": teacher_id}).status_code == 303
    assert "Noor Khan" in client.get("/teachers").text
    with database.reader() as db:
        assert db.get(User, user_id).deleted_at is None


def test_a_teacher_with_another_role_keeps_the_account_and_gets_the_role_back(
    as_role, as_user, database
):
    with database.writer() as db, unit(db):
        teacher = factory.teacher(db)
        grant(db, db.get(User, teacher.user_id), "placement")
        teacher_id, user_id = teacher.id, teacher.user_id

    def roles():
        with database.reader() as db:
            return set(db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id)))

    client, own = as_role("admin"), as_user(user_id)
    assert client.delete(f"{API}/{teacher_id}").status_code == 200
    assert roles() == {"placement"}
    assert own.get("/").status_code == 200
    assert client.get(f"{API}/{teacher_id}").status_code == 404
    assert client.post(f"{API}/{teacher_id}/restore").status_code == 200
    assert roles() == {"placement", "faculty"}


def test_giving_the_role_again_brings_the_profile_back(as_role, database):
    with database.writer() as db, unit(db):
        teacher = factory.teacher(db)
        grant(db, db.get(User, teacher.user_id), "placement")
        teacher_id, user_id = teacher.id, teacher.user_id
    client = as_role("admin")
    client.delete(f"{API}/{teacher_id}")
    answer = client.post(f"/api/v1/users/{user_id}/grants", json={"role": "faculty"})
    assert answer.status_code == 201, answer.text
    assert client.get(f"{API}/{teacher_id}").status_code == 200


def test_the_api_has_teachers_whole(as_role, database, college):
    head = as_role("hod", college.department.id)
    away = head.post(API, json=NEW)
    assert (away.status_code, away.get_json()["fields"]) == (
        422,
        {"department_id": "Choose a department that you head."},
    )
    body = NEW | {"department_id": college.department.id, "designation": "Reader"}
    added = head.post(API, json=body)
    assert added.status_code == 201, added.text
    data = added.get_json()["data"]
    assert (data["full_name"], data["designation"]) == ("Noor Khan", "Reader")
    assert isinstance(data["user_id"], str)
    one = f"{API}/{data['id']}"
    renamed = head.patch(one, json={"full_name": "Noor Bauer", "version": data["version"]})
    assert renamed.get_json()["data"]["full_name"] == "Noor Bauer"
    assert head.patch(one, json={"full_name": None}).status_code == 422
    assert head.patch(one, json={"designation": "x", "version": 1}).status_code == 409
    found = head.get(f"{API}?q=bauer").get_json()
    assert [row["id"] for row in found["data"]] == [data["id"]]
    assert head.delete(one).status_code == 200
    assert head.get(one).status_code == 404
    assert head.post(f"{one}/restore").get_json()["data"]["id"] == data["id"]


HEADER = "email,first_name,last_name,department,designation\n"


@pytest.mark.db
def test_teachers_come_from_a_file_and_the_same_file_again_changes_nothing(bring, database):
    with database.writer() as db, unit(db):
        home = factory.department(db, code="CSE").id
        factory.person(db, email="clerk@college.example")
    text = HEADER + "asha@college.example,Asha,Rao,cse,Professor\nwu@college.example,Wu,Li,,\n"
    told = bring(TEACHERS, text)
    assert (told.new, told.errors) == (2, 0)
    teacher, user = teacher_of(database, "asha@college.example")
    assert (teacher.department_id, teacher.designation) == (home, "Professor")
    assert (user.full_name, user.password_hash) == ("Asha Rao", None)
    with database.reader() as db:
        assert set(db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id))) == {
            "faculty"
        }
    again = bring(TEACHERS, text)
    assert (again.new, again.same) == (0, 2)
    changed = bring(TEACHERS, "email,designation\nasha@college.example,Dean\n")
    assert changed.changed == 1
    assert teacher_of(database, "asha@college.example")[0].designation == "Dean"
    wrong = bring(
        TEACHERS,
        HEADER
        + "clerk@college.example,A,B,,\nnew@college.example,,,,\nx@college.example,X,Y,NO,\n",
        dry_run=True,
    )
    said = {each.line: each.sentence for each in wrong.problems}
    assert "somebody who does not teach" in said[2]
    assert said[3] == "A new teacher needs a name."
    assert "no department with the code “no”" in said[4]
