"""A marks sheet as a file: down, edited in a spreadsheet, and up again.

The last column says which mark was the newest when the file was written. So a file that comes back days later is known
from what was entered meanwhile, cell by cell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from sqlalchemy.orm import Session

from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.forms.marks import ABSENT, MarkEntry, MarksBatch, read_cell, written
from quad.academics.models.teaching import EnrolmentStatus
from quad.academics.service import marks, news
from quad.academics.service.judging import Cell, CellOutcome, Held, Saved, Stands
from quad.academics.service.sheets import Sheet, SheetRow
from quad.core.db.types import normalised
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.importing.columns import plain
from quad.core.importing.reader import Unreadable, open_table
from quad.core.policy import Actor
from quad.core.uploads import TABLES, inspect_upload

MOST_ROWS = 5_000
LONGEST_CELL = 200
REGISTER = ("registernumber", "rollnumber", "rollno", "usn", "studentid", "number")
NAME = ("name", "student", "fullname")
Line = tuple[int, list[str]]


def heads(sheet: Sheet) -> list[str]:
    """Return the head of the file: who, then one column per component, then the sheet's state."""
    names = [part.name for part in sheet.components]
    return [_("Register number"), _("Name"), *names, _("Newest mark")]


def lines(sheet: Sheet) -> Iterator[list[Any]]:
    """Yield one line per student who takes the offering."""
    for row in sheet.enrolled:
        cells = [_exact(row.values.get(part.id, "")) for part in sheet.components]
        yield [row.register_number, row.name, *cells, sheet.newest]


def _exact(text: str) -> Decimal | str:
    return Decimal(text) if text and text != ABSENT else text


@dataclass(frozen=True)
class Given:
    """What a file holds: its head, and its lines with their numbers."""

    head: list[str]
    lines: list[Line]


def read_file(stream: IO[bytes], name: str, limit: int) -> Given:
    """Read a CSV or XLSX file of marks. Raises Invalid, TooLarge, and Unreadable with a sentence."""
    inspect_upload(stream, name, TABLES, limit=limit)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "marks"
        with path.open("wb") as copy:
            copyfileobj(stream, copy)
        with open_table(path) as table:
            rows: list[Line] = []
            for line, cells in table.lines:
                if len(rows) == MOST_ROWS:
                    raise Unreadable(_("The file has more than %(n)s lines.", n=number(MOST_ROWS)))
                rows.append((line, [cell[:LONGEST_CELL] for cell in cells]))
            return Given([text[:LONGEST_CELL] for text in table.header], rows)


@dataclass(frozen=True)
class FileCell:
    """One cell of the file that says something: where it is, what stands there now, and what becomes of it.

    `entry` is what would be entered; none for a line whose student is not known.
    """

    line: int
    register_number: str
    student: str
    component: str
    text: str
    stands: str
    status: Saved
    error: str | None = None
    entry: MarkEntry | None = None
    stands_id: int = 0

    @property
    def place(self) -> Cell | None:
        """The place on the sheet, where it is known."""
        entry = self.entry
        return (entry.enrolment_id, entry.component_id) if entry else None


@dataclass(frozen=True)
class Reading:
    """A file held against the sheet. `ignored` are columns that are no component of the offering."""

    cells: Sequence[FileCell]
    ignored: Sequence[str]
    needs_reason: bool

    def count(self, *statuses: Saved) -> int:
        """Count the cells with one of these outcomes."""
        return sum(cell.status in statuses for cell in self.cells)

    @property
    def telling(self) -> list[FileCell]:
        """The cells worth a look: all that are not as they stand already."""
        return [cell for cell in self.cells if cell.status is not Saved.UNCHANGED]


class _Known:
    """The names of the sheet's rows, as sentences ask for them."""

    def __init__(self, rows: Sequence[SheetRow]) -> None:
        self._names = {row.enrolment_id: row.name for row in rows}

    def of(self, enrolment_id: int) -> Any:
        return _Named(self._names[enrolment_id])


@dataclass(frozen=True)
class _Named:
    full_name: str


def hold_against(db: Session, sheet: Sheet, given: Given) -> Reading:
    """Say cell by cell what entering a file would do. An empty cell leaves the mark as it is.

    Raises Unreadable when the file has no column of register numbers or none of a component.
    """
    places, ignored = _columns(sheet, given.head)
    held = _held(sheet)
    rows = {normalised(row.register_number): row for row in sheet.rows}
    opened = _opened(given, places.state)
    cells: list[FileCell] = []
    earlier: dict[str, int] = {}
    for line, texts in given.lines:
        who = _at(texts, places.register)
        filled = {part: text for part, at in places.parts.items() if (text := _at(texts, at))}
        row, before = rows.get(normalised(who)), earlier.setdefault(normalised(who), line)
        problem = _line_problem(who, row, before if before != line else None)
        if row is not None and not problem:
            cells += [_judge(held, row, line, part, text, opened) for part, text in filled.items()]
        elif filled or who:
            cells.append(FileCell(line, who, "", "", "", "", Saved.REFUSED, problem))
    if opened is not None:
        cells = _without_untouched(db, cells, opened)
    return Reading(cells, ignored, any(_needs_reason(held, cell) for cell in cells))


def _needs_reason(held: Held, cell: FileCell) -> bool:
    return (
        cell.entry is not None
        and bool(cell.stands)
        and cell.status in (Saved.SAVED, Saved.CONFLICT)
        and held.components[cell.entry.component_id].published_at is not None
    )


