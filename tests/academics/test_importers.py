"""Students, enrolments and marks from files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from quad.academics.importers.enrolments import ENROLMENTS
from quad.academics.importers.marks import MARKS
from quad.academics.importers.students import STUDENTS
from quad.academics.importers.teachers import TEACHERS
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import Enrolment
from quad.core.facts import unit
from quad.identity.models.accounts import RoleGrant, User
from tests.factories import academics as factory

HEAD = "register_number,first_name,last_name,email,department,programme,admission_year,semester\n"


def counts(told):
    return told.new, told.changed, told.same, told.errors


@pytest.mark.db
@pytest.mark.feature("C30")
def test_students_come_with_accounts_and_the_same_file_again_changes_nothing(bring, database):
    with database.writer() as db, unit(db):
        home = factory.department(db, code="CSE")
        on = factory.programme(db, home)
        home_id, on_id, code = home.id, on.id, on.code
    text = HEAD + (
        f"4NV24CS028,Jyothi,Ramesh,jyothi@college.example,cse,{code},2024,5\n"
        f"4NV24CS029,Chen,Yu-Ting,,,{code},2024,5\n"
        "11391,,,,,,2013,\n"
    )
    assert counts(bring(STUDENTS, text)) == (3, 0, 0, 0)
    with database.reader() as db:
        rows = db.execute(
            select(Student, User).join(User, User.id == Student.user_id).order_by(Student.id)
        ).all()
        (jyothi, first), (chen, second), (nameless, third) = rows
        assert (jyothi.register_number, first.full_name) == ("4NV24CS028", "Jyothi Ramesh")
        assert (first.email, first.username) == ("jyothi@college.example", None)
        assert jyothi.sort_name == first.sort_name == "ramesh, jyothi"
        assert (jyothi.department_id, jyothi.programme_id) == (home_id, on_id)
        assert (jyothi.semester, jyothi.admission_year, jyothi.graduation_year) == (5, 2024, 2028)
        assert chen.department_id == home_id  # the programme's
        assert (second.email, second.username) == ("4nv24cs029@students.invalid", "4nv24cs029")
        assert (third.full_name, nameless.semester, nameless.admission_year) == ("11391", 1, 2013)
        assert first.password_hash is second.password_hash is third.password_hash is None
        roles = db.execute(select(RoleGrant.user_id, RoleGrant.role)).all()
        assert roles == [(user.id, "student") for user in (first, second, third)]
    assert counts(bring(STUDENTS, text)) == (0, 0, 3, 0)
    changed = (
        HEAD + "4NV24CS028,Jyothi,Rao,,,,,6\n4nv24cs029,,,chen@college.example,,,,\n11391,,,,,,,\n"
    )
    assert counts(bring(STUDENTS, changed)) == (0, 2, 1, 0)
    with database.reader() as db:
        one = db.execute(
            select(
                Student.sort_name,
                Student.semester,
                Student.admission_year,
                User.full_name,
                User.email,
            )
            .join(User, User.id == Student.user_id)
            .where(Student.register_key == "4NV24CS028")
        ).one()
        assert one == ("rao, jyothi", 6, 2024, "Jyothi Rao", "jyothi@college.example")
        other = db.scalar(
            select(User.email)
            .join(Student, Student.user_id == User.id)
            .where(Student.register_key == "4NV24CS029")
        )
        assert other == "chen@college.example"


@pytest.mark.feature("C29", "C30")
def test_people_from_files_are_found_among_the_accounts_under_the_name_they_have_now(
    bring, as_role
):
    def found(words: str) -> bool:
        return "Jyothi" in admin.get("/users", query_string={"q": words}).text

    admin = as_role("admin")
    assert not found("ramesh")
    bring(STUDENTS, HEAD + "A1,Jyothi,Ramesh,jyothi@college.example,,,,\n")
    assert found("ramesh")
    assert found("jyothi@college.example")
    bring(STUDENTS, HEAD + "A1,Jyothi,Rao,,,,,\n")
    assert found("rao")
    assert not found("ramesh")
    bring(TEACHERS, "email,first_name,last_name\nmenon@college.example,Jyothi,Menon\n")
    assert found("menon")


@pytest.mark.db
def test_each_bad_line_of_students_is_named(bring, database):
    with database.writer() as db, unit(db):
        factory.person(db, email="taken@college.example")
    told = bring(
        STUDENTS,
        HEAD
        + "A1,,,,XX,,,\nA2,,,,,YY,,\nA3,,,taken@college.example,,,,\n"
        + "A4,,,x@y.example,,,,\nA5,,,X@y.example,,,,\nA6,,,,,,99,\n",
    )
    assert told.state == "previewed"
    assert [(p.line, p.column, p.sentence) for p in told.problems] == [
        (2, "department", "There is no department with the code “xx”."),
        (3, "programme", "There is no programme with the code “yy”."),
        (4, "email", "Somebody else has the address taken@college.example."),
        (6, "email", "Line 5 has the same."),
        (7, "admission_year", "Use 1900 or more."),
    ]


@pytest.mark.db
@pytest.mark.feature("C30", "L27", "L29")
def test_enrolments_and_marks_follow_and_the_result_is_there(bring, database):
    with database.writer() as db, unit(db):
        made = factory.college(db, size=2)
        fresh = factory.student(db, on=made.programme, register_number="NEW1").register_number
        course, term = made.course.code, made.term.code
        old = made.students[0].register_number
    text = f"register_number,course,term\n{fresh},{course},{term}\n{old},{course.lower()},{term}\n"
    assert counts(bring(ENROLMENTS, text)) == (1, 0, 1, 0)
    assert counts(bring(ENROLMENTS, text)) == (0, 0, 2, 0)
    head = "register_number,course,term,component,mark\n"
    marks = head + (
        f"{fresh},{course},{term},Internal 1,27.5\n"
        f"{fresh},{course},{term},exam,AB\n"
        f"{old},{course},{term},Internal 1,12\n"
    )
    assert counts(bring(MARKS, marks)) == (3, 0, 0, 0)
    assert counts(bring(MARKS, marks)) == (0, 0, 3, 0)
    assert counts(bring(MARKS, marks.replace("27.5", "30"))) == (0, 1, 2, 0)
    with database.reader() as db:
        result = db.execute(
            select(EnrolmentResult.total, EnrolmentResult.complete, Enrolment.attempt)
            .join(Enrolment, Enrolment.id == EnrolmentResult.enrolment_id)
            .join(Student, Student.id == Enrolment.student_id)
            .where(Student.register_key == fresh)
        ).one()
        assert result == (Decimal("40.00"), True, 1)
        assert db.scalar(select(func.count()).select_from(Mark)) == 4
        assert db.scalar(select(func.count()).where(Mark.current == 1)) == 3


@pytest.mark.db
def test_each_bad_mark_is_named_and_the_good_ones_can_go_in(bring, database):
    with database.writer() as db, unit(db):
        made = factory.college(db, size=1)
        stranger = factory.student(db, on=made.programme).register_number
        number, course, term = made.students[0].register_number, made.course.code, made.term.code
    rows = "register_number,course,term,component,value\n" + (
        f"{number},{course},{term},Internal 1,31\n"
        f"{number},{course},{term},Exam,55\n"
        f"{number},{course},{term},Quiz,5\n"
        f"{stranger},{course},{term},Exam,5\n"
        f"nobody,{course},{term},Exam,5\n"
        f"{number},XX,{term},Exam,5\n"
    )
    told = bring(MARKS, rows)
    assert [(p.line, p.column, p.sentence) for p in told.problems] == [
        (2, "value", "The mark is above the maximum of 30.00."),
        (4, "component", "This offering has no component “quiz”."),
        (5, "register_number", f"{stranger.lower()} is not on the roster of this offering."),
        (6, "register_number", "There is no student with the number nobody."),
        (7, "course", "The course “xx” is not offered in this term and section."),
    ]
    assert counts(bring(MARKS, rows, skip_bad=True)) == (1, 0, 0, 5)
    with database.reader() as db:
        assert db.scalars(select(Mark.value)).all() == [Decimal(55)]


@pytest.mark.db
def test_a_retake_in_the_same_file_is_the_second_attempt(bring, database):
    with database.writer() as db, unit(db):
        course = factory.course(db)
        terms = [factory.term(db) for _ in range(2)]
        for term in terms:
            factory.offering(db, taught=course, during=term)
        number = factory.student(db).register_number
        codes = [term.code for term in terms]
        code = course.code
    text = "register_number,course,term\n" + "".join(f"{number},{code},{t}\n" for t in codes)
    assert counts(bring(ENROLMENTS, text)) == (2, 0, 0, 0)
    with database.reader() as db:
        assert db.scalars(select(Enrolment.attempt).order_by(Enrolment.id)).all() == [1, 2]
