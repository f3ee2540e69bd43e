"""Who takes part: registrations, check-ins, certificates, feedback, and the addresses of personal calendars."""

from __future__ import annotations

from datetime import date, datetime
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
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.counters import counter
from quad.core.db.model import Row
from quad.core.db.types import BigId, NormalisedKey, Utc
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.events.models.events import Event
from quad.identity.models.accounts import SORT_LENGTH

CODE_LENGTH = 10
BEST = 5


class Registration(Row):
    """One person at one event, for good: cancelling and coming again is the same row, with a new `place`.

    `place` grows with each that comes, within the event; the waiting list is served in this order. Exactly one of
    `seated_at` and `queued_at` is set: a seat, or the waiting list. `cancelled_at` takes either away. `promoted_at`
    says that the seat came from the waiting list. `code` stands on the ticket. `answers` are [key, label, kind, value].
    `told` is the version of the event that the person was last told of.
    """

    __tablename__ = "events_registration"
    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        UniqueConstraint("event_id", "code"),
        Index(None, "event_id", "place", "id"),
        Index(None, "event_id", "sort_name", "id"),
        Index(None, "event_id", "told"),
        Index(None, "user_id", "event_id"),
        CheckConstraint(
            "(seated_at IS NULL AND queued_at IS NOT NULL) OR (seated_at IS NOT NULL AND queued_at IS NULL)",
            name="seat_or_queue",
        ),
    )

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(SORT_LENGTH))
    place: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    came_at: Mapped[datetime] = mapped_column(Utc())
    seated_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    queued_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    promoted_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    cancelled_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    name_hidden: Mapped[bool] = mapped_column(Boolean, default=False)
    answers: Mapped[list[Any]] = mapped_column(JSON, default=list)
    gave_feedback: Mapped[bool] = mapped_column(Boolean, default=False)
    told: Mapped[int] = mapped_column(Integer, default=0)


class CheckIn(Row):
    """Somebody came. `key` is the sender's own mark of the scan: the same scan sent again is no second one."""

    __tablename__ = "events_check_in"
    __table_args__ = (UniqueConstraint("registration_id"), Index(None, "event_id", "id"))

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="RESTRICT"))
    registration_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("events_registration.id", ondelete="RESTRICT")
    )
    key: Mapped[str] = mapped_column(String(40))
    scanned_at: Mapped[datetime] = mapped_column(Utc())
    by_id: Mapped[int | None] = mapped_column(BigId, default=None)
    undone_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Certificate(Row):
    """A certificate of attendance: `serial` is printed, `serial_key` compared, `sha256` is of the file.

    A revoked one keeps its number for good; a new one takes its place. `latest_mark` is 1 for the one that counts now,
    revoked or not, and empty for those before it.
    """

    __tablename__ = "events_certificate"
    __table_args__ = (
        UniqueConstraint("registration_id", "latest_mark"),
        UniqueConstraint("serial_key"),
        Index(None, "sha256"),
    )

    registration_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("events_registration.id", ondelete="RESTRICT")
    )
    serial: Mapped[str] = mapped_column(String(60))
    serial_key: Mapped[str] = mapped_column(String(60))
    holder: Mapped[str] = mapped_column(String(160))
    issued_on: Mapped[date] = mapped_column(Date)
    public_lines: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True, default=None
    )
    latest_mark: Mapped[int | None] = mapped_column(Integer, default=1)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    revoked_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")


class Feedback(Row):
    """What somebody thought of an event. Without `user_id` nobody can tell who it was: no stamp, no hour."""

    __tablename__ = "events_feedback"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        Index(None, "event_id", "id"),
        CheckConstraint(f"rating BETWEEN 1 AND {BEST}", name="rating_range"),
    )

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events_event.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    rating: Mapped[int] = mapped_column(Integer)
    would_come_again: Mapped[bool] = mapped_column(Boolean, default=False)
    liked: Mapped[str] = mapped_column(Text, default="")
    better: Mapped[str] = mapped_column(Text, default="")


class CalendarFeed(Row):
    """The secret address of a person's own calendar; only its hash is kept."""

    __tablename__ = "events_calendar_feed"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("user_id"), UniqueConstraint("token_hash"))

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))


counter(
    Event.registered,
    Registration.event_id,
    while_null=(Registration.cancelled_at, Registration.queued_at),
)
counter(
    Event.waiting,
    Registration.event_id,
    while_null=(Registration.cancelled_at, Registration.seated_at),
)
counter(Event.attended, CheckIn.event_id, while_null=(CheckIn.undone_at,))

constraint("uq_events_registration_event_id_user_id", _l("You are registered already."))
constraint("uq_events_check_in_registration_id", _l("This person is checked in already."))
