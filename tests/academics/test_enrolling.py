"""Enrolling from either side, whole batches with a look before, attempts, withdrawing and taking it back."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from quad.academics.importers.courses import COURSES
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering, ResultState
from quad.audit.models import AuditEntry
from quad.core.facts import unit
from quad.identity.models.accounts import User
from tests.factories import academics as factory

API = "/api/v1/academics/offerings"


def enrolment_of(database, student_id, offering_id):
    with database.reader() as db:
        return db.scalar(
            select(Enrolment).where(
                Enrolment.student_id == student_id, Enrolment.offering_id == offering_id
            )
        )


@pytest.fixture
def batch(database, college):
    """A batch with a class in the college's programme: two who are in the offering, two new ones, one on leave."""
    with database.writer() as db, unit(db):
        made = factory.batch(db, college.programme, name="CSE 2024")
        group = factory.group(db, made, name="A")
        fresh = [factory.student(db, on=college.programme) for _ in range(2)]
        away = factory.student(db, on=college.programme)
        away.status = StudentStatus.ON_LEAVE
        for pupil in (*fresh, away):
            pupil.batch_id = made.id
        for pupil in college.students[:2]:
            db.get(Student, pupil.id).batch_id = made.id
        fresh[0].class_id = group.id
        return made.id, group.id, [pupil.id for pupil in fresh], away.id


@pytest.mark.feature("L27", "M16")
def test_a_teacher_enrols_from_a_file_after_seeing_who_it_is(as_user, database, college, batch):
    _batch, _group, fresh, _away = batch
    teacher = as_user(college.teacher.user_id)
    place = f"/offerings/{college.offering.id}"
    with database.reader() as db:
        wanted = [db.get_one(Student, one).register_number for one in fresh]
    inside = college.students[0].register_number

    def send(text, name="who.csv"):
        return teacher.post(f"{place}/enrol-file", data={"file": (BytesIO(text.encode()), name)})

    lines = [f"Roll no;Name\n{wanted[0].lower()};x", f"{wanted[1]};y", f"{inside};z", "NOBODY9;"]
    shown = send("\n".join([*lines, f"{wanted[0]};again"])).text
    assert "2 students will be enrolled." in shown
    assert "1 is in already." in shown
    assert "Line 5: there is no student with the number NOBODY9." in shown
    assert enrolment_of(database, fresh[0], college.offering.id) is None
    assert send("\n".join(wanted)).text.count("Line ") == 0  # one column needs no heading
    numbers = re.search(r'name="numbers" value="([^"]+)"', shown)
    assert numbers
    done = teacher.post(f"{place}/enrol", data={"numbers": numbers[1]}, follow_redirects=True)
    assert "2 students enrolled." in done.text
    assert all(enrolment_of(database, one, college.offering.id) for one in fresh)
    for text, sentence in (
        ("Name,Age\nA,5\n", "The file has no column “Register number”."),
        ("Register number,Name\n,x\n", "There is no register number in the file."),
        ("", "The file is empty."),
    ):
        refused = send(text)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    empty = teacher.post(f"{place}/enrol-file", data={})
    assert (empty.status_code, "Choose a file first." in empty.text) == (422, True)


@pytest.mark.feature("L27", "M16")
def test_a_batch_is_shown_before_it_is_enrolled_and_nobody_is_in_twice(
    as_user, database, college, batch
):
    batch_id, _group, fresh, away = batch
    teacher = as_user(college.teacher.user_id)
    place = f"/offerings/{college.offering.id}"
    shown = teacher.get(f"{place}/enrol-batch?batch_id={batch_id}").text
    assert "2 students will be enrolled." in shown
    assert "2 are in already." in shown
    assert enrolment_of(database, fresh[0], college.offering.id) is None
    done = teacher.post(f"{place}/enrol-batch", data={"batch_id": batch_id}, follow_redirects=True)
    assert "2 students enrolled." in done.text
    assert enrolment_of(database, fresh[0], college.offering.id).enrolled_on is not None
    assert enrolment_of(database, away, college.offering.id) is None
    again = teacher.get(f"{place}/enrol-batch?batch_id={batch_id}").text
    assert "Everybody who fits is in already." in again
    with database.reader() as db:
        rows = db.scalars(
            select(Enrolment.student_id).where(Enrolment.offering_id == college.offering.id)
        ).all()
    assert len(rows) == len(set(rows)) == 5


