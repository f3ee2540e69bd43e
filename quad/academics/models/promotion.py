"""Moving a batch up at the end of a term: the rules, the runs and every student of each, and dues."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Fixed, NormalisedKey, Utc, enum_type
from quad.core.i18n import lazy_gettext


class PromotionRule(Versioned, Row):
    """What a programme asks before a student moves up or graduates. A condition that is None is not asked.

    `credits_a_semester` are credits earned for each semester completed. To graduate takes the programme's credits, no
    backlog and `graduation_cgpa`.
    """

    __tablename__ = "academics_promotion_rule"
    __table_args__ = (
        CheckConstraint("most_backlogs >= 0", name="most_backlogs_not_negative"),
        CheckConstraint("credits_a_semester >= 0", name="credits_a_semester_not_negative"),
    )

    programme_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_programme.id", ondelete="CASCADE"), unique=True
    )
    most_backlogs: Mapped[int | None] = mapped_column(Integer, default=None)
    credits_a_semester: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    least_cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    graduation_cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    dues_hold: Mapped[bool] = mapped_column(Boolean, default=True)
    open_results_hold: Mapped[bool] = mapped_column(Boolean, default=True)


class Dues(Row):
    """A student owes something. `created_by` and `created_at` say who flagged it and when.

    `open` is 1 until the dues are cleared and NULL afterwards, so that a student has one open flag at most.
    """

    __tablename__ = "academics_dues"
    __table_args__ = (
        UniqueConstraint("student_id", "open"),
        Index(None, "open", "created_at", "id"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    reason: Mapped[str] = mapped_column(String(300))
    open: Mapped[int | None] = mapped_column(Integer, default=1)
    cleared_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    cleared_by: Mapped[int | None] = mapped_column(BigId, default=None)
    cleared_note: Mapped[str] = mapped_column(String(300), default="")


class PromotionState(enum.StrEnum):
    """How far a run is."""

    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


class Outcome(enum.StrEnum):
    """What becomes of one student."""

    PROMOTED = "promoted"
    GRADUATED = "graduated"
    HELD = "held"
    SKIPPED = "skipped"


class Skip(enum.StrEnum):
    """Why a student of the batch takes no part in a run."""

    DONE = "done"
    ON_LEAVE = "on_leave"
    WITHDRAWN = "withdrawn"
    GRADUATED = "graduated"


class Promotion(Versioned, Row):
    """One run: a batch at the end of a term. `rule` is the rule as it was when the preview was made.

    `open` is 1 while the run waits to be applied and NULL afterwards: there is one such run for a batch and term.
    The counts are of its students; `overridden` of those decided by hand.
    """

    __tablename__ = "academics_promotion"
    __table_args__ = (
        UniqueConstraint("batch_id", "term_id", "open"),
        Index(None, "term_id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "id"),
    )

    batch_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_batch.id", ondelete="RESTRICT")
    )
    term_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="RESTRICT")
    )
    department_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[PromotionState] = mapped_column(
        enum_type(PromotionState), default=PromotionState.PREVIEWED
    )
    open: Mapped[int | None] = mapped_column(Integer, default=1)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    graduates_on: Mapped[date] = mapped_column(Date)
    previewed_at: Mapped[datetime] = mapped_column(Utc())
    students: Mapped[int] = mapped_column(Integer, default=0)
    promoted: Mapped[int] = mapped_column(Integer, default=0)
    graduated: Mapped[int] = mapped_column(Integer, default=0)
    held: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    overridden: Mapped[int] = mapped_column(Integer, default=0)
    job_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_job.id", ondelete="SET NULL"), default=None
    )
    problem: Mapped[str] = mapped_column(String(500), default="")
    applied_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    applied_by: Mapped[int | None] = mapped_column(BigId, default=None)
    # The last mark there was when it was applied: who asks for marks since need not read all of them.
    last_mark_id: Mapped[int] = mapped_column(BigId, default=0)
    undone_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    undone_by: Mapped[int | None] = mapped_column(BigId, default=None)
    undone_reason: Mapped[str] = mapped_column(String(300), default="")


class PromotionLine(Row):
    """One student of a run: the figures, what the rule says of them (`by_rule`), and what is done (`outcome`).

    `short_of_…` and `has_…` say why the rule holds somebody back. `moved` is 1 on the line that moved the student in
    that term and NULL elsewhere, so nobody is moved twice for one term. The `was_…` columns keep what undoing restores.
    `told` is set once the student was told.
    """

    __tablename__ = "academics_promotion_line"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("promotion_id", "student_id"),
        UniqueConstraint("student_id", "term_id", "moved"),
        Index(None, "promotion_id", "sort_name", "id"),
        Index(None, "promotion_id", "outcome", "told"),
        # The list of a run may be sorted by these; a run is a batch, so its rows are few.
        Index(None, "promotion_id", "semester", "backlogs", "credits_earned", "cgpa_order"),
    )

    promotion_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_promotion.id", ondelete="CASCADE")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    term_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="RESTRICT")
    )
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    semester: Mapped[int] = mapped_column(Integer)
    cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    cgpa_order: Mapped[Decimal] = mapped_column(Fixed(2))
    credits_earned: Mapped[Decimal] = mapped_column(Fixed(2))
    credits_needed: Mapped[Decimal] = mapped_column(Fixed(2))
    backlogs: Mapped[int] = mapped_column(Integer)
    open_results: Mapped[int] = mapped_column(Integer)
    dues: Mapped[bool] = mapped_column(Boolean)
    by_rule: Mapped[Outcome] = mapped_column(enum_type(Outcome, name="by_rule"))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    skip: Mapped[Skip | None] = mapped_column(enum_type(Skip), default=None)
    has_backlogs: Mapped[bool] = mapped_column(Boolean, default=False)
    short_of_credits: Mapped[bool] = mapped_column(Boolean, default=False)
    short_of_cgpa: Mapped[bool] = mapped_column(Boolean, default=False)
    has_dues: Mapped[bool] = mapped_column(Boolean, default=False)
    has_open_results: Mapped[bool] = mapped_column(Boolean, default=False)
    override_reason: Mapped[str] = mapped_column(String(300), default="")
    overridden_by: Mapped[int | None] = mapped_column(BigId, default=None)
    overridden_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    moved: Mapped[int | None] = mapped_column(Integer, default=None)
    told: Mapped[bool] = mapped_column(Boolean, default=False)
    was_graduating_in: Mapped[int | None] = mapped_column(Integer, default=None)
    was_student: Mapped[bool] = mapped_column(Boolean, default=False)
    was_student_until: Mapped[date | None] = mapped_column(Date, default=None)
    was_alumnus: Mapped[bool] = mapped_column(Boolean, default=False)


errors.constraint(
    "uq_academics_promotion_batch_id_term_id_open",
    lazy_gettext("Somebody else has just made a preview for this batch and term."),
)
errors.constraint(
    "uq_academics_promotion_line_student_id_term_id_moved",
    lazy_gettext("Somebody was moved up for this term already. Make the preview again."),
)
errors.constraint(
    "uq_academics_dues_student_id_open",
    lazy_gettext("Somebody else flagged this student at the same moment."),
)
