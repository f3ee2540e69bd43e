"""Who took what, with which marks and which final result: one offering at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.academics.importers.oulad.components import locked_sentence
from quad.academics.importers.oulad.contents import WITHDRAWN, Contents, Taken, first_day
from quad.academics.importers.oulad.counting import Counts
from quad.academics.importers.oulad.folder import RESULTS, STUDENTS, Place, Problems
from quad.academics.importers.oulad.house import Room
from quad.academics.importers.oulad.people import pieces
from quad.academics.models.results import Award, AwardKind, Mark
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus
from quad.core import clock
from quad.core.db.bulk import insert_rows
from quad.core.db.model import Model, acting_user
from quad.core.i18n import gettext as _


@dataclass
class Work:
    """What the steps for the offerings share. `touched` are the students whose results may have moved."""

    db: Session
    contents: Contents
    counts: Counts
    problems: Problems
    import_id: int
    students: dict[int, int]
    components: dict[int, int]
    touched: set[int] = field(default_factory=set)

    @property
    def reason(self) -> str:
        """What a mark says of where it comes from."""
        return _("Import %(number)s", number=self.import_id)


@dataclass(frozen=True)
class Wanted:
    """An enrolment as it should be."""

    student_id: int
    attempt: int
    status: EnrolmentStatus
    enrolled_on: date | None
    withdrawn_on: date | None


def fill(work: Work, place: Place, room: Room) -> bool:
    """Write enrolments, marks and final results of one offering; tell whether anything changed."""
    enrolments, moved = _enrol(work, place, room)
    moved |= _mark(work, place, room, enrolments) | _award(work, place, room, enrolments)
    work.touched |= {work.students[number] for number in moved}
    return bool(moved)


def _enrol(work: Work, place: Place, room: Room) -> tuple[dict[int, int], set[int]]:
    """Return the enrolment of every student's number, and the numbers of those that are new or changed."""
    db, offering_id = work.db, room.offering.id
    wanted = {
        number: _wanted(work.students[number], taken, first_day(place[1]))
        for number, taken in work.contents.presentations[place].students.items()
        if number in work.students
    }
    there = {} if room.fresh else _enrolled(db, offering_id)
    fresh: list[Wanted] = []
    changed: list[tuple[int, Wanted]] = []
    found: dict[int, int] = {}
    moved: set[int] = set()
    for number, row in wanted.items():
        known = there.get(row.student_id)
        differs = known is not None and known[1] != row
        if room.locked and (known is None or differs):
            line = work.contents.presentations[place].students[number].line
            work.problems.add(work.contents.folder.name(STUDENTS), line, locked_sentence(place))
            continue
        work.counts.enrolments.note(exists=known is not None, differs=differs)
        if known is None:
            fresh.append(row)
        else:
            found[number] = known[0]
            if differs:
                changed.append((known[0], row))
        if known is None or differs:
            moved.add(number)
    _change_enrolments(db, changed)
    ids = _add_enrolments(db, offering_id, fresh)
    by_student = {row.student_id: number for number, row in wanted.items()}
    made = {by_student[student_id]: row_id for student_id, row_id in ids.items()}
    return found | made, moved


def _wanted(student_id: int, taken: Taken, begins: date) -> Wanted:
    """Nine students of the dataset failed after they had left the register: they are not withdrawn."""
    left = taken.result == WITHDRAWN
    return Wanted(
        student_id=student_id,
        attempt=taken.attempt,
        status=EnrolmentStatus.WITHDRAWN if left else EnrolmentStatus.ENROLLED,
        enrolled_on=_day(begins, taken.since),
        withdrawn_on=_day(begins, taken.until) if left else None,
    )


def _day(begins: date, days: int | None) -> date | None:
    return None if days is None else begins + timedelta(days=days)


def _enrolled(db: Session, offering_id: int) -> dict[int, tuple[int, Wanted]]:
    rows = db.execute(
        select(
            Enrolment.id,
            Enrolment.student_id,
            Enrolment.attempt,
            Enrolment.status,
            Enrolment.enrolled_on,
            Enrolment.withdrawn_on,
        )
        .where(Enrolment.offering_id == offering_id)
        .order_by(Enrolment.id)
        .with_for_update()
    )
    return {row.student_id: (row.id, Wanted(*row[1:])) for row in rows}


def _change_enrolments(db: Session, changed: list[tuple[int, Wanted]]) -> None:
    table: Any = Enrolment.__table__
    for row_id, row in changed:
        db.connection().execute(
            update(table)
            .where(table.c.id == row_id)
            .values(
                attempt=row.attempt,
                status=row.status,
                enrolled_on=row.enrolled_on,
                withdrawn_on=row.withdrawn_on,
                updated_at=clock.now(),
                updated_by=acting_user(),
            )
        )


