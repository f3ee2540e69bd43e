"""Fills an empty database with the demo college: places, people and courses, through the commands people use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.academics.forms.teaching import NewCourse
from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course
from quad.academics.service import teaching
from quad.cli.demo import names, plan
from quad.cli.demo.curriculum import COURSES
from quad.core import clock
from quad.core.db.bulk import insert_rows
from quad.core.db.model import set_acting_user
from quad.core.db.types import normalised
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import Role, User
from quad.identity.models.mentors import MentorKind
from quad.identity.service import mentors
from quad.identity.service.grants import place_grant
from quad.identity.service.users import new_person
from quad.institution.forms import (
    BatchForm,
    CampusForm,
    ClassForm,
    DegreeForm,
    DepartmentForm,
    ProgrammeForm,
    TermForm,
)
from quad.institution.models import DegreeLevel, GradingScheme
from quad.institution.service import (
    batches,
    campuses,
    classes,
    degrees,
    departments,
    grading,
    programmes,
    terms,
)
from quad.institution.service.scheme_templates import TEMPLATES
from quad.notifications.kinds.every import KINDS
from quad.notifications.models import MailRhythm, Notification, Preference

REGISTRAR, HEAD, TEACHER, STAR = "Farhana Begum", "Sunita Kulkarni", "Ravi Menon", "Meenakshi Rao"
KNOWN_TEACHERS = {("CSE", 1): HEAD, ("CSE", 2): TEACHER}
STAR_MAILBOX = "meenakshi.rao"
STAR_SKILL = 0.82
NEWS = 3  # notifications of the visitors' student that are still unread


@dataclass
class College:
    """What is made so far, for the steps that build on it. `size` is the students of each programme and year."""

    chance: Random
    password_hash: str
    size: int = plan.STUDENTS
    departments: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)
    batches: dict[tuple[str, int], int] = field(default_factory=dict)
    classes: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    terms: list[int] = field(default_factory=list)
    teachers: dict[str, list[int]] = field(default_factory=dict)
    advisors: dict[str, list[int]] = field(default_factory=dict)
    counsellors: dict[str, int] = field(default_factory=dict)
    courses: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    students: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    graduates: set[int] = field(default_factory=set)
    skill: dict[int, float] = field(default_factory=dict)
    # Course: the students who have to take it again, with the attempts they had.
    again: dict[int, dict[int, int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {REGISTRAR, HEAD, TEACHER, STAR})

    def new_name(self) -> str:
        """Return a name nobody in the college has yet."""
        return names.someone_else(self.chance, self.names)


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
    user.email_confirmed_at = clock.now()
    db.flush()
    for role, department_id in roles:
        place_grant(db, user.id, role, department_id)
    return user


def build_institution(db: Session, college: College) -> None:
    """Make grading schemes of every kind, campuses, degrees, departments, programmes, batches, classes and terms."""
    grading.seed(db)
    known = set(db.scalars(select(GradingScheme.name)))
    for template in TEMPLATES:
        if template.name not in known:
            grading.add_template(db, SYSTEM, template.key)
    at = {
        code: campuses.add(db, SYSTEM, CampusForm(code=code, name=name, city=city)).id
        for code, (name, city) in plan.CAMPUSES.items()
    }
    ends_in = {
        code: degrees.add(db, SYSTEM, DegreeForm(code=code, name=name, level=DegreeLevel(level))).id
        for code, (name, level) in plan.DEGREES.items()
    }
    for code, (name, campus) in plan.DEPARTMENTS.items():
        form = DepartmentForm(code=code, name=name, campus_id=at[campus])
        college.departments[code] = departments.add(db, SYSTEM, form).id
    for department in plan.PROGRAMMES:
        _build_programme(db, college, department, ends_in["B.E."])
    for item in plan.TERMS:
        term = TermForm(
            code=item.code,
            name=item.name,
            starts_on=item.starts_on,
            ends_on=item.ends_on,
            is_current=item is plan.TERMS[plan.CURRENT],
        )
        college.terms.append(terms.add(db, SYSTEM, term).id)


def _build_programme(db: Session, college: College, department: str, degree_id: int) -> None:
    code, name = plan.PROGRAMMES[department]
    scheme_id = db.scalars(select(GradingScheme.id).where(GradingScheme.is_default)).one()
    form = ProgrammeForm(
        code=code,
        name=name,
        department_id=college.departments[department],
        degree_id=degree_id,
        grading_scheme_id=scheme_id,
        credits_required=Decimal(plan.CREDITS_REQUIRED),
        duration_terms=plan.SEMESTERS,
    )
    programme_id = college.programmes[department] = programmes.add(db, SYSTEM, form).id
    for year in plan.BATCHES:
        batch = batches.add(db, SYSTEM, BatchForm(programme_id=programme_id, start_year=year))
        college.batches[department, year] = batch.id
        college.classes[department, year] = [
            classes.add(db, SYSTEM, ClassForm(batch_id=batch.id, name=letter)).id
            for letter in plan.CLASSES
        ]


def build_staff(db: Session, college: College) -> None:
    """Make the registrar, the placement office, and of each department the teachers and a counsellor.

    The first teacher of a department is its head; two are class mentors as well.
    """
    add_person(db, college, REGISTRAR, "admin", [(Role.ADMIN, None)])
    for code, department_id in college.departments.items():
        college.teachers[code] = [
            _add_teacher(db, college, code, number)
            for number in range(1, plan.TEACHERS_PER_DEPARTMENT + 1)
        ]
        college.advisors[code] = [college.teachers[code][number - 1] for number in plan.ADVISORS]
        counsellor = add_person(
            db,
            college,
            college.new_name(),
            f"{code.lower()}.counsellor",
            [(Role.COUNSELLOR, department_id)],
        )
        college.counsellors[code] = counsellor.id
    add_person(db, college, college.new_name(), "placement", [(Role.PLACEMENT, None)])


def _add_teacher(db: Session, college: College, code: str, number: int) -> int:
    department_id = college.departments[code]
    roles: list[tuple[Role, int | None]] = [(Role.FACULTY, None)]
    if number == 1:
        roles.append((Role.HOD, department_id))
    if number in plan.ADVISORS:
        roles.append((Role.ADVISOR, department_id))
    name = KNOWN_TEACHERS.get((code, number)) or college.new_name()
    user = add_person(db, college, name, f"{code.lower()}{number}", roles)
    designation = plan.DESIGNATIONS[min(number, len(plan.DESIGNATIONS)) - 1]
    db.add(
        Teacher(
            user_id=user.id,
            sort_name=user.sort_name,
            department_id=department_id,
            designation=designation,
        )
    )
    return user.id


def build_courses(db: Session, college: College) -> None:
    """Make every course of every programme; its department's head added it for the first term it was taught in."""
    for department, semesters in COURSES.items():
        set_acting_user(college.teachers[department][0])
        for semester, lines in semesters.items():
            college.courses[department, semester] = [
                teaching.add_course(
                    db,
                    SYSTEM,
                    NewCourse(
                        code=f"24{department[:2]}{semester}{number}",
                        title=title,
                        credits=Decimal(credit),
                        department_id=college.departments[department],
                        semester=semester,
                        starts_on=plan.TERMS[semester - 1].starts_on,
                    ),
                ).id
                for number, (title, credit) in enumerate(lines, start=1)
            ]
    set_acting_user(None)


