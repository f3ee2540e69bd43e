"""Saved reports: whose they are, with whom they are shared, when they are sent, and what became of that.

And the view of the whole installation in one row, for tools that read the database.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models import tallies
from quad.academics.models.figures import StudentFigures
from quad.academics.models.people import StudentStatus
from quad.alumni.models.engagements import Engagement, EngagementState
from quad.alumni.models.figures import AlumniFigures
from quad.alumni.models.references import WAITING, Reference
from quad.careers.models.applications import Stage
from quad.careers.models.figures import CompanyFigures, PlacementFigures
from quad.careers.models.jobs import Job, PostingState
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.now import database_now
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.db.views import view
from quad.core.tallies import Tally, TallyRow
from quad.events.models.events import Event, EventState
from quad.identity.models.accounts import AccountState, Role, User
from quad.welfare.models.requests import DayCount, State

NAME_LENGTH = 120
EVERYWHERE = 0  # the department of a share that reaches the whole institution


class Rhythm(enum.StrEnum):
    """How often a report is sent."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Recipients(enum.StrEnum):
    """To whom a report is sent."""

    OWNER = "owner"
    SHARED = "shared"


class SavedReport(Versioned, SoftDeleted, Row):
    """One report. `definition` is as `forms.reports.Definition` writes it; `source` is copied out of it.

    `next_on` is the day of the next mail. `failure` is the sentence the owner was told when it could not be sent;
    it is emptied when the report works again.
    """

    __tablename__ = "insights_saved_report"
    __table_args__ = (
        Index(None, "owner_id", "sort_name", "id"),
        Index(None, "next_on", "id"),
        Index(None, "sort_name", "id"),
    )

    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    note: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(60))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    rhythm: Mapped[Rhythm] = mapped_column(enum_type(Rhythm), default=Rhythm.NONE)
    recipients: Mapped[Recipients] = mapped_column(enum_type(Recipients), default=Recipients.OWNER)
    file_format: Mapped[str] = mapped_column(String(10), default="xlsx")
    next_on: Mapped[date | None] = mapped_column(Date, default=None)
    failure: Mapped[str] = mapped_column(String(500), default="")


class ReportShare(Row):
    """Holders of `role` (in one department, or everywhere: 0) may open the report."""

    __tablename__ = "insights_report_share"
    __table_args__ = (
        UniqueConstraint("report_id", "role", "department_id"),
        Index(None, "role", "department_id", "report_id"),
    )

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    role: Mapped[Role] = mapped_column(enum_type(Role))
    department_id: Mapped[int] = mapped_column(BigId, default=EVERYWHERE)


class ReportMute(Row):
    """Somebody who does not want the mails of a report."""

    __tablename__ = "insights_report_mute"
    __table_args__ = (UniqueConstraint("report_id", "user_id"),)

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )


class DeliveryState(enum.StrEnum):
    """What became of one mail of a report."""

    SENT = "sent"
    FAILED = "failed"


class ReportDelivery(Row):
    """One report to one person for one day; the unique keeps a second mail away. `file_id` is kept for some weeks."""

    __tablename__ = "insights_report_delivery"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("report_id", "due_on", "user_id"),
        Index(None, "created_at", "id"),
    )

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    due_on: Mapped[date] = mapped_column(Date)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[DeliveryState] = mapped_column(enum_type(DeliveryState))
    rows: Mapped[int] = mapped_column(Integer, default=0)
    sentence: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), index=True, default=None
    )
    sent_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


def _sum(column: Any, *where: Any) -> ScalarSelect[Any]:
    return select(func.coalesce(func.sum(column), 0)).where(*where).scalar_subquery()


def _count(model: Any, *where: Any) -> ScalarSelect[Any]:
    return select(func.count(model.id)).where(*where).scalar_subquery()


def _tally(tally: Tally) -> ScalarSelect[Any]:
    return _sum(TallyRow.value, TallyRow.name == tally.name)


_OPEN = (Job.state == PostingState.OPEN, Job.deleted_at.is_(None), Job.deadline > database_now())
_COMING = (
    Event.state == EventState.PUBLISHED,
    Event.deleted_at.is_(None),
    Event.starts_at > database_now(),
)
_ACTIVE = (User.state == AccountState.ACTIVE, User.deleted_at.is_(None))
_STUDYING = StudentFigures.status.in_([StudentStatus.ACTIVE.value, StudentStatus.ON_LEAVE.value])
_HIRED = PlacementFigures.stage == Stage.HIRED.value
_UNDER_WAY = DayCount.state.in_((State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS))
_STATS: Any = select(
    _count(User, *_ACTIVE).label("active_accounts"),
    _sum(StudentFigures.number, _STUDYING).label("students"),
    _sum(AlumniFigures.number).label("alumni"),
    _tally(tallies.TEACHERS).label("teachers"),
    _tally(tallies.DEPARTMENTS).label("departments"),
    _tally(tallies.COURSES).label("courses"),
    _count(Job, *_OPEN).label("open_jobs"),
    select(func.count())
    .select_from(CompanyFigures)
    .where(CompanyFigures.number > 0)
    .scalar_subquery()
    .label("companies"),
    _sum(Job.applications_count, Job.deleted_at.is_(None)).label("applications"),
    _sum(PlacementFigures.number, _HIRED).label("hired"),
    _count(Event, *_COMING).label("upcoming_events"),
    _sum(Event.registered, *_COMING).label("seats_taken"),
    _count(Reference, Reference.state.in_(WAITING)).label("pending_references"),
    _count(Engagement, Engagement.state == EngagementState.CONFIRMED).label("engagements"),
    _sum(DayCount.number, _UNDER_WAY).label("open_requests"),
)
DASHBOARD_STATS = view(
    "vw_dashboard_stats",
    _STATS,
    about="The whole installation in one row, for the first page of a report.",
    columns={
        "active_accounts": "Accounts that can sign in",
        "students": "People who study here now, those on leave included",
        "alumni": "Graduates the institution has verified",
        "teachers": "Teachers",
        "departments": "Departments",
        "courses": "Courses of the catalogue",
        "open_jobs": "Jobs one can apply for now",
        "companies": "Companies whose jobs are or were on the board",
        "applications": "Applications for jobs, withdrawn ones left out",
        "hired": "Applications that ended with a job",
        "upcoming_events": "Published events to come",
        "seats_taken": "Seats that are taken at those events",
        "pending_references": "References that are asked for and not given yet",
        "engagements": "What graduates did for the institution and both sides confirm",
        "open_requests": "Requests of students that are not closed",
    },
)
