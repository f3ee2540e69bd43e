"""What of announcements belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.announcements.models import Announcement, AnnouncementComment, Recipient
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table

MERGES: tuple[Merge, ...] = (
    moved(_l("Announcements"), Announcement.author_id),
    moved("", Announcement.mentor_id),
    moved("", Recipient.user_id, once_per=(Recipient.announcement_id,)),
    moved(_l("Comments on announcements"), AnnouncementComment.author_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    written = (
        select(
            Announcement.title,
            Announcement.body,
            Announcement.priority,
            Announcement.state,
            Announcement.published_at,
        )
        .where(Announcement.author_id == user_id)
        .order_by(Announcement.id)
    )
    read = (
        select(
            Announcement.title,
            Recipient.created_at,
            Recipient.seen_at,
            Recipient.acknowledged_at,
        )
        .join(Announcement, Announcement.id == Recipient.announcement_id)
        .where(Recipient.user_id == user_id)
        .order_by(Recipient.id)
    )
    said = (
        select(Announcement.title, AnnouncementComment.text, AnnouncementComment.created_at)
        .join(Announcement, Announcement.id == AnnouncementComment.announcement_id)
        .where(AnnouncementComment.author_id == user_id, AnnouncementComment.deleted_at.is_(None))
        .order_by(AnnouncementComment.id)
    )
    return {
        "written": as_table(db.execute(written)),
        "read": as_table(db.execute(read)),
        "comments": as_table(db.execute(said)),
    }


OWN_DATA = OwnData("announcements", _l("Announcements"), _load, order=63)
