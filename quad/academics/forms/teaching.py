"""What people fill in about courses, offerings, enrolments and components."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from quad.academics.forms.common import MOST_AT_ONCE, DepartmentId, Version
from quad.academics.forms.people import AdmissionYear
from quad.academics.models.teaching import ComponentKind, Weighting
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

CREDITS_HIGHEST = Decimal("1000")
MAXIMUM_HIGHEST = Decimal("100000")


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
            longest=60_000,
            widget="textarea",
        ),
    ]


class EnrolFile(Form):
    """A file that names students."""

    file: Annotated[
        str,
        Field(
            title=_l("File"),
            description=_l(
                "CSV or Excel (.xlsx) with a column of register numbers. You see who it is before anybody is enrolled."
            ),
            json_schema_extra={"widget": "file", "accept": ".csv,.tsv,.txt,.xlsx"},
        ),
    ]


class EnrolBatch(Form):
    """Everybody of a batch, a class or a programme who studies; year and semester narrow it down."""

    batch_id: Annotated[Id | None, Field(title=_l("Batch"))] = None
    class_id: Annotated[Id | None, Field(title=_l("Class"))] = None
    programme_id: Annotated[Id | None, Field(title=_l("Programme"))] = None
    admission_year: AdmissionYear = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None


class EnrolInto(Form):
    """One offering, chosen on a student's page."""

    offering_id: Annotated[Id, Field(title=_l("Offering"))]


class EnrolStudents(Form):
    student_ids: Annotated[list[Id], Field(title=_l("Students"), max_length=MOST_AT_ONCE)] = []
    register_numbers: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(title=_l("Register numbers"), max_length=MOST_AT_ONCE),
    ] = []


class NewComponent(Form):
    name: Annotated[str, words(_l("Name"), hint=_l("For example: Internal 1."), longest=80)]
    kind: Annotated[ComponentKind, Field(title=_l("Kind"))]
    kind_name: Annotated[
        str,
        words(
            _l("Your word for the kind"),
            hint=_l("For the kind “Other”, for example: Viva."),
            longest=40,
            shortest=0,
        ),
    ] = ""
    maximum: Annotated[
        Decimal,
        Field(title=_l("Maximum"), gt=0, le=MAXIMUM_HIGHEST, decimal_places=2),
    ]
    weight: Annotated[
        Decimal,
        Field(
            title=_l("Weight in %"),
            description=_l("What it counts. Where points count, this is not needed."),
            ge=0,
            le=100,
            decimal_places=2,
        ),
    ] = Decimal(0)
    due_on: Annotated[date | None, Field(title=_l("Due on"))] = None


class EditComponent(NewComponent):
    version: Version = None


class Weigh(Form):
    """How the components of an offering make its result."""

    weighting: Annotated[Weighting, Field(title=_l("What counts"))]
    exam_share: Annotated[
        Decimal,
        Field(
            title=_l("Share of the exam in %"),
            description=_l("Only where coursework and exam are kept apart."),
            ge=0,
            le=100,
            decimal_places=2,
        ),
    ] = Decimal(50)
    version: Version = None


class OrderComponents(Form):
    """Every component of the offering, in the order wanted."""

    component_ids: Annotated[list[Id], Field(title=_l("Components"), min_length=1, max_length=200)]


class MoveComponent(Form):
    to: Annotated[Literal["up", "down"], Field(title=_l("Where to"))]


class CopyComponents(Form):
    """The offering whose components are taken over."""

    offering_id: Annotated[Id, Field(title=_l("Offering"))]


class CourseRow(Form):
    """One line of a file of courses. An empty cell leaves what is there."""

    code: Annotated[str, words(_l("Code"), longest=40)]
    title: Annotated[str | None, words(_l("Title"), longest=160)] = None
    credits: Annotated[
        Decimal | None, Field(title=_l("Credits"), ge=0, le=CREDITS_HIGHEST, decimal_places=2)
    ] = None
    department: Annotated[str | None, words(_l("Department"), longest=20)] = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None
    starts_on: Annotated[date | None, Field(title=_l("Starts on"))] = None
