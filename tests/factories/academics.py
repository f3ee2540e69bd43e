"""Departments, courses, offerings, students and marks for tests. Rows only: no policy, no facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, Teacher
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, ComponentKind, Course, Enrolment, Offering
from quad.academics.service import findable, rollups
from quad.core.search.index import index_many
from quad.identity.models.accounts import User
from quad.institution.models import (
    Averaging,
    Batch,
    Campus,
    ClassGroup,
    Degree,
    DegreeLevel,
    Department,
    GradeBand,
    GradingScheme,
    PassRule,
    Programme,
    RetakeRule,
    Term,
)
from tests.factories.people import person

TEN_POINT = (
    ("S", 90, 10, True),
    ("A", 80, 9, True),
    ("B", 70, 8, True),
    ("C", 60, 7, True),
    ("D", 50, 6, True),
    ("E", 40, 4, True),
    ("F", 0, 0, False),
)

T = TypeVar("T")

_numbers = count(1)


def department(db: Session, code: str | None = None, name: str | None = None) -> Department:
    code = code or f"D{next(_numbers)}"
    name = name or f"Department {code}"
    row = Department(code=code, code_key=code, name=name, sort_name=name)
    return _kept(db, row)


def scheme(
    db: Session,
    *,
    bands: tuple[tuple[str, int, int, bool], ...] = TEN_POINT,
    retake: RetakeRule = RetakeRule.BEST,
    pass_rule: PassRule = PassRule.OVERALL,
    averaging: Averaging = Averaging.POINTS,
    places: int = 2,
    default: bool = False,
) -> GradingScheme:
    name = f"Scheme {next(_numbers)}"
    row = _kept(
        db,
        GradingScheme(
            name=name,
            name_key=name,
            maximum=Decimal(max(points for _l, _m, points, _p in bands)),
            rounding_places=places,
            retake_rule=retake,
            pass_rule=pass_rule,
            averaging=averaging,
            is_default=default,
        ),
    )
    for position, (letter, minimum, points, passes) in enumerate(bands):
        _kept(
            db,
            GradeBand(
                scheme_id=row.id,
                position=position,
                letter=letter,
                minimum=Decimal(minimum),
                points=Decimal(points),
                passes=passes,
            ),
        )
    return row


def programme(
    db: Session, of: Department | None = None, graded: GradingScheme | None = None
) -> Programme:
    code = f"P{next(_numbers)}"
    return _kept(
        db,
        Programme(
            code=code,
            code_key=code,
            name=f"Programme {code}",
            sort_name=f"Programme {code}",
            department_id=(of or department(db)).id,
            grading_scheme_id=(graded or scheme(db)).id,
            credits_required=Decimal(160),
            duration_terms=8,
        ),
    )


def campus(db: Session) -> Campus:
    code = f"L{next(_numbers)}"
    return _kept(
        db, Campus(code=code, code_key=code, name=f"Campus {code}", sort_name=f"Campus {code}")
    )


def degree(db: Session) -> Degree:
    code = f"G{next(_numbers)}"
    return _kept(
        db,
        Degree(
            code=code,
            code_key=code,
            name=f"Degree {code}",
            sort_name=f"Degree {code}",
            level=DegreeLevel.BACHELOR,
        ),
    )


def batch(
    db: Session, of: Programme | None = None, *, start_year: int = 2024, name: str | None = None
) -> Batch:
    name = name or f"Batch {next(_numbers)}"
    return _kept(
        db,
        Batch(
            programme_id=(of or programme(db)).id,
            name=name,
            name_key=name,
            start_year=start_year,
            graduation_year=start_year + 4,
        ),
    )


def group(db: Session, of: Batch | None = None, *, name: str | None = None) -> ClassGroup:
    """A class of a batch."""
    name = name or f"C{next(_numbers)}"
    return _kept(db, ClassGroup(batch_id=(of or batch(db)).id, name=name, name_key=name))


def term(db: Session, *, starts_on: date | None = None, current: bool = False) -> Term:
    number = next(_numbers)
    begins = starts_on or date(2020, 1, 1) + timedelta(days=180 * number)
    return _kept(
        db,
        Term(
            code=f"T{number}",
            code_key=f"T{number}",
            name=f"Term {number}",
            starts_on=begins,
            ends_on=begins + timedelta(days=150),
            is_current=current,
        ),
    )


def student(
    db: Session,
    *,
    name: str | None = None,
    user: User | None = None,
    of: Department | None = None,
    on: Programme | None = None,
    register_number: str | None = None,
    semester: int = 1,
    admission_year: int = 2024,
) -> Student:
    """Add a student who can be found by name, number and e-mail."""
    someone = user or person(db, role="student", name=name)
    number = register_number or f"4NV24CS{next(_numbers):05d}"
    row = _kept(
        db,
        Student(
            user_id=someone.id,
            register_number=number,
            register_key=number,
            sort_name=someone.sort_name,
            department_id=of.id if of else on.department_id if on else None,
            programme_id=on.id if on else None,
            admission_year=admission_year,
            semester=semester,
        ),
    )
    index_many(db, findable.STUDENTS, findable.student_documents(db, [row.id]))
    return row


def teacher(db: Session, *, of: Department | None = None, name: str | None = None) -> Teacher:
    someone = person(db, role="faculty", department_id=of.id if of else None, name=name)
    found = db.scalar(select(Teacher).where(Teacher.user_id == someone.id))
    return found or _kept(
        db,
        Teacher(
            user_id=someone.id,
            sort_name=someone.sort_name,
            department_id=of.id if of else None,
            designation="Professor",
        ),
    )


def course(
    db: Session,
    *,
    of: Department | None = None,
    credits: Decimal | int = 4,
    code: str | None = None,
    title: str | None = None,
) -> Course:
    code = code or f"24CS{next(_numbers):03d}"
    title = title or f"Course {code}"
    return _kept(
        db,
        Course(
            code=code,
            code_key=code,
            title=title,
            sort_title=title,
            credits=Decimal(credits),
            department_id=of.id if of else None,
        ),
    )


def offering(
    db: Session,
    *,
    taught: Course | None = None,
    during: Term | None = None,
    by: Teacher | None = None,
    section: str = "A",
) -> Offering:
    what = taught or course(db)
    return _kept(
        db,
        Offering(
            course_id=what.id,
            term_id=(during or term(db)).id,
            section=section,
            department_id=what.department_id,
            faculty_id=by.user_id if by else None,
        ),
    )


def component(
    db: Session,
    of: Offering,
    *,
    name: str | None = None,
    kind: ComponentKind = ComponentKind.INTERNAL,
    maximum: Decimal | int = 100,
    weight: Decimal | int = 100,
) -> Component:
    number = next(_numbers)
    name = name or f"Internal {number}"
    return _kept(
        db,
        Component(
            offering_id=of.id,
            name=name,
            name_key=name,
            kind=kind,
            maximum=Decimal(maximum),
            weight=Decimal(weight),
            position=number,
        ),
    )


def enrolment(db: Session, who: Student, into: Offering, *, attempt: int = 1) -> Enrolment:
    return _kept(
        db,
        Enrolment(
            student_id=who.id,
            offering_id=into.id,
            attempt=attempt,
            enrolled_on=date(2026, 8, 1),
        ),
    )


def mark(db: Session, of: Enrolment, on: Component, value: Decimal | int | None) -> Mark:
    """Add a first mark and bring the derived numbers up to date; None is absent."""
    row = _kept(
        db,
        Mark(
            enrolment_id=of.id,
            component_id=on.id,
            value=None if value is None else Decimal(value),
            absent=value is None,
        ),
    )
    rollups.refresh(db, [of.id])
    return row


@dataclass(frozen=True)
class College:
    """One department with a teacher, a class and an offering with two components."""

    department: Department
    programme: Programme
    term: Term
    teacher: Teacher
    course: Course
    offering: Offering
    components: tuple[Component, Component]
    students: tuple[Student, ...]
    enrolments: tuple[Enrolment, ...]


def college(db: Session, size: int = 3) -> College:
    """Add a small college, all in one department, with nothing marked yet."""
    home = department(db)
    graded = programme(db, home)
    now = term(db)
    lecturer = teacher(db, of=home)
    taught = course(db, of=home)
    offered = offering(db, taught=taught, during=now, by=lecturer)
    parts = (
        component(db, offered, name="Internal 1", maximum=30, weight=40),
        component(db, offered, name="Exam", kind=ComponentKind.EXTERNAL, maximum=100, weight=60),
    )
    pupils = tuple(student(db, on=graded) for _ in range(size))
    places = tuple(enrolment(db, pupil, offered) for pupil in pupils)
    return College(home, graded, now, lecturer, taught, offered, parts, pupils, places)


def _kept(db: Session, row: T) -> T:
    db.add(row)
    db.flush()
    return row
