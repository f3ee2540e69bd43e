"""Students and teachers: what the college adds to a person. Names and addresses live in identity."""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, Fixed, NormalisedKey, enum_type
from quad.core.i18n import lazy_gettext

NO_GPA = Decimal("-1.00")


class StudentStatus(enum.StrEnum):
    """Where a student stands with the college."""

    ACTIVE = "active"
    ON_LEAVE = "on_leave"
    WITHDRAWN = "withdrawn"
    GRADUATED = "graduated"


class Student(Versioned, SoftDeleted, Row):
    """One person's studies. `cgpa`, `cgpa_order` and `credits_earned` are derived (service/rollups.py).

    `cgpa_order` is the sortable twin of `cgpa`: a sort column may not be empty, so no average is -1 there.
    """

    __tablename__ = "academics_student"
    __table_args__ = (
        UniqueConstraint("register_key", "live"),
        Index(None, "department_id", "sort_name", "id"),
        Index(None, "department_id", "cgpa_order", "id"),
        Index(None, "department_id", "register_key", "id"),
        Index(None, "department_id", "semester", "id"),
        Index(None, "programme_id", "sort_name", "id"),
        Index(None, "sort_name", "id"),
        Index(None, "deleted_at"),
        Index(None, "cgpa_order", "id"),
        Index(None, "semester", "id"),
        Index(None, "admission_year", "id"),
        Index(None, "graduation_year", "id"),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), unique=True
    )
    register_number: Mapped[str] = mapped_column(String(40))
    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    programme_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_programme.id", ondelete="RESTRICT"), default=None
    )
    batch_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_batch.id", ondelete="RESTRICT"), index=True, default=None
    )
    class_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_class.id", ondelete="RESTRICT"), index=True, default=None
    )
    admission_year: Mapped[int] = mapped_column(Integer)
    semester: Mapped[int] = mapped_column(Integer, default=1)
    graduation_year: Mapped[int | None] = mapped_column(Integer, default=None)
    # The day of graduation, once it has come; `graduation_year` is expected until then.
    graduated_on: Mapped[date | None] = mapped_column(Date, default=None)
    status: Mapped[StudentStatus] = mapped_column(
        enum_type(StudentStatus), default=StudentStatus.ACTIVE, index=True
    )
    cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    cgpa_order: Mapped[Decimal] = mapped_column(Fixed(2), default=NO_GPA)
    credits_earned: Mapped[Decimal] = mapped_column(Fixed(2), default=Decimal(0))


class Teacher(Versioned, SoftDeleted, Row):
    """A member of the teaching staff."""

    __tablename__ = "academics_teacher"
    __table_args__ = (
        Index(None, "department_id", "sort_name", "id"),
        Index(None, "sort_name", "id"),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), unique=True
    )
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    designation: Mapped[str] = mapped_column(String(80), default="")


errors.constraint(
    "uq_academics_student_register_key_live",
    lazy_gettext("Another student has this register number already."),
    "register_number",
)
errors.constraint(
    "uq_academics_student_user_id", lazy_gettext("This person is a student already."), "email"
)
errors.constraint(
    "uq_academics_teacher_user_id", lazy_gettext("This person is a teacher already."), "email"
)
