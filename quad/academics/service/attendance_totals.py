"""What registers come to: counts and a percentage per enrolment, kept up with every change and rebuilt from the rows.

The percentage is of the sessions that count: attended over attended and missed. Excused absences are left out, and
being late counts as much as the institution says. Exact, rounded once, half up, to two decimals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from quad.academics.grading import half_up
from quad.academics.models.attendance import (
    NOT_HELD,
    Attendance,
    AttendanceTotal,
    Presence,
)
from quad.academics.models.teaching import Enrolment, Offering
from quad.academics.service import rollups
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.outbox import enqueue
from quad.core.settings import Setting, between, value
from quad.institution.models import Term

WARN_JOB = "academics.attendance_warn"
REBUILD_JOB = "academics.attendance_rebuild"
# A slip of the finger in a register is corrected before anybody is told of it.
SECOND_THOUGHTS = timedelta(minutes=10)
GROUP = _l("Attendance")
Deltas = Mapping[int, Counter[Presence]]


LIMIT = Setting(
    key="academics.attendance_limit",
    label=_l("Attendance that is required, in per cent"),
    hint=_l("Below this a student and the advisor are warned, once."),
    default=75,
    kind="int",
    group=GROUP,
    check=between(0, 100, _l("Use a number from %(least)s to %(most)s.")),
    order=10,
)
WARN_AFTER = Setting(
    key="academics.attendance_warn_after",
    label=_l("Classes before the first warning"),
    hint=_l("So that one absence in the first week warns nobody."),
    default=5,
    kind="int",
    group=GROUP,
    check=between(1, 100, _l("Use a number from %(least)s to %(most)s.")),
    order=20,
)
LATE_COUNTS = Setting(
    key="academics.attendance_late",
    label=_l("Being late counts as, in per cent of a class attended"),
    hint=_l("100 is as good as present, 0 as bad as absent."),
    default=100,
    kind="int",
    group=GROUP,
    check=between(0, 100, _l("Use a number from %(least)s to %(most)s.")),
    order=30,
)
SETTINGS = frozenset({LIMIT.key, WARN_AFTER.key, LATE_COUNTS.key})


@dataclass(frozen=True)
class Measure:
    """The institution's rule: what is required, from how many classes on, and what being late is worth."""

    limit: int
    warn_after: int
    late: int

    def percentage(self, present: int, late: int, absent: int) -> Decimal | None:
        """Return the attendance in per cent, None while nothing counts."""
        counted = present + late + absent
        if not counted:
            return None
        return half_up(Fraction(present * 100 + late * self.late, counted), 2)

    def short(self, percentage: Decimal | None, counted: int) -> bool:
        """Tell whether an attendance is too low."""
        return percentage is not None and counted >= self.warn_after and percentage < self.limit

    def values(self, counts: Mapping[Presence, int]) -> dict[str, Any]:
        """Return what a total says for these counts."""
        present, late, absent = (
            counts[Presence.PRESENT],
            counts[Presence.LATE],
            counts[Presence.ABSENT],
        )
        percentage = self.percentage(present, late, absent)
        return {
            "present": present,
            "late": late,
            "absent": absent,
            "excused": counts[Presence.EXCUSED],
            "percentage": percentage,
            "percentage_order": NOT_HELD if percentage is None else percentage,
            "short": self.short(percentage, present + late + absent),
        }


def measure(db: Session) -> Measure:
    """Return the institution's rule as it is now."""
    return Measure(value(db, LIMIT), value(db, WARN_AFTER), value(db, LATE_COUNTS))


def apply(db: Session, deltas: Deltas) -> None:
    """Add changes to the totals of these enrolments. The caller holds the enrolments (`rollups.lock_enrolments`)."""
    rule, moved = measure(db), {key: delta for key, delta in deltas.items() if any(delta.values())}
    known: dict[int, Any] = {}
    for chunk in rollups.chunks(moved):
        known |= {row.enrolment_id: row for row in db.execute(_totals(chunk))}
    changed = {
        enrolment: rule.values(_added(_counts(known.get(enrolment)), delta))
        for enrolment, delta in moved.items()
    }
    _write(db, changed, known)


