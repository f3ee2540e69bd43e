"""The current term, through the commands people use: so it has facts, an audit, notifications and half of its marks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.forms.marks import CorrectMark, MarkEntry, MarksBatch
from quad.academics.forms.teaching import EnrolStudents, NewComponent, NewOffering
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, ComponentKind, Enrolment
from quad.academics.service import components, enrolments, marks, results, teaching
from quad.cli.demo import plan
from quad.cli.demo.classes import build_classes
from quad.cli.demo.college import College
from quad.cli.demo.past import a_mark, due
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.policy import SYSTEM, Actor

MISSING = 0.08  # of the last sheet, which the teacher has not finished
GONE_QUARTER = 4  # in every fourth offering somebody has withdrawn
CORRECTED = Decimal("0.5")


def build_offering(
    db: Session, college: College, department: str, course_id: int, teacher_id: int, admitted: int
) -> None:
    """Make one offering of the current term and let its teacher run it until today."""
    form = NewOffering(
        course_id=course_id,
        term_id=college.terms[plan.CURRENT],
        section="A",
        faculty_id=teacher_id,
    )
    offering_id = teaching.offer(db, SYSTEM, form).id
    comers = {*college.students[department, admitted], *college.again.pop(course_id, {})}
    comers -= college.graduates
    enrolments.enrol(db, SYSTEM, offering_id, EnrolStudents(student_ids=sorted(comers)))
    db.execute(
        update(Enrolment)
        .where(Enrolment.offering_id == offering_id)
        .values(enrolled_on=plan.TERMS[plan.CURRENT].starts_on - timedelta(days=3))
    )
    teacher = actor_by_id(db, teacher_id)
    set_acting_user(teacher_id)
    try:
        _teach(db, college, teacher, offering_id)
    finally:
        set_acting_user(None)
    build_classes(db, college, offering_id)


def _teach(db: Session, college: College, teacher: Actor, offering_id: int) -> None:
    for name, kind, maximum, weight, week in plan.COMPONENTS:
        components.add(
            db,
            teacher,
            offering_id,
            NewComponent(
                name=name,
                kind=ComponentKind(kind),
                maximum=Decimal(maximum),
                weight=Decimal(weight),
                due_on=due(plan.CURRENT, week),
            ),
        )
    parts = list(
        db.scalars(
            select(Component)
            .where(Component.offering_id == offering_id)
            .order_by(Component.position, Component.id)
        )
    )[: plan.WRITTEN_SO_FAR]
    entries = _entries(db, college, offering_id, parts)
    marks.enter(db, teacher, offering_id, MarksBatch(entries=entries))
    for part in parts[:2]:
        results.publish_component(db, teacher, offering_id, part.id)
    if offering_id % GONE_QUARTER == 0:
        _correct_one(db, teacher, parts[1].id)
        _withdraw_one(db, college, offering_id)


def _entries(
    db: Session, college: College, offering_id: int, parts: list[Component]
) -> list[MarkEntry]:
    rows = db.execute(
        select(Enrolment.id, Enrolment.student_id)
        .where(Enrolment.offering_id == offering_id)
        .order_by(Enrolment.id)
    ).all()
    entries = []
    for part in parts:
        for enrolment_id, student_id in rows:
            if part is parts[-1] and college.chance.random() < MISSING:
                continue
            value, absent = a_mark(college, student_id, part.kind, part.maximum)
            entries.append(
                MarkEntry(
                    enrolment_id=enrolment_id, component_id=part.id, value=value, absent=absent
                )
            )
    return entries


def _correct_one(db: Session, teacher: Actor, component_id: int) -> None:
    """Raise one published mark by a half, as happens after a second reading."""
    low = db.execute(
        select(Mark.enrolment_id, Mark.value)
        .where(Mark.component_id == component_id, Mark.current == 1, Mark.value.is_not(None))
        .order_by(Mark.value, Mark.id)
        .limit(1)
    ).first()
    if low is not None:
        form = CorrectMark(value=low.value + CORRECTED, reason="Read again")
        marks.correct(db, teacher, low.enrolment_id, component_id, form)


def _withdraw_one(db: Session, college: College, offering_id: int) -> None:
    ids = db.scalars(
        select(Enrolment.id).where(Enrolment.offering_id == offering_id).order_by(Enrolment.id)
    ).all()
    # Not the first: the visitors' student stays.
    if len(ids) > 1:
        chosen = college.chance.choice(ids[1:])
        enrolments.withdraw(db, SYSTEM, chosen, due(plan.CURRENT, college.chance.randint(3, 9)))
