"""A student asks that a result be looked at again: the request, the marks in question, and every step."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Fixed, Utc, enum_type
from quad.core.i18n import lazy_gettext


class ReevaluationState(enum.StrEnum):
    """With whom a request is: the teacher, the head of the department, or nobody any more."""

    ASKED = "asked"
    ANSWERED = "answered"
    KEPT = "kept"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class Answer(enum.StrEnum):
    """What the teacher says."""

    KEEP = "keep"
    CHANGE = "change"


class Reevaluation(Versioned, Row):
    """One request about one component, or (without `component_id`) about the whole result.

    `open` is 1 until it is decided or withdrawn and NULL afterwards: a result has one open request at most. Student,
    offering and department are copied from the enrolment for scopes and queues. `due_on` is the day until which
    whoever has it now is to act. The figures before and after are of the whole result.
    """

    __tablename__ = "academics_reevaluation"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "open"),
        Index(None, "offering_id", "open", "state"),
        Index(None, "department_id", "open", "state"),
        Index(None, "student_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "open", "due_on"),
    )

    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE")
    )
    component_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_component.id", ondelete="RESTRICT"), default=None, index=True
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT")
    )
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    state: Mapped[ReevaluationState] = mapped_column(
        enum_type(ReevaluationState), default=ReevaluationState.ASKED
    )
    open: Mapped[int | None] = mapped_column(Integer, default=1)
    reason: Mapped[str] = mapped_column(String(1000))
    receipt: Mapped[str] = mapped_column(String(80), default="")
    due_on: Mapped[date] = mapped_column(Date)
    reminded_on: Mapped[date | None] = mapped_column(Date, default=None)
    answer: Mapped[Answer | None] = mapped_column(enum_type(Answer), default=None)
    answer_reason: Mapped[str] = mapped_column(String(1000), default="")
    answered_by: Mapped[int | None] = mapped_column(BigId, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    decided_by: Mapped[int | None] = mapped_column(BigId, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    percentage_before: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    letter_before: Mapped[str] = mapped_column(String(20), default="")
    percentage_after: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    letter_after: Mapped[str] = mapped_column(String(20), default="")


class ReevaluationMark(Row):
    """A mark the teacher proposes in an answer; `seen_id` is the mark that stood there then (None for none)."""

    __tablename__ = "academics_reevaluation_mark"
    __table_args__ = (UniqueConstraint("reevaluation_id", "component_id"),)

    reevaluation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_reevaluation.id", ondelete="CASCADE")
    )
    component_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_component.id", ondelete="RESTRICT"), index=True
    )
    seen_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_mark.id", ondelete="SET NULL"), index=True, default=None
    )
    value_before: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    absent_before: Mapped[bool] = mapped_column(Boolean, default=False)
    value: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    absent: Mapped[bool] = mapped_column(Boolean, default=False)


class Step(enum.StrEnum):
    """What somebody did with a request."""

    ASKED = "asked"
    ANSWERED = "answered"
    RETURNED = "returned"
    KEPT = "kept"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"


class ReevaluationStep(Row):
    """One step of a request's history; only ever added to. `created_by` and `created_at` say who and when."""

    __tablename__ = "academics_reevaluation_step"
    __table_args__ = (Index(None, "reevaluation_id", "id"),)

    reevaluation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_reevaluation.id", ondelete="CASCADE")
    )
    step: Mapped[Step] = mapped_column(enum_type(Step))
    note: Mapped[str] = mapped_column(String(1000), default="")


errors.constraint(
    "uq_academics_reevaluation_enrolment_id_open",
    lazy_gettext("There is an open request about this result already."),
)
