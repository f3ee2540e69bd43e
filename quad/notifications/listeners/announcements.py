"""What people are told of announcements, and by which facts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.announcements.facts import (
    AnnouncementApproved,
    AnnouncementCommented,
    AnnouncementRefused,
    AnnouncementSubmitted,
    RecipientsTold,
)
from quad.announcements.models import Announcement
from quad.announcements.policy import APPROVERS
from quad.core.facts import on
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.notifications.kinds.announcements import (
    ANNOUNCED,
    ANNOUNCEMENT_APPROVED,
    ANNOUNCEMENT_COMMENTED,
    ANNOUNCEMENT_REFUSED,
    ANNOUNCEMENT_WAITING,
)
from quad.notifications.kinds.base import Kind
from quad.notifications.service import notify


def _tell(
    db: Session, kind: Kind | None, announcement_id: int, people: Iterable[int], **data: str
) -> None:
    row = db.execute(
        select(
            Announcement.title,
            Announcement.priority,
            Announcement.refusal,
            User.full_name,
        )
        .join(User, User.id == Announcement.author_id)
        .where(Announcement.id == announcement_id)
    ).one()
    known = {"title": row.title, "author": row.full_name, "reason": row.refusal, **data}
    notify(db, kind or ANNOUNCED[row.priority], people, known, f"/announcements/{announcement_id}")


@on(RecipientsTold)
def tell_those_meant(db: Session, fact: RecipientsTold) -> None:
    """Tell some of those an announcement is meant for; how much it presses decides the kind."""
    _tell(db, None, fact.announcement_id, fact.user_ids)


@on(AnnouncementSubmitted)
def tell_who_approves(db: Session, fact: AnnouncementSubmitted) -> None:
    """Tell everybody who approves announcements that one waits."""
    held = select(RoleGrant.user_id).where(
        RoleGrant.role.in_([Role(name) for name in APPROVERS]), grant_counts()
    )
    people = {one for one in db.scalars(held) if one != fact.actor_id}
    _tell(db, ANNOUNCEMENT_WAITING, fact.announcement_id, people)


@on(AnnouncementApproved)
def tell_of_approval(db: Session, fact: AnnouncementApproved) -> None:
    """Tell the author that it is approved."""
    _tell(db, ANNOUNCEMENT_APPROVED, fact.announcement_id, [fact.author_id])


@on(AnnouncementRefused)
def tell_of_refusal(db: Session, fact: AnnouncementRefused) -> None:
    """Tell the author why it is not approved."""
    _tell(db, ANNOUNCEMENT_REFUSED, fact.announcement_id, [fact.author_id])


@on(AnnouncementCommented)
def tell_of_comment(db: Session, fact: AnnouncementCommented) -> None:
    """Tell the author who commented; several unread ones are one line."""
    if fact.author_id == fact.actor_id:
        return
    person = db.scalar(select(User.full_name).where(User.id == fact.actor_id)) or ""
    _tell(db, ANNOUNCEMENT_COMMENTED, fact.announcement_id, [fact.author_id], person=person)
