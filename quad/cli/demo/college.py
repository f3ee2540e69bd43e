"""Fills an empty database with the demo college, through the same commands that people use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.academics.forms import (
    EnrolStudents,
    MarkEntry,
    MarksBatch,
    NewComponent,
    NewCourse,
    NewOffering,
)
from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Component, ComponentKind, Course, Enrolment, Offering
from quad.academics.service import components, enrolments, marks, results, teaching
from quad.cli.demo import plan
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.policy import SYSTEM
from quad.identity.models import Role, User
from quad.identity.service.grants import place_grant
from quad.identity.service.users import new_person
from quad.institution.models import Department, GradingScheme, Programme, Term
from quad.notifications.kinds import KINDS
from quad.notifications.models import Notification, Preference

REGISTRAR, HEAD, STAR = "Farhana Begum", "Sunita Kulkarni", "Meenakshi Rao"
NEWS = 3  # notifications of the visitors' student that are still unread


@dataclass
class College:
    """What is made so far, for the steps that build on it."""

    chance: Random
    password_hash: str
    departments: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)
    terms: list[int] = field(default_factory=list)
    teachers: dict[str, list[int]] = field(default_factory=dict)
    courses: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    students: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    skill: dict[int, float] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {REGISTRAR, HEAD, STAR})


def new_name(college: College) -> str:
    """Return a name nobody in the college has yet."""
    while True:
        first = college.chance.choice(plan.FIRST_NAMES)
        name = f"{first} {college.chance.choice(plan.LAST_NAMES)}"
        if name not in college.names:
            college.names.add(name)
            return name


def add_person(
    db: Session,
    college: College,
    name: str,
    mailbox: str,
    roles: list[tuple[Role, int | None]],
) -> User:
    """Add a person who can sign in with the demo's password."""
    user = new_person(db, name, f"{mailbox}@{plan.DOMAIN}")
    user.password_hash = college.password_hash
    db.flush()
    for role, department_id in roles:
        place_grant(db, user.id, role, department_id)
    return user


def build_institution(db: Session, college: College) -> None:
    """Make departments, programmes and terms."""
    scheme_id = db.scalar(select(GradingScheme.id).where(GradingScheme.is_default))
    for code, name in plan.DEPARTMENTS.items():
        row = Department(code=code, code_key=code, name=name, sort_name=name)
        db.add(row)
        db.flush()
        college.departments[code] = row.id
    for department, (code, name) in plan.PROGRAMMES.items():
        programme = Programme(
            code=code,
            code_key=code,
            name=name,
            sort_name=name,
            department_id=college.departments[department],
            grading_scheme_id=scheme_id,
            credits_required=Decimal(plan.CREDITS_REQUIRED),
            duration_terms=plan.SEMESTERS,
        )
        db.add(programme)
        db.flush()
        college.programmes[department] = programme.id
    for item in plan.TERMS:
        term = Term(
            code=item.code,
            code_key=item.code,
            name=item.name,
            starts_on=item.starts_on,
            ends_on=item.ends_on,
            is_current=item is plan.TERMS[-1],
        )
        db.add(term)
        db.flush()
        college.terms.append(term.id)


def build_staff(db: Session, college: College) -> None:
    """Make the registrar and the teachers; the first of a department is its head."""
    add_person(db, college, REGISTRAR, "admin", [(Role.ADMIN, None)])
    for code, department_id in college.departments.items():
        ids = []
        for number in range(plan.TEACHERS_PER_DEPARTMENT):
            roles: list[tuple[Role, int | None]] = [(Role.FACULTY, None)]
            if number == 0:
                roles.append((Role.HOD, department_id))
            name = HEAD if (code, number) == ("CSE", 0) else new_name(college)
            user = add_person(db, college, name, f"{code.lower()}{number + 1}", roles)
            designation = plan.DESIGNATIONS[min(number, len(plan.DESIGNATIONS) - 1)]
            db.add(
                Teacher(
                    user_id=user.id,
                    sort_name=user.sort_name,
                    department_id=department_id,
                    designation=designation,
                )
            )
            ids.append(user.id)
        college.teachers[code] = ids


def build_courses(db: Session, college: College) -> None:
    """Make every course of every programme."""
    for department, semesters in plan.CURRICULUM.items():
        for semester, lines in semesters.items():
            made = [
                teaching.add_course(
                    db,
                    SYSTEM,
                    NewCourse(
                        code=f"24{department[:2]}{suffix}",
                        title=title,
                        credits=Decimal(credit),
                        department_id=college.departments[department],
                        semester=semester,
                    ),
                ).id
                for suffix, title, credit in lines
            ]
            college.courses[department, semester] = made


def build_students(db: Session, college: College) -> None:
    """Make the batches; the first student of the oldest batch is the one visitors sign in as."""
    for department in plan.PROGRAMMES:
        for year, semester, size in plan.BATCHES:
            made = [
                _add_student(db, college, department, year, semester, number)
                for number in range(1, size + 1)
            ]
            college.students[department, semester] = made


