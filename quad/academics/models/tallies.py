"""How many students, teachers, courses and offerings there are, kept by the database (core.tallies)."""

from __future__ import annotations

from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course, Offering, ResultState
from quad.core.tallies import tally
from quad.institution.models import Department

STUDENTS = tally("academics.students", Student, Student.department_id)
TEACHERS = tally("academics.teachers", Teacher, Teacher.department_id)
COURSES = tally("academics.courses", Course, Course.department_id)
OFFERINGS = tally("academics.offerings", Offering, Offering.department_id)
DRAFTS = tally(
    "academics.drafts", Offering, Offering.department_id, (Offering.state, ResultState.DRAFT.value)
)
DEPARTMENTS = tally("academics.departments", Department)
