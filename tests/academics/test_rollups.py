"""Derived numbers are the same, however one came to them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from quad.academics.forms import CorrectMark, MarkEntry, MarksBatch, Reopen
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import Component, Course, Enrolment, Offering, ResultState
from quad.academics.service import enrolments, marks, results, rollups
from quad.core.errors import QuadError
from quad.core.policy import SYSTEM
from quad.institution.models import RetakeRule, Term
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


def exact_cgpa(db, student_id, rule):
    """Calculate the average from marks alone, with fractions and none of the code under test."""
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
        total = Fraction(0)
        parts = db.scalars(select(Component).where(Component.offering_id == offering.id)).all()
        for part in parts:
            mark = db.scalar(
                select(Mark).where(
                    Mark.enrolment_id == enrolment.id,
                    Mark.component_id == part.id,
                    Mark.current == 1,
                )
            )
            if mark is None or (mark.value is None and not mark.absent):
                break
            total += Fraction(mark.value or 0) / Fraction(part.maximum) * Fraction(part.weight)
        else:
            percent = int(total * 100 + Fraction(1, 2))
            points = next(p for _l, low, p, _ok in factory.TEN_POINT if percent >= low * 100)
            finished[course.id].append((Fraction(points), Fraction(course.credits)))
    counted = []
    for tries in finished.values():
        if rule is RetakeRule.ALL:
            counted += tries
        else:
            counted.append(max(tries) if rule is RetakeRule.BEST else tries[-1])
    credits = sum(c for _p, c in counted)
    if not credits:
        return None
    return Decimal(int(sum(p * c for p, c in counted) / credits * 100 + Fraction(1, 2))) / 100


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
        graded = factory.programme(db, home, factory.scheme(db, retake=rule))
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
                factory.component(db, each, maximum=40, weight=60),
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
                act(db, what, index, part, value, offered, parts, places)
            except QuadError:
                continue
        kept = snapshot(db)
        rollups.rebuild_rollups(db, [pupil.id for pupil in pupils])
        assert snapshot(db) == kept
        for pupil in pupils:
            db.refresh(pupil)
            assert pupil.cgpa == exact_cgpa(db, pupil.id, rule)
        db.rollback()


def act(db, what, index, part, value, offered, parts, places):
    if what in ("publish", "reopen"):
        offering = offered[index]
        if what == "publish":
            results.publish(db, SYSTEM, offering.id)
        else:
            results.reopen(db, SYSTEM, offering.id, Reopen(reason="again"))
        return
    row, offering, pupil = places[index]
    component = parts[offering][part]
    amount = None if value is None else Decimal(value)
    if what == "mark":
        entry = MarkEntry(
            enrolment_id=row.id, component_id=component.id, value=amount, absent=amount is None
        )
        batch = MarksBatch(entries=[entry], reason="changed")
        marks.enter(db, SYSTEM, offered[offering].id, batch)
    elif what == "correct":
        form = CorrectMark(value=amount, reason="looked again")
        marks.correct(db, SYSTEM, row.id, component.id, form)
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