def test_a_class_alone_can_be_enrolled_and_no_choice_is_named(as_role, database, college, batch):
    _batch, group_id, fresh, _away = batch
    admin = as_role("admin")
    place = f"/offerings/{college.offering.id}/enrol-batch"
    nothing = admin.get(f"{place}?batch_id=")
    assert (nothing.status_code, "Choose a batch, a class or a programme." in nothing.text) == (
        422,
        True,
    )
    nobody = admin.get(f"{place}?class_id={group_id}&semester=9")
    assert "Nobody fits this choice." in nobody.text
    admin.post(place, data={"class_id": group_id})
    assert enrolment_of(database, fresh[0], college.offering.id) is not None
    assert enrolment_of(database, fresh[1], college.offering.id) is None


@pytest.mark.feature("L28")
def test_the_roster_by_api_enrols_many_with_an_outcome_each_and_withdraws(
    as_user, database, college, batch
):
    batch_id, _group, fresh, _away = batch
    teacher = as_user(college.teacher.user_id)
    roster = f"{API}/{college.offering.id}/roster"
    dry = teacher.post(f"{roster}/batch", json={"batch_id": batch_id, "dry_run": True}).get_json()
    assert [row["error"] is None for row in dry["data"]] == [True, True, False, False]
    assert all(row["enrolment_id"] is None for row in dry["data"])
    assert enrolment_of(database, fresh[0], college.offering.id) is None
    sent = {"student_ids": [fresh[0], 999999], "register_numbers": ["nobody"]}
    outcome = teacher.post(roster, json=sent).get_json()["data"]
    said = {row["student_id"] or row["register_number"]: row["error"] for row in outcome}
    assert said[str(fresh[0])] is None
    assert said["999999"] == "There is no such student."
    assert said["nobody"] == "There is no student with the number nobody."
    listed = {row["student_id"]: row for row in teacher.get(roster).get_json()["data"]}
    assert listed[str(fresh[0])]["attempt"] == 1
    one = f"{roster}/{fresh[0]}"
    assert teacher.delete(one).status_code == 200
    assert teacher.delete(one).status_code == 409
    assert enrolment_of(database, fresh[0], college.offering.id).status is EnrolmentStatus.WITHDRAWN
    assert teacher.post(f"{one}/restore").status_code == 200
    assert teacher.delete(f"{roster}/999999").status_code == 404


def test_a_withdrawal_is_taken_back_from_the_message_with_marks_attempt_and_date(
    as_role, database, college
):
    place, pupil = college.enrolments[0], college.students[0]
    with database.writer() as db, unit(db):
        factory.mark(db, db.get(Enrolment, place.id), college.components[0], 24)
    client = as_role("admin")
    before = enrolment_of(database, pupil.id, college.offering.id)
    told = client.post(f"/enrolments/{place.id}/withdraw", follow_redirects=True).text
    assert f'action="/enrolments/{place.id}/reinstate"' in told
    assert enrolment_of(database, pupil.id, college.offering.id).withdrawn_on is not None
    assert client.post(f"/enrolments/{place.id}/reinstate").status_code == 303
    after = enrolment_of(database, pupil.id, college.offering.id)
    assert (after.status, after.withdrawn_on) == (EnrolmentStatus.ENROLLED, None)
    assert (after.attempt, after.enrolled_on) == (before.attempt, before.enrolled_on)
    with database.reader() as db:
        total = db.scalars(
            select(EnrolmentResult.total).where(EnrolmentResult.enrolment_id == place.id)
        ).one()
        actions = db.scalars(select(AuditEntry.action)).all()
    assert total > 0
    assert any("reinstated" in action.casefold() for action in actions), actions
    again = client.post(f"/api/v1/enrolments/{place.id}/restore")
    assert (again.status_code, again.get_json()["error"]) == (
        409,
        "This student is enrolled already.",
    )


