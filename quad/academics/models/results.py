"""Marks, which are only ever added to, and the numbers derived from them."""

from __future__ import annotations

import enum
from decimal import Decimal

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Id, Model, Row
from quad.core.db.types import BigId, Fixed, enum_type
from quad.core.i18n import lazy_gettext


class Mark(Row):
    """One mark as it was entered; `created_by` and `created_at` say by whom and when.

    A correction is a new row that names the old one in `supersedes_id`. `current` is 1 on the row that counts and NULL
    on superseded ones, so that the unique allows exactly one that counts. `value` None with `absent` False means that
    a mark was taken back.
    """

    __tablename__ = "academics_mark"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "component_id", "current"),
        UniqueConstraint("supersedes_id"),
        Index(None, "component_id", "current"),
    )

    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE")
    )
    component_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_component.id", ondelete="RESTRICT")
    )
    value: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    absent: Mapped[bool] = mapped_column(Boolean, default=False)
    current: Mapped[int | None] = mapped_column(Integer, default=1)
    supersedes_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_mark.id", ondelete="CASCADE"), default=None
    )
    reason: Mapped[str] = mapped_column(String(300), default="")
    carried_over: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class AwardKind(enum.StrEnum):
    """What an award says instead of the computed result."""

    GRADE = "grade"
    INCOMPLETE = "incomplete"
    ABSENT = "absent"
    TAKEN_BACK = "taken_back"


class Award(Row):
    """A result given by a person or brought in from another system, which stands instead of the computed one.

    Only ever added to, like a mark: a later award names the earlier one in `supersedes_id`. `letter` is one of the
    scheme's for a grade and empty otherwise; `taken_back` lets the computed result count again.
    """

    __tablename__ = "academics_award"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "current"),
        UniqueConstraint("supersedes_id"),
    )

    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE")
    )
    kind: Mapped[AwardKind] = mapped_column(enum_type(AwardKind))
    letter: Mapped[str] = mapped_column(String(20), default="")
    current: Mapped[int | None] = mapped_column(Integer, default=1)
    supersedes_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_award.id", ondelete="CASCADE"), default=None
    )
    reason: Mapped[str] = mapped_column(String(300), default="")


class Standing(enum.StrEnum):
    """How a result stands: still open, final, or final without a grade."""

    OPEN = "open"
    FINAL = "final"
    INCOMPLETE = "incomplete"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class EnrolmentResult(Model):
    """Derived: what the marks of one enrolment come to.

    `percentage` is of the weights marked so far; it, `letter` and `points` are final once `complete`. `counts` says
    that the result enters averages: complete, published and not withdrawn.

    `department_id` (0 for none), `cohort` (the year of admission) and `hidden` (the student is deleted) are the
    student's, copied for figures and lists; a trigger keeps them (models/figures.py).
    """

    __tablename__ = "academics_result"
    __audited__ = False
    __table_args__ = (
        Index(None, "student_id", "term_id"),
        Index(None, "term_id", "department_id", "letter"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE"), unique=True
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT"), index=True
    )
    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="RESTRICT"), index=True
    )
    term_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="RESTRICT"), index=True
    )
    department_id: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    cohort: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    hidden: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    attempt: Mapped[int] = mapped_column(Integer)
    credits: Mapped[Decimal] = mapped_column(Fixed(2))
    total: Mapped[Decimal] = mapped_column(Fixed(2))
    percentage: Mapped[Decimal | None] = mapped_column(Fixed(2))
    letter: Mapped[str] = mapped_column(String(20), default="")
    points: Mapped[Decimal | None] = mapped_column(Fixed(2))
    passed: Mapped[bool] = mapped_column(Boolean, default=False)
    complete: Mapped[bool] = mapped_column(Boolean, default=False)
    standing: Mapped[Standing] = mapped_column(
        enum_type(Standing), default=Standing.OPEN, server_default="open"
    )
    counts: Mapped[bool] = mapped_column(Boolean, default=False)


class TermStanding(Model):
    """Derived: one student's term. `cgpa` is the average at the end of that term."""

    __tablename__ = "academics_term_standing"
    __audited__ = False
    __table_args__ = (UniqueConstraint("student_id", "term_id"),)

    id: Mapped[Id]
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    term_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="RESTRICT"), index=True
    )
    credits: Mapped[Decimal] = mapped_column(Fixed(2))
    credits_earned: Mapped[Decimal] = mapped_column(Fixed(2))
    sgpa: Mapped[Decimal | None] = mapped_column(Fixed(2))
    cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2))


errors.constraint(
    "uq_academics_mark_enrolment_id_component_id_current",
    lazy_gettext(
        "Somebody else entered this mark at the same moment. Look at it, then save again."
    ),
)
errors.constraint(
    "uq_academics_mark_supersedes_id",
    lazy_gettext(
        "Somebody else corrected this mark at the same moment. Look at it, then save again."
    ),
)
