"""The sheet: good marks go in, the others stay in their cells and are named; then publishing, locking, reopening."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from quad.academics.facts.base import MarksPublished
from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Offering, ResultState
from quad.core.facts import on, unit
from tests.factories import academics as factory

told: list[MarksPublished] = []


@on(MarksPublished)
def _collect(db, fact):
    told.append(fact)


@pytest.fixture(autouse=True)
def _nothing_told():
    told.clear()


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


def cell(college, student=0, part=0):
    return f"mark-{college.enrolments[student].id}-{college.components[part].id}"


def fill(teacher, college, reason="", skip=(), **typed):
    """Type into the cells of the sheet as it is shown now."""
    page = teacher.get(f"/offerings/{college.offering.id}/marks").text
    data = shown(page) | typed | {"was": opened(page), "reason": reason}
    return teacher.post(f"/offerings/{college.offering.id}/marks", data=data)


def opened(page):
    """Return the newest mark there was when the sheet was drawn, as the sheet carries it."""
    return page.split('name="was" value="')[1].split('"')[0]


def shown(page):
    """Return what stands in every cell of a drawn sheet."""
    return dict(re.findall(r'<input id="[^"]+" name="(mark-[^"]+)"[^>]* value="([^"]*)"', page))


def all_marks(college):
    return {
        cell(college, student, part): value
        for student in range(3)
        for part, value in ((0, "27"), (1, "90"))
    }


@pytest.mark.feature("L29")
def test_marks_are_entered_and_shown(teacher, college, database):
    answer = fill(teacher, college, **{cell(college): "27,5", cell(college, 1): "ab"})
    assert answer.status_code == 303
    assert "2 marks saved." in teacher.get(answer.location).text
    with database.reader() as db:
        rows = db.execute(select(Mark.value, Mark.absent, Mark.created_by).order_by(Mark.id)).all()
    assert rows == [
        (Decimal("27.50"), False, college.teacher.user_id),
        (None, True, college.teacher.user_id),
    ]


@pytest.mark.feature("L29")
def test_a_mark_out_of_range_stays_in_its_cell_and_is_named_while_the_others_go_in(
    teacher, college, database
):
    answer = fill(
        teacher,
        college,
        **{
            cell(college): "34",
            cell(college, 1): "20",
            cell(college, 2): "x2",
            cell(college, 2, 1): "-1",
        },
    )
    assert answer.status_code == 422
    with database.reader() as db:
        names = [
            db.scalar(select(factory.User.full_name).where(factory.User.id == student.user_id))
            for student in college.students
        ]
    assert f"{names[0]}, Internal 1: 34, but the maximum is 30." in answer.text
    assert f"{names[2]}, Internal 1: “x2” is not a mark." in answer.text
    assert f"{names[2]}, Exam: -1, but a mark is 0 or more." in answer.text
    assert 'value="34"' in answer.text
    assert 'value="x2"' in answer.text
    assert "1 mark saved." in answer.text
    with database.reader() as db:
        assert db.scalars(select(Mark.value)).all() == [Decimal(20)]


def test_what_somebody_else_entered_meanwhile_is_not_overwritten(teacher, college, database):
    page = {"was": "0", cell(college): "25"}
    with database.writer() as db, unit(db):
        factory.mark(db, college.enrolments[0], college.components[0], 20)
    answer = teacher.post(f"/offerings/{college.offering.id}/marks", data=page)
    assert (answer.status_code, "somebody else entered 20 meanwhile" in answer.text) == (422, True)
    assert 'value="25"' in answer.text


@pytest.mark.feature("L16", "L17", "L18", "L19", "L20")
def test_published_results_reach_the_student_and_drafts_do_not(teacher, college, as_user, database):
    own = as_user(college.students[0].user_id)
    fill(teacher, college, **all_marks(college))
    assert "not yet" in own.get("/record").text
    assert "27 of 30" not in own.get("/record").text
    assert teacher.post(f"/offerings/{college.offering.id}/publish").status_code == 303
    assert len(told) == 1
    assert told[0].final
    assert set(told[0].user_ids) == {student.user_id for student in college.students}
    record = own.get("/record").text
    assert "27 of 30" in record
    assert "90.00 %" in record
    home = own.get("/").text
    for words in (college.course.title, "10.00", "27 / 30", "Recent marks"):
        assert words in home, words
    with database.reader() as db:
        row = db.get(Student, college.students[0].id)
        assert (row.cgpa, row.credits_earned) == (Decimal("10.00"), Decimal(4))


def test_one_component_can_be_shown_before_the_results(teacher, college, as_user):
    own = as_user(college.students[0].user_id)
    fill(teacher, college, **{cell(college): "27", cell(college, 0, 1): "80"})
    part = college.components[0].id
    path = f"/offerings/{college.offering.id}/components/{part}/publish"
    assert teacher.post(path).status_code == 303
    record = own.get("/record").text
    assert "27 of 30" in record
    assert "80 of 100" not in record
    assert told[0].component_ids == (part,)


def test_weights_that_do_not_add_up_stop_publishing(teacher, college):
    fill(teacher, college, **all_marks(college))
    path = f"/offerings/{college.offering.id}/components"
    more = {"name": "Quiz", "kind": "other", "maximum": "10", "weight": "5"}
    assert teacher.post(path, data=more).status_code == 303
    answer = teacher.post(f"/offerings/{college.offering.id}/publish")
    assert answer.status_code == 409
    assert "The weights add up to 105, not to 100." in answer.text


def test_a_published_mark_changes_only_with_a_reason_and_the_old_one_is_kept(
    teacher, college, database
):
    fill(teacher, college, **all_marks(college))
    teacher.post(f"/offerings/{college.offering.id}/publish")
    answer = fill(teacher, college, **{cell(college): "20"})
    assert (answer.status_code, "Say why it changes." in answer.text) == (422, True)
    assert (
        fill(teacher, college, reason="Counted again", **{cell(college): "20"}).status_code == 303
    )
    place, part = college.enrolments[0].id, college.components[0].id
    page = teacher.get(f"/enrolments/{place}/components/{part}/mark").text
    assert "Counted again" in page
    assert ">27<" in page
    with database.reader() as db:
        marks = select(Mark.value, Mark.current).where(
            Mark.enrolment_id == place, Mark.component_id == part
        )
        assert db.execute(marks.order_by(Mark.id)).all() == [(Decimal(27), None), (Decimal(20), 1)]


def test_locked_results_stand_until_the_head_reopens_them_with_a_reason(
    teacher, college, as_role, database
):
    head = as_role("hod", college.department.id)
    fill(teacher, college, **all_marks(college))
    teacher.post(f"/offerings/{college.offering.id}/publish")
    assert teacher.post(f"/offerings/{college.offering.id}/lock").status_code == 403
    assert head.post(f"/offerings/{college.offering.id}/lock").status_code == 303
    refused = teacher.post(
        f"/offerings/{college.offering.id}/marks", data={"was": "0", cell(college): "20"}
    )
    assert (refused.status_code, "The results are locked." in refused.text) == (422, True)
    assert head.post(f"/offerings/{college.offering.id}/reopen", data={}).status_code == 422
    for state in (ResultState.PUBLISHED, ResultState.DRAFT):
        head.post(f"/offerings/{college.offering.id}/reopen", data={"reason": "An appeal"})
        with database.reader() as db:
            assert db.get(Offering, college.offering.id).state is state
    with database.reader() as db:
        assert db.get(Student, college.students[0].id).cgpa is None


def test_a_withdrawn_student_keeps_the_marks_and_no_average_counts_them(teacher, college, database):
    fill(teacher, college, **all_marks(college))
    teacher.post(f"/offerings/{college.offering.id}/publish")
    answer = teacher.post(f"/enrolments/{college.enrolments[0].id}/withdraw")
    assert answer.status_code == 303
    assert "Withdrawn" in teacher.get(answer.location).text
    with database.reader() as db:
        assert db.get(Student, college.students[0].id).cgpa is None
        assert db.get(Student, college.students[1].id).cgpa == Decimal("10.00")
        assert (
            len(db.scalars(select(Mark).where(Mark.enrolment_id == college.enrolments[0].id)).all())
            == 2
        )


@pytest.mark.feature("L28")
def test_the_roster_takes_numbers_and_names_who_is_unknown(teacher, college, database):
    with database.writer() as db, unit(db):
        number = factory.student(db).register_number
    path = f"/offerings/{college.offering.id}"
    answer = teacher.post(f"{path}/enrol", data={"numbers": f"{number.lower()}\nX99, X98"})
    assert answer.status_code == 422
    assert "There is no student with the number X99." in answer.text
    assert number in teacher.get(path).text
    assert (
        teacher.post(f"{path}/enrol-batch", data={"programme_id": college.programme.id}).status_code
        == 303
    )
