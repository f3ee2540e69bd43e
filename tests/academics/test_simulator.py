"""The simulator: the same arithmetic as the record, and nothing it says may touch one or give one away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from quad.academics import grading
from quad.academics.forms.simulator import (
    Average,
    CourseGuess,
    Goal,
    Guesses,
    LetterGuess,
    MarkGuess,
)
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import EnrolmentResult, Mark, Standing
from quad.academics.models.teaching import ComponentKind, ResultState, Weighting
from quad.academics.service import enrolments, results
from quad.academics.service.record_parts import (
    ComponentMark,
    CourseRecord,
    StudentRecord,
    TermRecord,
)
from quad.academics.service.simulator import needed, simulate
from quad.core.errors import Invalid
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.institution.models import Averaging, RetakeRule
from tests.factories import academics as factory
from tests.factories.people import person

pytestmark = pytest.mark.feature("L21")

BANDS = tuple(
    grading.Band(letter, Decimal(minimum), Decimal(points), passes)
    for letter, minimum, points, passes in factory.TEN_POINT
)
SCHEME = grading.Scheme(BANDS)
POINTS = {band.letter: int(band.points) for band in BANDS}


# -- a record made by hand ------------------------------------------------------------------------------------------


def part(number: int, maximum: int, weight: int, value: Any = None, absent: bool = False) -> Any:
    return ComponentMark(
        component_id=number,
        name=f"Part {number}",
        kind=ComponentKind.INTERNAL,
        kind_name="",
        maximum=Decimal(maximum),
        weight=Decimal(weight),
        value=None if value is None else Decimal(value),
        absent=absent,
        carried_over=False,
        entered_at=None,
    )


def course(number: int, credits: int, parts: Sequence[Any], letter: str = "") -> CourseRecord:
    done = bool(letter)
    return CourseRecord(
        enrolment_id=number,
        offering_id=number,
        course_id=number,
        code=f"C{number}",
        title=f"Course {number}",
        credits=Decimal(credits),
        section="A",
        attempt=1,
        withdrawn=False,
        teacher=None,
        state=ResultState.PUBLISHED if done else ResultState.DRAFT,
        weighting=Weighting.WEIGHTS,
        exam_share=Decimal(50),
        complete=done,
        standing=Standing.FINAL if done else Standing.OPEN,
        awarded=False,
        percentage=None,
        letter=letter,
        points=Decimal(POINTS[letter]) if done else None,
        passed=done and POINTS[letter] > 0,
        components=tuple(parts),
    )


def record(*terms: Sequence[CourseRecord]) -> StudentRecord:
    """A record of these terms, the first one first."""
    drawn = [
        TermRecord(
            term_id=number,
            name=f"Term {number}",
            starts_on=date(2024, 1, 1),
            is_current=False,
            credits=None,
            sgpa=None,
            cgpa=None,
            courses=tuple(courses),
        )
        for number, courses in enumerate(terms, 1)
    ]
    return StudentRecord(
        id=1,
        user_id=1,
        name="Asha",
        email="asha@college.example",
        register_number="1",
        department_id=None,
        department=None,
        programme=None,
        batch=None,
        class_name=None,
        admission_year=2024,
        semester=1,
        graduation_year=None,
        status=StudentStatus.ACTIVE,
        cgpa=None,
        credits_earned=Decimal(0),
        credits_required=None,
        highest_points=Decimal(10),
        averaging=Averaging.POINTS,
        retake_rule=RetakeRule.BEST,
        deleted_at=None,
        terms=tuple(reversed(drawn)),
    )


# -- the same figures, worked out another way -----------------------------------------------------------------------


def half_up(value: Fraction) -> Decimal:
    hundredths = value * 100
    whole = hundredths.numerator // hundredths.denominator
    return Decimal(whole + (hundredths - whole >= Fraction(1, 2))) / 100


def points_of(parts: Sequence[Any]) -> int | None:
    """What marks come to in points; None while one is missing."""
    if any(one.value is None and not one.absent for one in parts):
        return None
    weight = sum((Fraction(one.weight) for one in parts), Fraction(0))
    got = sum(
        Fraction(one.weight) * Fraction(one.value or 0) / Fraction(one.maximum) for one in parts
    )
    if all(one.absent for one in parts):
        return 0
    percentage = half_up(got / weight * 100)
    return next(
        int(points) for _l, minimum, points, _p in factory.TEN_POINT if percentage >= minimum
    )


def expected_cgpa(taken: Sequence[tuple[int, int | None]]) -> Decimal | None:
    counted = [(credits, points) for credits, points in taken if points is not None]
    credits = sum((Fraction(credits) for credits, _points in counted), Fraction(0))
    if not credits:
        return None
    total = sum((Fraction(c) * p for c, p in counted), Fraction(0))
    return half_up(total / credits)


marks = st.integers(0, 100)
open_parts = st.lists(
    st.tuples(st.integers(1, 100), st.integers(1, 60), st.one_of(st.none(), marks), st.booleans()),
    min_size=1,
    max_size=4,
)
transcripts = st.lists(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from([*POINTS, ""]), open_parts),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)


def built(drawn: Any) -> StudentRecord:
    number, terms = 0, []
    for term in drawn:
        courses = []
        for credits, letter, parts in term:
            number += 1
            made = [
                part(
                    10 * number + place,
                    maximum,
                    weight,
                    None if letter == "" or value is None else min(value, maximum),
                )
                for place, (maximum, weight, value, _guessed) in enumerate(parts)
            ]
            courses.append(course(number, credits, made, letter))
        terms.append(courses)
    return record(*terms)


def check_transcript(drawn: Any) -> None:
    """Suppose a mark in every component that asks for one, and compare with the other calculation."""
    made = built(drawn)
    guesses: list[MarkGuess] = []
    taken: list[tuple[int, int | None]] = []
    flat = [one for term in reversed(made.terms) for one in term.courses]
    for one, (credits, letter, parts) in zip(flat, [c for t in drawn for c in t], strict=True):
        if letter:
            taken.append((credits, POINTS[letter]))
            continue
        after = []
        for shown, (_maximum, _weight, value, guessed) in zip(one.components, parts, strict=True):
            cell = shown
            if guessed:
                supposed = min(value or 0, int(cell.maximum))
                guesses.append(
                    MarkGuess(
                        enrolment_id=one.enrolment_id,
                        component_id=cell.component_id,
                        value=Decimal(supposed),
                    )
                )
                cell = replace(cell, value=Decimal(supposed))
            after.append(cell)
        touched = any(guessed for *_rest, guessed in parts)
        taken.append((credits, points_of(after) if touched else None))
    assert simulate(made, SCHEME, Guesses(marks=guesses)).cgpa == expected_cgpa(taken)


@settings(max_examples=300, deadline=None)
@given(transcripts)
def test_what_is_simulated_equals_an_exact_calculation(drawn: Any) -> None:
    check_transcript(drawn)


@pytest.mark.torture
@settings(max_examples=10_000, deadline=None)
@given(transcripts)
def test_ten_thousand_transcripts_equal_an_exact_calculation(drawn: Any) -> None:
    check_transcript(drawn)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(0, 20), st.integers(400, 1000), st.sampled_from(Average))
def test_the_mark_one_needs_is_the_least_that_does_it(
    maximum: int, internal: int, target: int, average: Average
) -> None:
    """Compared with trying every mark there is, in hundredths."""
    made = record(
        [course(1, 4, [part(11, 100, 100, 65)], "C")],
        [course(2, 3, [part(21, 20, 40, min(internal, 20)), part(22, maximum, 60)])],
    )
    wanted = Decimal(target) / 100
    goal = Goal(enrolment_id=2, component_id=22, target=wanted, average=average)
    found = needed(made, SCHEME, Guesses(), goal)

    def reached(cents: int) -> bool:
        guess = MarkGuess(enrolment_id=2, component_id=22, value=Decimal(cents) / 100)
        after = simulate(made, SCHEME, Guesses(marks=[guess]))
        value = after.cgpa if average is Average.CGPA else after.terms[1].sgpa
        return value is not None and value >= wanted

    tried = next((cents for cents in range(maximum * 100 + 1) if reached(cents)), None)
    assert found.mark == (None if tried is None else Decimal(tried) / 100)


def test_grades_and_courses_to_come_move_the_average() -> None:
    made = record([course(1, 4, [part(11, 100, 100, 65)], "C"), course(2, 4, [], "F")])
    plain = simulate(made, SCHEME, Guesses())
    assert plain.cgpa == Decimal("3.50")
    better = Guesses(
        letters=[LetterGuess(enrolment_id=2, letter="A")],
        courses=[CourseGuess(title="Robotics", credits=Decimal(2), letter="S", term=2)],
    )
    after = simulate(made, SCHEME, better)
    assert after.cgpa == Decimal("8.40")
    assert [term.cgpa for term in after.terms] == [Decimal("8.00"), None, Decimal("8.40")]
    assert after.credits == Decimal(10)
    assert after.terms[0].courses[1].before == "F"


def test_a_retake_counts_as_the_rule_says() -> None:
    made = record([course(1, 4, [], "D")])
    again = Guesses(
        courses=[CourseGuess(title="Course 1", credits=Decimal(4), letter="A", course_id=1)]
    )
    worse = Guesses(
        courses=[CourseGuess(title="Course 1", credits=Decimal(4), letter="F", course_id=1)]
    )
    assert simulate(made, SCHEME, again).cgpa == Decimal("9.00")
    assert simulate(made, SCHEME, worse).cgpa == Decimal("6.00")
    latest = replace(SCHEME, retake=RetakeRule.LATEST)
    assert simulate(made, latest, worse).cgpa == Decimal("0.00")


@pytest.mark.parametrize(
    "guesses",
    [
        Guesses(marks=[MarkGuess(enrolment_id=1, component_id=11, value=Decimal(101))]),
        Guesses(marks=[MarkGuess(enrolment_id=1, component_id=11, value=Decimal(-1))]),
        Guesses(marks=[MarkGuess(enrolment_id=1, component_id=11, value=Decimal("1.234"))]),
        Guesses(marks=[MarkGuess(enrolment_id=1, component_id=99, value=Decimal(1))]),
        Guesses(marks=[MarkGuess(enrolment_id=9, component_id=11, value=Decimal(1))]),
        Guesses(letters=[LetterGuess(enrolment_id=9, letter="A")]),
        Guesses(letters=[LetterGuess(enrolment_id=1, letter="Z")]),
        Guesses(courses=[CourseGuess(title="New", credits=Decimal(2), letter="Z")]),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(guesses: Guesses) -> None:
    made = record([course(1, 4, [part(11, 100, 100)])])
    with pytest.raises(Invalid) as refusal:
        simulate(made, SCHEME, guesses)
    assert all(text.endswith(".") for text in refusal.value.fields.values())


def test_a_goal_asks_for_what_else_is_open() -> None:
    made = record([course(1, 4, [part(11, 100, 50), part(12, 100, 50)])])
    goal = Goal(enrolment_id=1, component_id=11, target=Decimal(9))
    with pytest.raises(Invalid) as refusal:
        needed(made, SCHEME, Guesses(), goal)
    assert refusal.value.fields == {"goal": "Say first what you expect in Part 12 of Course 1."}


# -- through the front door -----------------------------------------------------------------------------------------


@pytest.fixture
def career(app, database):
    """A student with a published course and one under way, whose second component is marked and not shown yet."""
    with database.writer() as db, unit(db):
        home = factory.department(db)
        graded = factory.programme(db, home)
        pupil = factory.student(db, on=graded, name="Meenakshi Rao")
        places = []
        for during, values in ((factory.term(db), (25, 80)), (factory.term(db), (28, 99))):
            taught = factory.course(db, of=home, credits=4)
            offered = factory.offering(db, taught=taught, during=during)
            parts = (
                factory.component(db, offered, name="Internal", maximum=30, weight=40),
                factory.component(db, offered, name="Exam", maximum=100, weight=60),
            )
            place = enrolments.enrol_one(db, SYSTEM, offered.id, pupil.id)
            for one, value in zip(parts, values, strict=True):
                factory.mark(db, place, one, value)
            places.append((place.id, offered.id, [one.id for one in parts]))
        results.publish(db, SYSTEM, places[0][1])
        results.publish_component(db, SYSTEM, places[1][1], places[1][2][0])
        return pupil.id, pupil.user_id, places


def test_a_student_plays_and_no_record_moves(career, as_user, database) -> None:
    student_id, user_id, (_past, (place, _offering, (_internal, exam))) = career
    client = as_user(user_id)
    before = figures(database, student_id)
    told = client.post(
        "/api/v1/students/me/simulate",
        json={"marks": [{"enrolment_id": place, "component_id": exam, "value": 40}]},
    ).get_json()["data"]
    # 28/30 of 40 and 40 of 60 make 61.33: a C, 7 points, beside the 9 of the first course.
    assert told["terms"][1]["courses"][0]["letter"] == "C"
    assert Decimal(str(told["cgpa"])) == Decimal("8.00")
    goal = {"enrolment_id": place, "component_id": exam, "target": 9.5}
    told = client.post("/api/v1/students/me/simulate", json={"goal": goal}).get_json()["data"]
    # An S takes 90: 37.33 from the internal, so 52.67 of 60, which is 87.78 of 100; two decimals are rounded, so less.
    assert Decimal(str(told["needed"]["mark"])) == Decimal("87.77")
    page = client.post(
        "/simulator",
        data={f"m-{place}-{exam}": "40", "goal-target": "9,5", "goal-cell": f"{place}-{exam}"},
    ).get_data(as_text=True)
    assert "You need 87.77 of 100" in page
    assert "was 9.00" in page
    assert figures(database, student_id) == before


def figures(database, student_id) -> Any:
    with database.reading() as db:
        return (
            db.execute(
                select(Student.cgpa, Student.credits_earned).where(Student.id == student_id)
            ).one(),
            db.scalar(select(func.count()).select_from(Mark)),
            db.execute(select(EnrolmentResult.__table__).order_by(EnrolmentResult.id)).all(),
        )


def test_a_mark_not_shown_yet_cannot_be_found_out(career, as_user) -> None:
    """The exam's 99 is not published: supposing something in the other component must not use it."""
    _student, user_id, (_past, (place, _offering, (internal, _exam))) = career
    told = as_user(user_id).post(
        "/api/v1/students/me/simulate",
        json={"marks": [{"enrolment_id": place, "component_id": internal, "value": 30}]},
    )
    (supposed,) = told.get_json()["data"]["terms"][1]["courses"]
    assert supposed["letter"] == ""
    assert Decimal(str(supposed["percentage"])) == Decimal(100)
    page = as_user(user_id).get("/simulator").get_data(as_text=True)
    # Words and filled-in numbers; a form's secret is chance and may hold any digits.
    shown = re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1])
    assert "99" not in shown
    assert not {given for given in re.findall(r'value="([\d.]+)"', page) if "99" in given}


