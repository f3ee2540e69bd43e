"""Registers: who was there, who was not, and leave that excuses an absence.

A register is written under the lock of its class and of the enrolments it names, so two people at once work one after
the other, and an entry that somebody else changed meanwhile is told instead of overwritten.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.attendance import AbsencesExcused, ExcuseWithdrawn, RegisterTaken
from quad.academics.forms.attendance import LONGEST_LEAVE, RegisterEntry, TakeRegister
from quad.academics.models.attendance import (
    AbsenceExcuse,
    Attendance,
    ClassSession,
    Presence,
)
from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus
from quad.academics.policy import attendance as policy
from quad.academics.policy.base import STUDENT_READ
from quad.academics.service import attendance_totals, rollups
from quad.core import clock
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor, Permission
from quad.identity.models.accounts import User


class Taken(enum.StrEnum):
    """What became of one entry."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class EntryOutcome:
    """One student of a register: what became of the entry and what stands now; `error` says why it was not taken."""

    enrolment_id: int
    status: Taken
    state: Presence | None
    error: str | None = None


@dataclass(frozen=True)
class _Standing:
    id: int
    state: Presence
    excuse_id: int | None
    updated_by: int | None


@dataclass(frozen=True)
class _Write:
    enrolment_id: int
    state: Presence
    excuse_id: int | None
    before: _Standing | None


def take(db: Session, actor: Actor, session_id: int, form: TakeRegister) -> list[EntryOutcome]:
    """Take a register, or change one that was taken; return what became of each entry.

    At the first time everybody on the roster who is not named counts as present, or as excused while on leave. An
    absence during leave becomes excused. An entry whose `seen` is not what stands there is in conflict and leaves
    things as they are. Raises NotFound, Forbidden, Rejected for a class that is still to come.
    """
    row = policy.SESSION_MANAGE.get(db, actor, session_id, read=policy.SESSION_READ, lock=True)
    if row.held_on > local_today(db):
        raise Rejected(_("This class is still to come. Its register opens on the day."))
    asked = {entry.enrolment_id: entry for entry in form.entries}
    roster = _hold_roster(db, row.offering_id)
    standing = _standing(db, session_id)
    leave = _leave_on(db, roster.values(), row.held_on)
    writes: dict[int, _Write] = {}
    outcomes: dict[int, EntryOutcome] = {}
    for enrolment, entry in asked.items():
        outcomes[enrolment] = _judge(entry, enrolment in roster, standing.get(enrolment))
        if outcomes[enrolment].status is Taken.SAVED:
            excuse = leave.get(roster[enrolment]) if entry.state is Presence.ABSENT else None
            state = Presence.EXCUSED if excuse else entry.state
            writes[enrolment] = _Write(enrolment, state, excuse, standing.get(enrolment))
            outcomes[enrolment] = EntryOutcome(enrolment, Taken.SAVED, state)
    if row.taken_at is None:
        for enrolment, student in roster.items():
            if enrolment not in asked and enrolment not in standing:
                excuse = leave.get(student)
                state = Presence.EXCUSED if excuse else Presence.PRESENT
                writes[enrolment] = _Write(enrolment, state, excuse, None)
    _finish(db, actor, row, form.topic, writes)
    return _with_names(db, outcomes, standing)


def _finish(
    db: Session,
    actor: Actor,
    row: ClassSession,
    topic: str | None,
    writes: Mapping[int, _Write],
) -> None:
    retitled = topic is not None and topic != row.topic
    if topic is not None and retitled:
        row.topic = topic
    first = row.taken_at is None
    if first:
        row.taken_at, row.taken_by = clock.now(), actor.id
    if writes:
        _write(db, row.id, writes.values())
    if writes or first or retitled:
        emit(
            db,
            RegisterTaken(
                actor_id=actor.id,
                offering_id=row.offering_id,
                session_id=row.id,
                enrolment_ids=tuple(sorted(writes)),
            ),
        )


def _judge(entry: RegisterEntry, on_roster: bool, before: _Standing | None) -> EntryOutcome:
    stands = before.state if before else None
    if not on_roster:
        return EntryOutcome(
            entry.enrolment_id, Taken.REFUSED, stands, _("This student does not take the course.")
        )
    if stands is entry.state:
        return EntryOutcome(entry.enrolment_id, Taken.UNCHANGED, stands)
    if entry.seen is not None and (entry.seen or None) != stands:
        return EntryOutcome(entry.enrolment_id, Taken.CONFLICT, stands)
    return EntryOutcome(entry.enrolment_id, Taken.SAVED, entry.state)