def build_students(db: Session, college: College) -> None:
    """Make the batches; the first student of all is the one visitors sign in as."""
    for department in plan.PROGRAMMES:
        for year in plan.BATCHES:
            people = [
                _add_student(db, college, department, year, number)
                for number in range(1, college.size + 1)
            ]
            college.students[department, year] = [student.id for student in people]
            _assign_mentors(db, college, department, year, people)


def _add_student(db: Session, college: College, department: str, year: int, number: int) -> Student:
    star = (department, year, number) == ("CSE", plan.STAR_BATCH, 1)
    register = f"4NV{year % 100}{department[:2]}{number:03}"
    user = add_person(
        db,
        college,
        STAR if star else college.new_name(),
        STAR_MAILBOX if star else register.lower(),
        [(Role.STUDENT, None)],
    )
    rooms = college.classes[department, year]
    student = Student(
        user_id=user.id,
        register_number=register,
        register_key=normalised(register),
        sort_name=user.sort_name,
        department_id=college.departments[department],
        programme_id=college.programmes[department],
        batch_id=college.batches[department, year],
        class_id=rooms[(number - 1) * len(rooms) // college.size],
        admission_year=year,
        semester=plan.BATCHES[year] or plan.SEMESTERS,
        graduation_year=year + plan.SEMESTERS // 2,
    )
    db.add(student)
    db.flush()
    college.skill[student.id] = (
        STAR_SKILL if star else min(0.97, max(0.3, college.chance.gauss(0.68, 0.14)))
    )
    return student


def _assign_mentors(
    db: Session, college: College, department: str, year: int, people: list[Student]
) -> None:
    """Each class has its mentor; the department's counsellor has all who study."""
    if not plan.BATCHES[year]:
        return
    rooms = college.classes[department, year]
    for room, advisor_id in zip(rooms, college.advisors[department], strict=True):
        mentees = [student.user_id for student in people if student.class_id == room]
        mentors.assign(db, SYSTEM, MentorKind.ADVISOR, advisor_id, mentees)
    everybody = [student.user_id for student in people]
    mentors.assign(db, SYSTEM, MentorKind.COUNSELLOR, college.counsellors[department], everybody)


def keep_quiet(db: Session) -> None:
    """Let nobody be mailed while the past is filled in; only the visitors' student has an inbox."""
    star = db.scalar(select(User.id).where(User.full_name == STAR))
    wishes = (
        (user_id, kind, user_id == star, MailRhythm.OFF)
        for user_id in db.scalars(select(User.id)).all()
        for kind in KINDS
    )
    insert_rows(db, Preference, ("user_id", "kind", "in_app", "mail"), wishes)


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
        (Role.STUDENT, STAR_MAILBOX),
        (Role.ALUMNUS, "alumnus"),
        (Role.FACULTY, "cse2"),
        (Role.HOD, "cse1"),
        (Role.ADVISOR, "cse3"),
        (Role.COUNSELLOR, "cse.counsellor"),
        (Role.PLACEMENT, "placement"),
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


def parts(term_index: int) -> Iterator[tuple[str, int, int]]:
    """Yield (department, year of admission, semester) of all who study in a term."""
    year, half = divmod(term_index, 2)
    for department in plan.PROGRAMMES:
        for admitted in sorted(plan.BATCHES):
            semester = (plan.TERMS[0].starts_on.year + year - admitted) * 2 + half + 1
            if 1 <= semester <= plan.SEMESTERS:
                yield department, admitted, semester
