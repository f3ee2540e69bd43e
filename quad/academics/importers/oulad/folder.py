"""The files of the dataset: what they are called, and their lines, each checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from quad.academics.forms.oulad import (
    AssessmentLine,
    PresentationLine,
    RegistrationLine,
    ResultLine,
    StudentLine,
)
from quad.core.errors import Rejected
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.importing.columns import match
from quad.core.importing.reader import Line, Unreadable, open_table
from quad.core.importing.staging import check_rows

L = TypeVar("L", bound=Form)
Tell = Callable[[str, int, int], None]
Place = tuple[str, str]

CHUNK = 2_000
KEPT = 1_000
UNKNOWN = "?"  # how one edition of the dataset writes an empty cell


@dataclass(frozen=True)
class Kind(Generic[L]):
    """One of the files. `names` are what the editions of the dataset call it."""

    names: tuple[str, ...]
    form: type[L]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """Return the column's name in the file."""
        return name


PRESENTATIONS = Kind(("course.csv", "courses.csv"), PresentationLine)
ASSESSMENTS = Kind(("assessment.csv", "assessments.csv"), AssessmentLine)
STUDENTS = Kind(("student.csv", "studentInfo.csv"), StudentLine)
REGISTRATIONS = Kind(("student_registration.csv", "studentRegistration.csv"), RegistrationLine)
RESULTS = Kind(("student_assessment.csv", "studentAssessment.csv"), ResultLine)
KINDS: tuple[Kind[Any], ...] = (PRESENTATIONS, ASSESSMENTS, STUDENTS, REGISTRATIONS, RESULTS)


@dataclass(frozen=True)
class Problem:
    """One sentence about one line of one file."""

    file: str
    line: int
    column: str
    sentence: str


@dataclass
class Problems:
    """What is wrong: all of it counted, the first thousand of each file kept."""

    count: int = 0
    by_file: dict[str, list[Problem]] = field(default_factory=dict)

    def add(self, file: str, line: int, sentence: str, column: str = "") -> None:
        """Note a problem."""
        self.count += 1
        kept = self.by_file.setdefault(file, [])
        if len(kept) < KEPT:
            kept.append(Problem(file, line, column, sentence))

    def ordered(self) -> list[Problem]:
        """Return the kept ones, file by file, by line."""
        return [
            problem
            for problems in self.by_file.values()
            for problem in sorted(problems, key=lambda problem: problem.line)
        ]

    def copy(self) -> Problems:
        """Return the same problems, to which others can be added."""
        return Problems(self.count, {file: [*kept] for file, kept in self.by_file.items()})


@dataclass(frozen=True)
class Folder:
    """The dataset's files on this machine."""

    paths: dict[str, Path]

    @classmethod
    def at(cls, path: Path) -> Folder:
        """Find the files. Raises Rejected when one is missing."""
        paths = {}
        for kind in KINDS:
            found = next((path / name for name in kind.names if (path / name).is_file()), None)
            if found is None:
                raise Rejected(
                    _(
                        "The folder %(folder)s has no file %(name)s.",
                        folder=str(path),
                        name=kind.names[0],
                    )
                )
            paths[kind.names[0]] = found
        return cls(paths)

    def path(self, kind: Kind[Any]) -> Path:
        """Return where the file is."""
        return self.paths[kind.names[0]]

    def name(self, kind: Kind[Any]) -> str:
        """Return what the file is called here."""
        return self.path(kind).name

    def lines(self, kind: Kind[L], problems: Problems, tell: Tell) -> Iterator[tuple[int, L]]:
        """Yield the lines that are right by themselves, with their numbers; the others become problems.

        Raises Rejected when the file as a whole cannot be read.
        """
        file = self.name(kind)
        try:
            with open_table(self.path(kind)) as table:
                columns = match(kind, table.header)
                places = tuple(columns.places.items())
                cut = _is_cut(self.path(kind))
                lines = _whole(table.lines, len(table.header), cut, file, problems)
                while chunk := list(islice(lines, CHUNK)):
                    given = [(number, _cells(cells, places)) for number, cells in chunk]
                    for number, row, errors in check_rows(kind.form, given):
                        if row is not None:
                            yield number, row
                        for column, sentence in errors.items():
                            problems.add(file, number, sentence, column)
                    tell(file, *table.read())
        except Unreadable as error:
            raise Rejected(f"{file}: {error}") from error


def _cells(cells: list[str], places: tuple[tuple[str, int], ...]) -> dict[str, str]:
    return {name: cells[at] for name, at in places if cells[at] and cells[at] != UNKNOWN}


def _whole(
    lines: Iterator[Line], width: int, cut: bool, file: str, problems: Problems
) -> Iterator[Line]:
    """Leave out the lines that have not as many cells as the first one, and a last line that was cut off."""
    held: Line | None = None
    for number, cells in lines:
        if held is not None:
            yield held
            held = None
        if len(cells) < width or any(cells[width:]):
            sentence = _("This line does not have the %(n)s cells of the first line.", n=width)
            problems.add(file, number, sentence)
        else:
            held = number, cells
    if held is None:
        return
    if cut:
        problems.add(file, held[0], _("The file ends within this line, as if it were cut off."))
    else:
        yield held


def _is_cut(path: Path) -> bool:
    """Tell whether the last line has no end. A score of 7 could then be the beginning of 78."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) not in (b"\n", b"\r", b"\0")
