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
from quad.events.models.events import CoHost, Event, Speaker
from quad.events.policy import APPROVERS, SHOWN


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these events."""
    speakers: dict[int, list[str]] = {}
    for event_id, name in db.execute(
        select(Speaker.event_id, Speaker.name).where(Speaker.event_id.in_(ids)).order_by(Speaker.id)
    ):
        speakers.setdefault(event_id, []).append(name)
    helping: dict[int, list[int]] = {}
    for event_id, user_id in db.execute(
        select(CoHost.event_id, CoHost.user_id).where(CoHost.event_id.in_(ids))
    ):
        helping.setdefault(event_id, []).append(user_id)
    for event in db.scalars(select(Event).where(Event.id.in_(ids))):
        yield Document(
            subject_id=event.id,
            title=event.title,
            sub=", ".join(part for part in (day(event.starts_at), event.venue) if part),
            url=f"/events/{event.id}",
            terms=tuple(speakers.get(event.id, ())),
            body=f"{event.summary}\n{as_plain(event.about)}",
            audiences=_audiences(event, helping.get(event.id, ())),
        )


def _audiences(event: Event, co_hosts: Sequence[int]) -> list[str]:
    """Return the tokens of who may find it; whom a published one is meant for, the permission says."""
    if event.state in SHOWN:
        return [EVERYONE]
    people = [f"user {user_id}" for user_id in (event.owner_id, *co_hosts)]
    return [*people, "role admin", *(f"role {role}" for role in APPROVERS)]


def index_events(db: Session, ids: Sequence[int]) -> None:
    """Make events findable as they are now."""
    db.flush()
    index_many(db, FOUND, documents(db, ids))
