"""Entering and correcting marks. A mark is never changed: a new one supersedes it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.facts import MarkCorrected, MarksEntered
from quad.academics.forms import CorrectMark, MarkEntry, MarksBatch, written
from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import (
    Component,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.service import rollups
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.policy import Actor
from quad.identity.models import User

PLACES = 2


class Saved(enum.StrEnum):
    """What became of one cell."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class CellOutcome:
    """One cell of a batch: what became of it, the sentence when it was not taken, and the mark that stands now."""

    enrolment_id: int
    component_id: int
    status: Saved
    error: str | None = None
    mark_id: int | None = None


@dataclass(frozen=True)
class Sheet:
    """What a batch is checked against; loaded once for all its cells."""

    components: dict[int, Component]
    students: dict[int, Any]
    marks: dict[tuple[int, int], Mark]


def enter(db: Session, actor: Actor, offering_id: int, batch: MarksBatch) -> list[CellOutcome]:
    """Enter many marks; each cell is taken, found unchanged, refused or in conflict on its own.

    A cell that does not fit leaves the others standing: all cells are checked before the first row is written, under
    the locks of the offering and the enrolments, so the good ones go in together. Raises Rejected when the results are
    locked or nobody may change them any more, and when published marks change without a reason.
    """
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    _refuse_locked(offering)
    last = {(entry.enrolment_id, entry.component_id): entry for entry in batch.entries}
    sheet = _load(db, offering_id, {enrolment for enrolment, _component in last})
    outcomes: list[CellOutcome] = []
    accepted: list[tuple[MarkEntry, Mark | None]] = []
    for entry in last.values():
        outcome = _judge(sheet, entry)
        outcomes.append(outcome)
        if outcome.status is Saved.SAVED:
            accepted.append((entry, sheet.marks.get((entry.enrolment_id, entry.component_id))))
    if not accepted:
        return outcomes
    if not batch.reason and _changes_published(sheet, accepted):
        raise Rejected(_("Students can see these marks already. Say why they change."))
    added = _write(db, accepted, batch.reason)
    rollups.refresh(db, {mark.enrolment_id for mark in added})
    _tell(db, actor, offering_id, sheet, added)
    ids = {(mark.enrolment_id, mark.component_id): mark.id for mark in added}
    return [_with_id(outcome, ids) for outcome in outcomes]


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


def _load(db: Session, offering_id: int, enrolment_ids: set[int]) -> Sheet:
    components = db.scalars(select(Component).where(Component.offering_id == offering_id))
    students: dict[int, Any] = {}
    marks: dict[tuple[int, int], Mark] = {}
    rollups.lock_enrolments(db, enrolment_ids)
    for chunk in rollups.chunks(enrolment_ids):
        for row in db.execute(
            select(
                Enrolment.id,
                Enrolment.status,
                Student.id.label("student_id"),
                Student.user_id,
                User.full_name,
            )
            .join(Student, Student.id == Enrolment.student_id)
            .join(User, User.id == Student.user_id)
            .where(
                Enrolment.id.in_(chunk),
                Enrolment.offering_id == offering_id,
                Student.deleted_at.is_(None),
            )
        ):
            students[row.id] = row
        for mark in db.scalars(
            select(Mark)
            .where(Mark.enrolment_id.in_(chunk), Mark.current == 1)
            .execution_options(populate_existing=True)
        ):
            marks[mark.enrolment_id, mark.component_id] = mark
    return Sheet({component.id: component for component in components}, students, marks)


def _judge(sheet: Sheet, entry: MarkEntry) -> CellOutcome:
    cell = (entry.enrolment_id, entry.component_id)
    held = sheet.marks.get(cell)
    error = _unfit(sheet, entry)
    if error:
        return CellOutcome(*cell, Saved.REFUSED, error, held.id if held else None)
    value = None if entry.absent else entry.value
    if (
        (held.value, held.absent) == (value, entry.absent)
        if held
        else value is None and not entry.absent
    ):
        return CellOutcome(*cell, Saved.UNCHANGED, None, held.id if held else None)
    if entry.seen is not None and entry.seen != (held.id if held else 0):
        student = sheet.students[entry.enrolment_id].full_name
        now = written(held.value, held.absent) if held else ""
        error = _(
            "%(student)s, %(component)s: somebody else entered %(now)s meanwhile. Look, then save again.",
            student=student,
            component=sheet.components[entry.component_id].name,
            now=now or _("nothing"),
        )
        return CellOutcome(*cell, Saved.CONFLICT, error, held.id if held else None)
    return CellOutcome(*cell, Saved.SAVED)


