"""Holidays, the classes of the current term with their registers, and documents: the last two weeks by the commands
people use, what lies before them in bulk.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.forms.attendance import (
    NewHoliday,
    PlanSessions,
    RegisterEntry,
    RuleStep,
    SetAttendanceRule,
    TakeRegister,
)
from quad.academics.forms.documents import IssuePaper, Paper, RevokeDocument
from quad.academics.models.attendance import Attendance, ClassSession, Presence
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Enrolment,
    EnrolmentStatus,
    Offering,
)
from quad.academics.service import (
    attendance,
    attendance_marks,
    attendance_totals,
    class_sessions,
    documents,
    issuing,
)
from quad.cli.demo import plan
from quad.cli.demo.college import REGISTRAR, College
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.bulk import insert_rows
from quad.core.db.model import set_acting_user
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User

HOLIDAYS = (
    ("Independence Day", date(2026, 8, 15), None),
    ("Ganesh Chaturthi", date(2026, 9, 14), None),
    ("Gandhi Jayanti", date(2026, 10, 2), None),
    ("Dasara", date(2026, 10, 19), date(2026, 10, 21)),
    ("Deepavali", date(2026, 11, 9), date(2026, 11, 10)),
)
HOURS = (time(9, 0), time(10, 0), time(11, 15), time(13, 30), time(14, 30), time(15, 45))
WEEKDAYS = ((0, 3), (1, 4), (2, 4), (0, 2), (1, 3), (2, 5))
MINUTES = 55
GIVEN = 6
BY_COMMAND = timedelta(days=13)
LATE, EXCUSED = 0.03, 0.01
WORST, USUAL = (0.24, 0.42), (0.01, 0.12)
"""How often the few come who often stay away, and how often the others do."""
OFTEN_AWAY = 0.06
STEPS = ((90, 5), (80, 4), (75, 3), (60, 2))
TOPICS = (
    "Introduction",
    "Worked examples",
    "Problems of the last sheet",
    "Guest lecture",
    "Revision",
)


def build_holidays(db: Session) -> None:
    """Put the days without classes into the calendar."""
    for name, first, last in HOLIDAYS:
        form = NewHoliday(name=name, first_day=first, last_day=last)
        class_sessions.add_holiday(db, SYSTEM, form)


def build_classes(db: Session, college: College, offering_id: int) -> None:
    """Plan the classes of one offering, take its registers until yesterday, and grant somebody leave."""
    offering = db.scalars(select(Offering).where(Offering.id == offering_id)).one()
    assert offering.faculty_id is not None
    term = plan.TERMS[plan.CURRENT]
    chance = Random(plan.SEED + offering_id)
    slot = offering_id % len(HOURS)
    teacher = actor_by_id(db, offering.faculty_id)
    form = PlanSessions(
        weekdays=list(WEEKDAYS[slot]),
        starts_at=HOURS[slot],
        minutes=MINUTES,
        first_day=term.starts_on + timedelta(days=7),
        last_day=term.ends_on - timedelta(days=14),
    )
    set_acting_user(offering.faculty_id)
    try:
        class_sessions.plan(db, teacher, offering_id, form)
        _set_rule(db, teacher, offering_id)
        away = _habits(db, offering_id, star(college), chance)
        today = clock.today(plan.TIME_ZONE)
        sessions = db.execute(
            select(ClassSession.id, ClassSession.held_on)
            .where(ClassSession.offering_id == offering_id, ClassSession.held_on < today)
            .order_by(ClassSession.held_on)
        ).all()
        _in_bulk(db, offering.faculty_id, sessions, today - BY_COMMAND, away, chance)
        for session_id, held_on in sessions:
            if held_on >= today - BY_COMMAND:
                states = {one: _state(chance, often) for one, often in away.items()}
                entries = [
                    RegisterEntry(enrolment_id=one, state=state)
                    for one, state in states.items()
                    if state is not Presence.PRESENT
                ]
                topic = chance.choice(TOPICS)
                attendance.take(db, teacher, session_id, TakeRegister(entries=entries, topic=topic))
    finally:
        set_acting_user(None)


def _set_rule(db: Session, teacher: Any, offering_id: int) -> None:
    component = db.scalar(
        select(Component.id).where(
            Component.offering_id == offering_id, Component.kind == ComponentKind.ATTENDANCE
        )
    )
    if component is not None:
        steps = [RuleStep.model_validate({"minimum": low, "marks": given}) for low, given in STEPS]
        form = SetAttendanceRule(steps=steps)
        attendance_marks.set_rule(db, teacher, offering_id, component, form)


def _habits(db: Session, offering_id: int, regular: int, chance: Random) -> dict[int, float]:
    """Say how often each student of an offering stays away; `regular` seldom does."""
    rows = db.execute(
        select(Enrolment.id, Enrolment.student_id)
        .where(Enrolment.offering_id == offering_id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .order_by(Enrolment.id)
    )
    return {
        enrolment: chance.uniform(*USUAL)
        if student == regular or chance.random() > OFTEN_AWAY
        else chance.uniform(*WORST)
        for enrolment, student in rows
    }


def _state(chance: Random, often: float) -> Presence:
    drawn = chance.random()
    if drawn < often:
        return Presence.ABSENT
    if drawn < often + LATE:
        return Presence.LATE
    return Presence.EXCUSED if drawn < often + LATE + EXCUSED else Presence.PRESENT


def _in_bulk(
    db: Session,
    teacher_id: int,
    sessions: Any,
    before: date,
    away: dict[int, float],
    chance: Random,
) -> None:
    old = [(number, day) for number, day in sessions if day < before]
    rows = [
        (number, enrolment, _state(chance, often).value)
        for number, _day in old
        for enrolment, often in away.items()
    ]
    insert_rows(db, Attendance, ("session_id", "enrolment_id", "state"), rows)
    table: Any = ClassSession.__table__
    by_day = defaultdict(list)
    for number, day in old:
        by_day[day].append(number)
    for day, numbers in by_day.items():
        at = datetime.combine(day, time(17), ZoneInfo(plan.TIME_ZONE))
        db.execute(
            update(table)
            .where(table.c.id.in_(numbers))
            .values(taken_at=at, taken_by=teacher_id, topic=chance.choice(TOPICS))
        )
    attendance_totals.rebuild(db, away)


def build_leave(db: Session, college: College) -> None:
    """Grant the visitors' student two days of leave, as the class mentor does."""
    term = plan.TERMS[plan.CURRENT]
    first = term.starts_on + timedelta(days=46)
    last = first + timedelta(days=1)
    attendance.excuse_absences(db, SYSTEM, star(college), first, last, "Sister’s wedding")


def star(college: College) -> int:
    """Return the student visitors sign in as."""
    return college.students["CSE", plan.STAR_BATCH][0]


def build_documents(db: Session, college: College) -> None:
    """Issue a transcript, a mark sheet and a card to the visitors' student, and a few more; revoke one."""
    found = db.scalars(select(User.id).where(User.full_name == REGISTRAR)).one()
    registrar, mine = actor_by_id(db, found), star(college)
    set_acting_user(registrar.id)
    try:
        term = college.terms[plan.CURRENT - 1]
        transcript = IssuePaper(kind=Paper.TRANSCRIPT)
        issuing.issue_paper(db, registrar, mine, transcript)
        issuing.issue_paper(db, registrar, mine, IssuePaper(kind=Paper.MARKSHEET, term_id=term))
        issuing.issue_paper(db, registrar, mine, IssuePaper(kind=Paper.ID_CARD))
        others = college.students["CSE", plan.STAR_BATCH][1:GIVEN]
        rows = [issuing.issue_paper(db, registrar, one, transcript) for one in others]
        reason = RevokeDocument(reason="Issued with the wrong programme")
        documents.revoke(db, registrar, rows[0].id, reason)
    finally:
        set_acting_user(None)
