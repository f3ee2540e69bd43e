"""What students, teachers and heads meet first, and the record."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quad.academics.models.teaching import Offering, Weighting
from quad.academics.service import enrolments, results
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.institution.models import Averaging, RetakeRule
from tests.factories import academics as factory

MOST = 8
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def career(app, database):
    """One student over three terms: failed, passed on the second try, withdrew from one, takes one now."""
    with database.writer() as db, unit(db):
        home = factory.department(db)
        graded = factory.programme(db, home, factory.scheme(db, retake=RetakeRule.BEST))
        pupil = factory.student(db, on=graded, name="Meenakshi Rao")
        lecturer = factory.teacher(db, of=home)
        courses = [factory.course(db, of=home, credits=credits) for credits in (4, 3, 2)]
        terms = [factory.term(db), factory.term(db), factory.term(db, current=True)]
        places = []
        for taught, term, marks in (
            (courses[0], terms[0], (5, 20)),
            (courses[0], terms[1], (25, 80)),
            (courses[1], terms[1], (None,)),
            (courses[2], terms[2], (28,)),
        ):
            offered = factory.offering(db, taught=taught, during=term, by=lecturer)
            parts = (
                factory.component(db, offered, name="Internal", maximum=30, weight=40),
                factory.component(db, offered, name="Assignment", maximum=100, weight=60),
            )
            place = enrolments.enrol_one(db, SYSTEM, offered.id, pupil.id)
            for part, value in zip(parts, marks, strict=False):
                if value is not None:
                    factory.mark(db, place, part, value)
            places.append((place, offered, parts))
        for _place, offered, _parts in places[:2]:
            results.publish(db, SYSTEM, offered.id)
        enrolments.withdraw(db, SYSTEM, places[2][0].id)
        results.publish_component(db, SYSTEM, places[3][1].id, places[3][2][0].id)
        ids = [place.id for place, _offered, _parts in places]
        found = pupil, lecturer, ids, [offered.id for _place, offered, _parts in places]
        db.flush()
        db.expunge_all()
    return found


@pytest.mark.feature("L16", "L17", "L18", "L19", "L20")
def test_a_student_sees_the_whole_career_in_eight_questions(career, as_user, queries):
    pupil, _lecturer, ids, _offerings = career
    client = as_user(pupil.user_id)
    for path in ("/", "/record", f"/enrolments/{ids[1]}"):
        client.get(path)
        queries.clear()
        page = client.get(path)
        assert page.status_code == 200
        assert len(queries) <= MOST, path
    home = client.get("/").text
    assert "9.00" in home
    record = client.get("/record").text
    for words in ("attempt 2", "another attempt counts", "W, withdrawn", "What counts"):
        assert words in record


@pytest.mark.feature("L17", "L18")
def test_the_trend_is_a_chart_with_a_table_of_every_term(career, as_user):
    pupil = career[0]
    page = as_user(pupil.user_id).get("/record").text
    assert "SGPA and CGPA by term" in page
    assert page.count("<canvas") == 1
    data = as_user(pupil.user_id).get("/api/v1/me/record").get_json()["data"]
    assert [term["sgpa"] for term in data["terms"]] == [None, 9, 0]
    assert [term["cgpa"] for term in data["terms"]] == [None, 9, 0]
    first = data["terms"][2]["courses"][0]
    assert (first["letter"], first["standing"], first["superseded"]) == ("F", "final", True)
    dropped = next(one for one in data["terms"][1]["courses"] if one["withdrawn"])
    assert (dropped["standing"], dropped["letter"]) == ("withdrawn", "")


@pytest.mark.feature("L20")
def test_a_breakdown_says_what_each_component_counts_and_adds(career, as_user, database):
    pupil, _lecturer, ids, offerings = career
    client = as_user(pupil.user_id)
    page = client.get(f"/enrolments/{ids[1]}").text
    for words in ("83.3 %", "40.0 %", "33.3", "48.0", "Each component counts with its weight"):
        assert words in page
    with database.writer() as db, unit(db):
        db.get_one(Offering, offerings[1]).weighting = Weighting.POINTS
    assert "All marks together" in client.get(f"/enrolments/{ids[1]}").text
    running = client.get(f"/enrolments/{ids[3]}").text
    assert "28 / 30" in running
    assert "not yet" in running


@pytest.mark.feature("L16")
def test_without_averages_the_portal_speaks_of_credits_and_passes(database, as_user):
    with database.writer() as db, unit(db):
        scheme = factory.scheme(
            db, bands=(("Pass", 40, 1, True), ("Fail", 0, 0, False)), averaging=Averaging.NONE
        )
        made = factory.student(db, on=factory.programme(db, None, scheme))
        offered = factory.offering(db)
        part = factory.component(db, offered)
        place = enrolments.enrol_one(db, SYSTEM, offered.id, made.id)
        factory.mark(db, place, part, 55)
        results.publish(db, SYSTEM, offered.id)
        db.flush()
        user_id = made.user_id
    page = as_user(user_id).get("/").text
    assert "Courses passed" in page
    assert "CGPA" not in page
    data = as_user(user_id).get("/api/v1/me/record").get_json()["data"]
    assert (data["cgpa"], data["credits_earned"], data["averaging"]) == (None, 4, "none")


@pytest.mark.feature("L28", "L31")
def test_a_teacher_comes_from_the_portal_to_every_offering_in_eight_questions(
    career, as_user, queries
):
    _pupil, lecturer, ids, offerings = career
    client = as_user(lecturer.user_id)
    home = client.get("/").text
    for offering_id in offerings:
        assert f"/offerings/{offering_id}/results" in home
        assert f"/offerings/{offering_id}/marks" in home
    for path in ("/", f"/offerings/{offerings[1]}/results", f"/enrolments/{ids[1]}"):
        queries.clear()
        assert client.get(path).status_code == 200
        assert len(queries) <= MOST, path


def test_an_administrator_sees_counts_departments_and_what_happened(career, as_role, queries):
    client = as_role("admin")
    client.get("/")
    queries.clear()
    page = client.get("/")
    assert len(queries) <= MOST
    for words in ("Students", "Departments", "Offerings", "Results open", "Recent activity"):
        assert words in page.text


def test_missing_marks_are_counted_where_points_count_too(career, as_user, database):
    _pupil, lecturer, _ids, offerings = career
    with database.writer() as db, unit(db):
        offered = db.get_one(Offering, offerings[3])
        offered.weighting = Weighting.POINTS
        factory.component(db, offered, name="Extra", maximum=10, weight=Decimal(0))
    client = as_user(lecturer.user_id)
    assert 'class="warn fw-bold"' in client.get("/").text