def _add_student(
    db: Session, college: College, department: str, year: int, semester: int, number: int
) -> int:
    star = (department, year, number) == ("CSE", 2024, 1)
    name = STAR if star else new_name(college)
    register = f"4NV{year % 100}{department[:2]}{number:03}"
    mailbox = "meenakshi.rao" if star else register.lower()
    user = add_person(db, college, name, mailbox, [(Role.STUDENT, None)])
    student = Student(
        user_id=user.id,
        register_number=register,
        register_key=normalised(register),
        sort_name=user.sort_name,
        department_id=college.departments[department],
        programme_id=college.programmes[department],
        admission_year=year,
        semester=semester,
        graduation_year=year + plan.SEMESTERS // 2,
    )
    db.add(student)
    db.flush()
    college.skill[student.id] = (
        0.82 if star else min(0.97, max(0.3, college.chance.gauss(0.68, 0.14)))
    )
    return student.id


def offerings_to_build(college: College) -> Iterator[tuple[str, int, int, int]]:
    """Yield (department, semester of study, batch's present semester, index of the term) for all there was."""
    last = len(college.terms) - 1
    for department in plan.PROGRAMMES:
        for _year, now, _size in plan.BATCHES:
            for semester in range(1, now + 1):
                yield department, semester, now, last - (now - semester)


def build_teaching(
    db: Session, college: College, department: str, semester: int, now: int, term_index: int
) -> None:
    """Make the offerings of one batch in one term, with enrolments, components, marks and results."""
    teachers = college.teachers[department]
    for place, course_id in enumerate(college.courses[department, semester]):
        form = NewOffering(
            course_id=course_id,
            term_id=college.terms[term_index],
            section="A",
            faculty_id=teachers[place % len(teachers)],
        )
        offering = teaching.offer(db, SYSTEM, form)
        students = college.students[department, now]
        enrolments.enrol(db, SYSTEM, offering.id, EnrolStudents(student_ids=students))
        for name, kind, maximum, weight in plan.COMPONENTS:
            components.add(
                db,
                SYSTEM,
                offering.id,
                NewComponent(
                    name=name,
                    kind=ComponentKind(kind),
                    maximum=Decimal(maximum),
                    weight=Decimal(weight),
                ),
            )
        _write_marks(db, college, offering, current=term_index == len(college.terms) - 1)


def _write_marks(db: Session, college: College, offering: Offering, *, current: bool) -> None:
    rows = db.execute(
        select(Enrolment.id, Enrolment.student_id).where(Enrolment.offering_id == offering.id)
    ).all()
    parts = list(
        db.scalars(
            select(Component)
            .where(Component.offering_id == offering.id)
            .order_by(Component.position, Component.id)
        )
    )
    written = parts[: plan.WRITTEN_SO_FAR] if current else parts
    entries = [
        MarkEntry(
            enrolment_id=enrolment_id,
            component_id=part.id,
            value=_mark(college, student_id, part.maximum),
        )
        for part in written
        for enrolment_id, student_id in rows
        if not (current and part is written[-1] and college.chance.random() < 0.08)
    ]
    marks.enter(db, SYSTEM, offering.id, MarksBatch(entries=entries))
    if current:
        for part in written[:2]:
            results.publish_component(db, SYSTEM, offering.id, part.id)
    else:
        results.publish(db, SYSTEM, offering.id)


def _mark(college: College, student_id: int, maximum: Decimal) -> Decimal:
    share = min(1.0, max(0.0, college.chance.gauss(college.skill[student_id], 0.09)))
    return Decimal(round(share * float(maximum) * 2)) / 2


def keep_quiet(db: Session) -> None:
    """Let nobody be mailed while the past is filled in; only the visitors' student has an inbox."""
    star = db.scalar(select(User.id).where(User.full_name == STAR))
    for user_id in db.scalars(select(User.id)):
        for kind in KINDS:
            db.add(Preference(user_id=user_id, kind=kind, in_app=user_id == star, by_mail=False))


def speak_again(db: Session) -> None:
    """Forget the silence, and leave the visitors' student a few new lines."""
    db.execute(delete(Preference))
    newest = select(Notification.id).order_by(Notification.id.desc()).limit(NEWS)
    db.execute(
        update(Notification)
        .where(Notification.id.not_in(list(db.scalars(newest))))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def personas(db: Session) -> list[tuple[str, str, str]]:
    """Return (role, name, e-mail) of the people visitors may sign in as."""
    chosen = (
        (Role.STUDENT, "meenakshi.rao"),
        (Role.FACULTY, "cse2"),
        (Role.HOD, "cse1"),
        (Role.ADMIN, "admin"),
    )
    found = []
    for role, mailbox in chosen:
        user = db.scalars(select(User).where(User.email == f"{mailbox}@{plan.DOMAIN}")).one()
        found.append((role.value, user.full_name, user.email))
    return found


def has_courses(db: Session) -> bool:
    """Tell whether there is a college already."""
    return db.scalar(select(Course.id).limit(1)) is not None
