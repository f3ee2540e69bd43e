"""Students through the pages: adding with three answers, changing, deleting, bringing back, choosing many."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.identity.models.accounts import RoleGrant, User
from tests.factories import academics as factory

NEW = {"first_name": "Lucía", "last_name": "Fernández Ortega", "email": "lucia@college.example"}


def only_student(db, email="lucia@college.example"):
    return db.execute(
        select(Student, User).join(User, User.id == Student.user_id).where(User.email == email)
    ).one()


@pytest.mark.feature("L33", "L9", "M7")
def test_three_answers_make_a_student_with_an_account_and_a_number(as_role, database):
    client = as_role("admin")
    assert 'href="/students/new"' in client.get("/students").text
    answer = client.post("/students/add", data=NEW)
    assert answer.status_code == 303
    with database.reader() as db:
        student, user = only_student(db)
        assert user.full_name == "Lucía Fernández Ortega"
        assert student.register_number.startswith("REG")
        assert len(student.register_number) == 11
        assert user.must_change_password
        assert db.scalar(select(RoleGrant.role).where(RoleGrant.user_id == user.id)) == "student"
        assert db.scalars(select(Mail)).all()
    assert "Lucía Fernández Ortega" in client.get(answer.location).text
    for words in ("lucia", "fernandez ort", student.register_number.lower(), "lucia@college"):
        assert "Lucía" in client.get("/students/", query_string={"q": words}).text, words


@pytest.mark.feature("M22")
def test_a_wrong_answer_is_named_and_what_was_typed_is_kept(as_role):
    answer = as_role("admin").post("/students/new", data=NEW | {"email": "lucia@"})
    assert answer.status_code == 422
    assert "Write an e-mail address" in answer.text
    assert 'value="Fernández Ortega"' in answer.text


def test_a_number_or_an_address_in_use_is_refused_beside_its_field(as_role, database):
    with database.writer() as db, unit(db):
        factory.student(db, register_number="4NV24CS001")
        factory.person(db, email="lucia@college.example")
    client = as_role("admin")
    answer = client.post("/students/new", data=NEW)
    assert "This e-mail address has an account already." in answer.text
    twice = NEW | {"email": "other@college.example", "register_number": "4nv24cs001"}
    answer = client.post("/students/new", data=twice)
    assert (answer.status_code, "has this register number already" in answer.text) == (422, True)


def test_a_head_adds_students_to_the_own_department_only(as_role, database, college):
    client = as_role("hod", college.department.id)
    answer = client.post("/students/new", data=NEW)
    assert (answer.status_code, "Choose a department that you head." in answer.text) == (422, True)
    answer = client.post("/students/new", data=NEW | {"department_id": college.department.id})
    assert answer.status_code == 303


@pytest.mark.feature("M8")
def test_a_change_reaches_the_name_everywhere_and_the_second_of_two_editors_is_told(
    as_role, database, college
):
    client, student = as_role("admin"), college.students[0]
    form = {
        "full_name": "Zoya Rahman",
        "register_number": student.register_number,
        "admission_year": "2024",
        "semester": "5",
        "status": "active",
        "version": "1",
    }
    assert client.post(f"/students/{student.id}/edit", data=form).status_code == 303
    with database.reader() as db:
        row = db.get(Student, student.id)
        assert (row.sort_name, row.semester) == ("rahman, zoya", 5)
    assert "Zoya Rahman" in client.get("/students?q=rahm").text
    again = client.post(f"/students/{student.id}/edit", data=form | {"semester": "6"})
    assert (again.status_code, "Somebody else changed this" in again.text) == (422, True)


@pytest.mark.feature("M9")
def test_deleting_hides_the_student_ends_sign_in_and_can_be_undone(as_role, as_user, college):
    client, student = as_role("admin"), college.students[0]
    own = as_user(student.user_id)
    assert own.get("/record").status_code == 200
    assert client.post(f"/students/{student.id}/delete").status_code == 303
    assert own.get("/record").status_code == 303
    assert student.register_number not in client.get("/students").text
    assert student.register_number in client.get("/students/deleted").text
    assert "This student is deleted" in client.get(f"/students/{student.id}").text
    assert client.post(f"/students/{student.id}/restore").status_code == 303
    assert student.register_number in client.get("/students").text


def test_many_are_deleted_and_brought_back_at_once(as_role, database, college):
    client = as_role("admin")
    ids = [student.id for student in college.students[:2]]
    assert client.post("/students/delete", data={"id": ids}).status_code == 303
    with database.reader() as db:
        assert set(db.scalars(select(Student.id).where(Student.deleted_at.is_not(None)))) == set(
            ids
        )
    assert client.post("/students/restore", data={"id": ids}).status_code == 303
    with database.reader() as db:
        assert not db.scalars(select(Student.id).where(Student.deleted_at.is_not(None))).all()


def test_a_teacher_cannot_delete_by_the_bulk_bar(as_user, college):
    client = as_user(college.teacher.user_id)
    answer = client.post("/students/delete", data={"id": [college.students[0].id]})
    assert answer.status_code == 403


@pytest.mark.feature("L27", "M16")
def test_chosen_students_are_enrolled_and_who_is_in_already_is_named(as_role, database, college):
    with database.writer() as db, unit(db):
        fresh = factory.student(db, on=college.programme).id
    client = as_role("admin")
    ids = [fresh, college.students[0].id]
    asked = client.post("/students/enrol", data={"id": ids})
    assert college.course.code in asked.text
    done = client.post("/students/enrol", data={"id": ids, "offering_id": college.offering.id})
    assert done.status_code == 303
    page = client.get(done.location).text
    assert "1 student enrolled." in page
    assert "is enrolled already." in page
    with database.reader() as db:
        assert db.scalar(select(Enrolment.id).where(Enrolment.student_id == fresh)) is not None


def test_the_picked_rows_become_a_file(as_role, college):
    picked = college.students[0]
    answer = as_role("admin").post("/students/export", data={"id": [picked.id]})
    lines = answer.text.strip().splitlines()
    assert len(lines) == 2
    assert picked.register_number in lines[1]


@pytest.mark.feature("C1")
def test_registering_makes_the_profile_of_a_student(database, app):
    from quad.core.facts import emit
    from quad.identity.facts.accounts import UserRegistered

    with database.writer() as db, unit(db):
        user = factory.person(db, name="Kenji Watanabe")
        emit(db, UserRegistered(actor_id=None, user_id=user.id))
        emit(db, UserRegistered(actor_id=None, user_id=user.id))
        rows = db.scalars(select(Student).where(Student.user_id == user.id)).all()
        assert [row.register_number[:3] for row in rows] == ["REG"]


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/students", 8),
        ("/students?q=person&semester=1&sort=-cgpa", 8),
        ("/offerings/{}/marks", 8),
        ("/students/1", 8),
        ("/offerings/{}", 8),
    ],
)
def test_a_page_costs_at_most_eight_queries(path, limit, as_role, college, queries):
    client = as_role("admin")
    client.get("/courses")
    queries.clear()
    assert client.get(path.format(college.offering.id)).status_code == 200
    assert len(queries) <= limit, "\n".join(queries)


def test_the_home_of_a_student_costs_at_most_eight_queries(as_user, college, queries):
    client = as_user(college.students[0].user_id)
    client.get("/record")
    queries.clear()
    assert client.get("/").status_code == 200
    assert len(queries) <= 8, "\n".join(queries)
