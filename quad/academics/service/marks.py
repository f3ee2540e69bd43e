"""Entering and correcting marks. A mark is never changed: a new one supersedes it.

The marks of one offering are written under the lock of its row, one batch after the other. Within an offering their
numbers therefore grow in the order in which they become visible, so "everything up to mark 4711" says exactly what
somebody has seen (sheets.shown_at, sheets.news).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import MarksCorrected, MarksEntered
from quad.academics.forms.marks import CorrectMark, MarkEntry, MarksBatch
from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import (
    Component,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.academics.service.judging import (
    Cell,
    CellOutcome,
    Held,
    Names,
    Saved,
    Standing,
    Stands,
    with_writers,
)
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User

Accepted = list[tuple[MarkEntry, Stands | None]]


def enter(db: Session, actor: Actor, offering_id: int, batch: MarksBatch) -> list[CellOutcome]:
    """Enter many marks; each cell is taken, found unchanged, refused or in conflict on its own.

    A cell that does not fit leaves the others standing: all cells are checked before the first row is written, under
    the locks of the offering and the enrolments, so the good ones go in together. A mark that students can see already
    needs the batch's reason. Raises NotFound, Forbidden, and Rejected when the results are locked.
    """
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    _refuse_locked(offering)
    return write(db, actor.id, offering, batch)


def write(db: Session, by: int | None, offering: Offering, batch: MarksBatch) -> list[CellOutcome]:
    """Enter marks as `enter` does, in an offering whose row the caller holds, whatever its state.

    The caller has asked the policy; `by` is the user it is done by.
    """
    last, held, marks, outcomes = _judged(db, offering, batch)
    accepted = [
        (last[item.cell], marks.get(item.cell)) for item in outcomes if item.status is Saved.SAVED
    ]
    ids = _write(db, accepted, batch.reason) if accepted else {}
    if ids:
        _refresh(db, offering, held, accepted)
        _tell(db, by, offering.id, held, ids)
    outcomes = [
        replace(item, mark_id=ids[item.cell]) if item.cell in ids else item for item in outcomes
    ]
    return with_writers(db, outcomes, marks)


def look(db: Session, offering: Offering, batch: MarksBatch) -> list[CellOutcome]:
    """Say what `write` would do with each cell, without doing it; SAVED is what would be written."""
    return _judged(db, offering, batch)[3]


def _judged(
    db: Session, offering: Offering, batch: MarksBatch
) -> tuple[dict[Cell, MarkEntry], Held, dict[Cell, Stands], list[CellOutcome]]:
    last = {(entry.enrolment_id, entry.component_id): entry for entry in batch.entries}
    held, marks = _load(db, offering, {enrolment for enrolment, _component in last})
    return last, held, marks, [held.judge(entry, batch.reason) for entry in last.values()]


def correct(
    db: Session, actor: Actor, enrolment_id: int, component_id: int, form: CorrectMark
) -> Mark:
    """Correct one mark, with the reason kept beside it.

    Raises NotFound, Forbidden, Rejected when the results are locked, Invalid when the value does not fit.
    """
    enrolment = policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    entry = MarkEntry(
        enrolment_id=enrolment_id,
        component_id=component_id,
        value=form.value,
        absent=form.absent,
    )
    batch = MarksBatch(entries=[entry], reason=form.reason)
    outcome = enter(db, actor, enrolment.offering_id, batch)[0]
    if outcome.error:
        raise Invalid({"value": outcome.error})
    if outcome.mark_id is None:
        raise Rejected(_("There is no mark to take back."))
    return db.scalars(select(Mark).where(Mark.id == outcome.mark_id)).one()


def _refuse_locked(offering: Offering) -> None:
    if offering.state is ResultState.LOCKED:
        raise Rejected(_("The results are locked. Reopen them before changing marks."))


def _load(
    db: Session, offering: Offering, enrolment_ids: set[int]
) -> tuple[Held, dict[Cell, Stands]]:
    """Hold the enrolments and read what the batch is checked against: two statements for a sheet of 400."""
    components = db.scalars(
        select(Component).where(Component.offering_id == offering.id).order_by(Component.id)
    )
    by_id = {component.id: component for component in components}
    there = select(Student.id).where(
        Student.id == Enrolment.student_id, Student.deleted_at.is_(None)
    )
    enrolments: dict[int, EnrolmentStatus] = {}
    marks: dict[Cell, Stands] = {}
    for chunk in rollups.chunks(enrolment_ids):
        rows = db.execute(
            select(
                Enrolment.id.label("enrolment_id"),
                Enrolment.status,
                Mark.id,
                Mark.component_id,
                Mark.value,
                Mark.absent,
                Mark.created_by,
                Mark.created_at,
            )
            .outerjoin(Mark, (Mark.enrolment_id == Enrolment.id) & (Mark.current == 1))
            .where(
                Enrolment.id.in_(chunk),
                Enrolment.offering_id == offering.id,
                there.exists(),
            )
            .order_by(Enrolment.id)
            .with_for_update(of=Enrolment)
        )
        for row in rows:
            enrolments[row.enrolment_id] = row.status
            if row.id is not None:
                marks[row.enrolment_id, row.component_id] = Stands(
                    row.id, row.value, row.absent, row.created_by, row.created_at
                )
    return Held(by_id, enrolments, marks, Names(db, enrolments)), marks


def _refresh(
    db: Session,
    offering: Offering,
    held: Held,
    accepted: Accepted,
) -> None:
    """Bring the results up to date, with what is known already: components, and the marks as they stand now."""
    stand: dict[int, dict[int, Standing]] = defaultdict(dict)
    for (enrolment_id, component_id), mark in held.marks.items():
        stand[enrolment_id][component_id] = mark
    touched = set()
    for entry, _before in accepted:
        touched.add(entry.enrolment_id)
        value = None if entry.absent else entry.value
        stand[entry.enrolment_id][entry.component_id] = Stands(0, value, entry.absent)
    known = rollups.Known(offering, list(held.components.values()), stand)
    rollups.refresh(db, touched, known)


def _write(db: Session, accepted: Accepted, reason: str) -> dict[Cell, int]:
    """Write the accepted cells; return the number of each new mark."""
    superseded = [held.id for _entry, held in accepted if held is not None]
    table: Any = Mark.__table__
    for chunk in rollups.chunks(superseded):
        # The old row stops being current before the new one claims the place: the unique allows only one. It goes
        # through the table, for the new row and its fact are the record, and no second one of this is kept.
        db.execute(update(table).where(table.c.id.in_(chunk)).values(current=None))
    rows = [
        {
            "enrolment_id": entry.enrolment_id,
            "component_id": entry.component_id,
            "value": None if entry.absent else entry.value,
            "absent": entry.absent,
            "supersedes_id": held.id if held is not None else None,
            "reason": reason,
        }
        for entry, held in accepted
    ]
    # One statement for all; adding objects would be one for each on SQLite.
    if db.get_bind().dialect.insert_executemany_returning:
        added = db.execute(
            insert(Mark).returning(Mark.id, Mark.enrolment_id, Mark.component_id), rows
        )
        return {(row.enrolment_id, row.component_id): row.id for row in added}
    db.execute(insert(Mark), rows)
    return _numbers(db, {(entry.enrolment_id, entry.component_id) for entry, _held in accepted})


def _numbers(db: Session, cells: set[Cell]) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for chunk in rollups.chunks(enrolment for enrolment, _component in cells):
        rows = db.execute(
            select(Mark.id, Mark.enrolment_id, Mark.component_id).where(
                Mark.enrolment_id.in_(chunk), Mark.current == 1
            )
        )
        found |= {(row.enrolment_id, row.component_id): row.id for row in rows}
    return {cell: found[cell] for cell in cells}


def _tell(db: Session, by: int | None, offering_id: int, held: Held, ids: dict[Cell, int]) -> None:
    """Say what was entered, and apart what students could see already: one fact each, however many marks."""
    seen = [cell for cell in ids if held.components[cell[1]].published_at is not None]
    people = [held.names.of(enrolment_id) for enrolment_id, _component in seen]
    emit(
        db,
        MarksEntered(
            actor_id=by,
            offering_id=offering_id,
            mark_ids=tuple(sorted(ids.values())),
            user_ids=tuple(sorted({one.user_id for one in people})),
        ),
    )
    if seen:
        emit(
            db,
            MarksCorrected(
                actor_id=by,
                offering_id=offering_id,
                mark_ids=tuple(sorted(ids[cell] for cell in seen)),
                superseded_ids=tuple(sorted(held.marks[c].id for c in seen if c in held.marks)),
                student_ids=tuple(sorted({one.student_id for one in people})),
            ),
        )


def history(db: Session, actor: Actor, enrolment_id: int, component_id: int) -> Sequence[Any]:
    """Return every mark that ever stood in one cell, the newest first, with who entered it."""
    policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    return db.execute(
        select(
            Mark.id,
            Mark.value,
            Mark.absent,
            Mark.carried_over,
            Mark.reason,
            Mark.created_at,
            User.full_name.label("entered_by"),
        )
        .outerjoin(User, User.id == Mark.created_by)
        .where(Mark.enrolment_id == enrolment_id, Mark.component_id == component_id)
        .order_by(Mark.id.desc())
    ).all()
