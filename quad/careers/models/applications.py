"""Applications, and everything that happens to them.

What an application says is personal: its table stays out of the audit's before and after, which tells of each step by
its fact. The whole story is in the application's own steps, which are only ever added.
"""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.now import database_now
from quad.core.db.types import BigId, Fixed, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l


class Stage(enum.StrEnum):
    """How far an application is."""

    APPLIED = "applied"
    UNDER_REVIEW = "under_review"
    SHORTLISTED = "shortlisted"
    INTERVIEW = "interview"
    OFFERED = "offered"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


# Stage: its mark and its word, in the order of the way.
STAGES: dict[Stage, tuple[str, str]] = {
    Stage.APPLIED: ("open", _l("Applied")),
    Stage.UNDER_REVIEW: ("going", _l("Under review")),
    Stage.SHORTLISTED: ("going", _l("Shortlisted")),
    Stage.INTERVIEW: ("going", _l("Interview")),
    Stage.OFFERED: ("warn", _l("Offered")),
    Stage.HIRED: ("done", _l("Hired")),
    Stage.REJECTED: ("stop", _l("Rejected")),
    Stage.WITHDRAWN: ("open", _l("Withdrawn")),
}
# Where a stage may lead when somebody else decides. Withdrawing and applying again are the applicant's.
MOVES: dict[Stage, tuple[Stage, ...]] = {
    Stage.APPLIED: (Stage.UNDER_REVIEW, Stage.SHORTLISTED, Stage.INTERVIEW, Stage.REJECTED),
    Stage.UNDER_REVIEW: (Stage.SHORTLISTED, Stage.INTERVIEW, Stage.REJECTED),
    Stage.SHORTLISTED: (Stage.INTERVIEW, Stage.OFFERED, Stage.REJECTED, Stage.UNDER_REVIEW),
    Stage.INTERVIEW: (Stage.OFFERED, Stage.REJECTED, Stage.SHORTLISTED),
    Stage.OFFERED: (Stage.HIRED, Stage.REJECTED, Stage.INTERVIEW),
    Stage.HIRED: (),
    Stage.REJECTED: (Stage.UNDER_REVIEW,),
    Stage.WITHDRAWN: (),
}
WITHDRAWABLE = frozenset(
    {
        Stage.APPLIED,
        Stage.UNDER_REVIEW,
        Stage.SHORTLISTED,
        Stage.INTERVIEW,
        Stage.OFFERED,
    }
)


# What a reference says that belongs to an application.
SUBJECT = "application"


class Application(Row):
    """One person and one job, once.

    `application_date` is read from the database's clock; `applied_at` is generated from it. `answers` are [key,
    question, answer]; `submitted_documents` lists what was handed in, each with kind, name, size, media type and hash.
    `department_id` (0 without one) is the applicant's when applying. What was offered stands as it was said (`offer`,
    per `offer_period`) and per year (`offer_yearly`, 0 when nothing was said), decided in `decided_year`.
    """

    __tablename__ = "careers_application"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("person_id", "job_id"),
        Index(None, "job_id", "stage", "application_date", "id"),
        Index(None, "job_id", "application_date", "id"),
        Index(None, "job_id", "match", "id"),
        Index(None, "person_id", "application_date", "id"),
        Index(None, "person_id", "stage_at"),
        Index(None, "application_date", "id"),
        Index(None, "applied_at"),
    )

    # No cascade: the database counts these rows in `Job.applications_count`.
    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("careers_job.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    department_id: Mapped[int] = mapped_column(BigId, default=0)
    stage: Mapped[Stage] = mapped_column(enum_type(Stage), default=Stage.APPLIED)
    application_date: Mapped[datetime] = mapped_column(Utc(), default=database_now())
    # Nullable for MariaDB, which allows no NOT NULL on a generated column; never NULL, as its source is not.
    applied_at: Mapped[datetime] = mapped_column(
        Utc(), Computed("application_date", persisted=True), nullable=True
    )
    stage_at: Mapped[datetime] = mapped_column(Utc(), default=database_now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    cover_letter: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[list[Any]] = mapped_column(JSON, default=list)
    submitted_documents: Mapped[list[Any]] = mapped_column(JSON, default=list)
    cv_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True, default=None
    )
    # How well the person's skills fitted when applying, in per cent.
    match: Mapped[int] = mapped_column(Integer, default=0)
    offer: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    offer_yearly: Mapped[Decimal] = mapped_column(Fixed(2), default=Decimal(0))
    offer_currency: Mapped[str] = mapped_column(String(3), default="")
    decided_year: Mapped[int] = mapped_column(Integer, default=0)


class ApplicationStep(Row):
    """Something that happened to an application. A `private` one is not shown to the applicant. Only ever added."""

    __tablename__ = "careers_application_step"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "application_id", "id"),)

    application_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("careers_application.id", ondelete="CASCADE")
    )
    stage_before: Mapped[Stage | None] = mapped_column(
        enum_type(Stage, name="stage_before"), default=None
    )
    stage_after: Mapped[Stage] = mapped_column(enum_type(Stage, name="stage_after"))
    actor_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    text: Mapped[str] = mapped_column(Text, default="")
    private: Mapped[bool] = mapped_column(Boolean, default=False)


class StoredCv(Row):
    """A CV that a person keeps for the next application."""

    __tablename__ = "careers_stored_cv"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("person_id", "file_id"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )


class ApplicationReference(Row):
    """A reference that an applicant handed on with an application; whose text it is, its own table says."""

    __tablename__ = "careers_application_reference"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("application_id", "reference_id"),)

    application_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("careers_application.id", ondelete="CASCADE")
    )
    reference_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_reference.id", ondelete="RESTRICT"), index=True
    )


class CvOpening(Row):
    """Somebody took the CV of an application."""

    __tablename__ = "careers_cv_opening"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "application_id", "id"),)

    application_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("careers_application.id", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True
    )


constraint(
    "uq_careers_application_person_id_job_id",
    _l("You have applied for this job already."),
)
