"""Students from a file.

New people get an account without a password: they activate it by a reset link, or by a code handed out (`quad user
reset`). Who comes without an e-mail address signs in with the register number and has an address that takes no mail.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    case,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms import StudentRow
from quad.academics.models.people import Student
from quad.academics.policy import STUDENT_IMPORT
from quad.academics.service import findable
from quad.core import clock
from quad.core.db.model import acting_user
from quad.core.db.types import BigId, NormalisedKey, normalised
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.search.index import index_many
from quad.identity.models import Role, RoleGrant, User
from quad.identity.service.users import sort_name
from quad.institution.models import Department, Programme

NO_MAIL = "students.invalid"  # RFC 2606: a name that never resolves
PIECE = 500


class StagedStudent(StagedRow):
    """One student on the way in; `given_email` is empty where the address was made up."""

    __tablename__ = "academics_staged_student"

    register_number: Mapped[str] = mapped_column(String(40))
    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    full_name: Mapped[str | None] = mapped_column(String(160))
    sort_name: Mapped[str | None] = mapped_column(NormalisedKey(180))
    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    given_email: Mapped[str | None] = mapped_column(NormalisedKey(254))
    username: Mapped[str | None] = mapped_column(NormalisedKey(60))
    department_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    programme_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    admission_year: Mapped[int | None] = mapped_column(Integer)
    semester: Mapped[int | None] = mapped_column(Integer)
    department_id: Mapped[int | None] = mapped_column(BigId)
    programme_id: Mapped[int | None] = mapped_column(BigId)
    student_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)
    owner_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: StudentRow) -> Mapping[str, Any]:
    name = " ".join(part for part in (row.first_name, row.last_name) if part)
    email = row.email or no_mail_address(row.register_number)
    return {
        "register_number": row.register_number,
        "register_key": row.register_number,
        "full_name": name or None,
        "sort_name": sort_name(name) if name else None,
        "email": email,
        "email_as_typed": email,
        "given_email": row.email,
        "username": None if row.email else row.register_number,
        "department_key": row.department,
        "programme_key": row.programme,
        "admission_year": row.admission_year,
        "semester": row.semester,
    }


def no_mail_address(register_number: str) -> str:
    """Return the address of somebody who has none: it is theirs alone and takes no mail."""
    key = normalised(register_number)
    plain = re.sub(r"[^a-z0-9._-]", "-", key)
    if plain != key:
        plain += "-" + hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{plain}@{NO_MAIL}"


def _resolve(db: Session, batch: Batch[StagedStudent]) -> None:
    staged = batch.rows
    alive = Student.deleted_at.is_(None)
    same = (Student.register_key == staged.register_key, alive)
    batch.lookup(db, staged.student_id, select(Student.id).where(*same))
    batch.lookup(db, staged.user_id, select(Student.user_id).where(*same))
    batch.lookup(
        db,
        staged.owner_id,
        select(User.id).where(User.email == staged.email, User.deleted_at.is_(None)),
    )
    batch.lookup(
        db,
        staged.department_id,
        select(Department.id).where(
            Department.code_key == staged.department_key, Department.deleted_at.is_(None)
        ),
    )
    known = (Programme.code_key == staged.programme_key, Programme.deleted_at.is_(None))
    batch.lookup(db, staged.programme_id, select(Programme.id).where(*known))
    _refuse(db, batch)
    of_programme = select(Programme.department_id).where(Programme.id == staged.programme_id)
    own = of_programme.correlate(staged).scalar_subquery()
    batch.set(db, department_id=func.coalesce(staged.department_id, own))
    batch.judge(db, exists=staged.student_id.is_not(None), differs=_differs(staged))


def _refuse(db: Session, batch: Batch[StagedStudent]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.department_key.is_not(None) & staged.department_id.is_(None),
        _("There is no department with the code “%(value)s”."),
        field="department",
        value=staged.department_key,
    )
    batch.refuse(
        db,
        staged.programme_key.is_not(None) & staged.programme_id.is_(None),
        _("There is no programme with the code “%(value)s”."),
        field="programme",
        value=staged.programme_key,
    )
    batch.refuse(
        db,
        staged.owner_id.is_not(None) & staged.owner_id.is_distinct_from(staged.user_id),
        _("Somebody else has the address %(value)s."),
        field="email",
        value=staged.email,
    )
    taken = select(User.id).where(
        User.username == staged.username,
        User.deleted_at.is_(None),
        User.id.is_distinct_from(staged.user_id),
    )
    batch.refuse(
        db,
        staged.username.is_not(None) & taken.correlate(staged).exists(),
        _("Somebody else signs in as “%(value)s”. Give this student an e-mail address."),
        field="register_number",
        value=staged.register_number,
    )
    batch.refuse_doubles(db, staged.given_email, field="email")


def _differs(staged: type[StagedStudent]) -> Any:
    """An empty cell leaves what is there, so only given values can differ."""
    student = (
        (Student.register_number, staged.register_number),
        (Student.department_id, staged.department_id),
        (Student.programme_id, staged.programme_id),
        (Student.admission_year, staged.admission_year),
        (Student.semester, staged.semester),
        (User.full_name, staged.full_name),
        (User.email, staged.given_email),
    )
    return (
        select(
            or_(*(given.is_not(None) & (kept.is_distinct_from(given)) for kept, given in student))
        )
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .where(Student.id == staged.student_id)
        .correlate(staged)
        .scalar_subquery()
    )


def _apply(db: Session, batch: Batch[StagedStudent]) -> None:
    _add(db, batch)
    _change(db, batch)
    _index(db, batch)


def _add(db: Session, batch: Batch[StagedStudent]) -> None:
    staged, new = batch.rows, batch.having(Outcome.NEW)
    people = (
        select(
            func.coalesce(staged.full_name, staged.register_number),
            func.coalesce(staged.sort_name, staged.register_key),
            staged.email,
            staged.email_as_typed,
            staged.username,
        )
        .where(new)
        .order_by(staged.line)
    )
    names = ("full_name", "sort_name", "email", "email_as_typed", "username")
    db.execute(insert(User).from_select(names, people))
    batch.lookup(
        db,
        staged.user_id,
        select(case((staged.user_id.is_not(None), staged.user_id), else_=func.min(User.id))).where(
            User.email == staged.email, User.deleted_at.is_(None)
        ),
    )
    role = literal(Role.STUDENT.value, String(30)).label("role")
    grants = select(staged.user_id, role).where(new).order_by(staged.line)
    db.execute(insert(RoleGrant).from_select(("user_id", "role"), grants))
    year = func.coalesce(staged.admission_year, clock.today().year)
    profiles = (
        select(
            staged.user_id,
            staged.register_number,
            staged.register_key,
            func.coalesce(staged.sort_name, staged.register_key),
            staged.department_id,
            staged.programme_id,
            year,
            func.coalesce(staged.semester, 1),
            year + (Programme.duration_terms + 1) // literal_column("2", Integer),
        )
        .outerjoin(Programme, Programme.id == staged.programme_id)
        .where(new)
        .order_by(staged.line)
    )
    columns = (
        "user_id",
        "register_number",
        "register_key",
        "sort_name",
        "department_id",
        "programme_id",
        "admission_year",
        "semester",
        "graduation_year",
    )
    db.execute(insert(Student).from_select(columns, profiles))
    batch.lookup(db, staged.student_id, select(Student.id).where(Student.user_id == staged.user_id))


def _change(db: Session, batch: Batch[StagedStudent]) -> None:
    staged, changed = batch.rows, batch.having(Outcome.CHANGED)

    def given(column: Any, link: Any, kept: Any) -> Any:
        value = select(func.min(column)).where(changed, link).scalar_subquery()
        return func.coalesce(value, kept)

    stamps: dict[str, Any] = {"updated_at": clock.now(), "updated_by": acting_user()}
    mine = staged.user_id == User.id
    db.execute(
        update(User)
        .where(User.id.in_(select(staged.user_id).where(changed)))
        .values(
            full_name=given(staged.full_name, mine, User.full_name),
            sort_name=given(staged.sort_name, mine, User.sort_name),
            email=given(staged.given_email, mine, User.email),
            email_as_typed=given(
                case((staged.given_email.is_not(None), staged.email_as_typed)),
                mine,
                User.email_as_typed,
            ),
            version=User.version + 1,
            **stamps,
        )
        .execution_options(synchronize_session=False)
    )
    profile = staged.student_id == Student.id
    names = (
        "register_number",
        "sort_name",
        "department_id",
        "programme_id",
        "admission_year",
        "semester",
    )
    values = {name: given(getattr(staged, name), profile, getattr(Student, name)) for name in names}
    db.execute(
        update(Student)
        .where(Student.id.in_(select(staged.student_id).where(changed)))
        .values(**values, version=Student.version + 1, **stamps)
        .execution_options(synchronize_session=False)
    )


def _index(db: Session, batch: Batch[StagedStudent]) -> None:
    staged = batch.rows
    for outcome in (Outcome.NEW, Outcome.CHANGED):
        ids = db.scalars(
            select(staged.student_id).where(batch.having(outcome)).order_by(staged.student_id)
        ).all()
        known = [found for found in ids if found is not None]
        for start in range(0, len(known), PIECE):
            documents = findable.student_documents(db, known[start : start + PIECE])
            index_many(db, findable.STUDENTS, list(documents), new=outcome is Outcome.NEW)


STUDENTS = Importer(
    kind="students",
    label=_l("Students"),
    hint=_l(
        "One student a line. Only the register number is needed; known numbers are brought up to date, "
        "and an empty cell leaves what is there."
    ),
    permission=STUDENT_IMPORT,
    form=StudentRow,
    staged=StagedStudent,
    key=(StagedStudent.register_key,),
    key_field="register_number",
    aliases={
        "register_number": ("roll number", "roll no", "usn", "student id", "id_student", "number"),
        "first_name": ("given name",),
        "last_name": ("family name", "surname"),
        "email": ("e-mail address", "mail"),
        "department": ("department code", "dept"),
        "programme": ("programme code", "program"),
        "admission_year": ("batch", "year of admission"),
        "semester": ("sem",),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "first_name": "Jyothi",
        "last_name": "Ramesh",
        "email": "jyothi@college.example",
        "department": "CSE",
        "programme": "BE-CSE",
        "admission_year": "2024",
        "semester": "5",
    },
    endpoint="academics.students_index",
)
