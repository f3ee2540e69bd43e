"""A college for the tests of lists: students of two departments, and a list over them that only tests know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.core import clock
from quad.core.listing.declaration import (
    LISTINGS,
    Bulk,
    Cell,
    Column,
    Listing,
    SearchTerms,
)
from quad.core.listing.filters import Filter
from quad.core.policy import EVERYTHING, NOTHING, REGISTRY, Actor, Branches, Grant, Permission
from quad.core.search.index import index_many
from quad.core.search.searchable import Document
from quad.identity.models.accounts import User
from quad.institution.models import Department

SUBJECT = "test student"


def _branches(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return tuple(Student.department_id == number for number in actor.departments("hod")) or NOTHING


def _managed(actor: Actor) -> Branches:
    return tuple(Student.department_id == number for number in actor.departments("hod")) or NOTHING


READ = Permission("test.student.read", "See test students", Student, _branches)
MANAGE = Permission("test.student.manage", "Manage test students", Student, _managed)
ADMIN = Actor(id=1, name="Ada", grants=(Grant("admin"),))


def head(*departments: int) -> Actor:
    """Return somebody who leads these departments."""
    return Actor(id=2, name="Hod", grants=tuple(Grant("hod", number) for number in departments))


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Student.user_id).join(
        Department, Department.id == Student.department_id, isouter=True
    )


def _departments(db: Session, _actor: Actor) -> Sequence[tuple[Any, str]]:
    rows = db.execute(select(Department.id, Department.name).order_by(Department.id))
    return [(row.id, row.name) for row in rows]


STUDENTS = Listing(
    name="test.students",
    title="Students",
    singular="student",
    plural="students",
    read=READ,
    columns=(
        Column(
            "name",
            "Student",
            (User.full_name, Student.register_number),
            cell=lambda row: Cell(row.full_name, sub=row.register_number, kind="person"),
            sort=Student.sort_name,
        ),
        Column(
            "number", "Number", Student.register_number, sort=Student.register_key, default=False
        ),
        Column("department", "Department", Department.name, hide_below="md"),
        Column("cgpa", "CGPA", Student.cgpa, sort=Student.cgpa_order, numeric=True),
        Column("semester", "Semester", Student.semester, sort=Student.semester, numeric=True),
        Column("status", "Status", Student.status),
    ),
    default_sort="name",
    joins=_joins,
    search=SearchTerms(SUBJECT),
    search_label="Search by name, number or e-mail",
    filters=(
        Filter(
            "department", "Department", "choice", lambda v: Student.department_id == v, _departments
        ),
        Filter(
            "status",
            "Status",
            "choice",
            lambda v: Student.status == v,
            tuple((status, status.value.replace("_", " ")) for status in StudentStatus),
        ),
        Filter("semester", "Semester", "number", lambda v: Student.semester == v, places=0),
        Filter(
            "cgpa",
            "CGPA",
            "number",
            lambda v: Student.cgpa_order >= v,
            chip=lambda v: f"CGPA: {v} or more",
        ),
        Filter(
            "marked",
            "With marks",
            "flag",
            lambda v: Student.cgpa.is_not(None) if v else Student.cgpa.is_(None),
        ),
        Filter("since", "Added since", "date", lambda v: Student.admission_year >= v.year),
    ),
    bulk=(
        Bulk(
            "withdraw", "Withdraw", "x", "home.index", MANAGE, confirm="Withdraw them?", danger=True
        ),
        Bulk("message", "Message", "mail", "home.index", READ),
    ),
    href=lambda row: f"/students/{row.id}",
    row_label=lambda row: row.full_name,
)

# Known to these tests only: whoever looks through all permissions or lists must not meet them.
del REGISTRY[READ.name], REGISTRY[MANAGE.name], LISTINGS[STUDENTS.name]


@dataclass(frozen=True)
class College:
    """The numbers of the two departments; the first `count` students alternate between them."""

    maths: int
    music: int


NAMES = (
    "Wu Li",
    "王小明",
    "José Álvarez",
    "Jose Brown",
    "Siobhán O'Neil",
    "Fatima Al-Harbi",
    "Ann 100% Sure",
    "Ann 1000",
)


def found_college(db: Session, count: int = 60, names: Sequence[str] = NAMES) -> College:
    """Fill an empty database with `count` students, indexed for search."""
    departments = []
    for code, name in (("MATH", "Mathematics"), ("MUS", "Music")):
        row = Department(code=code, code_key=code, name=name, sort_name=name)
        db.add(row)
        db.flush()
        departments.append(row.id)
    stamps = {"created_at": clock.now(), "updated_at": clock.now()}
    people = []
    for number in range(1, count + 1):
        name = names[number - 1] if number <= len(names) else f"Student {number:06d}"
        people.append((number, name, f"4NV24CS{number:04d}"))
    db.execute(
        insert(User),
        [
            {
                "id": n,
                "full_name": name,
                "sort_name": name,
                "email": f"s{n}@x.org",
                "email_as_typed": f"s{n}@x.org",
            }
            | stamps
            for n, name, _register in people
        ],
    )
    db.execute(
        insert(Student),
        [
            {
                "id": n,
                "user_id": n,
                "register_number": register,
                "register_key": register,
                "sort_name": name.casefold(),
                "department_id": departments[n % 2],
                "admission_year": 2020 + n % 5,
                "semester": 1 + n % 8,
                "status": StudentStatus.ACTIVE if n % 10 else StudentStatus.ON_LEAVE,
                "cgpa": None if n % 7 == 0 else Decimal(500 + n % 400) / 100,
                "cgpa_order": Decimal(-1) if n % 7 == 0 else Decimal(500 + n % 400) / 100,
            }
            | stamps
            for n, name, register in people
        ],
    )
    documents = [
        Document(
            n,
            name,
            f"/students/{n}",
            sub=register,
            terms=[f"s{n}@x.org"],
            place=name.casefold(),
        )
        for n, name, register in people
    ]
    index_many(db, SUBJECT, documents, new=True)
    db.commit()
    return College(*departments)
