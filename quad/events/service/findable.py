"""Under which words events are found: title and place by the beginnings of words, the description by its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import day
from quad.core.markdown import as_plain
from quad.core.search.index import index_many
from quad.core.search.searchable import EVERYONE, Document
from quad.events.kinds import FOUND
from quad.events.models.events import Event, Speaker
from quad.events.policy import APPROVERS, SHOWN


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these events."""
    speakers: dict[int, list[str]] = {}
    for event_id, name in db.execute(
        select(Speaker.event_id, Speaker.name).where(Speaker.event_id.in_(ids)).order_by(Speaker.id)
    ):
        speakers.setdefault(event_id, []).append(name)
    for event in db.scalars(select(Event).where(Event.id.in_(ids))):
        yield Document(
            subject_id=event.id,
            title=event.title,
            sub=", ".join(part for part in (day(event.starts_at), event.venue) if part),
            url=f"/events/{event.id}",
            terms=tuple(speakers.get(event.id, ())),
            body=f"{event.summary}\n{as_plain(event.about)}",
            audiences=_audiences(event),
        )


def _audiences(event: Event) -> list[str]:
    """Return the tokens of who may find it; whom a published one is meant for, the permission says."""
    if event.state in SHOWN:
        return [EVERYONE]
    return [f"user {event.owner_id}", "role admin", *(f"role {role}" for role in APPROVERS)]


def index_events(db: Session, ids: Sequence[int]) -> None:
    """Make events findable as they are now."""
    db.flush()
    index_many(db, FOUND, documents(db, ids))
