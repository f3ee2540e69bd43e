"""The classes of an offering: planned for a term, held, moved, taken out; and the days on which there are none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from quad.academics.facts.attendance import (
    HolidayAdded,
    HolidayRemoved,
    SessionChanged,
    SessionRemoved,
    SessionsPlanned,
)
from quad.academics.forms.attendance import EditSession, NewHoliday, NewSession, PlanSessions
from quad.academics.models.attendance import (
    Attendance,
    ClassSession,
    Holiday,
    Presence,
)
from quad.academics.policy import attendance as policy
from quad.academics.policy.base import OFFERING_MANAGE, OFFERING_READ
from quad.academics.service import attendance_totals, rollups
from quad.core.errors import EditedMeanwhile, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import day, number
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

MOST = 400
"""Classes of one offering: more than one a day for a year."""


@dataclass(frozen=True)
class Planned:
    """What a weekly plan came to: the classes added, and the days left out for a holiday or for a class there is."""

    session_ids: tuple[int, ...]
    holidays: int
    there_already: int


def add(db: Session, actor: Actor, offering_id: int, form: NewSession) -> ClassSession:
    """Add one class, also on a holiday. Raises NotFound, Forbidden, Rejected, Invalid."""
    OFFERING_MANAGE.get(db, actor, offering_id, read=OFFERING_READ, lock=True)
    _refuse_too_many(db, offering_id, 1)
    row = ClassSession(
        offering_id=offering_id,
        held_on=form.held_on,
        starts_at=form.starts_at.replace(second=0, microsecond=0),
        minutes=form.minutes,
        topic=form.topic,
    )
    db.add(row)
    db.flush()
    emit(db, SessionsPlanned(actor_id=actor.id, offering_id=offering_id, session_ids=(row.id,)))
    return row


def plan(db: Session, actor: Actor, offering_id: int, form: PlanSessions) -> Planned:
    """Add a class on the chosen weekdays; planning the same twice adds nothing.

    Raises NotFound, Forbidden, Rejected for more classes than an offering can have.
    """
    OFFERING_MANAGE.get(db, actor, offering_id, read=OFFERING_READ, lock=True)
    starts_at = form.starts_at.replace(second=0, microsecond=0)
    span = (form.last_day - form.first_day).days + 1
    days = [form.first_day + timedelta(days=offset) for offset in range(span)]
    wanted = [one for one in days if one.weekday() in form.weekdays]
    off = _holidays_between(db, form.first_day, form.last_day)
    open_days = [one for one in wanted if one not in off]
    there = set(
        db.scalars(
            select(ClassSession.held_on).where(
                ClassSession.offering_id == offering_id, ClassSession.starts_at == starts_at
            )
        )
    )
    new = [one for one in open_days if one not in there]
    _refuse_too_many(db, offering_id, len(new))
    ids = _insert(db, offering_id, new, starts_at, form.minutes)
    if ids:
        emit(db, SessionsPlanned(actor_id=actor.id, offering_id=offering_id, session_ids=ids))
    return Planned(ids, len(wanted) - len(open_days), len(open_days) - len(new))


def _insert(
    db: Session, offering_id: int, days: Sequence[date], starts_at: time, minutes: int
) -> tuple[int, ...]:
    if not days:
        return ()
    db.execute(
        insert(ClassSession),
        [
            {
                "offering_id": offering_id,
                "held_on": one,
                "starts_at": starts_at,
                "minutes": minutes,
                "version": 1,
            }
            for one in days
        ],
    )
    return tuple(
        db.scalars(
            select(ClassSession.id)
            .where(
                ClassSession.offering_id == offering_id,
                ClassSession.starts_at == starts_at,
                ClassSession.held_on.in_(days),
            )
            .order_by(ClassSession.id)
        )
    )


def _refuse_too_many(db: Session, offering_id: int, more: int) -> None:
    count = db.scalar(select(func.count()).where(ClassSession.offering_id == offering_id)) or 0
    if count + more > MOST:
        raise Rejected(
            _("A course can have %(n)s classes at most. Plan fewer days.", n=number(MOST))
        )


def edit(db: Session, actor: Actor, session_id: int, form: EditSession) -> ClassSession:
    """Move a class or change its topic. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    row = policy.SESSION_MANAGE.get(db, actor, session_id, read=policy.SESSION_READ, lock=True)
    if form.version is not None and form.version != row.version:
        raise EditedMeanwhile
    if row.taken_at is not None and form.held_on != row.held_on:
        raise Rejected(
            _("The register of this class is taken, so its day stays. Take the class out instead.")
        )
    row.held_on, row.minutes, row.topic = form.held_on, form.minutes, form.topic
    row.starts_at = form.starts_at.replace(second=0, microsecond=0)
    db.flush()
    emit(db, SessionChanged(actor_id=actor.id, offering_id=row.offering_id, session_id=session_id))
    return row


