"""Attendance from a file, from another register for example. A class that is not there yet comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    Time,
    case,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.attendance import AttendanceRow
from quad.academics.importers.places import ALIASES, Place, find_places, place_values
from quad.academics.models.attendance import (
    AbsenceExcuse,
    Attendance,
    ClassSession,
    Presence,
)
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.academics.policy.attendance import ATTENDANCE_IMPORT
from quad.academics.service import attendance_totals, rollups
from quad.core import clock
from quad.core.db.types import BigId, enum_type
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.policy import Actor
from quad.institution.models import Term

USUAL_LENGTH = 50


class StagedAttendance(Place):
    """One student in one class on the way in."""

    __tablename__ = "academics_staged_attendance"

    held_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[time] = mapped_column(Time)
    state: Mapped[Presence] = mapped_column(enum_type(Presence))
    minutes: Mapped[int | None] = mapped_column(Integer)
    topic: Mapped[str | None] = mapped_column(String(200))
    session_id: Mapped[int | None] = mapped_column(BigId)
    attendance_id: Mapped[int | None] = mapped_column(BigId)
    excuse_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: AttendanceRow) -> Mapping[str, Any]:
    return {
        **place_values(row),
        "held_on": row.held_on,
        "starts_at": row.starts_at.replace(second=0, microsecond=0, tzinfo=None),
        "state": row.state,
        "minutes": row.minutes,
        "topic": row.topic,
    }


def _resolve(db: Session, batch: Batch[StagedAttendance]) -> None:
    staged = batch.rows
    find_places(db, batch)
    _find_sessions(db, batch)
    batch.lookup(
        db,
        staged.attendance_id,
        select(Attendance.id).where(
            Attendance.session_id == staged.session_id,
            Attendance.enrolment_id == staged.enrolment_id,
        ),
    )
    _find_leave(db, batch)
    batch.refuse(
        db,
        staged.student_id.is_not(None)
        & staged.offering_id.is_not(None)
        & staged.enrolment_id.is_(None),
        _("%(value)s is not on the roster of this offering."),
        field="register_number",
        value=staged.register_key,
    )
    batch.refuse(
        db,
        staged.held_on > clock.today(),
        _("This day is still to come."),
        field="held_on",
    )
    differs = (
        select(Attendance.state != staged.state)
        .where(Attendance.id == staged.attendance_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.attendance_id.is_not(None), differs=differs)


def _find_sessions(db: Session, batch: Batch[StagedAttendance]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.session_id,
        select(ClassSession.id).where(
            ClassSession.offering_id == staged.offering_id,
            ClassSession.held_on == staged.held_on,
            ClassSession.starts_at == staged.starts_at,
        ),
    )


def _find_leave(db: Session, batch: Batch[StagedAttendance]) -> None:
    """An absence of a day of leave is an excused one."""
    staged = batch.rows
    absent = staged.state == Presence.ABSENT
    leave = (
        select(func.min(AbsenceExcuse.id))
        .where(
            AbsenceExcuse.student_id == staged.student_id,
            AbsenceExcuse.first_day <= staged.held_on,
            AbsenceExcuse.last_day >= staged.held_on,
            AbsenceExcuse.withdrawn_at.is_(None),
        )
        .correlate(staged)
        .scalar_subquery()
    )
    batch.set(db, excuse_id=case((absent, leave)))
    excused = case(
        (staged.excuse_id.is_not(None), literal(Presence.EXCUSED, staged.state.type)),
        else_=staged.state,
    )
    batch.set(db, state=excused)


def _apply(db: Session, batch: Batch[StagedAttendance]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    touched = db.scalars(select(staged.enrolment_id).where(wanted).distinct()).all()
    enrolments = [found for found in touched if found is not None]
    _make_sessions(db, batch)
    rollups.lock_enrolments(db, enrolments)
    fresh = (
        select(staged.session_id, staged.enrolment_id, staged.state, staged.excuse_id)
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    names = ("session_id", "enrolment_id", "state", "excuse_id")
    db.execute(insert(Attendance).from_select(names, fresh))
    batch.change(
        db,
        Attendance,
        Attendance.id == staged.attendance_id,
        state=staged.state,
        excuse_id=staged.excuse_id,
    )
    attendance_totals.rebuild(db, enrolments)


def _make_sessions(db: Session, batch: Batch[StagedAttendance]) -> None:
    """Add the classes the file speaks of, and say that their registers are taken."""
    staged = batch.rows
    missing = (
        select(
            staged.offering_id,
            staged.held_on,
            staged.starts_at,
            func.coalesce(func.max(staged.minutes), USUAL_LENGTH),
            func.coalesce(func.max(staged.topic), ""),
        )
        .where(batch.having(Outcome.NEW), staged.session_id.is_(None))
        .group_by(staged.offering_id, staged.held_on, staged.starts_at)
        .order_by(staged.offering_id, staged.held_on, staged.starts_at)
    )
    names = ("offering_id", "held_on", "starts_at", "minutes", "topic")
    db.execute(insert(ClassSession).from_select(names, missing))
    _find_sessions(db, batch)
    there = db.scalars(
        select(staged.session_id).where(batch.having(Outcome.NEW, Outcome.CHANGED)).distinct()
    ).all()
    table: Any = ClassSession.__table__
    for chunk in rollups.chunks(found for found in there if found is not None):
        db.execute(
            update(table)
            .where(table.c.id.in_(chunk), table.c.taken_at.is_(None))
            .values(taken_at=clock.now(), taken_by=batch.actor.id)
        )


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Student.register_number.label("register_number"),
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            ClassSession.held_on.label("held_on"),
            ClassSession.starts_at.label("starts_at"),
            Attendance.state.label("state"),
            ClassSession.minutes.label("minutes"),
            ClassSession.topic.label("topic"),
        )
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Course.live == 1, Student.live == 1)
        .order_by(Attendance.id)
    )


ATTENDANCE = Importer(
    kind="attendance",
    label=_l("Attendance"),
    hint=_l(
        "One student in one class a line: present, absent, late or excused. A class that is not there yet is added."
    ),
    permission=ATTENDANCE_IMPORT,
    form=AttendanceRow,
    staged=StagedAttendance,
    key=(
        StagedAttendance.register_key,
        StagedAttendance.course_key,
        StagedAttendance.term_key,
        StagedAttendance.section,
        StagedAttendance.held_on,
        StagedAttendance.starts_at,
    ),
    key_field="register_number",
    aliases={
        **ALIASES,
        "held_on": ("date", "class date"),
        "starts_at": ("time", "start", "starts at"),
        "state": ("status", "presence"),
        "minutes": ("length",),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
        "held_on": "2026-09-14",
        "starts_at": "09:00",
        "state": "present",
        "minutes": "55",
        "topic": "Page tables",
    },
    endpoint="academics.attendance_index",
    order=27,
    current=_current,
)
