"""Reading registers and attendance: for the page of a class, of an offering, of a student, of a teacher's day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from quad.academics.models.attendance import (
    AbsenceExcuse,
    Attendance,
    AttendanceTotal,
    ClassSession,
    Presence,
)
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import attendance as policy
from quad.academics.service import attendance_totals, sheets
from quad.academics.service.sheets import OfferingHead
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term


@dataclass(frozen=True)
class RegisterRow:
    """One student of a register. `state` is what stands there, None for nothing; `on_leave`: leave covers the day."""

    enrolment_id: int
    student_id: int
    user_id: int
    name: str
    register_number: str
    photo: str
    state: Presence | None
    percentage: Decimal | None
    short: bool
    on_leave: bool

    @property
    def shown(self) -> Presence:
        """What the page shows: before the register is taken, everybody is there who is not on leave."""
        usual = Presence.EXCUSED if self.on_leave else Presence.PRESENT
        return self.state or usual


@dataclass(frozen=True)
class Register:
    """A class with its register. `before` and `after` are its neighbours in the offering."""

    head: OfferingHead
    session: ClassSession
    rows: Sequence[RegisterRow]
    before: int | None
    after: int | None
    ahead: bool

    @property
    def taken(self) -> bool:
        """Tell whether the register was taken."""
        return self.session.taken_at is not None

    @property
    def counts(self) -> dict[Presence, int]:
        """How many are shown in each state."""
        return {state: sum(self.shown(row) is state for row in self.rows) for state in Presence}

    def shown(self, row: RegisterRow) -> Presence | None:
        """What a row shows: nothing for who joined after the register was taken."""
        return row.state if self.taken else row.shown


def register(db: Session, actor: Actor, session_id: int) -> Register:
    """Return a class with everybody on its roster, by name: four queries. Raises NotFound, Forbidden."""
    row = policy.SESSION_MANAGE.get(db, actor, session_id, read=policy.SESSION_READ)
    head = sheets.head(db, actor, row.offering_id)
    leave = (
        select(func.min(AbsenceExcuse.id))
        .where(
            AbsenceExcuse.student_id == Student.id,
            AbsenceExcuse.first_day <= row.held_on,
            AbsenceExcuse.last_day >= row.held_on,
            AbsenceExcuse.withdrawn_at.is_(None),
        )
        .correlate(Student)
        .scalar_subquery()
    )
    found: Any = db.execute(
        select(
            Enrolment.id,
            Student.id,
            Student.user_id,
            User.full_name,
            Student.register_number,
            User.photo,
            Attendance.state,
            AttendanceTotal.percentage,
            func.coalesce(AttendanceTotal.short, False),
            leave.is_not(None),
        )
        .select_from(Enrolment)
        .join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(
            Attendance,
            and_(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == session_id),
        )
        .outerjoin(AttendanceTotal, AttendanceTotal.enrolment_id == Enrolment.id)
        .where(
            Enrolment.offering_id == row.offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Student.sort_name, Student.id)
    )
    rows = [RegisterRow(*one) for one in found]
    before, after = _neighbours(db, row)
    return Register(head, row, rows, before, after, row.held_on > local_today(db))


def _neighbours(db: Session, row: ClassSession) -> tuple[int | None, int | None]:
    order = (ClassSession.held_on, ClassSession.starts_at)
    same_day = ClassSession.held_on == row.held_on
    earlier = (ClassSession.held_on < row.held_on) | (
        same_day & (ClassSession.starts_at < row.starts_at)
    )
    later = (ClassSession.held_on > row.held_on) | (
        same_day & (ClassSession.starts_at > row.starts_at)
    )
    mine = select(ClassSession.id).where(ClassSession.offering_id == row.offering_id)
    first = mine.where(earlier).order_by(*(one.desc() for one in order)).limit(1)
    second = mine.where(later).order_by(*order).limit(1)
    found = db.execute(select(first.scalar_subquery(), second.scalar_subquery())).one()
    return found[0], found[1]


@dataclass(frozen=True)
class SessionLine:
    """One class of an offering with what its register says."""

    id: int
    held_on: date
    starts_at: time
    minutes: int
    topic: str
    taken_at: datetime | None
    present: int
    late: int
    absent: int
    excused: int

    @property
    def entered(self) -> int:
        """How many students the register names."""
        return self.present + self.late + self.absent + self.excused


@dataclass(frozen=True)
class Summary:
    """The attendance of an offering: its classes, its students, and the institution's limit."""

    head: OfferingHead
    sessions: Sequence[SessionLine]
    students: Sequence[Any]
    limit: int
    today: date
    term_ends: date

    @property
    def held(self) -> int:
        """How many registers were taken."""
        return sum(one.taken_at is not None for one in self.sessions)

    @property
    def due(self) -> Sequence[SessionLine]:
        """The classes that are over or today, without a register."""
        return [one for one in self.sessions if one.taken_at is None and one.held_on <= self.today]

    @property
    def coming(self) -> SessionLine | None:
        """The next class after today."""
        return next((one for one in self.sessions if one.held_on > self.today), None)

    @property
    def short(self) -> int:
        """How many students are below the limit."""
        return sum(bool(one.short) for one in self.students)

    @property
    def average(self) -> Decimal | None:
        """The average of the students' percentages, to one decimal."""
        known = [one.percentage for one in self.students if one.percentage is not None]
        return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.1")) if known else None


