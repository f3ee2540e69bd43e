"""What people fill in: the same classes behind pages, the API and imports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.academics.models.people import StudentStatus
from quad.academics.models.teaching import ComponentKind
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms import Email

CREDITS_HIGHEST = Decimal("1000")
MAXIMUM_HIGHEST = Decimal("100000")
ABSURD = Decimal("1000000000")
BATCH_LARGEST = 2_000
ABSENT = "AB"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200

FirstName = Annotated[str, words(_l("First name"), longest=80, autocomplete="given-name")]
LastName = Annotated[str, words(_l("Last name"), longest=79, autocomplete="family-name")]
RegisterNumber = Annotated[
    str | None,
    words(_l("Register number"), hint=_l("Made for you when you leave it empty."), longest=40),
]
DepartmentId = Annotated[Id | None, Field(title=_l("Department"))]
ProgrammeId = Annotated[Id | None, Field(title=_l("Programme"))]
Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
AdmissionYear = Annotated[Year | None, Field(title=_l("Admission year"))]
GraduationYear = Annotated[Year | None, Field(title=_l("Expected graduation"))]
Semester = Annotated[int, Field(title=_l("Semester"), ge=1, le=40)]
Version = Annotated[
    int | None, Field(title=_l("Version"), ge=1, json_schema_extra={"widget": "hidden"})
]


# Wide enough for every slip of the finger: what is out of a component's range is refused per cell, by name.
Typed = Annotated[Decimal, Field(ge=-ABSURD, le=ABSURD, allow_inf_nan=False)]


class NewStudent(Form):
    """Three answers are enough; the rest may come later."""

    first_name: FirstName
    last_name: LastName
    email: Email
    register_number: RegisterNumber = None
    department_id: DepartmentId = None
    programme_id: ProgrammeId = None
    admission_year: AdmissionYear = None
    semester: Semester = 1
    graduation_year: GraduationYear = None


class EditStudent(Form):
    full_name: Annotated[str, words(_l("Name"), longest=160, autocomplete="off")]
    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    department_id: DepartmentId = None
    programme_id: ProgrammeId = None
    admission_year: Annotated[Year, Field(title=_l("Admission year"))]
    semester: Semester
    graduation_year: GraduationYear = None
    status: Annotated[StudentStatus, Field(title=_l("Status"))]
    version: Version = None


class StudentPatch(Form):
    """Any of EditStudent's fields; what is left out stays as it is."""

    full_name: Annotated[str | None, words(_l("Name"), longest=160)] = None
    register_number: Annotated[str | None, words(_l("Register number"), longest=40)] = None
    department_id: DepartmentId = None
    programme_id: ProgrammeId = None
    admission_year: AdmissionYear = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None
    graduation_year: GraduationYear = None
    status: Annotated[StudentStatus | None, Field(title=_l("Status"))] = None
    version: Version = None


class AssignDepartment(Form):
    department_id: Annotated[Id, Field(title=_l("Department"))]


class NewTeacher(Form):
    first_name: FirstName
    last_name: LastName
    email: Email
    department_id: DepartmentId = None
    designation: Annotated[
        str, words(_l("Designation"), hint=_l("For example: Professor."), longest=80, shortest=0)
    ] = ""


class EditTeacher(Form):
    department_id: DepartmentId = None
    designation: Annotated[str, words(_l("Designation"), longest=80, shortest=0)] = ""
    version: Version = None


class NewCourse(Form):
    code: Annotated[str, words(_l("Code"), hint=_l("For example: 24CS52."), longest=40)]
    title: Annotated[str, words(_l("Title"), longest=160)]
    credits: Annotated[
        Decimal, Field(title=_l("Credits"), ge=0, le=CREDITS_HIGHEST, decimal_places=2)
    ]
    department_id: DepartmentId = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None
    starts_on: Annotated[date | None, Field(title=_l("Starts on"))] = None


class EditCourse(NewCourse):
    version: Version = None


class NewOffering(Form):
    course_id: Annotated[Id, Field(title=_l("Course"))]
    term_id: Annotated[Id, Field(title=_l("Term"))]
    section: Annotated[
        str, words(_l("Section"), hint=_l("A letter or a short word."), longest=8)
    ] = "A"
    faculty_id: Annotated[Id | None, Field(title=_l("Taught by"))] = None


class OfferingOfCourse(Form):
    """An offering made on the course's own page."""

    term_id: Annotated[Id, Field(title=_l("Term"))]
    section: Annotated[
        str, words(_l("Section"), hint=_l("A letter or a short word."), longest=8)
    ] = "A"
    faculty_id: Annotated[Id | None, Field(title=_l("Taught by"))] = None


