"""What people are told of events, and by which facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.facts import on
from quad.core.i18n import gettext as _
from quad.events.facts import (
    CertificateIssued,
    CertificateRevoked,
    CoHostAdded,
    EventApproved,
    EventRefused,
    EventSubmitted,
    ParticipantsTold,
    QueueJoined,
    SeatGiven,
    SeatTaken,
)
from quad.events.models.attending import Certificate
from quad.events.models.events import Event
from quad.events.policy import APPROVERS
from quad.identity.models.accounts import Role, RoleGrant
from quad.identity.policy import grant_counts
from quad.notifications.kinds.base import Kind
from quad.notifications.kinds.events import (
    EVENT_APPROVED,
    EVENT_CANCELLED,
    EVENT_CERTIFICATE,
    EVENT_CERTIFICATE_REVOKED,
    EVENT_CO_HOST,
    EVENT_FEEDBACK,
    EVENT_MOVED,
    EVENT_PROMOTED,
    EVENT_QUEUED,
    EVENT_REFUSED,
    EVENT_REMINDER,
    EVENT_SEAT,
    EVENT_WAITING,
)
from quad.notifications.service import notify

TOLD = {
    "moved": EVENT_MOVED,
    "cancelled": EVENT_CANCELLED,
    "reminder": EVENT_REMINDER,
    "feedback": EVENT_FEEDBACK,
}


def _tell(
    db: Session,
    kind: Kind,
    event_id: int,
    people: Iterable[int],
    *,
    url: str = "",
    reason: str = "",
) -> None:
    row = db.execute(
        select(
            Event.title,
            Event.starts_at,
            Event.zone,
            Event.venue,
            Event.cancel_reason,
            Event.refusal,
            Event.deleted_at,
        ).where(Event.id == event_id)
    ).one()
    data: dict[str, Any] = {
        "title": row.title,
        "when": row.starts_at.isoformat(),
        "zone": row.zone,
        "place": row.venue or _("online"),
        "reason": reason or (row.refusal if kind is EVENT_REFUSED else row.cancel_reason),
    }
    place = "/events" if row.deleted_at is not None else url or f"/events/{event_id}"
    notify(db, kind, people, data, place)


@on(EventSubmitted)
def tell_approvers(db: Session, fact: EventSubmitted) -> None:
    """Tell those who approve that an event waits."""
    held = select(RoleGrant.user_id).where(
        RoleGrant.role.in_([Role(name) for name in APPROVERS]), grant_counts()
    )
    people = {one for one in db.scalars(held) if one != fact.actor_id}
    _tell(db, EVENT_WAITING, fact.event_id, people)


@on(EventApproved)
def tell_of_approval(db: Session, fact: EventApproved) -> None:
    """Tell the owner that the event is published."""
    _tell(db, EVENT_APPROVED, fact.event_id, [fact.owner_id])


@on(EventRefused)
def tell_of_refusal(db: Session, fact: EventRefused) -> None:
    """Tell the owner why the event is not approved."""
    _tell(db, EVENT_REFUSED, fact.event_id, [fact.owner_id])


@on(SeatTaken)
def tell_of_seat(db: Session, fact: SeatTaken) -> None:
    """Tell who registered that there is a seat, and where the ticket is."""
    _tell(db, EVENT_SEAT, fact.event_id, [fact.user_id])


@on(QueueJoined)
def tell_of_queue(db: Session, fact: QueueJoined) -> None:
    """Tell who registered that they are on the waiting list."""
    _tell(db, EVENT_QUEUED, fact.event_id, [fact.user_id])


@on(SeatGiven)
def tell_of_promotion(db: Session, fact: SeatGiven) -> None:
    """Tell who waited that they have a seat now."""
    _tell(db, EVENT_PROMOTED, fact.event_id, [fact.user_id])


@on(ParticipantsTold)
def tell_participants(db: Session, fact: ParticipantsTold) -> None:
    """Tell those who take part of a change, a reminder, or a question afterwards."""
    url = f"/events/{fact.event_id}/feedback" if fact.what == "feedback" else ""
    _tell(db, TOLD[fact.what], fact.event_id, fact.user_ids, url=url)


@on(CertificateIssued)
def tell_of_certificate(db: Session, fact: CertificateIssued) -> None:
    """Tell who took part that the certificate is there."""
    if fact.user_id != fact.actor_id:
        _tell(db, EVENT_CERTIFICATE, fact.event_id, [fact.user_id])


@on(CertificateRevoked)
def tell_of_revoking(db: Session, fact: CertificateRevoked) -> None:
    """Tell the holder that the certificate is not valid any more, and why."""
    reason = db.scalar(
        select(Certificate.revoked_reason).where(Certificate.id == fact.certificate_id)
    )
    _tell(db, EVENT_CERTIFICATE_REVOKED, fact.event_id, [fact.user_id], reason=reason or "")


@on(CoHostAdded)
def tell_of_helping(db: Session, fact: CoHostAdded) -> None:
    """Tell somebody that they help to hold an event."""
    _tell(db, EVENT_CO_HOST, fact.event_id, [fact.user_id])