def _unfit(sheet: Sheet, entry: MarkEntry) -> str | None:
    row = sheet.students.get(entry.enrolment_id)
    component = sheet.components.get(entry.component_id)
    if row is None:
        return _("This student is not on the roster.")
    if component is None:
        return _("This offering has no such component.")
    if row.status is EnrolmentStatus.WITHDRAWN:
        return _(
            "%(student)s has withdrawn; marks cannot be entered any more.", student=row.full_name
        )
    return None if entry.value is None else _unfit_value(row.full_name, component, entry)


def _unfit_value(student: str, component: Component, entry: MarkEntry) -> str | None:
    assert entry.value is not None
    where = {"student": student, "component": component.name}
    if entry.absent:
        return _("%(student)s, %(component)s: give a mark or absent, not both.", **where)
    if entry.value > component.maximum:
        return _(
            "%(student)s, %(component)s: %(value)s, but the maximum is %(maximum)s.",
            **where,
            value=number(entry.value),
            maximum=number(component.maximum),
        )
    if entry.value < 0:
        value = number(entry.value)
        return _(
            "%(student)s, %(component)s: %(value)s, but a mark is 0 or more.", **where, value=value
        )
    if entry.value != round(entry.value, PLACES):
        return _("%(student)s, %(component)s: use at most 2 decimals.", **where)
    return None


def _changes_published(sheet: Sheet, accepted: Iterable[tuple[MarkEntry, Mark | None]]) -> bool:
    return any(
        held is not None and sheet.components[entry.component_id].published_at is not None
        for entry, held in accepted
    )


def _write(
    db: Session, accepted: Sequence[tuple[MarkEntry, Mark | None]], reason: str
) -> list[Any]:
    """Write the accepted cells and return what stands in them now: number, place, what it supersedes."""
    superseded = [held.id for _entry, held in accepted if held is not None]
    for chunk in rollups.chunks(superseded):
        # The old row stops being current before the new one claims the place: the unique allows only one.
        db.execute(
            update(Mark)
            .where(Mark.id.in_(chunk))
            .values(current=None)
            .execution_options(synchronize_session=False)
        )
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
    db.execute(insert(Mark), rows)
    cells = {(entry.enrolment_id, entry.component_id) for entry, _held in accepted}
    added: list[Any] = []
    for chunk in rollups.chunks(enrolment for enrolment, _component in cells):
        found = db.execute(
            select(Mark.id, Mark.enrolment_id, Mark.component_id, Mark.supersedes_id).where(
                Mark.enrolment_id.in_(chunk), Mark.current == 1
            )
        )
        added += [row for row in found if (row.enrolment_id, row.component_id) in cells]
    return sorted(added, key=lambda row: int(row.id))


def _tell(db: Session, actor: Actor, offering_id: int, sheet: Sheet, added: Sequence[Any]) -> None:
    emit(
        db,
        MarksEntered(
            actor_id=actor.id,
            offering_id=offering_id,
            mark_ids=tuple(mark.id for mark in added),
        ),
    )
    for mark in added:
        if sheet.components[mark.component_id].published_at is None:
            continue
        student = sheet.students[mark.enrolment_id]
        emit(
            db,
            MarkCorrected(
                actor_id=actor.id,
                offering_id=offering_id,
                mark_id=mark.id,
                superseded_id=mark.supersedes_id,
                student_id=student.student_id,
                user_id=student.user_id,
            ),
        )


def _with_id(outcome: CellOutcome, ids: dict[tuple[int, int], int]) -> CellOutcome:
    if outcome.status is not Saved.SAVED:
        return outcome
    cell = (outcome.enrolment_id, outcome.component_id)
    return CellOutcome(*cell, Saved.SAVED, None, ids[cell])


def history(db: Session, actor: Actor, enrolment_id: int, component_id: int) -> Sequence[Any]:
    """Return every mark that ever stood in one cell, the newest first, with who entered it."""
    policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    return db.execute(
        select(
            Mark.id,
            Mark.value,
            Mark.absent,
            Mark.reason,
            Mark.created_at,
            User.full_name.label("entered_by"),
        )
        .outerjoin(User, User.id == Mark.created_by)
        .where(Mark.enrolment_id == enrolment_id, Mark.component_id == component_id)
        .order_by(Mark.id.desc())
    ).all()