def _with_names(
    db: Session, outcomes: Mapping[int, EntryOutcome], standing: Mapping[int, _Standing]
) -> list[EntryOutcome]:
    """Say in conflicts who was faster."""
    lost = [one for one in outcomes.values() if one.status is Taken.CONFLICT]
    if not lost:
        return list(outcomes.values())
    people = {standing[one.enrolment_id].updated_by for one in lost if one.enrolment_id in standing}
    found = db.execute(select(User.id, User.full_name).where(User.id.in_(people - {None})))
    names = {row.id: row.full_name for row in found}

    def told(one: EntryOutcome) -> EntryOutcome:
        if one.status is not Taken.CONFLICT:
            return one
        by = standing[one.enrolment_id].updated_by if one.enrolment_id in standing else None
        who = names.get(by or 0, _("Somebody"))
        said = _(
            "%(name)s changed this meanwhile. Look at it and change it again if need be.", name=who
        )
        return EntryOutcome(one.enrolment_id, one.status, one.state, said)

    return [told(one) for one in outcomes.values()]


def _hold_roster(db: Session, offering_id: int) -> dict[int, int]:
    """Hold the enrolments of an offering; return the student of each one that counts."""
    rows = db.execute(
        select(Enrolment.id, Enrolment.student_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    )
    return {row.id: row.student_id for row in rows}


def _standing(db: Session, session_id: int) -> dict[int, _Standing]:
    rows = db.execute(
        select(
            Attendance.enrolment_id,
            Attendance.id,
            Attendance.state,
            Attendance.excuse_id,
            Attendance.updated_by,
        ).where(Attendance.session_id == session_id)
    )
    return {row[0]: _Standing(*row[1:]) for row in rows}


def _leave_on(db: Session, student_ids: Iterable[int], day: date) -> dict[int, int]:
    """Return the excuse of each student who is on leave on this day."""
    found: dict[int, int] = {}
    for chunk in rollups.chunks(student_ids):
        rows = db.execute(
            select(AbsenceExcuse.student_id, AbsenceExcuse.id).where(
                AbsenceExcuse.student_id.in_(chunk),
                AbsenceExcuse.first_day <= day,
                AbsenceExcuse.last_day >= day,
                AbsenceExcuse.withdrawn_at.is_(None),
            )
        )
        found |= {row.student_id: row.id for row in rows}
    return found


def _write(db: Session, session_id: int, writes: Iterable[_Write]) -> None:
    """Write entries and add what changed to the totals."""
    deltas: dict[int, Counter[Presence]] = defaultdict(Counter)
    new, changed = [], defaultdict(list)
    for one in writes:
        deltas[one.enrolment_id][one.state] += 1
        if one.before is None:
            new.append(
                {
                    "session_id": session_id,
                    "enrolment_id": one.enrolment_id,
                    "state": one.state,
                    "excuse_id": one.excuse_id,
                }
            )
        else:
            deltas[one.enrolment_id][one.before.state] -= 1
            changed[one.state, one.excuse_id].append(one.before.id)
    if new:
        db.execute(insert(Attendance), new)
    for (state, excuse), ids in changed.items():
        _turn(db, ids, state, excuse)
    attendance_totals.apply(db, deltas)


def _turn(db: Session, ids: Iterable[int], state: Presence, excuse_id: int | None) -> None:
    for chunk in rollups.chunks(ids):
        db.execute(
            update(Attendance)
            .where(Attendance.id.in_(chunk))
            .values(state=state, excuse_id=excuse_id)
            .execution_options(synchronize_session=False)
        )


def excuse_absences(
    db: Session,
    actor: Actor,
    student_id: int,
    first_day: date,
    last_day: date,
    reason: str,
    *,
    may: Permission[Student] = policy.ABSENCE_EXCUSE,
) -> AbsenceExcuse:
    """Excuse a student's absences from `first_day` to `last_day`, both included; also those entered later.

    `may` is the permission that is asked: a domain in which the right follows from something else (an approved
    request, say) gives its own. Raises NotFound, Forbidden, and Invalid for days that make no span of leave.
    """
    student = may.get(db, actor, student_id, read=STUDENT_READ)
    if last_day < first_day:
        raise Invalid({"last_day": _("The last day lies before the first.")})
    if (last_day - first_day).days > LONGEST_LEAVE:
        raise Invalid({"last_day": _("Leave may last one year at most.")})
    excuse = AbsenceExcuse(
        student_id=student_id, first_day=first_day, last_day=last_day, reason=reason
    )
    db.add(excuse)
    db.flush()
    rollups.lock_enrolments(db, _enrolments_of(db, student_id))
    absences = _entries_of(
        db,
        student_id,
        Attendance.state == Presence.ABSENT,
        ClassSession.held_on.between(first_day, last_day),
    )
    _turn(db, [row.id for row in absences], Presence.EXCUSED, excuse.id)
    _count_turned(db, absences, Presence.ABSENT, Presence.EXCUSED)
    emit(
        db,
        AbsencesExcused(
            actor_id=actor.id,
            excuse_id=excuse.id,
            student_id=student_id,
            user_id=student.user_id,
        ),
    )
    return excuse


def withdraw_excuse(
    db: Session,
    actor: Actor,
    excuse_id: int,
    *,
    may: Permission[Student] = policy.ABSENCE_EXCUSE,
) -> AbsenceExcuse:
    """Take leave back: what it excused is an absence again, unless other leave covers it.

    Raises NotFound, Forbidden, Rejected when it was taken back before.
    """
    excuse = db.scalar(select(AbsenceExcuse).where(AbsenceExcuse.id == excuse_id).with_for_update())
    if excuse is None:
        raise NotFound
    student = may.get(db, actor, excuse.student_id, read=STUDENT_READ)
    if excuse.withdrawn_at is not None:
        raise Rejected(_("This leave was taken back before."))
    excuse.withdrawn_at = clock.now()
    db.flush()
    rollups.lock_enrolments(db, _enrolments_of(db, excuse.student_id))
    excused = _entries_of(db, excuse.student_id, Attendance.excuse_id == excuse_id)
    others = _other_leave(db, excuse)
    covered: dict[int | None, list[Any]] = defaultdict(list)
    for row in excused:
        days = (one.id for one in others if one.first_day <= row.held_on <= one.last_day)
        covered[next(days, None)].append(row)
    uncovered = covered.pop(None, [])
    for other, rows in covered.items():
        _turn(db, [row.id for row in rows], Presence.EXCUSED, other)
    _turn(db, [row.id for row in uncovered], Presence.ABSENT, None)
    _count_turned(db, uncovered, Presence.EXCUSED, Presence.ABSENT)
    emit(
        db,
        ExcuseWithdrawn(
            actor_id=actor.id,
            excuse_id=excuse.id,
            student_id=excuse.student_id,
            user_id=student.user_id,
        ),
    )
    return excuse


def _other_leave(db: Session, excuse: AbsenceExcuse) -> Sequence[Any]:
    """Return the leave that still holds on days of `excuse`."""
    return db.execute(
        select(AbsenceExcuse.id, AbsenceExcuse.first_day, AbsenceExcuse.last_day).where(
            AbsenceExcuse.student_id == excuse.student_id,
            AbsenceExcuse.first_day <= excuse.last_day,
            AbsenceExcuse.last_day >= excuse.first_day,
            AbsenceExcuse.withdrawn_at.is_(None),
        )
    ).all()


def _enrolments_of(db: Session, student_id: int) -> Sequence[int]:
    return db.scalars(select(Enrolment.id).where(Enrolment.student_id == student_id)).all()


def _entries_of(db: Session, student_id: int, *which: Any) -> Sequence[Any]:
    return db.execute(
        select(Attendance.id, Attendance.enrolment_id, ClassSession.held_on)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .where(Enrolment.student_id == student_id, *which)
        .order_by(Attendance.id)
    ).all()


def _count_turned(db: Session, rows: Sequence[Any], was: Presence, now: Presence) -> None:
    deltas: dict[int, Counter[Presence]] = defaultdict(Counter)
    for row in rows:
        deltas[row.enrolment_id][was] -= 1
        deltas[row.enrolment_id][now] += 1
    attendance_totals.apply(db, deltas)