def summary(db: Session, actor: Actor, offering_id: int) -> Summary:
    """Return how an offering is attended, in four queries. Raises NotFound, Forbidden."""
    head = sheets.head(db, actor, offering_id)
    return Summary(
        head,
        _lines(db, offering_id),
        _students(db, offering_id),
        attendance_totals.measure(db).limit,
        local_today(db),
        db.scalars(select(Term.ends_on).where(Term.id == head.term_id)).one(),
    )


def _lines(db: Session, offering_id: int) -> list[SessionLine]:
    counted = [
        func.coalesce(func.sum(case((Attendance.state == state, 1), else_=0)), 0)
        for state in (Presence.PRESENT, Presence.LATE, Presence.ABSENT, Presence.EXCUSED)
    ]
    columns = (
        ClassSession.id,
        ClassSession.held_on,
        ClassSession.starts_at,
        ClassSession.minutes,
        ClassSession.topic,
        ClassSession.taken_at,
    )
    rows = db.execute(
        select(*columns, *counted)
        .outerjoin(Attendance, Attendance.session_id == ClassSession.id)
        .where(ClassSession.offering_id == offering_id)
        .group_by(*columns)
        .order_by(ClassSession.held_on, ClassSession.starts_at)
    )
    return [SessionLine(*row[:6], *(int(count) for count in row[6:])) for row in rows]


def _students(db: Session, offering_id: int) -> Sequence[Any]:
    return db.execute(
        select(
            Enrolment.id.label("enrolment_id"),
            Student.id.label("student_id"),
            Student.user_id,
            User.full_name.label("name"),
            User.photo,
            Student.register_number,
            *counts(),
        )
        .select_from(Enrolment)
        .join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(AttendanceTotal, AttendanceTotal.enrolment_id == Enrolment.id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Student.sort_name, Student.id)
    ).all()


def counts() -> list[Any]:
    """Return the columns of a total; 0 where there is none."""
    numbers = [
        func.coalesce(getattr(AttendanceTotal, name), 0).label(name)
        for name in ("present", "late", "absent", "excused")
    ]
    short = func.coalesce(AttendanceTotal.short, False).label("short")
    return [*numbers, AttendanceTotal.percentage, short]


@dataclass(frozen=True)
class AttendanceTable:
    """An offering's attendance as a file: a line per student, a column per class."""

    head: OfferingHead
    heads: Sequence[str]
    lines: Sequence[Sequence[Any]]


def table(db: Session, actor: Actor, offering_id: int) -> AttendanceTable:
    """Return every student with every class whose register was taken. Raises NotFound, Forbidden."""
    head = sheets.head(db, actor, offering_id)
    taken = [one for one in _lines(db, offering_id) if one.taken_at is not None]
    cells = {
        (row.enrolment_id, row.session_id): row.state
        for row in db.execute(
            select(Attendance.enrolment_id, Attendance.session_id, Attendance.state)
            .join(ClassSession, ClassSession.id == Attendance.session_id)
            .where(ClassSession.offering_id == offering_id)
        )
    }
    heads = [
        _("Register number"),
        _("Name"),
        *(f"{one.held_on.isoformat()} {one.starts_at:%H:%M}" for one in taken),
        _("Present"),
        _("Late"),
        _("Absent"),
        _("Excused"),
        _("Per cent"),
    ]
    lines = [
        [
            row.register_number,
            row.name,
            *(
                cells[key].value if (key := (row.enrolment_id, one.id)) in cells else ""
                for one in taken
            ),
            row.present,
            row.late,
            row.absent,
            row.excused,
            row.percentage,
        ]
        for row in _students(db, offering_id)
    ]
    return AttendanceTable(head, heads, lines)


def days_classes(db: Session, actor: Actor, most: int = 8) -> Sequence[Any]:
    """Return the classes of today that the actor teaches, and earlier ones of this term without a register."""
    today = local_today(db)
    waiting = and_(ClassSession.held_on < today, ClassSession.taken_at.is_(None))
    return db.execute(
        select(
            ClassSession.id,
            ClassSession.held_on,
            ClassSession.starts_at,
            ClassSession.minutes,
            ClassSession.topic,
            ClassSession.taken_at,
            Course.title,
            Course.code,
            Offering.section,
        )
        .join(Offering, Offering.id == ClassSession.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(
            Offering.faculty_id == actor.own_id,
            Term.is_current,
            (ClassSession.held_on == today) | waiting,
        )
        .order_by(ClassSession.held_on.desc(), ClassSession.starts_at)
        .limit(most)
    ).all()