@dataclass(frozen=True)
class _Places:
    register: int
    parts: dict[int, int]
    state: int | None


def _columns(sheet: Sheet, head: list[str]) -> tuple[_Places, list[str]]:
    known = {normalised(part.name): part.id for part in sheet.components}
    register = next((at for at, text in enumerate(head) if plain(text) in REGISTER), None)
    if register is None:
        raise Unreadable(_("The file has no column “%(missing)s”.", missing=_("Register number")))
    parts: dict[int, int] = {}
    state = None
    ignored = []
    for at, text in enumerate(head):
        part = known.get(normalised(text))
        if at == register or not text:
            continue
        if part is not None and part not in parts:
            parts[part] = at
        elif plain(text) == plain(_("Newest mark")):
            state = at
        elif plain(text) not in NAME:
            ignored.append(text)
    if not parts:
        raise Unreadable(
            _(
                "The file has no column of this offering. Its components are: %(names)s.",
                names=", ".join(part.name for part in sheet.components) or _("none"),
            )
        )
    return _Places(register, parts, state), ignored


def _at(texts: Sequence[str], place: int | None) -> str:
    return texts[place].strip() if place is not None and place < len(texts) else ""


def _opened(given: Given, place: int | None) -> int | None:
    """Return the newest mark there was when the file was written; None for a file that does not say."""
    texts = (_at(texts, place) for _line, texts in given.lines)
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    return min(numbers, default=None)


def _held(sheet: Sheet) -> Held:
    standing: dict[Cell, Stands] = {}
    for row in sheet.rows:
        for part, mark_id in row.marks.items():
            value, absent = read_cell(row.values.get(part, ""))
            standing[row.enrolment_id, part] = Stands(mark_id, value, absent)
    states = {
        row.enrolment_id: EnrolmentStatus.WITHDRAWN if row.withdrawn else EnrolmentStatus.ENROLLED
        for row in sheet.rows
    }
    parts = {part.id: part for part in sheet.components}
    return Held(parts, states, standing, _Known(sheet.rows))


def _line_problem(who: str, row: SheetRow | None, before: int | None) -> str:
    if not who:
        return _("This line has no register number.")
    if row is None:
        return _("%(value)s is not on the roster of this offering.", value=who)
    if before is not None:
        return _("Line %(value)s has the same student.", value=before)
    return ""


def _judge(
    held: Held, row: SheetRow, line: int, part: int, text: str, opened: int | None
) -> FileCell:
    stands = row.values.get(part, "")
    where = (line, row.register_number, row.name, held.components[part].name)
    try:
        value, absent = read_cell(text)
        entry = MarkEntry(
            enrolment_id=row.enrolment_id,
            component_id=part,
            value=value,
            absent=absent,
            seen=_seen(row.marks.get(part, 0), opened),
        )
    except ValueError as error:
        sentence = str(error) if not hasattr(error, "errors") else _("This is not a mark.")
        return FileCell(*where, text, stands, Saved.REFUSED, sentence)
    shown = written(value, absent)
    if shown == stands:
        return FileCell(*where, shown, stands, Saved.UNCHANGED)
    # Whether a reason is needed is asked once for the whole file.
    outcome = held.judge(entry, reason="-")
    return FileCell(
        *where, shown, stands, outcome.status, outcome.error, entry, row.marks.get(part, 0)
    )


def _seen(stands: int, opened: int | None) -> int | None:
    """Return the mark that the file knew of: the one that stands, unless it is newer than the file."""
    if opened is None:
        return None
    return stands if stands <= opened else 0


def _without_untouched(db: Session, cells: list[FileCell], opened: int) -> list[FileCell]:
    """Leave out what only looks like a conflict: cells that still hold what the file was written with."""
    contested = [cell.place for cell in cells if cell.status is Saved.CONFLICT and cell.place]
    if not contested:
        return cells
    shown = news.shown_at(db, contested, opened)
    return [
        cell
        for cell in cells
        if cell.status is not Saved.CONFLICT
        or cell.place is None
        or shown[cell.place][1] != cell.text
    ]


def enter(
    db: Session, actor: Actor, sheet: Sheet, reading: Reading, *, reason: str, overrule: bool
) -> list[CellOutcome]:
    """Enter what fits; with `overrule` also what somebody else entered meanwhile. Raises as `marks.enter`.

    Raises Invalid (field `reason`) when marks that students can see would change without one.
    """
    if reading.needs_reason and not reason:
        raise Invalid({"reason": _("Students can see some of these marks. Say why they change.")})
    entries = [
        cell.entry
        if cell.status is Saved.SAVED
        else cell.entry.model_copy(update={"seen": cell.stands_id})
        for cell in reading.cells
        if cell.entry is not None
        and (cell.status is Saved.SAVED or (overrule and cell.status is Saved.CONFLICT))
    ]
    outcomes: list[CellOutcome] = []
    for at in range(0, len(entries), MOST_AT_ONCE):
        batch = MarksBatch(entries=entries[at : at + MOST_AT_ONCE], reason=reason)
        outcomes += marks.enter(db, actor, sheet.head.id, batch)
    return outcomes


def problems(reading: Reading) -> Iterator[list[str]]:
    """Yield the cells that were not taken, and why, for a file: line, student, component, text, problem."""
    for cell in reading.cells:
        if cell.error:
            yield [
                str(cell.line),
                cell.register_number,
                cell.student,
                cell.component,
                cell.text,
                cell.error,
            ]
