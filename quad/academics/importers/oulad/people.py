"""The students. The dataset has no names and no addresses, so the number stands for both, and no mail is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.importers.oulad.contents import Contents
from quad.academics.importers.oulad.counting import Counts
from quad.academics.importers.oulad.folder import STUDENTS, Problems
from quad.academics.importers.oulad.house import House
from quad.academics.models.people import Student
from quad.academics.service import findable
from quad.core.db.bulk import insert_rows
from quad.core.i18n import gettext as _
from quad.core.search.index import index_many
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.service.directory import index_people
from quad.identity.service.users import sort_name

DOMAIN = "oulad.invalid"  # RFC 2606: a name that never resolves, so mail to it is not even tried
PIECE = 500

T = TypeVar("T")


def address(number: int) -> str:
    """Return the e-mail address a student signs in with."""
    return f"s{number}@{DOMAIN}"


def full_name(number: int) -> str:
    """Return the name shown."""
    return f"Student {number}"


def bring_people(
    db: Session, house: House, contents: Contents, counts: Counts, problems: Problems
) -> dict[int, int]:
    """Return the student of every number, made when missing; those whose number or address is taken are left out."""
    years = contents.first_years()
    known, strangers = _known(db, house, years)
    fresh = [number for number in years if number not in known and number not in strangers]
    taken = _taken(db, fresh)
    _refuse(contents, problems, strangers | taken)
    fresh = [number for number in fresh if number not in taken]
    counts.students.same += len(known)
    counts.students.new += len(fresh)
    return known | _add(db, house, fresh, years)


def pieces(values: Iterable[T], size: int = PIECE) -> Iterator[list[T]]:
    """Cut values into lists that a database takes as parameters."""
    stream = iter(values)
    while piece := list(islice(stream, size)):
        yield piece


def _known(db: Session, house: House, numbers: Iterable[int]) -> tuple[dict[int, int], set[int]]:
    """Return who is here already, and the numbers that belong to students of the college itself."""
    known: dict[int, int] = {}
    strangers: set[int] = set()
    for piece in pieces(numbers):
        rows = db.execute(
            select(Student.id, Student.register_key, Student.programme_id, User.email)
            .join(User, User.id == Student.user_id)
            .where(Student.register_key.in_(map(str, piece)), Student.live == 1)
        )
        for row in rows:
            number = int(row.register_key)
            if row.programme_id == house.programme_id or row.email == address(number):
                known[number] = row.id
            else:
                strangers.add(number)
    return known, strangers


def _taken(db: Session, numbers: Iterable[int]) -> set[int]:
    """Return the numbers whose address is somebody else's."""
    found: set[int] = set()
    for piece in pieces(numbers):
        by_address = {address(number): number for number in piece}
        emails = db.scalars(select(User.email).where(User.email.in_(by_address), User.live == 1))
        found |= {by_address[email] for email in emails}
    return found


def _refuse(contents: Contents, problems: Problems, numbers: set[int]) -> None:
    if not numbers:
        return
    for presentation in contents.presentations.values():
        for number in numbers & presentation.students.keys():
            sentence = _(
                "The college has another student with the number %(number)s or the address %(address)s.",
                number=number,
                address=address(number),
            )
            line = presentation.students[number].line
            problems.add(contents.folder.name(STUDENTS), line, sentence, "id_student")


def _add(db: Session, house: House, numbers: list[int], years: dict[int, int]) -> dict[int, int]:
    if not numbers:
        return {}
    users = _add_accounts(db, numbers)
    before = db.scalar(select(func.max(Student.id))) or 0
    names = (
        "user_id",
        "register_number",
        "register_key",
        "sort_name",
        "department_id",
        "programme_id",
        "admission_year",
    )
    insert_rows(
        db,
        Student,
        names,
        (
            (
                users[number],
                str(number),
                str(number),
                sort_name(full_name(number)),
                house.department_id,
                house.programme_id,
                years[number],
            )
            for number in numbers
        ),
    )
    # Numbers only grow, so what was added now stands above what was there before.
    rows = db.execute(select(Student.register_key, Student.id).where(Student.id > before))
    wanted = set(numbers)
    made = {int(key): row_id for key, row_id in rows if key.isdecimal() and int(key) in wanted}
    for piece in pieces(made.values()):
        index_many(db, findable.STUDENTS, findable.student_documents(db, piece), new=True)
    for piece in pieces(users.values()):
        index_people(db, piece, new=True)
    return made


def _add_accounts(db: Session, numbers: list[int]) -> dict[int, int]:
    """Add people without a password, each with the role of a student."""
    before = db.scalar(select(func.max(User.id))) or 0
    insert_rows(
        db,
        User,
        ("full_name", "sort_name", "email", "email_as_typed"),
        (
            (full_name(number), sort_name(full_name(number)), address(number), address(number))
            for number in numbers
        ),
    )
    by_address = {address(number): number for number in numbers}
    users = {
        by_address[email]: user_id
        for email, user_id in db.execute(select(User.email, User.id).where(User.id > before))
        if email in by_address
    }
    insert_rows(
        db,
        RoleGrant,
        ("user_id", "role"),
        ((users[number], Role.STUDENT) for number in numbers),
    )
    return users
