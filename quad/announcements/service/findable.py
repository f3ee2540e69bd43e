"""Under which words announcements are found; who may find one, the permission says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.announcements.kinds import FOUND
from quad.announcements.models import Announcement
from quad.announcements.policy import APPROVERS, OPENED
from quad.core.i18n import day
from quad.core.markdown import as_plain
from quad.core.search.index import index_many
from quad.core.search.searchable import EVERYONE, Document


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these announcements."""
    rows = db.scalars(
        select(Announcement).where(Announcement.id.in_(ids), Announcement.deleted_at.is_(None))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.title,
            sub=day(row.published_at) if row.published_at else "",
            url=f"/announcements/{row.id}",
            body=as_plain(row.body),
            audiences=_audiences(row),
        )


def _audiences(row: Announcement) -> list[str]:
    if row.state in OPENED:
        return [EVERYONE]
    return [f"user {row.author_id}", "role admin", *(f"role {role}" for role in APPROVERS)]


def index(db: Session, row: Announcement) -> None:
    """Make an announcement findable as it is now."""
    db.flush()
    index_many(db, FOUND, documents(db, [row.id]))
