"""Jobs and internships, what they ask for, and the drives that group them."""

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
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import clock
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, Fixed, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

TITLE_LENGTH = 140
COMPANY_LENGTH = 120
NAME_LENGTH = 120
PLACE_LENGTH = 120


class JobKind(enum.StrEnum):
    """What sort of work it is."""

    FULL_TIME = "full_time"
    INTERNSHIP = "internship"
    PART_TIME = "part_time"
    CONTRACT = "contract"


class Workplace(enum.StrEnum):
    """Where the work is done."""

    ON_SITE = "on_site"
    HYBRID = "hybrid"
    REMOTE = "remote"


class PayPeriod(enum.StrEnum):
    """What the salary is paid for."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    HOUR = "hour"


class PostingState(enum.StrEnum):
    """How far a job is."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


KINDS: dict[JobKind, str] = {
    JobKind.FULL_TIME: _l("Full time"),
    JobKind.INTERNSHIP: _l("Internship"),
    JobKind.PART_TIME: _l("Part time"),
    JobKind.CONTRACT: _l("Contract"),
}
WORKPLACES: dict[Workplace, str] = {
    Workplace.ON_SITE: _l("On site"),
    Workplace.HYBRID: _l("Partly from home"),
    Workplace.REMOTE: _l("Remote"),
}
PERIODS: dict[PayPeriod, str] = {
    PayPeriod.YEAR: _l("Year"),
    PayPeriod.MONTH: _l("Month"),
    PayPeriod.WEEK: _l("Week"),
    PayPeriod.HOUR: _l("Hour"),
}
# State: its mark and its word.
JOB_STATES: dict[PostingState, tuple[str, str]] = {
    PostingState.DRAFT: ("open", _l("Draft")),
    PostingState.WAITING: ("warn", _l("Waiting for approval")),
    PostingState.OPEN: ("going", _l("Open")),
    PostingState.CLOSED: ("done", _l("Closed")),
}


class Drive(SoftDeleted, Versioned, Row):
    """A placement drive: jobs of one season, which the placement office runs together."""

    __tablename__ = "careers_drive"
    __table_args__ = (
        UniqueConstraint("name_key", "live"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index(None, "starts_on", "id"),
        Index(None, "name_key", "id"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    about: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)


class Job(SoftDeleted, Versioned, Row):
    """One job. `deadline` is the last moment to apply; `listed_at` orders the board: when it opened, else was written.

    The audience says who may apply; with `only_audience` it also says who sees the job at all. `questions` are the
    poster's own, as [key, question, required]. `views_count` and `applications_count` are kept by the database.
    `company_key`, `sort_title` are what lists sort by.
    """

    __tablename__ = "careers_job"
    __table_args__ = (
        CheckConstraint("salary_max >= salary_min", name="salary_range"),
        CheckConstraint("salary_min >= 0", name="salary_not_negative"),
        CheckConstraint("places >= 1", name="places_at_least_one"),
        Index(None, "state", "listed_at", "id"),
        Index(None, "state", "deadline", "id"),
        Index(None, "state", "sort_title", "id"),
        Index(None, "state", "company_key", "id"),
        Index(None, "audience_id", "state", "listed_at"),
        Index(None, "poster_id", "listed_at", "id"),
        Index(None, "sort_title", "id"),
        Index(None, "drive_id", "listed_at", "id"),
        Index(None, "applications_count", "id"),
        Index(None, "deleted_at"),
    )

    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 3))
    company: Mapped[str] = mapped_column(String(COMPANY_LENGTH))
    company_key: Mapped[str] = mapped_column(NormalisedKey(COMPANY_LENGTH * 3))
    kind: Mapped[JobKind] = mapped_column(enum_type(JobKind))
    about: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    workplace: Mapped[Workplace] = mapped_column(enum_type(Workplace))
    salary_min: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    salary_max: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    currency: Mapped[str] = mapped_column(String(3), default="")
    pay_period: Mapped[PayPeriod] = mapped_column(enum_type(PayPeriod), default=PayPeriod.YEAR)
    places: Mapped[int | None] = mapped_column(Integer, default=None)
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    deadline: Mapped[datetime] = mapped_column(Utc())
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    cv_needed: Mapped[bool] = mapped_column(Boolean, default=True)
    audience_id: Mapped[int] = mapped_column(BigId, ForeignKey("audience.id", ondelete="RESTRICT"))
    only_audience: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    poster_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    drive_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("careers_drive.id", ondelete="SET NULL"), default=None
    )
    state: Mapped[PostingState] = mapped_column(enum_type(PostingState), default=PostingState.DRAFT)
    listed_at: Mapped[datetime] = mapped_column(Utc(), default=clock.now)
    approved_by: Mapped[int | None] = mapped_column(BigId, default=None)
    # Why the placement office sent it back; empty once it is sent in again.
    sent_back: Mapped[str] = mapped_column(String(1_000), default="")
    views_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The last number of those who were told that it opened; they are told in this order.
    told_to: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    applications_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class JobSkill(Row):
    """A skill that a job asks for: required, or nice to have."""

    __tablename__ = "careers_job_skill"
    __table_args__ = (UniqueConstraint("job_id", "skill_id"),)

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("careers_job.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"), index=True
    )
    required: Mapped[bool] = mapped_column(Boolean, default=True)


class JobView(Row):
    """Somebody looked at a job on a day; the poster's own looks are not kept."""

    __tablename__ = "careers_job_view"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("job_id", "user_id", "day"),)

    # No cascade: the database counts these rows in `Job.views_count`.
    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("careers_job.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True
    )
    day: Mapped[date] = mapped_column(Date)


class SavedJob(Row):
    """A job that somebody keeps an eye on."""

    __tablename__ = "careers_saved_job"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("user_id", "job_id"),)

    job_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("careers_job.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))


constraint("uq_careers_drive_name_key_live", _l("There is a drive of this name already."), "name")
