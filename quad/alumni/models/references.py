"""References: somebody who knows a student or graduate writes about them."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

PURPOSE_LENGTH = 160
TEXT_LENGTH = 8_000


class ReferenceState(enum.StrEnum):
    """Where a reference stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"


WAITING = (ReferenceState.REQUESTED, ReferenceState.ACCEPTED)
STATES = (
    (ReferenceState.REQUESTED, _l("Asked")),
    (ReferenceState.ACCEPTED, _l("Being written")),
    (ReferenceState.DELIVERED, _l("Given")),
    (ReferenceState.DECLINED, _l("Declined")),
    (ReferenceState.WITHDRAWN, _l("Withdrawn")),
)
MARKS = {
    ReferenceState.REQUESTED: "open",
    ReferenceState.ACCEPTED: "going",
    ReferenceState.DELIVERED: "done",
    ReferenceState.DECLINED: "stop",
    ReferenceState.WITHDRAWN: "open",
}


class Delivery(enum.StrEnum):
    """How a reference arrives: as a document of the asker’s own, or only where somebody applies."""

    DOCUMENT = "document"
    CONFIDENTIAL = "confidential"


class Reference(Versioned, Row):
    """A request for a reference and what was written. A confidential text is never shown to who asked for it.

    `subject_type` and `subject_id` name what a confidential one belongs to ("application" and its number), empty and 0
    otherwise. `text` is the draft until it is delivered. `open_mark` is 1 while it waits, so that one person asks
    another once for a purpose.
    """

    __tablename__ = "alumni_reference"
    __table_args__ = (
        Unique("asker_id", "writer_id", "purpose_key", "open_mark"),
        Index(None, "writer_id", "state", "created_at", "id"),
        Index(None, "subject_type", "subject_id", "state"),
        Index(None, "state", "created_at", "id"),
        Index(None, "created_at", "id"),
        CheckConstraint(
            "(state IN ('requested', 'accepted') AND open_mark = 1)"
            " OR (state NOT IN ('requested', 'accepted') AND open_mark IS NULL)",
            name="open_marked",
        ),
    )

    asker_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    writer_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH))
    purpose_key: Mapped[str] = mapped_column(NormalisedKey(PURPOSE_LENGTH * 3))
    message: Mapped[str] = mapped_column(Text, default="")
    delivery: Mapped[Delivery] = mapped_column(enum_type(Delivery), default=Delivery.DOCUMENT)
    subject_type: Mapped[str] = mapped_column(String(30), default="", server_default="")
    subject_id: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    state: Mapped[ReferenceState] = mapped_column(
        enum_type(ReferenceState), default=ReferenceState.REQUESTED
    )
    open_mark: Mapped[int | None] = mapped_column(Integer, default=1)
    # How the writer knows the asker, as it stands in the reference.
    capacity: Mapped[str] = mapped_column(String(PURPOSE_LENGTH), default="")
    text: Mapped[str] = mapped_column(Text, default="", info={"secret": True})
    reason: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    document_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_document.id", ondelete="SET NULL"), index=True, default=None
    )


constraint(
    "uq_alumni_reference_asker_id_writer_id_purpose_key_open_mark",
    _l("You asked this person for this already. They will hear of it again before it is due."),
)