def remove(db: Session, actor: Actor, session_id: int) -> int:
    """Take a class out, with its register; return its offering. Raises NotFound, Forbidden."""
    row = policy.SESSION_MANAGE.get(db, actor, session_id, read=policy.SESSION_READ, lock=True)
    entries = db.execute(
        select(Attendance.enrolment_id, Attendance.state).where(Attendance.session_id == session_id)
    ).all()
    rollups.lock_enrolments(db, [entry.enrolment_id for entry in entries])
    deltas: dict[int, Counter[Presence]] = defaultdict(Counter)
    for entry in entries:
        deltas[entry.enrolment_id][entry.state] -= 1
    db.execute(delete(Attendance).where(Attendance.session_id == session_id))
    db.delete(row)
    db.flush()
    attendance_totals.apply(db, deltas)
    emit(db, SessionRemoved(actor_id=actor.id, offering_id=row.offering_id, session_id=session_id))
    return row.offering_id


def holidays(db: Session, actor: Actor) -> Sequence[Holiday]:
    """Return every holiday, the latest first. Raises Forbidden, SignedOut."""
    policy.HOLIDAY_KEEP.require(actor)
    return db.scalars(
        select(Holiday).order_by(Holiday.first_day.desc(), Holiday.id.desc()).limit(MOST)
    ).all()


def add_holiday(db: Session, actor: Actor, form: NewHoliday) -> tuple[Holiday, int]:
    """Add days without classes; classes planned on them are taken out unless their register was taken.

    Return the holiday and how many classes went.
    """
    policy.HOLIDAY_KEEP.require(actor)
    last = form.last_day or form.first_day
    row = Holiday(name=form.name, first_day=form.first_day, last_day=last)
    db.add(row)
    db.flush()
    which = (ClassSession.held_on.between(form.first_day, last), ClassSession.taken_at.is_(None))
    gone = db.scalars(select(ClassSession.id).where(*which).order_by(ClassSession.id)).all()
    for chunk in rollups.chunks(gone):
        db.execute(delete(ClassSession).where(ClassSession.id.in_(chunk)))
    emit(db, HolidayAdded(actor_id=actor.id, holiday_id=row.id, session_ids=tuple(gone)))
    return row, len(gone)


def remove_holiday(db: Session, actor: Actor, holiday_id: int) -> None:
    """Let classes be planned on these days again. Raises Forbidden, NotFound."""
    policy.HOLIDAY_KEEP.require(actor)
    row = db.get(Holiday, holiday_id)
    if row is None:
        raise NotFound
    db.delete(row)
    db.flush()
    emit(db, HolidayRemoved(actor_id=actor.id, holiday_id=holiday_id))


def _holidays_between(db: Session, first: date, last: date) -> set[date]:
    rows = db.execute(
        select(Holiday.first_day, Holiday.last_day).where(
            Holiday.first_day <= last, Holiday.last_day >= first
        )
    )
    off = set()
    for begins, ends in rows:
        start = max(begins, first)
        off |= {start + timedelta(days=n) for n in range((min(ends, last) - start).days + 1)}
    return off


def when(held_on: date, starts_at: time) -> str:
    """Say when a class is: "Mon 23 Nov, 09:30"."""
    return f"{day(held_on, 'short')}, {starts_at:%H:%M}"


def ends_at(starts_at: time, minutes: int) -> time:
    """Return when a class ends, by the clock."""
    return (datetime.combine(date.min, starts_at) + timedelta(minutes=minutes)).time()
