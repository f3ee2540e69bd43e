"""Whether a mark may go into its cell, in words. Nothing here writes."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.forms.marks import MarkEntry, written
from quad.academics.models.people import Student
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus
from quad.academics.service import rollups
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.identity.models.accounts import User

PLACES = 2
Cell = tuple[int, int]


class Saved(enum.StrEnum):
    """What became of one cell."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class CellOutcome:
    """One cell of a batch: what became of it, the sentence when it was not taken, and the mark that stands now.

    `by` and `at` say who entered that mark and when; they are filled for conflicts.
    """

    enrolment_id: int
    component_id: int
    status: Saved
    error: str | None = None
    mark_id: int | None = None
    text: str = ""
    by: str | None = None
    at: datetime | None = None

    @property
    def cell(self) -> Cell:
        """The place: enrolment and component."""
        return self.enrolment_id, self.component_id


class Known(Protocol):
    """Who stands behind an enrolment: at least a full_name."""

    def of(self, enrolment_id: int) -> Any: ...


class Standing(Protocol):
    """The mark that stands in a cell."""

    @property
    def id(self) -> int: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def absent(self) -> bool: ...


@dataclass(frozen=True)
class Stands:
    """A mark as it was read, with who entered it and when."""

    id: int
    value: Decimal | None
    absent: bool
    created_by: int | None = None
    created_at: datetime | None = None


class Names:
    """The students of some enrolments, read once and only when a sentence or a fact needs them."""

    def __init__(self, db: Session, enrolment_ids: Iterable[int]) -> None:
        self._db = db
        self._ids = list(enrolment_ids)
        self._found: dict[int, Any] | None = None

    def of(self, enrolment_id: int) -> Any:
        """Return student_id, user_id and full_name."""
        if self._found is None:
            self._found = {}
            for chunk in rollups.chunks(self._ids):
                rows = self._db.execute(
                    select(
                        Enrolment.id,
                        Enrolment.student_id,
                        Student.user_id,
                        User.full_name,
                    )
                    .join(Student, Student.id == Enrolment.student_id)
                    .join(User, User.id == Student.user_id)
                    .where(Enrolment.id.in_(chunk))
                )
                self._found |= {row.id: row for row in rows}
        return self._found[enrolment_id]


@dataclass(frozen=True)
class Held:
    """What a batch is checked against, loaded once for all its cells: all components, the enrolments' states, marks."""

    components: dict[int, Component]
    enrolments: dict[int, EnrolmentStatus]
    marks: Mapping[Cell, Standing]
    names: Known

    def judge(self, entry: MarkEntry, reason: str) -> CellOutcome:
        """Say what becomes of a cell; SAVED is still to be written."""
        cell = (entry.enrolment_id, entry.component_id)
        held = self.marks.get(cell)
        stands = held.id if held else None
        text = written(held.value, held.absent) if held else ""
        error = self._unfit(entry)
        if error:
            return CellOutcome(*cell, Saved.REFUSED, error, stands, text)
        value = None if entry.absent else entry.value
        before = (held.value, held.absent) if held else (None, False)
        if before == (value, entry.absent):
            return CellOutcome(*cell, Saved.UNCHANGED, None, stands, text)
        if entry.seen is not None and entry.seen != (stands or 0):
            error = self._where(
                entry,
                _("somebody else entered %(now)s meanwhile. Look, then save again."),
                now=text or _("nothing"),
            )
            return CellOutcome(*cell, Saved.CONFLICT, error, stands, text)
        if held and not reason and self.components[entry.component_id].published_at is not None:
            error = self._where(entry, _("students can see this mark already. Say why it changes."))
            return CellOutcome(*cell, Saved.REFUSED, error, stands, text)
        return CellOutcome(*cell, Saved.SAVED, None, stands, written(value, entry.absent))

    def _unfit(self, entry: MarkEntry) -> str | None:
        status = self.enrolments.get(entry.enrolment_id)
        component = self.components.get(entry.component_id)
        if status is None:
            return _("This student is not on the roster.")
        if component is None:
            return _("This offering has no such component.")
        if status is EnrolmentStatus.WITHDRAWN:
            return _(
                "%(student)s has withdrawn; marks cannot be entered any more.",
                student=self.names.of(entry.enrolment_id).full_name,
            )
        return None if entry.value is None else self._unfit_value(component, entry)

    def _unfit_value(self, component: Component, entry: MarkEntry) -> str | None:
        assert entry.value is not None
        if entry.absent:
            return self._where(entry, _("give a mark or absent, not both."))
        if entry.value > component.maximum:
            return self._where(
                entry,
                _("%(value)s, but the maximum is %(maximum)s."),
                value=number(entry.value),
                maximum=number(component.maximum),
            )
        if entry.value < 0:
            return self._where(
                entry, _("%(value)s, but a mark is 0 or more."), value=number(entry.value)
            )
        if entry.value != round(entry.value, PLACES):
            return self._where(entry, _("use at most 2 decimals."))
        return None

    def _where(self, entry: MarkEntry, problem: str, **values: str) -> str:
        return _(
            "%(student)s, %(component)s: %(problem)s",
            student=self.names.of(entry.enrolment_id).full_name,
            component=self.components[entry.component_id].name,
            problem=problem % values if values else problem,
        )


def with_writers(
    db: Session, outcomes: list[CellOutcome], marks: Mapping[Cell, Stands]
) -> list[CellOutcome]:
    """Add to the conflicts who entered the mark that stands, and when (one query, and only if there are any)."""
    told = {item.cell: marks[item.cell] for item in outcomes if _contested(item, marks)}
    if not told:
        return outcomes
    writers = {mark.created_by for mark in told.values() if mark.created_by is not None}
    rows = db.execute(select(User.id, User.full_name).where(User.id.in_(writers)))
    names = {row.id: row.full_name for row in rows}
    return [
        replace(item, by=names.get(told[item.cell].created_by or 0), at=told[item.cell].created_at)
        if item.cell in told
        else item
        for item in outcomes
    ]


def _contested(item: CellOutcome, marks: Mapping[Cell, Stands]) -> bool:
    return item.status is Saved.CONFLICT and item.cell in marks
