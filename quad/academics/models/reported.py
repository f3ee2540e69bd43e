"""How a report names a student, whichever domain its rows belong to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from quad.academics.models.people import Student
from quad.core.i18n import lazy_gettext as _l
from quad.core.sources import Field
from quad.identity.models.accounts import User
from quad.institution.models import Department

PERSON = (
    Field("student", _l("Student"), "text", User.full_name, by=Student.id),
    Field("register_number", _l("Register number"), "text", Student.register_number),
)
ADMISSION_YEAR = Field(
    "admission_year", _l("Admission year"), "number", Student.admission_year, whole=True
)


def department_field(by: Any, departments: Any) -> Field:
    """Return the department of a row: `by` is the column with its id, `departments` loads what may be chosen."""
    return Field("department", _l("Department"), "choice", Department.name, departments, by=by)


def students_here() -> ColumnElement[bool]:
    """Hold for the students whose record is not deleted."""
    return Student.deleted_at.is_(None)
