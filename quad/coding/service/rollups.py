"""Keeping the numbers: whenever something of a student changes, everything of that student is reckoned anew.

A student has some hundred snapshots at most, so that is cheap and cannot drift. What students share (ranks, groups,
weeks) moves by the difference (service/cells.py), at once or, after a review, by the worker (service/counting.py). The
order of locks is: students by ascending number, then their accounts and snapshots, then the shared counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import ALL, NOWHERE, DayGain, Figure
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.policy import HERE
from quad.coding.service import cells, reckoning, rules
from quad.coding.service.cells import Moved, Shares
from quad.coding.service.reckoning import Entry, Gain, Linked
from quad.core.db.bulk import insert_rows
from quad.core.db.rows import plain_rows
from quad.core.db.together import Together
from quad.core.db.upsert import upsert
from quad.core.jobs.runtime import local_today

CHUNK = 400
REBUILD_JOB = "coding.rebuild"
PLACE = ("ranked", "department_id", "admission_year", "class_id", "sort_name")
NUMBERS = (
    *(name for name in reckoning.SUMMED if name != "score"),
    "total_down",
    "score_down",
    "rating_down",
    "week_down",
    "month_down",
    "last_on",
    "quiet_since",
    "moves_on",
    "active_weeks",
    "streak",
    "streak_week",
    "risk",
)
KEPT = (*PLACE, *NUMBERS)
DAYS = ("account_id", "day", "week", "student_id", "total", "gain", "rating")

_TABLE: Any = Figure.__table__
_DAYS: Any = DayGain.__table__

Counting = Callable[[Session, Moved], None]


def lock(db: Session, student_ids: Iterable[int]) -> None:
    """Hold these students until the unit ends, in ascending order: first of all locks."""
    for chunk in _chunks(student_ids):
        db.execute(
            select(Student.id)
            .where(Student.id.in_(chunk))
            .order_by(Student.id)
            .with_for_update(key_share=True)
        ).all()


def refresh(db: Session, student_ids: Iterable[int]) -> int:
    """Reckon everything of these students anew; return of how many anything was another number before.

    The caller holds the students (`lock`).
    """
    db.flush()
    return sum(
        settle(db, _OWN.read(db, {"students": chunk}), counting=cells.apply)
        for chunk in _chunks(student_ids)
    )


def rebuild(db: Session, student_ids: Sequence[int]) -> int:
    """As `refresh`, holding the students first."""
    lock(db, student_ids)
    return refresh(db, student_ids)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(sorted(set(ids)))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def settle(
    db: Session,
    found: Mapping[str, Sequence[Any]],
    *,
    fresh: Sequence[Any] = (),
    counting: Counting,
) -> int:
    """Reckon from what was read of some students (`OWN`), write what differs; return of how many anything did.

    `fresh` are snapshots that were approved after the reading. `counting` brings what differs into the shared counts.
    """
    now = rules.load(db)
    accounts = _accounts(found, fresh)
    figures_before, days_before = _figures(found["figures"]), _days(found["days"])
    shares = Shares()
    changes = Changes()
    off = 0
    for student in found["students"]:
        old, old_days = figures_before.get(student.id, {}), days_before.get(student.id, [])
        linked = accounts.get(student.id, [])
        new = {
            platform_id: {**place_of(student), "platform_id": platform_id, **values}
            for platform_id, values in reckoning.figures(
                linked, student.created_at.date(), now
            ).items()
        }
        new_days = [gain for account in linked for gain in reckoning.gains(account)]
        moved = changes.figures(student.id, old, new)
        moved |= changes.days(student.id, old_days, new_days)
        if moved:
            off += 1
            shares.put(old.values(), reckoning.weekly(old_days), -1)
            shares.put(new.values(), reckoning.weekly(new_days), 1)
    changes.write(db)
    if off:
        counting(db, shares.moved())
    return off


def students(ids: Any) -> Any:
    """Select what figures copy from students."""
    return select(
        Student.id,
        Student.department_id,
        Student.admission_year,
        Student.class_id,
        Student.sort_name,
        Student.status,
        Student.deleted_at,
        Student.created_at,
    ).where(Student.id.in_(ids))


_IDS: Any = bindparam("students", expanding=True)
# What the numbers follow from; a snapshot decided just now is read with the same (`deciding`).
COUNTED = (
    Snapshot.total_solved,
    Snapshot.easy_solved,
    Snapshot.medium_solved,
    Snapshot.hard_solved,
    Snapshot.contest_rating,
)
_KEPT = select(*(_TABLE.c[name] for name in ("id", "student_id", "platform_id", *KEPT))).where(
    _TABLE.c.student_id.in_(_IDS)
)
# Everything of some students that their numbers follow from, and the numbers as they are kept.
OWN: Mapping[str, Any] = {
    "students": students(_IDS),
    "accounts": select(
        CodingAccount.id,
        CodingAccount.student_id,
        CodingAccount.platform_id,
        CodingAccount.linked_on,
        Platform.weight,
    )
    .join(Platform, Platform.id == CodingAccount.platform_id)
    .where(CodingAccount.student_id.in_(_IDS), CodingAccount.unlinked_at.is_(None)),
    "approved": select(
        Snapshot.account_id,
        Snapshot.taken_on,
        *COUNTED,
    ).where(Snapshot.student_id.in_(_IDS), Snapshot.status == Status.APPROVED),
    "figures": _KEPT,
    "days": select(*(_DAYS.c[name] for name in DAYS)).where(_DAYS.c.student_id.in_(_IDS)),
}
_OWN = Together(OWN)


def place_of(student: Any) -> dict[str, Any]:
    """Return where a student (a row of `students`) stands on leaderboards."""
    return {
        "ranked": student.deleted_at is None and student.status in HERE,
        "department_id": student.department_id or NOWHERE,
        "admission_year": student.admission_year,
        "class_id": student.class_id or NOWHERE,
        "sort_name": student.sort_name,
    }


def _accounts(found: Mapping[str, Sequence[Any]], fresh: Iterable[Any]) -> dict[int, list[Linked]]:
    """Return the linked accounts with their approved snapshots, by student; a fresh one stands for its day."""
    entries: dict[int, dict[date, Entry]] = defaultdict(dict)
    for row in (*found["approved"], *fresh):
        entries[row.account_id][row.taken_on] = Entry(
            row.taken_on,
            row.total_solved,
            row.easy_solved,
            row.medium_solved,
            row.hard_solved,
            row.contest_rating,
        )
    linked: dict[int, list[Linked]] = defaultdict(list)
    for row in sorted(found["accounts"], key=lambda row: row.id):
        days = entries.get(row.id, {})
        own = [days[day] for day in sorted(days)]
        linked[row.student_id].append(
            Linked(row.id, row.platform_id, row.weight, row.linked_on, own)
        )
    return linked


def kept_figures(db: Session, ids: Sequence[int]) -> dict[int, dict[int, Any]]:
    """Return the figures of these students as they are kept, by student and platform."""
    return _figures(plain_rows(db, _KEPT, {"students": list(ids)}))


def _figures(rows: Iterable[Any]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        found[row.student_id][row.platform_id] = row._asdict()
    return found


def _days(rows: Iterable[Any]) -> dict[int, list[Gain]]:
    found: dict[int, list[Gain]] = defaultdict(list)
    for row in rows:
        found[row.student_id].append(
            Gain(row.account_id, row.day, row.week, row.total, row.gain, row.rating)
        )
    return found


class Changes:
    """Collects what differs, to write it in a handful of statements."""

    def __init__(self) -> None:
        self._new: list[tuple[Any, ...]] = []
        self._changed: list[dict[str, Any]] = []
        self._gone: list[int] = []
        self._put_days: list[tuple[Any, ...]] = []
        self._in_place = False  # whether any of them is there with other numbers
        self._gone_days: dict[int, list[date]] = {}

    def figures(
        self,
        student_id: int,
        old: Mapping[int, Mapping[str, Any]],
        new: Mapping[int, Mapping[str, Any]],
    ) -> bool:
        """Note how a student's figures differ; tell whether they do."""
        moved = False
        for platform_id, values in new.items():
            before = old.get(platform_id)
            if before is None:
                self._new.append((student_id, platform_id, *(values[name] for name in KEPT)))
            elif any(before[name] != values[name] for name in KEPT):
                self._changed.append(
                    {"figure": before["id"], **{f"new_{name}": values[name] for name in KEPT}}
                )
            else:
                continue
            moved = True
        gone = [before["id"] for platform_id, before in old.items() if platform_id not in new]
        self._gone += gone
        return moved or bool(gone)

    def days(self, student_id: int, old: Sequence[Gain], new: Sequence[Gain]) -> bool:
        """Note how a student's days differ; tell whether they do."""
        kept, wanted = set(old), set(new)
        before = {(one.account_id, one.day) for one in old}
        after = {(one.account_id, one.day) for one in new}
        for account_id, day in sorted(before - after):
            self._gone_days.setdefault(account_id, []).append(day)
        for one in new:
            if one in kept:
                continue
            values = (
                one.account_id,
                one.day,
                one.week,
                student_id,
                one.total,
                one.gain,
                one.rating,
            )
            self._put_days.append(values)
            self._in_place |= (one.account_id, one.day) in before
        return kept != wanted

    def write(self, db: Session) -> None:
        """Write what was noted."""
        connection = db.connection()
        for account_id, days in self._gone_days.items():
            for start in range(0, len(days), CHUNK):
                some = _DAYS.c.day.in_(days[start : start + CHUNK])
                connection.execute(delete(_DAYS).where(_DAYS.c.account_id == account_id, some))
        if self._in_place:
            putting = upsert(db, DayGain, DAYS[:2], DAYS[2:])
            rows = [dict(zip(DAYS, values, strict=True)) for values in self._put_days]
            connection.execute(putting, rows)
        elif self._put_days:
            insert_rows(db, DayGain, DAYS, self._put_days)
        if self._gone:
            connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(self._gone)))
        if self._changed:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in KEPT}
            change = update(_TABLE).where(_TABLE.c.id == bindparam("figure")).values(values)
            connection.execute(change, self._changed)
        if self._new:
            insert_rows(db, Figure, ("student_id", "platform_id", *KEPT), self._new)


def due(db: Session, limit: int) -> list[int]:
    """Return students of whom a number moves by itself today, or should have before."""
    wanted = (
        select(Figure.student_id)
        .where(Figure.platform_id == ALL, Figure.moves_on <= local_today(db))
        .order_by(Figure.moves_on, Figure.student_id)
        .limit(limit)
    )
    return list(db.scalars(wanted))


def without_figures(db: Session, limit: int) -> list[int]:
    """Return students nobody has reckoned yet."""
    known = select(Figure.id).where(Figure.student_id == Student.id, Figure.platform_id == ALL)
    wanted = select(Student.id).where(~known.exists()).order_by(Student.id).limit(limit)
    return list(db.scalars(wanted))


def students_after(db: Session, last: int, limit: int) -> list[int]:
    """Return the next students above `last`, for work on everybody in pieces."""
    wanted = select(Student.id).where(Student.id > last).order_by(Student.id).limit(limit)
    return list(db.scalars(wanted))


def count_students(db: Session) -> int:
    """Count everybody such work is about."""
    return db.scalar(select(func.count()).select_from(Student)) or 0
