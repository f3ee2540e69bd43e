"""One student of a file on the way in, and whether it fits what is there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, String, case, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.people import StudentRow, whole_name
from quad.academics.models.people import Student, StudentStatus
from quad.core.db.types import BigId, NormalisedKey, enum_type, normalised
from quad.core.i18n import gettext as _
from quad.core.importing.batch import Batch
from quad.core.importing.models import StagedRow
from quad.identity.models.accounts import User
from quad.identity.service.users import sort_name
from quad.institution.models import Batch as Cohort
from quad.institution.models import ClassGroup, Programme
from quad.institution.service.named import find_departments, find_programmes

NO_MAIL = "students.invalid"  # RFC 2606: a name that never resolves


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
    batch_key: Mapped[str | None] = mapped_column(NormalisedKey(360))
    class_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    admission_year: Mapped[int | None] = mapped_column(Integer)
    graduation_year: Mapped[int | None] = mapped_column(Integer)
    semester: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[StudentStatus | None] = mapped_column(enum_type(StudentStatus))
    batch_id: Mapped[int | None] = mapped_column(BigId)
    class_id: Mapped[int | None] = mapped_column(BigId)
    department_id: Mapped[int | None] = mapped_column(BigId)
    programme_id: Mapped[int | None] = mapped_column(BigId)
    student_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)
    owner_id: Mapped[int | None] = mapped_column(BigId)


def prepare(row: StudentRow) -> Mapping[str, Any]:
    """Return what is staged of a line."""
    name = whole_name(row)
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
        "batch_key": row.batch,
        "class_key": row.class_name,
        "admission_year": row.admission_year,
        "graduation_year": row.graduation_year,
        "status": row.status,
        "semester": row.semester,
    }


def no_mail_address(register_number: str) -> str:
    """Return the address of somebody who has none: it is theirs alone and takes no mail."""
    key = normalised(register_number)
    plain = re.sub(r"[^a-z0-9._-]", "-", key)
    if plain != key:
        plain += "-" + hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{plain}@{NO_MAIL}"


def resolve(db: Session, batch: Batch[StagedStudent]) -> None:
    """Find what the lines name, refuse what does not fit, and say what is new or changed."""
    staged = batch.rows
    alive = Student.live == 1
    same = (Student.register_key == staged.register_key, alive)
    batch.lookup(db, staged.student_id, select(Student.id).where(*same))
    batch.lookup(db, staged.user_id, select(Student.user_id).where(*same))
    batch.lookup(
        db,
        staged.owner_id,
        select(User.id).where(User.email == staged.email, User.live == 1),
    )
    find_departments(db, batch)
    find_programmes(db, batch)
    _place(db, batch)
    _refuse(db, batch)
    of_programme = select(Programme.department_id).where(Programme.id == staged.programme_id)
    own = of_programme.correlate(staged).scalar_subquery()
    batch.set(db, department_id=func.coalesce(staged.department_id, own))
    batch.judge(db, exists=staged.student_id.is_not(None), differs=_differs(staged))


def _place(db: Session, batch: Batch[StagedStudent]) -> None:
    """Find batch and class by name: within the programme of the line, else the student's own, else wherever it is one.

    A batch brings its programme and its years, as far as the line does not say them.
    """
    staged = batch.rows
    kept = select(Student.programme_id).where(Student.id == staged.student_id)
    programme = func.coalesce(staged.programme_id, kept.correlate(staged).scalar_subquery())
    known = (Cohort.name_key == staged.batch_key, Cohort.live == 1)
    only = select(func.min(Cohort.id)).where(*known).having(func.count() == 1)
    batch.lookup(
        db, staged.batch_id, select(Cohort.id).where(*known, Cohort.programme_id == programme)
    )
    lone = case((staged.programme_id.is_(None), only.correlate(staged).scalar_subquery()))
    batch.set(db, batch_id=func.coalesce(staged.batch_id, lone))
    own = select(Student.batch_id).where(Student.id == staged.student_id)
    within = func.coalesce(staged.batch_id, own.correlate(staged).scalar_subquery())
    batch.lookup(
        db,
        staged.class_id,
        select(ClassGroup.id).where(
            ClassGroup.name_key == staged.class_key,
            ClassGroup.batch_id == within,
            ClassGroup.live == 1,
        ),
    )

    def of_batch(column: Any) -> Any:
        found = select(column).where(Cohort.id == staged.batch_id)
        return found.correlate(staged).scalar_subquery()

    batch.set(
        db,
        programme_id=func.coalesce(staged.programme_id, of_batch(Cohort.programme_id)),
        admission_year=func.coalesce(staged.admission_year, of_batch(Cohort.start_year)),
        graduation_year=func.coalesce(staged.graduation_year, of_batch(Cohort.graduation_year)),
    )


def _refuse(db: Session, batch: Batch[StagedStudent]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.batch_key.is_not(None) & staged.batch_id.is_(None),
        _("There is no batch “%(value)s” here. Give its programme too, if several have one."),
        field="batch",
        value=staged.batch_key,
    )
    batch.refuse(
        db,
        staged.class_key.is_not(None) & staged.class_id.is_(None),
        _("The batch has no class “%(value)s”."),
        field="class_name",
        value=staged.class_key,
    )
    batch.refuse(
        db,
        staged.programme_key.is_not(None) & staged.batch_key.is_(None) & _leaves_batch(staged),
        _("The student's batch is of another programme than “%(value)s”. Give the batch too."),
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
    # A value, not EXISTS: PostgreSQL would join, and without statistics compare every line with every account.
    owner = (
        select(User.id)
        .where(User.username == staged.username, User.live == 1)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.refuse(
        db,
        owner != func.coalesce(staged.user_id, 0),
        _("Somebody else signs in as “%(value)s”. Give this student an e-mail address."),
        field="register_number",
        value=staged.register_number,
    )
    batch.refuse_doubles(db, staged.given_email, field="email")


def _leaves_batch(staged: type[StagedStudent]) -> Any:
    """The clause for a line that names a programme which the batch of the student does not belong to."""
    other = (
        select(Student.id)
        .join(Cohort, Cohort.id == Student.batch_id)
        .where(Student.id == staged.student_id, Cohort.programme_id != staged.programme_id)
    )
    return other.correlate(staged).exists()


def _differs(staged: type[StagedStudent]) -> Any:
    """An empty cell leaves what is there, so only given values can differ."""
    student = (
        (Student.register_number, staged.register_number),
        (Student.department_id, staged.department_id),
        (Student.programme_id, staged.programme_id),
        (Student.batch_id, staged.batch_id),
        (Student.class_id, staged.class_id),
        (Student.graduation_year, staged.graduation_year),
        (Student.admission_year, staged.admission_year),
        (Student.semester, staged.semester),
        (Student.status, staged.status),
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
