"""Events: what, when and where; who speaks, and the agenda; series of events that come again."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.audience.models import Audience
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.now import database_now
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.db.views import view
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import User

TITLE_LENGTH = 160
SLUG_LENGTH = 100


class EventState(enum.StrEnum):
    """How far an event is. Whether a published one is over, its end says."""

    DRAFT = "draft"
    WAITING = "waiting"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class EventVisibility(enum.StrEnum):
    """Who sees a published event."""

    PUBLIC = "public"
    MEMBERS = "members"
    AUDIENCE = "audience"


class EventRepeat(enum.StrEnum):
    """How often the events of a series come."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class Series(Row):
    """Events that come again. Each is an event of its own, with its own registrations."""

    __tablename__ = "events_series"

    rhythm: Mapped[EventRepeat] = mapped_column(enum_type(EventRepeat, name="rhythm"))
    owner_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True
    )


class Event(SoftDeleted, Versioned, Row):
    """One event. `about` is Markdown; `online_link` is for those who have a seat.

    `zone` is where the event lives: its hours keep their place there when clocks change. `deadline_at` ends
    registration (the beginning, unless told otherwise). `capacity` None means no limit. Where there is an audience,
    only it may register. `questions` are what registering asks, as `forms.questions.QuestionIn` has them.
    `registered`, `waiting` and `attended` are counted by the database.
    """

    __tablename__ = "events_event"
    __table_args__ = (
        UniqueConstraint("slug", "live"),
        Index(None, "state", "starts_at", "id"),
        Index(None, "starts_at", "id"),
        Index(None, "ends_at", "id"),
        Index(None, "owner_id", "starts_at", "id"),
        Index(None, "sort_title", "id"),
        Index(None, "series_id", "starts_at"),
        Index(None, "deadline_at", "id"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("capacity IS NULL OR capacity >= 1", name="capacity_positive"),
    )

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 2))
    summary: Mapped[str] = mapped_column(String(300), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    series_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("events_series.id", ondelete="SET NULL"), default=None
    )
    state: Mapped[EventState] = mapped_column(
        enum_type(EventState, name="state"), default=EventState.DRAFT
    )
    refusal: Mapped[str] = mapped_column(String(1000), default="")
    cancel_reason: Mapped[str] = mapped_column(String(1000), default="")
    starts_at: Mapped[datetime] = mapped_column(Utc())
    ends_at: Mapped[datetime] = mapped_column(Utc())
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    deadline_at: Mapped[datetime] = mapped_column(Utc())
    venue: Mapped[str] = mapped_column(String(200), default="")
    is_online: Mapped[bool] = mapped_column(Boolean, default=False)
    online_link: Mapped[str] = mapped_column(String(500), default="")
    capacity: Mapped[int | None] = mapped_column(Integer, default=None)
    visibility: Mapped[EventVisibility] = mapped_column(
        enum_type(EventVisibility, name="visibility"), default=EventVisibility.MEMBERS
    )
    audience_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Audience.id, ondelete="RESTRICT"), index=True, default=None
    )
    cover_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True, default=None
    )
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    certificates: Mapped[bool] = mapped_column(Boolean, default=False)
    feedback: Mapped[bool] = mapped_column(Boolean, default=True)
    feedback_asked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    registered: Mapped[int] = mapped_column(Integer, default=0)
    waiting: Mapped[int] = mapped_column(Integer, default=0)
    attended: Mapped[int] = mapped_column(Integer, default=0)


class Speaker(Row):
    """Somebody who speaks at an event; `photo_id` is a square picture."""

    __tablename__ = "events_speaker"
    __table_args__ = (Index(None, "event_id", "position", "id"),)

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    name: Mapped[str] = mapped_column(String(160))
    headline: Mapped[str] = mapped_column(String(160), default="")
    bio: Mapped[str] = mapped_column(Text, default="")
    photo_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True, default=None
    )


class CoHost(Row):
    """Somebody who helps to hold an event: changes it, checks in, sees who comes."""

    __tablename__ = "events_co_host"
    __table_args__ = (UniqueConstraint("event_id", "user_id"), Index(None, "user_id", "event_id"))

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))


class AgendaItem(Row):
    """One point of an event's agenda."""

    __tablename__ = "events_agenda_item"
    __table_args__ = (Index(None, "event_id", "starts_at", "id"),)

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(Utc())
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    about: Mapped[str] = mapped_column(String(1000), default="")
    speaker_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("events_speaker.id", ondelete="SET NULL"), index=True, default=None
    )


constraint("uq_events_co_host_event_id_user_id", _l("This person is a co-host already."))
constraint(
    "uq_events_event_slug_live", _l("Another event took this address just now. Save once more.")
)

_UPCOMING: Any = (
    select(
        Event.id.label("event_id"),
        Event.slug.label("slug"),
        Event.title.label("title"),
        Event.summary.label("summary"),
        User.full_name.label("host"),
        Event.starts_at.label("starts_at"),
        Event.ends_at.label("ends_at"),
        Event.zone.label("zone"),
        Event.venue.label("venue"),
        Event.is_online.label("is_online"),
        Event.visibility.label("visibility"),
        Event.deadline_at.label("registration_deadline"),
        Event.capacity.label("max_attendees"),
        Event.registered.label("registered"),
        Event.waiting.label("waiting"),
    )
    .join(User, User.id == Event.owner_id)
    .where(
        Event.state == EventState.PUBLISHED,
        Event.visibility != EventVisibility.AUDIENCE,
        Event.deleted_at.is_(None),
        Event.starts_at > database_now(),
    )
)
UPCOMING_VIEW = view(
    "vw_upcoming_events",
    _UPCOMING,
    about="Published events to come, with how many have registered; those for a part of the people are left out.",
    columns={
        "event_id": "Number of the event",
        "slug": "Its name in addresses",
        "title": "Title",
        "summary": "One sentence about it",
        "host": "Name of who holds it",
        "starts_at": "Beginning (UTC)",
        "ends_at": "End (UTC)",
        "zone": "Time zone of the place (IANA)",
        "venue": "Place; empty when it is online only",
        "is_online": "Whether one can take part online",
        "visibility": "public (also signed out) or members",
        "registration_deadline": "Until when one may register (UTC)",
        "max_attendees": "Number of seats; empty without a limit",
        "registered": "People who have a seat",
        "waiting": "People on the waiting list",
    },
)
