"""Academics over JSON: the same services, the envelope around them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.core.facts import unit
from tests.factories import academics as factory

API = "/api/v1"


@pytest.fixture
def admin(as_role):
    return as_role("admin")


@pytest.mark.feature("L33", "C30")
def test_a_student_is_added_changed_deleted_and_brought_back(admin, database):
    new = {"first_name": "Ngozi", "last_name": "Adeyemi", "email": "ngozi@college.example"}
    made = admin.post(f"{API}/students", json=new)
    assert made.status_code == 201
    student = made.get_json()["data"]
    assert isinstance(student["id"], str)
    assert student["register_number"].startswith("REG")
    path = f"{API}/students/{student['id']}"
    changed = admin.patch(path, json={"semester": 3, "full_name": "Ngozi A. Adeyemi"})
    assert (changed.get_json()["data"]["semester"], changed.get_json()["data"]["full_name"]) == (
        3,
        "Ngozi A. Adeyemi",
    )
    stale = admin.patch(path, json={"semester": 4, "version": 1})
    assert (stale.status_code, stale.get_json()["success"]) == (409, False)
    assert admin.patch(path, json={"semester": "4"}).status_code == 422
    assert admin.patch(path, json={"semester": None}).get_json()["fields"] == {
        "semester": "Please fill this in."
    }
    assert admin.delete(path).get_json()["data"] is None
    assert admin.get(path).status_code == 404
    assert admin.post(f"{path}/restore").status_code == 200
    again = admin.post(f"{API}/students", json=new)
    assert (again.status_code, set(again.get_json()["fields"])) == (422, {"email"})


@pytest.mark.feature("C12")
def test_the_whole_list_has_the_shape_of_the_contract(admin, college):
    data = admin.get(f"{API}/students/all").get_json()["data"]
    assert len(data) == 3
    assert set(data[0]) == {
        "id",
        "full_name",
        "email",
        "register_number",
        "admission_year",
        "department_id",
        "department_name",
        "advisor_name",
        "counsellor_name",
    }
    assert data[0]["advisor_name"] == "Unassigned"
    one = admin.get(f"{API}/students/all?q={college.students[0].register_number}").get_json()
    assert len(one["data"]) == 1


def test_a_student_moves_between_departments(admin, college, database):
    with database.writer() as db, unit(db):
        other = factory.department(db).id
    path = f"{API}/students/{college.students[0].id}"
    moved = admin.put(f"{path}/assign-department", json={"department_id": str(other)})
    assert moved.get_json()["data"]["department_id"] == str(other)
    assert admin.put(f"{path}/assign-department", json={}).status_code == 400
    assert admin.put(f"{path}/unassign-department").get_json()["data"]["department_id"] is None


@pytest.mark.feature("L26", "M12", "M13", "M14")
def test_a_course_is_added_offered_and_archived_once_it_has_marks(admin, college, database):
    new = {"code": "24CS99", "title": "Compilers", "credits": 4}
    made = admin.post(f"{API}/academics/courses", json=new)
    assert made.status_code == 201
    course = made.get_json()["data"]
    assert admin.post(f"{API}/academics/courses", json=new | {"code": "24cs99"}).status_code == 422
    offered = {"course_id": course["id"], "term_id": str(college.term.id), "section": "b"}
    first = admin.post(f"{API}/academics/offerings", json=offered)
    assert (first.status_code, first.get_json()["data"]["section"]) == (201, "B")
    assert admin.post(f"{API}/academics/offerings", json=offered).status_code == 422
    gone = admin.delete(f"{API}/academics/courses/{course['id']}")
    assert (gone.status_code, gone.get_json()["data"]["archived_at"]) == (200, None)
    assert admin.get(f"{API}/academics/courses/{course['id']}").status_code == 404
    assert admin.delete(f"{API}/academics/courses/{college.course.id}").status_code == 409
    with database.writer() as db, unit(db):
        factory.mark(db, college.enrolments[0], college.components[0], 10)
    kept = admin.delete(f"{API}/academics/courses/{college.course.id}")
    assert kept.get_json()["data"]["archived_at"] is not None


@pytest.mark.feature("L27", "L28", "M16")
def test_enrolling_twice_is_refused_with_a_sentence(admin, college, database):
    path = f"{API}/academics/offerings/{college.offering.id}/roster"
    again = admin.post(path, json={"student_ids": [str(college.students[0].id)]})
    assert again.status_code == 409
    assert again.get_json()["error"].endswith("is enrolled already.")
    with database.writer() as db, unit(db):
        fresh = factory.student(db).register_number
    several = admin.post(path, json={"register_numbers": [fresh, "nobody"]}).get_json()["data"]
    assert [item["error"] for item in several] == [
        None,
        "There is no student with the number nobody.",
    ]
    assert len(admin.get(path).get_json()["data"]) == 4


@pytest.mark.feature("L29")
def test_each_mark_of_a_batch_has_its_own_outcome(admin, college, database):
    path = f"{API}/academics/offerings/{college.offering.id}/marks"
    part = str(college.components[0].id)
    places = [str(place.id) for place in college.enrolments]
    entries = [
        {"enrolment_id": places[0], "component_id": part, "value": 27.5},
        {"enrolment_id": places[1], "component_id": part, "value": 31},
        {"enrolment_id": places[2], "component_id": part, "absent": True},
        {"enrolment_id": "999", "component_id": part, "value": 1},
    ]
    answer = admin.put(path, json={"entries": entries})
    assert answer.status_code == 200
    outcomes = answer.get_json()["data"]
    assert [item["status"] for item in outcomes] == ["saved", "refused", "saved", "refused"]
    assert "31, but the maximum is 30" in outcomes[1]["error"]
    again = admin.put(path, json={"entries": entries[:1]}).get_json()["data"]
    assert again[0]["status"] == "unchanged"
    sheet = admin.get(path).get_json()["data"]
    texts = [[mark["text"] for mark in row["marks"]] for row in sheet["rows"]]
    assert sorted(texts) == [[], ["27.5"], ["AB"]]
    assert admin.put(path, json={"entries": []}).status_code == 422


@pytest.mark.feature("L16", "L17", "L18", "L20")
def test_the_record_over_json_has_what_the_page_has(admin, college, as_user, database):
    with database.writer() as db, unit(db):
        for place in college.enrolments:
            for part, value in zip(college.components, (27, 90), strict=True):
                factory.mark(db, place, part, value)
    assert (
        admin.post(f"{API}/academics/offerings/{college.offering.id}/results/publish").status_code
        == 200
    )
    own = as_user(college.students[0].user_id).get(f"{API}/me/record").get_json()["data"]
    assert (own["cgpa"], own["credits_earned"]) == (10.0, 4.0)
    course = own["terms"][0]["courses"][0]
    assert (course["letter"], course["percentage"], own["terms"][0]["sgpa"]) == ("S", 90.0, 10.0)
    assert [part["value"] for part in course["components"]] == [27.0, 90.0]


def test_a_renamed_person_is_found_and_sorted_under_the_new_name(admin, college, database):
    student = college.students[0]
    admin.patch(f"{API}/students/{student.id}", json={"full_name": "Aaron Aaby"})
    with database.reader() as db:
        assert db.scalar(select(Student.sort_name).where(Student.id == student.id)) == "aaby, aaron"
    first = admin.get(f"{API}/students?sort=student").get_json()["data"][0]
    assert first["full_name"] == "Aaron Aaby"
    assert admin.get(f"{API}/students?q=aab").get_json()["page"]["total"] == 1
