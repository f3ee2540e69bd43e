"""What the files say together: every line is of a known presentation, assessment and enrolment, and says it once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from quad.academics.importers.oulad.folder import (
    ASSESSMENTS,
    PRESENTATIONS,
    REGISTRATIONS,
    RESULTS,
    STUDENTS,
    Folder,
    Place,
    Problems,
    Tell,
)
from quad.core.i18n import gettext as _

FIRST_DAYS = {"B": (2, 1), "J": (10, 1)}  # the dataset's own description: February and October
WITHDRAWN = "Withdrawn"


def first_day(presentation: str) -> date:
    """Return the day from which the days of a presentation are counted: 2013J is 1 October 2013."""
    month, day = FIRST_DAYS[presentation[-1]]
    return date(int(presentation[:4]), month, day)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment; `due` is in days, None where the dataset gives none."""

    line: int
    number: int
    kind: str
    due: int | None
    weight: Decimal

    @property
    def name(self) -> str:
        """The component's name. The number keeps it the same whatever else of the file is edited."""
        return f"{self.kind} {self.number}"


@dataclass(slots=True)
class Taken:
    """One student in one presentation; the days are None where the dataset gives none."""

    line: int
    attempt: int
    result: str
    credits: int
    registered: bool = False
    since: int | None = None
    until: int | None = None


# What a student got in one assessment: the line, the score or None, and whether it was carried over.
Got = tuple[int, Decimal | None, bool]