def _add_enrolments(db: Session, offering_id: int, rows: list[Wanted]) -> dict[int, int]:
    if not rows:
        return {}
    before = db.scalar(select(func.max(Enrolment.id))) or 0
    names = ("student_id", "offering_id", "attempt", "status", "enrolled_on", "withdrawn_on")
    insert_rows(
        db,
        Enrolment,
        names,
        (
            (
                row.student_id,
                offering_id,
                row.attempt,
                row.status,
                row.enrolled_on,
                row.withdrawn_on,
            )
            for row in rows
        ),
    )
    made = db.execute(
        select(Enrolment.student_id, Enrolment.id).where(
            Enrolment.offering_id == offering_id, Enrolment.id > before
        )
    )
    return {row.student_id: row.id for row in made}


def _mark(work: Work, place: Place, room: Room, enrolments: dict[int, int]) -> set[int]:
    """Add the marks; one that differs supersedes the one that stands. Return whose they are."""
    there = {} if room.fresh else _marked(work.db, room.offering.id)
    reason = work.reason
    fresh: list[tuple[Any, ...]] = []
    replaced: list[int] = []
    moved: set[int] = set()
    for number, got in work.contents.presentations[place].results.items():
        component_id = work.components.get(number)
        if component_id is None:
            continue  # its assessment was refused
        for student, (line, score, carried_over) in got.items():
            enrolment_id = enrolments.get(student)
            if enrolment_id is None:
                continue  # so was the enrolment
            known = there.get((enrolment_id, component_id))
            differs = known is not None and known[1:] != (score, False, carried_over)
            if room.locked and (known is None or differs):
                work.problems.add(work.contents.folder.name(RESULTS), line, locked_sentence(place))
                continue
            work.counts.marks.note(exists=known is not None, differs=differs)
            if known is None or differs:
                old = known[0] if known else None
                fresh.append((enrolment_id, component_id, score, carried_over, old, reason))
                moved.add(student)
                if old is not None:
                    replaced.append(old)
    _supersede(work.db, Mark, replaced)
    names = (
        "enrolment_id",
        "component_id",
        "value",
        "carried_over",
        "supersedes_id",
        "reason",
    )
    insert_rows(work.db, Mark, names, fresh)
    return moved


def _marked(
    db: Session, offering_id: int
) -> dict[tuple[int, int], tuple[int, Decimal | None, bool, bool]]:
    rows = db.execute(
        select(
            Mark.enrolment_id,
            Mark.component_id,
            Mark.id,
            Mark.value,
            Mark.absent,
            Mark.carried_over,
        )
        .join(Component, Component.id == Mark.component_id)
        .where(Component.offering_id == offering_id, Mark.current == 1)
    )
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}


def _award(work: Work, place: Place, room: Room, enrolments: dict[int, int]) -> set[int]:
    """Let the final result stand as it is given; a withdrawal has none."""
    there = {} if room.fresh else _awarded(work.db, room.offering.id)
    reason = work.reason
    fresh: list[tuple[Any, ...]] = []
    replaced: list[int] = []
    moved: set[int] = set()
    for student, enrolment_id in enrolments.items():
        taken = work.contents.presentations[place].students[student]
        wanted = _result(taken.result)
        old, *stands = there.get(enrolment_id, (None, AwardKind.TAKEN_BACK, ""))
        differs = tuple(stands) != wanted
        if room.locked and differs:
            file = work.contents.folder.name(STUDENTS)
            work.problems.add(file, taken.line, locked_sentence(place), "final_result")
            continue
        if differs or old is not None:  # a withdrawal that stays one has no result to count
            work.counts.results.note(exists=old is not None, differs=differs)
        if differs:
            fresh.append((enrolment_id, *wanted, old, reason))
            moved.add(student)
            if old is not None:
                replaced.append(old)
    _supersede(work.db, Award, replaced)
    names = ("enrolment_id", "kind", "letter", "supersedes_id", "reason")
    insert_rows(work.db, Award, names, fresh)
    return moved


def _result(given: str) -> tuple[AwardKind, str]:
    return (AwardKind.TAKEN_BACK, "") if given == WITHDRAWN else (AwardKind.GRADE, given)


def _awarded(db: Session, offering_id: int) -> dict[int, tuple[int, AwardKind, str]]:
    rows = db.execute(
        select(Award.enrolment_id, Award.id, Award.kind, Award.letter)
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .where(Enrolment.offering_id == offering_id, Award.current == 1)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _supersede(db: Session, model: type[Model], ids: list[int]) -> None:
    table: Any = model.__table__
    for piece in pieces(sorted(ids)):
        db.connection().execute(update(table).where(table.c.id.in_(piece)).values(current=None))