def _counts(row: Any) -> Counter[Presence]:
    if row is None:
        return Counter()
    return Counter(
        {
            Presence.PRESENT: row.present,
            Presence.LATE: row.late,
            Presence.ABSENT: row.absent,
            Presence.EXCUSED: row.excused,
        }
    )


def _added(counts: Counter[Presence], delta: Counter[Presence]) -> Counter[Presence]:
    return Counter({state: counts[state] + delta[state] for state in Presence})


def _totals(enrolment_ids: list[int]) -> Any:
    return select(
        AttendanceTotal.id,
        AttendanceTotal.enrolment_id,
        AttendanceTotal.offering_id,
        AttendanceTotal.present,
        AttendanceTotal.late,
        AttendanceTotal.absent,
        AttendanceTotal.excused,
        AttendanceTotal.percentage,
        AttendanceTotal.percentage_order,
        AttendanceTotal.short,
        AttendanceTotal.told_at,
    ).where(AttendanceTotal.enrolment_id.in_(enrolment_ids))


def _write(db: Session, changed: Mapping[int, dict[str, Any]], known: Mapping[int, Any]) -> None:
    """Write totals; who is not short any more may be told again, and who newly is will be told."""
    here = [
        {
            "id": known[enrolment].id,
            "told_at": known[enrolment].told_at if values["short"] else None,
        }
        | values
        for enrolment, values in changed.items()
        if enrolment in known
    ]
    if here:
        db.execute(update(AttendanceTotal), here)
    offerings = {key: row.offering_id for key, row in known.items()}
    new = [enrolment for enrolment in changed if enrolment not in known]
    for chunk in rollups.chunks(new):
        found = db.execute(
            select(Enrolment.id, Enrolment.offering_id).where(Enrolment.id.in_(chunk))
        )
        offerings |= {row.id: row.offering_id for row in found}
    if new:
        db.execute(
            insert(AttendanceTotal),
            [
                {"enrolment_id": one, "offering_id": offerings[one]} | changed[one]
                for one in new
                if one in offerings
            ],
        )
    untold = {
        offerings[enrolment]
        for enrolment, values in changed.items()
        if values["short"] and (enrolment not in known or known[enrolment].told_at is None)
    }
    for offering_id in sorted(untold):
        _warn_later(db, offering_id)


def _warn_later(db: Session, offering_id: int) -> None:
    turn = int(clock.now().timestamp() // SECOND_THOUGHTS.total_seconds())
    enqueue(
        db,
        WARN_JOB,
        {"offering": offering_id},
        key=f"attendance-warn/{offering_id}/{turn}",
        delay=SECOND_THOUGHTS,
    )


def rebuild(db: Session, enrolment_ids: Iterable[int]) -> int:
    """Make the totals of these enrolments anew from the registers; return how many were off."""
    rule, off = measure(db), 0
    for chunk in rollups.chunks(enrolment_ids):
        rollups.lock_enrolments(db, chunk)
        counts: dict[int, Counter[Presence]] = {}
        rows = db.execute(
            select(Attendance.enrolment_id, Attendance.state, func.count())
            .where(Attendance.enrolment_id.in_(chunk))
            .group_by(Attendance.enrolment_id, Attendance.state)
        )
        for enrolment, state, count in rows:
            counts.setdefault(enrolment, Counter())[state] = count
        known = {row.enrolment_id: row for row in db.execute(_totals(chunk))}
        right = {
            one: rule.values(counts.get(one, Counter())) for one in counts.keys() | known.keys()
        }
        wrong = {
            one: values
            for one, values in right.items()
            if one not in known or any(getattr(known[one], name) != values[name] for name in values)
        }
        _write(db, wrong, known)
        off += len(wrong)
    return off


def measure_anew(db: Session) -> None:
    """Have the totals of the running term made anew, since the institution's rule has changed."""
    enqueue(db, REBUILD_JOB, {})


def current(db: Session, after: int, limit: int) -> list[int]:
    """Return the next enrolments of the running term that have a total, above `after` (the worker's part)."""
    return list(
        db.scalars(
            select(AttendanceTotal.enrolment_id)
            .join(Offering, Offering.id == AttendanceTotal.offering_id)
            .join(Term, Term.id == Offering.term_id)
            .where(Term.is_current, AttendanceTotal.enrolment_id > after)
            .order_by(AttendanceTotal.enrolment_id)
            .limit(limit)
        )
    )