def test_locked_results_keep_a_withdrawal_as_it_is(as_role, database, college):
    client, place = as_role("admin"), college.enrolments[0]
    client.post(f"/enrolments/{place.id}/withdraw")
    with database.writer() as db, unit(db):
        db.get(Offering, college.offering.id).state = ResultState.LOCKED
    assert client.post(f"/api/v1/enrolments/{place.id}/restore").status_code == 409


def test_a_retake_is_numbered_and_shown_on_roster_and_record(as_role, database, college):
    with database.writer() as db, unit(db):
        taught = db.get(Course, college.course.id)
        again = factory.offering(db, taught=taught, by=college.teacher).id
    client, pupil = as_role("admin"), college.students[0]
    client.post(f"/offerings/{again}/enrol", data={"numbers": pupil.register_number})
    assert enrolment_of(database, pupil.id, again).attempt == 2
    assert re.search(r'<td class="num[^"]*">2</td>', client.get(f"/offerings/{again}").text)
    assert "attempt 2" in client.get(f"/students/{pupil.id}").text


@pytest.mark.feature("M10", "M16")
def test_a_students_page_offers_what_is_left_and_enrols_with_one_click(as_role, database, college):
    with database.writer() as db, unit(db):
        other = factory.course(db, of=college.department, title="Thermodynamics")
        offered = factory.offering(db, taught=other, by=college.teacher).id
    client, pupil = as_role("admin"), college.students[0]
    assert f"/students/{pupil.id}/courses" in client.get(f"/students/{pupil.id}").text
    place = f"/students/{pupil.id}/courses"
    shown = client.get(place).text
    assert "Thermodynamics" in shown
    assert college.course.title not in shown
    assert "Thermodynamics" in client.get(f"{place}?q=thermo").text
    assert "Thermodynamics" not in client.get(f"{place}?q=optics").text
    fragment = client.get(place, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    form = {"offering_id": offered}
    assert client.post(f"/students/{pupil.id}/enrol", data=form).status_code == 303
    assert enrolment_of(database, pupil.id, offered) is not None
    assert "Thermodynamics" in client.get(f"/students/{pupil.id}").text
    assert "Thermodynamics" not in client.get(place).text
    twice = client.post(f"/students/{pupil.id}/enrol", data=form)
    assert (twice.status_code, "is enrolled already." in twice.text) == (409, True)


@pytest.mark.feature("M15", "M16")
def test_a_course_shows_who_made_it_when_it_starts_and_who_takes_it_and_takes_one_more(
    as_role, database
):
    client = as_role("admin")
    client.post(
        "/courses/new",
        data={"code": "24CS52", "title": "Optics", "credits": "4", "starts_on": "2026-08-03"},
    )
    with database.writer() as db, unit(db):
        course = db.scalars(select(Course)).one()
        assert course.created_by is not None
        now = factory.term(db, current=True)
        offered = factory.offering(db, taught=course, during=now).id
        pupil = factory.student(db, name="Asha Rao")
        course_id, pupil_id = course.id, pupil.id
    place = f"/courses/{course_id}"
    assert client.post(f"{place}/add_student/{pupil_id}").status_code == 303
    assert client.post(f"{place}/add_student/{pupil_id}").status_code == 409
    assert enrolment_of(database, pupil_id, offered).enrolled_on is not None
    page = client.get(place).text
    for words in ("Asha Rao", "Added by", "3 Aug 2026"):
        assert words in page, words
    listed = client.get("/api/v1/academics/courses").get_json()["data"][0]
    assert listed["created_by"] is not None


def test_a_teacher_finds_students_of_the_own_department_by_name(as_user, database, college):
    with database.writer() as db, unit(db):
        factory.student(db, name="Lucía Fernández", of=college.department)
        factory.student(db, name="Lucio Ferrari")
    teacher = as_user(college.teacher.user_id)
    place = f"/offerings/{college.offering.id}/enrol"
    found = teacher.get(f"{place}?q=luci").text
    assert "Lucía Fernández" in found
    assert "Lucio Ferrari" not in found
    part = teacher.get(f"{place}?q=luci", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<div id=")


def test_an_offering_nobody_was_in_is_removed_and_others_stay(as_role, database, college):
    client = as_role("admin")
    with database.writer() as db, unit(db):
        taught = db.get(Course, college.course.id)
        unused = factory.offering(db, taught=taught, section="Z")
        factory.component(db, unused)
        unused_id = unused.id
    stays = client.delete(f"{API}/{college.offering.id}")
    assert (stays.status_code, "part of their records" in stays.text) == (409, True)
    assert client.delete(f"{API}/{unused_id}").status_code == 200
    assert client.get(f"/offerings/{unused_id}").status_code == 404


@pytest.mark.parametrize("path", ["/students/{student}/courses", "/offerings/{offering}/enrol?q=a"])
def test_the_choices_cost_at_most_eight_queries(path, as_role, college, queries):
    client = as_role("admin")
    client.get("/courses")
    queries.clear()
    place = path.format(student=college.students[0].id, offering=college.offering.id)
    assert client.get(place).status_code == 200
    assert len(queries) <= 8, "\n".join(queries)


@pytest.mark.db
def test_courses_come_from_a_file_and_new_credits_reach_the_results(bring, database, college):
    with database.writer() as db, unit(db):
        home = factory.department(db, code="PHY").id
        factory.mark(db, db.get(Enrolment, college.enrolments[0].id), college.components[0], 24)
        code = db.get(Course, college.course.id).code
    text = "code,title,credits,department,semester,starts_on\n24PH01,Optics,4,phy,1,2026-08-03\n"
    told = bring(COURSES, text)
    assert (told.new, told.errors) == (1, 0)
    assert bring(COURSES, text).same == 1
    assert bring(COURSES, f"code,credits\n{code},7.5\n").changed == 1
    with database.reader() as db:
        made = db.scalars(select(Course).where(Course.code_key == "24ph01")).one()
        assert (made.title, made.department_id, str(made.starts_on)) == (
            "Optics",
            home,
            "2026-08-03",
        )
        credits = db.scalars(
            select(EnrolmentResult.credits).where(
                EnrolmentResult.enrolment_id == college.enrolments[0].id
            )
        ).one()
    assert str(credits) == "7.50"
    wrong = bring(COURSES, "code,title,credits\nNEW1,,4\nNEW2,Optics,many\n", dry_run=True)
    said = {each.line: each.sentence for each in wrong.problems}
    assert said[2] == "A new course needs a title and credits."
    assert "Write a number" in said[3]


@pytest.mark.feature("L26", "M12", "M23")
def test_a_teacher_adds_and_changes_a_course_and_is_named_as_its_creator(
    as_user, database, college
):
    teacher = as_user(college.teacher.user_id)
    form = {"code": "24CS99", "title": "Compilers", "credits": "3.5", "semester": "6"}
    added = teacher.post("/courses/new", data=form)
    assert added.status_code == 303, added.text
    page = teacher.get(added.location).text
    with database.reader() as db:
        course = db.scalars(select(Course).where(Course.code_key == "24cs99")).one()
        name = db.scalars(select(User.full_name).where(User.id == college.teacher.user_id)).one()
    assert course.created_by == college.teacher.user_id
    assert name in page
    changed = form | {"credits": "4", "semester": "5", "version": course.version}
    assert teacher.post(f"/courses/{course.id}/edit", data=changed).status_code == 303
    with database.reader() as db:
        course = db.get(Course, course.id)
    assert (str(course.credits), course.semester) == ("4.00", 5)
    # Nobody made this one: it came without a creator, and is shown all the same.
    assert teacher.get(f"/courses/{college.course.id}").status_code == 200
    with database.reader() as db:
        assert db.get(Course, college.course.id).created_by is None