class EditOffering(Form):
    section: Annotated[str, words(_l("Section"), longest=8)]
    faculty_id: Annotated[Id | None, Field(title=_l("Taught by"))] = None
    version: Version = None


class EnrolNumbers(Form):
    """Register numbers as typed or pasted, separated by spaces, commas or lines."""

    numbers: Annotated[
        str,
        words(
            _l("Register numbers"),
            hint=_l("One or many, separated by spaces, commas or lines."),
            longest=20_000,
            widget="textarea",
        ),
    ]


class EnrolBatch(Form):
    """Everybody of a programme, an admission year and a semester."""

    programme_id: Annotated[Id, Field(title=_l("Programme"))]
    admission_year: AdmissionYear = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None


class EnrolStudents(Form):
    student_ids: Annotated[list[Id], Field(title=_l("Students"), max_length=BATCH_LARGEST)] = []
    register_numbers: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(title=_l("Register numbers"), max_length=BATCH_LARGEST),
    ] = []


class NewComponent(Form):
    name: Annotated[str, words(_l("Name"), hint=_l("For example: Internal 1."), longest=80)]
    kind: Annotated[ComponentKind, Field(title=_l("Kind"))]
    maximum: Annotated[
        Decimal,
        Field(title=_l("Maximum"), gt=0, le=MAXIMUM_HIGHEST, decimal_places=2),
    ]
    weight: Annotated[
        Decimal,
        Field(
            title=_l("Weight in %"),
            description=_l("All weights of an offering add up to 100."),
            ge=0,
            le=100,
            decimal_places=2,
        ),
    ]


class EditComponent(NewComponent):
    version: Version = None


class MarkEntry(Form):
    """One cell of the sheet. `seen` is the number of the mark that stood there when it was opened (0 for none)."""

    enrolment_id: Id
    component_id: Id
    value: Annotated[Typed | None, Field(title=_l("Mark"))] = None
    absent: bool = False
    seen: Annotated[int | None, Field(ge=0)] = None


class MarksBatch(Form):
    entries: Annotated[
        list[MarkEntry], Field(title=_l("Marks"), min_length=1, max_length=BATCH_LARGEST)
    ]
    reason: Annotated[str, words(_l("Reason"), longest=300, shortest=0)] = ""


class CorrectMark(Form):
    value: Annotated[
        Typed | None, Field(title=_l("Mark"), description=_l("Empty takes the mark back."))
    ] = None
    absent: Annotated[bool, Field(title=_l("Absent"))] = False
    reason: Annotated[str, words(_l("Reason"), hint=_l("Kept with the mark."), longest=300)]


class Reopen(Form):
    reason: Annotated[str, words(_l("Reason"), hint=_l("Kept in the log."), longest=300)]


def written(value: Decimal | None, absent: bool) -> str:
    """Write a mark the way the sheet shows it: 12.5, AB, or nothing."""
    if absent:
        return ABSENT
    return "" if value is None else f"{value.normalize():f}"


def read_cell(text: str) -> tuple[Decimal | None, bool]:
    """Read what was typed into a cell: a number (comma or point), AB for absent, or nothing.

    Raises ValueError with a sentence.
    """
    plain = text.strip()
    if not plain:
        return None, False
    if plain.casefold() == ABSENT.casefold():
        return None, True
    digits = plain.replace(",", ".")
    if len(digits) > 12 or not digits.replace(".", "", 1).removeprefix("-").isdecimal():
        raise ValueError(
            _("“%(text)s” is not a mark. Write a number, or AB for absent.", text=plain[:20])
        )
    return Decimal(digits), False


def _readable(text: str) -> str:
    read_cell(text)
    return text


Code = Annotated[str, words(_l("Course"), longest=40)]
TermCode = Annotated[str, words(_l("Term"), longest=20)]
Section = Annotated[str, words(_l("Section"), longest=8)]


class StudentRow(Form):
    """One line of a file of students. An empty cell leaves what is there."""

    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    first_name: Annotated[str | None, words(_l("First name"), longest=80)] = None
    last_name: Annotated[str | None, words(_l("Last name"), longest=79)] = None
    email: Email | None = None
    department: Annotated[str | None, words(_l("Department"), longest=20)] = None
    programme: Annotated[str | None, words(_l("Programme"), longest=20)] = None
    admission_year: AdmissionYear = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None


class EnrolmentRow(Form):
    """One line of a file of enrolments."""

    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    course: Code
    term: TermCode
    section: Section = "A"


class MarkRow(EnrolmentRow):
    """One line of a file of marks: a number, or AB for absent."""

    component: Annotated[str, words(_l("Component"), longest=80)]
    value: Annotated[str, words(_l("Mark"), longest=20), AfterValidator(_readable)]
