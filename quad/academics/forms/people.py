"""What people fill in about students and teachers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.academics.forms.common import DepartmentId, Semester, Version, Year
from quad.academics.models.people import StudentStatus
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import Email

FirstName = Annotated[str, words(_l("First name"), longest=80, autocomplete="given-name")]
LastName = Annotated[str, words(_l("Last name"), longest=79, autocomplete="family-name")]
RegisterNumber = Annotated[
    str | None,
    words(_l("Register number"), hint=_l("Made for you when you leave it empty."), longest=40),
]
ProgrammeId = Annotated[Id | None, Field(title=_l("Programme"))]
BatchId = Annotated[
    Id | None,
    Field(
        title=_l("Batch"),
        description=_l("Brings its programme, the admission year and the expected graduation."),
    ),
]
ClassId = Annotated[
    Id | None, Field(title=_l("Class"), description=_l("A class brings its batch."))
]
AdmissionYear = Annotated[Year | None, Field(title=_l("Admission year"))]
GraduationYear = Annotated[Year | None, Field(title=_l("Expected graduation"))]


class NewStudent(Form):
    """Three answers are enough; the rest may come later."""

    first_name: FirstName
    last_name: LastName
    email: Email
    register_number: RegisterNumber = None
    batch_id: BatchId = None
    class_id: ClassId = None
    department_id: DepartmentId = None
    programme_id: ProgrammeId = None
    admission_year: AdmissionYear = None
    semester: Semester = 1
    graduation_year: GraduationYear = None


class EditStudent(Form):
    full_name: Annotated[str, words(_l("Name"), longest=160, autocomplete="off")]
    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    batch_id: BatchId = None
    class_id: ClassId = None
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
    batch_id: BatchId = None
    class_id: ClassId = None
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
    full_name: Annotated[str, words(_l("Name"), longest=160, autocomplete="off")]
    department_id: DepartmentId = None
    designation: Annotated[str, words(_l("Designation"), longest=80, shortest=0)] = ""
    version: Version = None


class TeacherPatch(Form):
    """Any of EditTeacher's fields; what is left out stays as it is."""

    full_name: Annotated[str | None, words(_l("Name"), longest=160)] = None
    department_id: DepartmentId = None
    designation: Annotated[str | None, words(_l("Designation"), longest=80, shortest=0)] = None
    version: Version = None


class PutIntoBatch(Form):
    batch_id: Annotated[Id, Field(title=_l("Batch"))]


class PutIntoClass(Form):
    class_id: Annotated[Id, Field(title=_l("Class"))]


class PutIntoSemester(Form):
    semester: Semester


class PutIntoDepartment(Form):
    department_id: Annotated[Id, Field(title=_l("Department"))]


FULL_NAME = words(
    _l("Full name"), longest=160, hint=_l("Where first and last name are one column.")
)


def whole_name(row: StudentRow | TeacherRow) -> str:
    """Return the name of a line, however its columns give it; "" when they do not."""
    parts = " ".join(part for part in (row.first_name, row.last_name) if part)
    return parts or row.full_name or ""


class StudentRow(Form):
    """One line of a file of students. An empty cell leaves what is there."""

    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    first_name: Annotated[str | None, words(_l("First name"), longest=80)] = None
    last_name: Annotated[str | None, words(_l("Last name"), longest=79)] = None
    full_name: Annotated[str | None, FULL_NAME] = None
    email: Email | None = None
    department: Annotated[str | None, words(_l("Department"), longest=20)] = None
    programme: Annotated[str | None, words(_l("Programme"), longest=20)] = None
    batch: Annotated[str | None, words(_l("Batch"), longest=120)] = None
    class_name: Annotated[str | None, words(_l("Class"), longest=20)] = None
    admission_year: AdmissionYear = None
    graduation_year: Annotated[
        int | None, Field(title=_l("Expected graduation"), ge=1900, le=2200)
    ] = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None
    status: Annotated[StudentStatus | None, Field(title=_l("Status"))] = None


class TeacherRow(Form):
    """One line of a file of teachers. An empty cell leaves what is there."""

    email: Email
    first_name: Annotated[str | None, words(_l("First name"), longest=80)] = None
    last_name: Annotated[str | None, words(_l("Last name"), longest=79)] = None
    full_name: Annotated[str | None, FULL_NAME] = None
    department: Annotated[str | None, words(_l("Department"), longest=20)] = None
    designation: Annotated[str | None, words(_l("Designation"), longest=80)] = None
