"""Derived numbers are the same, however one came to them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from quad.academics.forms.awards import GiveAward
from quad.academics.forms.marks import CorrectMark, MarkEntry, MarksBatch, Reopen
from quad.academics.forms.teaching import Weigh
from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    Offering,
    ResultState,
    Weighting,
)
from quad.academics.service import (
    awards,
    components,
    enrolments,
    graded,
    marks,
    results,
    rollups,
)
from quad.core import cubes
from quad.core.errors import QuadError
from quad.core.policy import SYSTEM
from quad.institution.forms import GradingSchemeForm
from quad.institution.models import Averaging, GradeBand, RetakeRule, Term
from quad.institution.service import grading as schemes
from tests.factories import academics as factory

STEP = st.one_of(
    st.tuples(
        st.just("mark"),
        st.integers(0, 5),
        st.integers(0, 1),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    st.tuples(
        st.just("correct"),
        st.integers(0, 5),
        st.integers(0, 1),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    st.tuples(st.just("withdraw"), st.integers(0, 5), st.just(0), st.none()),
    st.tuples(st.just("return"), st.integers(0, 5), st.just(0), st.none()),
    st.tuples(st.just("publish"), st.integers(0, 2), st.just(0), st.none()),
    st.tuples(st.just("reopen"), st.integers(0, 2), st.just(0), st.none()),
    st.tuples(
        st.just("award"),
        st.integers(0, 5),
        st.just(0),
        st.sampled_from(["S", "E", "F", "incomplete", "absent", "taken_back"]),
    ),
    st.tuples(st.just("weigh"), st.integers(0, 2), st.integers(0, 100), st.sampled_from(Weighting)),
    st.tuples(st.just("scheme"), st.integers(0, 20), st.just(0), st.sampled_from(Averaging)),
)


def snapshot(db):
    db.flush()
    keep = {
        EnrolmentResult: ("enrolment_id",),
        TermStanding: ("student_id", "term_id"),
    }
    found: dict = {}
    for model, key in keep.items():
        for row in db.execute(select(model.__table__)).mappings():
            values = {name: value for name, value in row.items() if name != "id"}
            found[model.__name__, *(row[name] for name in key)] = values
    for row in db.execute(
        select(Student.id, Student.cgpa, Student.cgpa_order, Student.credits_earned)
    ):
        found["Student", row.id] = tuple(row)
    return found


WHOLE = Fraction(100)


def exact_percent(db, enrolment, offering):
    """Return (percentage, absent from the exam) from marks alone; None while a mark is missing."""
    parts = db.scalars(select(Component).where(Component.offering_id == offering.id)).all()
    found = []
    for part in parts:
        mark = db.scalar(
            select(Mark).where(
                Mark.enrolment_id == enrolment.id,
                Mark.component_id == part.id,
                Mark.current == 1,
            )
        )
        if mark is None or (mark.value is None and not mark.absent):
            return None
        found.append((part, Fraction(mark.value or 0) / Fraction(part.maximum), mark.absent))
    if offering.weighting is Weighting.POINTS:
        got = sum(share * Fraction(part.maximum) for part, share, _absent in found)
        percent = got * 100 / sum(Fraction(part.maximum) for part in parts)
    else:
        exam = {part.id: part.kind is ComponentKind.EXTERNAL for part in parts}
        if offering.weighting is Weighting.WEIGHTS:
            percent = sum(share * Fraction(part.weight) for part, share, _absent in found)
        else:
            joined = {True: Fraction(offering.exam_share), False: WHOLE - offering.exam_share}
            percent = sum(joined[exam[part.id]] * share for part, share, _absent in found)
    gone = all(absent for part, _share, absent in found if part.kind is ComponentKind.EXTERNAL)
    return percent, gone


def exact_cgpa(db, student_id, scheme):
    """Calculate the average from marks and awards alone, with fractions and none of the code under test."""
    bands = db.scalars(
        select(GradeBand).where(GradeBand.scheme_id == scheme.id).order_by(GradeBand.position)
    ).all()
    finished = defaultdict(list)
    rows = db.execute(
        select(Enrolment, Offering, Course, Term)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Enrolment.student_id == student_id, Enrolment.status == "enrolled")
        .where(Offering.state != ResultState.DRAFT)
        .order_by(Term.starts_on, Enrolment.attempt)
    ).all()
    for enrolment, offering, course, _term in rows:
        points = exact_points(db, enrolment, offering, scheme, bands)
        if points is not None:
            finished[course.id].append((points, Fraction(course.credits)))
    counted = []
    for tries in finished.values():
        if scheme.retake_rule is RetakeRule.ALL:
            counted += tries
        else:
            counted.append(max(tries) if scheme.retake_rule is RetakeRule.BEST else tries[-1])
    credits = sum(c for _p, c in counted)
    if not credits or scheme.averaging is Averaging.NONE:
        return None
    return Decimal(int(sum(p * c for p, c in counted) / credits * 100 + Fraction(1, 2))) / 100


def exact_points(db, enrolment, offering, scheme, bands):
    """Return what one enrolment adds to the average; None for nothing. Without averages, any number will do."""
    by_percent = scheme.averaging is Averaging.PERCENTAGE
    award = db.scalar(select(Award).where(Award.enrolment_id == enrolment.id, Award.current == 1))
    known = exact_percent(db, enrolment, offering)
    if award is not None and award.kind is not AwardKind.TAKEN_BACK:
        if award.kind is AwardKind.INCOMPLETE:
            return None
        if award.kind is AwardKind.ABSENT:
            return Fraction(0)
        place = next((n for n, band in enumerate(bands) if band.letter == award.letter), None)
        if place is None:
            return None
        band = bands[place]
        if not by_percent:
            return Fraction(band.points)
        so_far = db.scalar(
            select(EnrolmentResult.percentage).where(EnrolmentResult.enrolment_id == enrolment.id)
        )
        above = bands[place - 1].minimum if place else Decimal(101)
        inside = so_far is not None and band.minimum <= so_far < above
        return Fraction(so_far if inside else band.minimum)
    if known is None:
        return None
    percent, gone = known
    if gone:
        return Fraction(0)
    cents = int(percent * 100 + Fraction(1, 2))
    if by_percent:
        return Fraction(cents, 100)
    return Fraction(next(band.points for band in bands if cents >= band.minimum * 100))


@pytest.mark.feature("L16", "L17", "L20")
@pytest.mark.slow
@pytest.mark.usefixtures("app")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rule=st.sampled_from(RetakeRule), steps=st.lists(STEP, max_size=25))
def test_incremental_numbers_equal_a_rebuild_and_an_independent_calculation(database, rule, steps):
    with database.writer() as db:
        home = factory.department(db)
        scheme = factory.scheme(db, retake=rule)
        graded = factory.programme(db, home, scheme)
        pupils = [factory.student(db, on=graded) for _ in range(2)]
        course, other = factory.course(db, of=home, credits=3), factory.course(db, of=home)
        offered = [
            factory.offering(db, taught=course),
            factory.offering(db, taught=course),
            factory.offering(db, taught=other),
        ]
        parts = [
            [
                factory.component(db, each, maximum=30, weight=40),
                factory.component(db, each, maximum=40, weight=60, kind=ComponentKind.EXTERNAL),
            ]
            for each in offered
        ]
        places = []
        for pupil in pupils:
            for each in offered:
                row = enrolments.enrol_one(db, SYSTEM, each.id, pupil.id)
                places.append((row, offered.index(each), pupil))
        for what, index, part, value in steps:
            try:
                if what == "scheme":
                    change_scheme(db, scheme, index, value)
                    continue
                act(db, what, index, part, value, offered, parts, places)
            except QuadError:
                continue
        kept = snapshot(db)
        rollups.rebuild_rollups(db, [pupil.id for pupil in pupils])
        assert snapshot(db) == kept
        assert cubes.check(db) == []
        for pupil in pupils:
            db.refresh(pupil)
            assert pupil.cgpa == exact_cgpa(db, pupil.id, scheme)
        db.rollback()


def change_scheme(db, scheme, lower, averaging):
    """Lower the bands and average by another rule, as the page does; then what the job does."""
    db.refresh(scheme)
    bands = [
        {"letter": letter, "minimum": max(low - lower, 6 - n), "points": points, "passes": passes}
        for n, (letter, low, points, passes) in enumerate(factory.TEN_POINT)
    ]
    form = GradingSchemeForm.model_validate(
        {
            "name": scheme.name,
            "maximum": 10,
            "averaging": averaging,
            "retake_rule": scheme.retake_rule,
            "bands": bands,
        }
    )
    schemes.change(db, SYSTEM, scheme.id, form)
    db.flush()
    rollups.rebuild_rollups(db, db.scalars(select(Student.id).where(graded.graded_by(scheme.id))))


def act(db, what, index, part, value, offered, parts, places):
    if what in ("publish", "reopen"):
        offering = offered[index]
        if what == "publish":
            results.publish(db, SYSTEM, offering.id)
        else:
            results.reopen(db, SYSTEM, offering.id, Reopen(reason="again"))
        return
    if what == "weigh":
        components.weigh(
            db, SYSTEM, offered[index].id, Weigh(weighting=value, exam_share=Decimal(part))
        )
        return
    row, offering, pupil = places[index]
    if what == "award":
        letter = value if len(value) == 1 else ""
        form = GiveAward(kind="grade" if letter else value, letter=letter, reason="looked at it")
        awards.give_one(db, SYSTEM, row.id, form)
        return
    component = parts[offering][part]
    amount = None if value is None else Decimal(value)
    if what == "mark":
        entry = MarkEntry(
            enrolment_id=row.id, component_id=component.id, value=amount, absent=amount is None
        )
        batch = MarksBatch(entries=[entry], reason="changed")
        marks.enter(db, SYSTEM, offered[offering].id, batch)
    elif what == "correct":
        again = CorrectMark(value=amount, reason="looked again")
        marks.correct(db, SYSTEM, row.id, component.id, again)
    elif what == "withdraw":
        enrolments.withdraw(db, SYSTEM, row.id)
    else:
        enrolments.enrol_one(db, SYSTEM, offered[offering].id, pupil.id)


@pytest.mark.db
@pytest.mark.usefixtures("app")
@pytest.mark.feature("L16")
def test_a_cgpa_of_ten_is_kept_as_ten(database, college):
    with database.writer() as db:
        for component, highest in zip(college.components, (30, 100), strict=True):
            for place in college.enrolments:
                factory.mark(db, place, component, highest)
        results.publish(db, SYSTEM, college.offering.id)
        db.commit()
    with database.reader() as db:
        assert set(db.scalars(select(Student.cgpa))) == {Decimal("10.00")}
        assert set(db.scalars(select(TermStanding.sgpa))) == {Decimal("10.00")}