@dataclass
class Presentation:
    """One module in one term, with its assessments by number and its students by number."""

    line: int
    days: int
    assessments: dict[int, Assessment] = field(default_factory=dict)
    students: dict[int, Taken] = field(default_factory=dict)
    results: dict[int, dict[int, Got]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class Contents:
    """The folder, read and checked; `problems` is what is wrong with it, and those lines are left out."""

    folder: Folder
    problems: Problems = field(default_factory=Problems)
    presentations: dict[Place, Presentation] = field(default_factory=dict)

    @property
    def modules(self) -> list[str]:
        """The modules' codes, in order."""
        return sorted({module for module, _code in self.presentations})

    def first_years(self) -> dict[int, int]:
        """Return the year of every student's first presentation."""
        years: dict[int, int] = {}
        for (_module, code), presentation in self.presentations.items():
            year = int(code[:4])
            for number in presentation.students:
                years[number] = min(year, years.get(number, year))
        return years

    def credits(self) -> dict[str, int]:
        """Return each module's credits: the least that anybody on it studied.

        The dataset gives only what a student studied in all at that time, which is the module's credits at least, and
        just these for whoever took nothing beside it.
        """
        found: dict[str, int] = {}
        for (module, _code), presentation in self.presentations.items():
            for taken in presentation.students.values():
                found[module] = min(taken.credits, found.get(module, taken.credits))
        return found


def read(folder: Folder, tell: Tell) -> Contents:
    """Read the whole folder. Raises Rejected when a file cannot be read at all."""
    contents = Contents(folder)
    _read_presentations(contents, tell)
    owners = _read_assessments(contents, tell)
    _read_students(contents, tell)
    _read_registrations(contents, tell)
    _read_results(contents, owners, tell)
    return contents


def _read_presentations(contents: Contents, tell: Tell) -> None:
    folder, problems = contents.folder, contents.problems
    for line, row in folder.lines(PRESENTATIONS, problems, tell):
        place = row.code_module, row.code_presentation
        if place in contents.presentations:
            _double(problems, folder.name(PRESENTATIONS), line, contents.presentations[place].line)
        else:
            contents.presentations[place] = Presentation(line, row.module_presentation_length)


def _read_assessments(contents: Contents, tell: Tell) -> dict[int, Presentation]:
    """Return whose each assessment is."""
    folder, problems = contents.folder, contents.problems
    file = folder.name(ASSESSMENTS)
    owners: dict[int, Presentation] = {}
    for line, row in folder.lines(ASSESSMENTS, problems, tell):
        number = row.id_assessment
        presentation = contents.presentations.get((row.code_module, row.code_presentation))
        if presentation is None:
            _unknown_place(contents, file, line, row.code_module, row.code_presentation)
        elif number in owners:
            _double(problems, file, line, owners[number].assessments[number].line)
        else:
            owners[number] = presentation
            presentation.assessments[number] = Assessment(
                line, number, row.assessment_type, row.date, row.weight
            )
    return owners


def _read_students(contents: Contents, tell: Tell) -> None:
    folder, problems = contents.folder, contents.problems
    file = folder.name(STUDENTS)
    for line, row in folder.lines(STUDENTS, problems, tell):
        presentation = contents.presentations.get((row.code_module, row.code_presentation))
        if presentation is None:
            _unknown_place(contents, file, line, row.code_module, row.code_presentation)
        elif row.id_student in presentation.students:
            _double(problems, file, line, presentation.students[row.id_student].line)
        else:
            presentation.students[row.id_student] = Taken(
                line, row.num_of_prev_attempts + 1, row.final_result, row.studied_credits
            )


def _read_registrations(contents: Contents, tell: Tell) -> None:
    folder, problems = contents.folder, contents.problems
    file = folder.name(REGISTRATIONS)
    for line, row in folder.lines(REGISTRATIONS, problems, tell):
        presentation = contents.presentations.get((row.code_module, row.code_presentation))
        if presentation is None:
            _unknown_place(contents, file, line, row.code_module, row.code_presentation)
            continue
        taken = presentation.students.get(row.id_student)
        if taken is None:
            _not_taken(contents, file, line, row.id_student)
        elif taken.registered:
            problems.add(file, line, _("An earlier line registers the same student."), "id_student")
        else:
            taken.registered = True
            taken.since, taken.until = row.date_registration, row.date_unregistration
    _leave_out_unregistered(contents)


def _leave_out_unregistered(contents: Contents) -> None:
    file, other = contents.folder.name(STUDENTS), contents.folder.name(REGISTRATIONS)
    for presentation in contents.presentations.values():
        missing = [number for number, row in presentation.students.items() if not row.registered]
        for number in missing:
            sentence = _("There is no good line for this student in %(file)s.", file=other)
            line = presentation.students.pop(number).line
            contents.problems.add(file, line, sentence, "id_student")


def _read_results(contents: Contents, owners: dict[int, Presentation], tell: Tell) -> None:
    folder, problems = contents.folder, contents.problems
    file, other = folder.name(RESULTS), folder.name(ASSESSMENTS)
    seen: dict[Decimal, Decimal] = {}  # one object for each score, not one for each line
    for line, row in folder.lines(RESULTS, problems, tell):
        presentation = owners.get(row.id_assessment)
        if presentation is None:
            sentence = _(
                "There is no assessment %(number)s in %(file)s.",
                number=row.id_assessment,
                file=other,
            )
            problems.add(file, line, sentence, "id_assessment")
            continue
        got = presentation.results[row.id_assessment]
        if row.id_student not in presentation.students:
            _not_taken(contents, file, line, row.id_student)
        elif row.id_student in got:
            _double(problems, file, line, got[row.id_student][0])
        else:
            score = None if row.score is None else seen.setdefault(row.score, row.score)
            got[row.id_student] = line, score, row.is_banked


def _double(problems: Problems, file: str, line: int, first: int) -> None:
    problems.add(file, line, _("Line %(first)s has the same.", first=first))


def _unknown_place(contents: Contents, file: str, line: int, module: str, code: str) -> None:
    sentence = _(
        "There is no presentation %(module)s %(presentation)s in %(file)s.",
        module=module,
        presentation=code,
        file=contents.folder.name(PRESENTATIONS),
    )
    contents.problems.add(file, line, sentence, "code_presentation")


def _not_taken(contents: Contents, file: str, line: int, number: int) -> None:
    sentence = _(
        "The student %(number)s does not take this presentation: there is no good line in %(file)s.",
        number=number,
        file=contents.folder.name(STUDENTS),
    )
    contents.problems.add(file, line, sentence, "id_student")
