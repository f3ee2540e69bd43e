"""Requests of students, and everything that happens to them.

What a request says is personal: these tables stay out of the audit's before and after, which tells of each step by its
fact. The whole story of a request is in its own events, which are only ever added.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models.people import Student
from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.db.views import view
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import User
from quad.institution.models import Department
from quad.welfare.models.setup import Category

TITLE_LENGTH = 160
NOWHERE = 0  # the department of students without one, in counts


class State(enum.StrEnum):
    """How far a request is."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN = (State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS)
CLOSED = (State.RESOLVED, State.REJECTED, State.WITHDRAWN)


class EventKind(enum.StrEnum):
    """One kind of thing that happens to a request."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    PASSED = "passed"
    STARTED = "started"
    COMMENTED = "commented"
    ATTACHED = "attached"
    DUE_CHANGED = "due_changed"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class Request(Row):
    """One request. `title` is made from the answers; `department_id` is the student's when asking.

    `answers` are [key, label, kind, value] as the form stood then. `asked_on` is a day in the institution's zone;
    `seconds` is the time from asking to closing. `submit_key` makes a second click harmless.
    """

    __tablename__ = "welfare_request"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("user_id", "submit_key"),
        Index(None, "user_id", "id"),
        Index(None, "student_id"),
        Index(None, "assignee_id", "closed_at", "due_on"),
        Index(None, "office_id", "closed_at", "due_on"),
        Index(None, "department_id", "due_on", "id"),
        Index(None, "department_id", "created_at", "id"),
        Index(None, "category_id", "created_at", "id"),
        Index(None, "state", "due_on", "id"),
        Index(None, "closed_at", "due_on", "id"),
        Index(None, "due_on", "id"),
        Index(None, "created_at", "id"),
        Index(None, "asked_on", "id"),
    )

    category_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_category.id", ondelete="RESTRICT")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    answers: Mapped[list[Any]] = mapped_column(JSON)
    first_day: Mapped[date | None] = mapped_column(Date, default=None)
    last_day: Mapped[date | None] = mapped_column(Date, default=None)
    confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[State] = mapped_column(enum_type(State), default=State.SUBMITTED)
    assignee_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), default=None
    )
    office_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_office.id", ondelete="RESTRICT"), default=None
    )
    asked_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    reminded_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    escalated_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    closed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    seconds: Mapped[int | None] = mapped_column(BigInteger, default=None)
    outcome: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_document.id", ondelete="RESTRICT"), index=True, default=None
    )
    submit_key: Mapped[str] = mapped_column(String(40))


class Event(Row):
    """Something that happened to a request. `internal` is not shown to the student. Rows are only ever added."""

    __tablename__ = "welfare_event"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "request_id", "id"),)

    request_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_request.id", ondelete="CASCADE")
    )
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    actor_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    state_before: Mapped[State | None] = mapped_column(
        enum_type(State, name="state_before"), default=None
    )
    state_after: Mapped[State] = mapped_column(enum_type(State))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    office_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_office.id", ondelete="RESTRICT"), index=True, default=None
    )
    day: Mapped[date | None] = mapped_column(Date, default=None)
    text: Mapped[str] = mapped_column(Text, default="")
    internal: Mapped[bool] = mapped_column(Boolean, default=False)


class Attachment(Row):
    """A file that belongs to a request."""

    __tablename__ = "welfare_attachment"
    __audited__: ClassVar[bool] = False

    request_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_request.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_event.id", ondelete="SET NULL"), index=True, default=None
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )
    internal: Mapped[bool] = mapped_column(Boolean, default=False)


class NamedPerson(Row):
    """Somebody who may see one confidential request."""

    __tablename__ = "welfare_named_person"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("user_id", "request_id"),)

    request_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_request.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))


class DayCount(Row):
    """How many requests asked on one day are in one state now, and how long the closed ones took.

    Derived (service/counts.py). Confidential requests do not count. `department` is 0 for students without one.
    """

    __tablename__ = "welfare_day_count"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("asked_on", "department", "category_id", "state"),
        Index(None, "department", "asked_on"),
    )

    asked_on: Mapped[date] = mapped_column(Date)
    department: Mapped[int] = mapped_column(BigId)
    category_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_category.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[State] = mapped_column(enum_type(State))
    number: Mapped[int] = mapped_column(Integer, default=0)
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)


constraint("uq_welfare_request_user_id_submit_key", _l("This request was sent already."))

_SHOWN: Any = (
    select(
        Request.id.label("request_id"),
        Category.name.label("category"),
        Student.register_number.label("register_number"),
        Department.code.label("department"),
        Request.state.label("state"),
        Request.asked_on.label("asked_on"),
        Request.due_on.label("due_on"),
        Request.first_day.label("first_day"),
        Request.last_day.label("last_day"),
        User.full_name.label("assignee"),
        Request.closed_at.label("closed_at"),
        Request.seconds.label("seconds_to_close"),
        func.coalesce(Request.escalated_at, Request.reminded_at).label("chased_at"),
    )
    .join(Category, Category.id == Request.category_id)
    .join(Student, Student.id == Request.student_id)
    .outerjoin(Department, Department.id == Request.department_id)
    .outerjoin(User, User.id == Request.assignee_id)
    .where(Request.confidential.is_(False))
)
REQUESTS_VIEW = view(
    "vw_welfare_requests",
    _SHOWN,
    about="Requests of students, one row each; confidential ones are left out.",
    columns={
        "request_id": "Number of the request",
        "category": "Name of its category",
        "register_number": "Register number of the student who asks",
        "department": "Code of the student's department when asking",
        "state": "submitted, assigned, in_progress, resolved, rejected or withdrawn",
        "asked_on": "Day of asking, in the institution's zone",
        "due_on": "Day until which it is to be answered",
        "first_day": "First day of a leave",
        "last_day": "Last day of a leave",
        "assignee": "Name of who takes care of it",
        "closed_at": "When it was resolved, rejected or withdrawn (UTC)",
        "seconds_to_close": "Seconds from asking to closing",
        "chased_at": "When it was last escalated or reminded of (UTC)",
    },
)