def test_a_slip_is_named_and_the_rest_still_counts(career, as_user) -> None:
    _student, user_id, (_past, (place, _offering, (internal, exam))) = career
    page = as_user(user_id).post(
        "/simulator",
        data={
            f"m-{place}-{internal}": "thirty",
            f"m-{place}-{exam}": "40",
            "c-title-1": "Robotics",
            "c-credits-1": "many",
            "goal-target": "top",
            "goal-cell": f"{place}-{exam}",
        },
    )
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "“thirty” is not a mark" in text
    assert "A course to come needs a title" in text
    assert "The target is a number" in text
    assert 'value="thirty"' in text
    assert "was 9.00" in text


def test_scenarios_are_kept_compared_shared_and_forgotten(career, as_user, database) -> None:
    student_id, user_id, (_past, (place, _offering, (_internal, exam))) = career
    with database.writer() as db, unit(db):
        department_id = db.scalar(select(Student.department_id).where(Student.id == student_id))
        head = person(db, role="hod", department_id=department_id).id
        stranger = person(db, role="hod", department_id=factory.department(db).id).id
        other = factory.student(db).user_id
    client = as_user(user_id)
    kept = client.post(
        "/simulator/scenarios", data={"name": "A good autumn", f"m-{place}-{exam}": "95"}
    )
    assert kept.status_code == 303
    opened = client.get(kept.headers["Location"]).get_data(as_text=True)
    assert 'value="95"' in opened
    compared = client.get("/simulator/compare").get_data(as_text=True)
    assert "A good autumn" in compared
    (row,) = client.get("/api/v1/students/me/scenarios").get_json()["data"]
    number = int(row["id"])
    assert as_user(head).get(f"/scenarios/{number}").status_code == 404
    client.post(f"/simulator/scenarios/{number}/share", data={"shared": "on"})
    seen = as_user(head).get(f"/scenarios/{number}")
    assert seen.status_code == 200
    assert "A good autumn" in seen.get_data(as_text=True)
    assert "A good autumn" in as_user(head).get(f"/students/{student_id}").get_data(as_text=True)
    for outsider in (stranger, other):
        assert as_user(outsider).get(f"/scenarios/{number}").status_code == 404
        assert as_user(outsider).post(f"/simulator/scenarios/{number}/delete").status_code in (
            403,
            404,
        )
    assert client.post(f"/simulator/scenarios/{number}/delete").status_code == 303
    assert client.get("/api/v1/students/me/scenarios").get_json()["data"] == []


def test_the_page_takes_eight_questions_at_most(career, as_user, queries) -> None:
    _student, user_id, _places = career
    client = as_user(user_id)
    client.get("/record")  # the house's own settings are read once
    queries.clear()
    assert client.get("/simulator").status_code == 200
    assert len(queries) <= 8, "\n".join(one[:300] for one in queries)
