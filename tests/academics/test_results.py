"""Results given by hand, the way from draft to locked, and grading schemes as an administrator meets them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from quad.academics.jobs import rebuild
from quad.academics.models.people import Student
from quad.academics.models.results import Award, EnrolmentResult, Standing, TermStanding
from quad.academics.models.teaching import Offering, ResultState, Weighting
from quad.academics.service import graded, results, rollups
from quad.core.facts import unit
from quad.core.jobs.context import JobContext
from quad.core.jobs.models import Job
from quad.core.policy import SYSTEM
from quad.institution.models import GradingScheme, Term
from quad.institution.service import grading as schemes
from tests.factories import academics as factory

API = "/api/v1/academics"
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def marked(app, college, database):
    """The college with everybody marked: 24/30 and 70/100, which is 74 per cent and a B."""
    with database.writer() as db, unit(db):
        for place in college.enrolments:
            factory.mark(db, place, college.components[0], 24)
            factory.mark(db, place, college.components[1], 70)
    return college


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


@pytest.fixture
def hod(college, as_role):
    return as_role("hod", college.department.id)


def result(database, place):
    with database.reader() as db:
        return db.scalars(
            select(EnrolmentResult).where(EnrolmentResult.enrolment_id == place.id)
        ).one()


def give(client, college, **entry):
    entry = {"enrolment_id": college.enrolments[0].id} | entry
    place = f"{API}/offerings/{college.offering.id}/results/awards"
    return client.put(place, json={"entries": [entry]})


@pytest.mark.db
def test_a_teacher_says_incomplete_and_the_marks_count_again_when_it_is_taken_back(
    marked, teacher, database
):
    place = marked.enrolments[0]
    said = give(teacher, marked, kind="incomplete").get_json()["data"]
    assert said[0]["status"] == "saved"
    assert result(database, place).standing is Standing.INCOMPLETE
    again = give(teacher, marked, kind="incomplete").get_json()["data"]
    assert again[0]["status"] == "unchanged"
    give(teacher, marked, kind="taken_back", reason="He handed it in.")
    now = result(database, place)
    assert (now.standing, now.letter) == (Standing.FINAL, "B")
    history = teacher.get(f"{API}/enrolments/{place.id}/awards").get_json()["data"]
    assert [one["kind"] for one in history] == ["taken_back", "incomplete"]
    assert [one["current"] for one in history] == [True, False]


def test_a_grade_is_for_the_head_to_award_with_a_reason_and_a_letter_of_the_scheme(
    marked, teacher, hod, database
):
    assert give(teacher, marked, kind="grade", letter="S", reason="so").status_code == 403
    refused = give(hod, marked, kind="grade", letter="Z", reason="so").get_json()["data"][0]
    assert (refused["status"], "S, A, B" in refused["error"]) == ("refused", True)
    silent = give(hod, marked, kind="grade", letter="S").get_json()["data"][0]
    assert "say why" in silent["error"]
    assert give(hod, marked, kind="grade", letter="S", reason="so").get_json()["data"][0][
        "award_id"
    ]
    now = result(database, marked.enrolments[0])
    assert (now.letter, now.points, now.percentage) == ("S", Decimal(10), Decimal("74.00"))
    assert give(teacher, marked, kind="taken_back", reason="no").status_code == 403


def test_the_second_of_two_people_is_told_of_the_first(marked, teacher, database):
    give(teacher, marked, kind="incomplete")
    late = give(teacher, marked, kind="absent", seen=0).get_json()["data"][0]
    assert (late["status"], "somebody else" in late["error"]) == ("conflict", True)
    with database.reader() as db:
        assert len(db.scalars(select(Award)).all()) == 1


def test_published_results_change_with_a_reason_and_locked_ones_not_at_all(
    marked, teacher, hod, database
):
    place = f"{API}/offerings/{marked.offering.id}/results"
    assert teacher.post(f"{place}/publish").get_json()["data"]["state"] == "published"
    assert "Say why" in give(teacher, marked, kind="absent").get_json()["data"][0]["error"]
    assert give(teacher, marked, kind="absent", reason="Not there.").get_json()["data"][0][
        "award_id"
    ]
    with database.reader() as db:
        pupil = db.get_one(Student, marked.students[0].id)
        assert (pupil.cgpa, pupil.credits_earned) == (Decimal("0.00"), Decimal(0))
    assert teacher.post(f"{place}/lock").status_code == 403
    assert hod.post(f"{place}/lock").get_json()["data"]["state"] == "locked"
    assert give(hod, marked, kind="incomplete", reason="so").status_code == 409
    assert hod.post(f"{place}/reopen", json={"reason": "A slip."}).status_code == 200


@pytest.mark.feature("A42")
def test_students_hear_of_published_results_given_ones_and_changed_marks(
    marked, teacher, hod, as_user
):
    first, second = (as_user(one.user_id) for one in marked.students[:2])
    title = marked.course.title
    place = f"{API}/offerings/{marked.offering.id}"

    def told(client):
        lines = client.get("/api/v1/me/notifications").get_json()["data"]
        return [line["text"] for line in lines]

    give(teacher, marked, kind="incomplete")  # a draft: nobody sees it, nobody hears of it
    assert told(first) == []
    teacher.post(f"{place}/results/publish")
    assert told(first) == told(second) == [f"The results of {title} were published."]
    give(hod, marked, kind="grade", letter="A", reason="By the board.")
    assert told(first)[0] == f"Your result in {title} has changed."
    entry = {
        "enrolment_id": str(marked.enrolments[1].id),
        "component_id": str(marked.components[0].id),
        "value": 25,
    }
    saved = teacher.put(f"{place}/marks", json={"entries": [entry], "reason": "Read again."})
    assert saved.get_json()["data"][0]["status"] == "saved"
    assert told(second)[0] == f"A mark of yours in {title} was changed."
    assert (len(told(first)), len(told(second))) == (2, 2)


def test_weights_that_make_no_hundred_are_refused_unless_everybody_has_a_grade(
    marked, teacher, hod, database
):
    with database.writer() as db, unit(db):
        part = db.merge(marked.components[0])
        part.weight = Decimal(37)
    place = f"{API}/offerings/{marked.offering.id}/results"
    refused = teacher.post(f"{place}/publish")
    assert (refused.status_code, "not to 100" in refused.get_json()["error"]) == (409, True)
    entries = [
        {"enrolment_id": one.id, "kind": "grade", "letter": "A", "reason": "By the board."}
        for one in marked.enrolments
    ]
    hod.put(f"{place}/awards", json={"entries": entries})
    assert teacher.post(f"{place}/publish").status_code == 200
    with database.reader() as db:
        assert set(db.scalars(select(Student.cgpa))) == {Decimal("9.00")}


@pytest.mark.db
@pytest.mark.feature("L31")
def test_the_figures_of_an_offering_say_how_it_went(marked, teacher):
    give(teacher, marked, kind="absent")
    place = f"{API}/offerings/{marked.offering.id}/results"
    found = teacher.get(place).get_json()["data"]
    assert dict(found["by_letter"]) == {"B": 2, "AB": 1}
    assert (found["pass_rate"], found["still_open"]) == (66.7, 0)
    assert [one["average"] for one in found["components"]] == [24, 70]
    assert dict(found["by_tens"])[70] == 3
    page = teacher.get(f"/offerings/{marked.offering.id}/results").text
    assert "AB, absent" in page
    assert "given by hand" in page


@pytest.mark.feature("L31", "L32")
def test_one_students_progress_stands_beside_the_average_of_all(marked, teacher, as_user):
    place = marked.enrolments[0]
    page = teacher.get(f"/enrolments/{place.id}").text
    assert "Average of all" in page
    assert "80.0 %" in page
    own = as_user(marked.students[0].user_id).get(f"/enrolments/{place.id}").text
    assert "Average of all" not in own
    assert as_user(marked.students[1].user_id).get(f"/enrolments/{place.id}").status_code == 404


def test_the_page_takes_a_result_and_keeps_what_was_typed(marked, hod, teacher, database):
    place = f"/enrolments/{marked.enrolments[0].id}/award"
    assert 'value="grade"' not in teacher.get(place).text
    wrong = hod.post(place, data={"kind": "grade", "letter": "S", "reason": "", "seen": "0"})
    assert wrong.status_code == 422
    assert "say why" in wrong.text
    done = hod.post(place, data={"kind": "grade", "letter": "S", "reason": "Board.", "seen": "0"})
    assert done.status_code == 303
    assert "Board." in hod.get(place).text


@pytest.mark.db
def test_everybody_withdrawn_leaves_no_average_at_all(marked, teacher, database):
    """Registrars keep W on the record and out of the average; without another course there is none."""
    place = f"{API}/offerings/{marked.offering.id}/results"
    teacher.post(f"{place}/publish")
    for one in marked.enrolments:
        teacher.post(f"/enrolments/{one.id}/withdraw")
    with database.reader() as db:
        assert set(db.scalars(select(Student.cgpa))) == {None}
        assert set(db.scalars(select(Student.credits_earned))) == {Decimal(0)}
        assert not db.scalars(select(TermStanding)).all()
        assert set(db.scalars(select(EnrolmentResult.standing))) == {Standing.WITHDRAWN}
    shown = teacher.get(place).get_json()["data"]["results"]
    assert {one["shown"] for one in shown} == {"W"}


@pytest.mark.db
def test_a_course_without_credits_passes_and_moves_no_average(database):
    """UGC weighs by credits: a course of none has no weight in SGPA or CGPA."""
    with database.writer() as db, unit(db):
        made = factory.college(db, 1)
        course = db.merge(made.course)
        course.credits = Decimal(0)
        for part in made.components:
            factory.mark(db, made.enrolments[0], part, 30)
        results.publish(db, SYSTEM, made.offering.id)
        pupil = made.students[0]
        db.refresh(pupil)
        assert (pupil.cgpa, pupil.credits_earned) == (None, Decimal(0))
        standing = db.scalars(select(TermStanding)).one()
        assert (standing.sgpa, standing.credits) == (None, Decimal(0))


def test_a_usual_scheme_is_one_click_and_its_name_stays_free(as_role, database):
    admin = as_role("admin")
    page = admin.get("/grading-schemes/new").text
    for name in ("ECTS", "Percentage", "Pass and distinction"):
        assert f"Add {name}" in page
    for _turn in range(2):
        answer = admin.post("/grading-schemes/templates/ects")
        assert answer.status_code == 303
        assert answer.location.endswith("/edit")
    assert admin.post("/grading-schemes/templates/unknown").status_code == 404
    with database.reader() as db:
        names = set(db.scalars(select(GradingScheme.name)))
    assert {"ECTS", "ECTS 2"} <= names
    assert as_role("hod").post("/grading-schemes/templates/ects").status_code == 403


def form_of(row, **changed):
    bands = [
        {
            "letter": band.letter,
            "minimum": str(band.minimum),
            "points": str(band.points),
            "passes": band.passes,
        }
        for band in row.bands
    ]
    form = {"name": row.name, "maximum": "10", "bands": bands, "averaging": row.averaging.value}
    return form | changed


@pytest.mark.db
def test_a_change_of_bands_is_shown_before_and_worked_out_after(marked, as_role, database):
    admin = as_role("admin")
    with database.writer() as db, unit(db):
        results.publish(db, SYSTEM, marked.offering.id)
        row = schemes.with_bands(db, SYSTEM, marked.programme.grading_scheme_id)
        form = form_of(row)
        scheme_id = row.id
    form["bands"][2]["minimum"] = "75"
    place = f"{API}/grading-schemes/{scheme_id}"
    said = admin.post(f"{place}/preview", json=form).get_json()["data"]
    assert said["problems"] == []
    told = " ".join(said["effects"])
    assert "3 students’ results" in told
    assert "3 results change their letter; 3 students" in told
    assert "B becomes C: 3" in told
    assert result(database, marked.enrolments[0]).letter == "B"
    assert admin.put(place, json=form).status_code == 200
    with database.writer() as db, unit(db):
        job = graded.latest_rebuild(db, "grading_scheme_id", scheme_id)
        assert job is not None
        assert job.payload == {"grading_scheme_id": scheme_id}
        ids = db.scalars(select(Student.id).where(graded.touched_by(job.payload))).all()
        rollups.rebuild_rollups(db, ids)
        assert set(db.scalars(select(EnrolmentResult.letter))) == {"C"}
        assert set(db.scalars(select(Student.cgpa))) == {Decimal("7.00")}
    assert "Working out results" in admin.get(f"/grading-schemes/{scheme_id}").text


def test_moving_a_programme_to_another_scheme_is_shown_before_and_worked_out_after(
    marked, as_role, database
):
    admin = as_role("admin")
    with database.writer() as db, unit(db):
        results.publish(db, SYSTEM, marked.offering.id)
        four = schemes.add_template(db, SYSTEM, "four_point").id
    programme = marked.programme
    form = {
        "code": programme.code,
        "name": programme.name,
        "department_id": str(programme.department_id),
        "grading_scheme_id": str(four),
        "credits_required": "160",
        "duration_terms": 8,
    }
    place = f"{API}/programmes/{programme.id}"
    said = admin.post(f"{place}/preview", json=form).get_json()["data"]["effects"]
    assert said[0] == "3 students of this programme are read by “4.0 scale” then."
    assert "3 results change their letter; 3 students get other letters or points." in said
    assert "B becomes C: 3" in said  # 74 per cent
    stays = form | {"grading_scheme_id": str(programme.grading_scheme_id)}
    assert admin.post(f"{place}/preview", json=stays).get_json()["data"]["effects"] == []
    nowhere = form | {"grading_scheme_id": "999999"}
    assert admin.post(f"{place}/preview", json=nowhere).status_code == 422
    page, whole = f"/programmes/{programme.id}/edit", form | {"preview": "1"}
    part = admin.post(page, data=whole, headers={"HX-Request": "true"}).text
    assert ("B becomes C: 3" in part, "<html" in part) == (True, False)
    assert "What saving this does" in admin.post(page, data=whole).text
    assert result(database, marked.enrolments[0]).letter == "B"
    assert admin.put(place, json=form).status_code == 200
    with database.writer() as db, unit(db):
        job = graded.latest_rebuild(db, "programme_id", programme.id)
        assert job is not None
        ids = db.scalars(select(Student.id).where(graded.touched_by(job.payload))).all()
        assert rollups.rebuild_rollups(db, ids) == 3
        assert set(db.scalars(select(Student.cgpa))) == {Decimal("2.00")}


def test_the_check_beside_the_form_says_what_is_wrong_and_saves_nothing(marked, as_role, database):
    admin = as_role("admin")
    scheme_id = marked.programme.grading_scheme_id
    data = {"name": "Own", "maximum": "10", "rounding_places": "2", "preview": "1"}
    data |= {"averaging": "points", "retake_rule": "best", "pass_rule": "overall"}
    for place, (letter, low) in enumerate((("A", "40"), ("B", "40"), ("F", "5"))):
        data |= {
            f"band-{place}-letter": letter,
            f"band-{place}-minimum": low,
            f"band-{place}-points": str(9 - place),
        }
    data["band-0-passes"] = "true"
    part = admin.post(
        f"/grading-schemes/{scheme_id}/edit", data=data, headers={"HX-Request": "true"}
    ).text
    assert "<html" not in part
    assert "overlap" in part
    assert "must start at 0 percent" in part
    whole = admin.post(f"/grading-schemes/{scheme_id}/edit", data=data).text
    assert 'value="Own"' in whole
    with database.reader() as db:
        assert db.get_one(GradingScheme, scheme_id).name != "Own"


class Telling(JobContext):
    """A job's context that performs its units on the test's database and remembers what it told."""

    told: list[tuple[int, int]]

    def __init__(self, database, payload):
        for name, value in {"database": database, "payload": payload, "told": []}.items():
            object.__setattr__(self, name, value)

    def reading(self):
        return self.database.reading()

    def run(self, work, *, last=False, tries=1):
        with self.database.writer() as db, unit(db):
            return work(db)

    def progress(self, done, total, note=""):
        self.told.append((done, total))


@pytest.mark.db
def test_the_job_reads_everybody_by_the_new_rules_and_says_how_far_it_is(marked, database):
    with database.writer() as db, unit(db):
        results.publish(db, SYSTEM, marked.offering.id)
        scheme = db.get_one(GradingScheme, marked.programme.grading_scheme_id)
        scheme.averaging = "percentage"
    ctx = Telling(database, {"programme_id": marked.programme.id})
    rebuild(ctx)
    assert ctx.told[0] == (0, 3)
    assert ctx.told[-1] == (3, 3)
    with database.reader() as db:
        assert set(db.scalars(select(Student.cgpa))) == {Decimal("74.00")}


def test_new_dates_of_a_term_work_the_averages_out_again(marked, as_role, database):
    with database.reader() as db:
        term = db.get_one(Term, marked.term.id)
        form = {
            "code": term.code,
            "name": term.name,
            "starts_on": "2019-01-01",
            "ends_on": "2019-06-01",
        }
    assert as_role("admin").put(f"{API}/terms/{marked.term.id}", json=form).status_code == 200
    with database.reader() as db:
        payloads = db.scalars(select(Job.payload).where(Job.kind == graded.REBUILD_JOB)).all()
    assert {"term_id": marked.term.id} in payloads


@pytest.mark.db
def test_coursework_and_exam_come_out_of_the_database_as_out_of_the_rule(marked, database):
    with database.writer() as db, unit(db):
        offering = db.get_one(Offering, marked.offering.id)
        offering.weighting, offering.exam_share = Weighting.COURSEWORK_EXAM, Decimal(30)
        rollups.rebuild_rollups(db, [one.id for one in marked.students])
    # 80 per cent of the coursework counts 70, 70 per cent of the exam counts 30.
    assert result(database, marked.enrolments[0]).percentage == Decimal("77.00")


def test_one_sheet_is_brought_up_to_date_in_a_few_statements(database, queries):
    with database.writer() as db, unit(db):
        made = factory.college(db, 12)
        for place in made.enrolments:
            factory.mark(db, place, made.components[0], 20)
        ids = [place.id for place in made.enrolments]
        queries.clear()
        rollups.refresh(db, ids)
        assert len(queries) <= 7
        for place in made.enrolments:
            factory.mark(db, place, made.components[1], 60)
        db.get_one(Offering, made.offering.id).state = ResultState.PUBLISHED
        db.flush()
        queries.clear()
        rollups.refresh(db, ids)
        assert len(queries) <= 14
