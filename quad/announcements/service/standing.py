"""Where an announcement stands: published now or later, approved or sent back, withdrawn and brought back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.announcements import facts, policy
from quad.announcements.forms import RefuseAnnouncement
from quad.announcements.models import Announcement, AnnouncementState, Priority
from quad.announcements.service import findable, reach, telling
from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import SYSTEM, Actor

_WEIGHTS = {Priority.NORMAL: 0, Priority.IMPORTANT: 1, Priority.URGENT: 2}
# More seconds than there are until the year 5138: a higher weight stands above every later moment.
_STEP = 10**11


def rank_of(row: Announcement) -> int:
    """Return the place in lists, the highest first: pinned, then priority, then the newest."""
    moment = row.published_at or clock.now()
    weight = (3 if row.pinned else 0) + _WEIGHTS[row.priority or Priority.NORMAL]
    return weight * _STEP + int(moment.timestamp())


def publish(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    """Publish a draft: at once, at its time, or once somebody approved it.

    Raises NotFound, Forbidden, Rejected when it is no draft or over, Invalid for people one may not announce to.
    """
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    if row.state is not AnnouncementState.DRAFT:
        raise Rejected(_("Only a draft can be published."))
    _require_time_left(row)
    if reach.asks_approval(db, actor, row):
        submit(db, actor, row)
    else:
        open_now_or_later(db, actor, row)
    return row


def _require_time_left(row: Announcement) -> None:
    if row.ends_at is not None and row.ends_at <= clock.now():
        raise Rejected(_("This announcement is over. Choose another end first."))


def submit(db: Session, actor: Actor, row: Announcement) -> None:
    """Let an announcement wait for somebody who approves it."""
    row.state, row.refusal = AnnouncementState.WAITING, ""
    findable.index(db, row)
    emit(db, facts.AnnouncementSubmitted(actor_id=actor.id, announcement_id=row.id))


def open_now_or_later(db: Session, actor: Actor, row: Announcement) -> None:
    """Publish, or schedule what begins later."""
    row.refusal = ""
    if row.begins_at is not None and row.begins_at > clock.now():
        row.state = AnnouncementState.SCHEDULED
        findable.index(db, row)
        emit(db, facts.AnnouncementScheduled(actor_id=actor.id, announcement_id=row.id))
        return
    row.state, row.published_at = AnnouncementState.PUBLISHED, clock.now()
    row.rank = rank_of(row)
    telling.promise(db, row)
    findable.index(db, row)
    emit(db, facts.AnnouncementPublished(actor_id=actor.id, announcement_id=row.id))


def open_one_due(db: Session) -> int:
    """Publish one announcement whose time has come; return 1 while there may be more."""
    row = db.scalar(
        select(Announcement)
        .where(
            Announcement.state == AnnouncementState.SCHEDULED,
            Announcement.begins_at <= clock.now(),
            Announcement.deleted_at.is_(None),
        )
        .order_by(Announcement.begins_at, Announcement.id)
        .limit(1)
        .with_for_update()
    )
    if row is None:
        return 0
    open_now_or_later(db, SYSTEM, row)
    return 1


def approve(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    """Publish what waits for approval. Raises NotFound, Forbidden, Rejected."""
    row = _decided(db, actor, announcement_id)
    _require_time_left(row)
    open_now_or_later(db, actor, row)
    emit(
        db,
        facts.AnnouncementApproved(
            actor_id=actor.id, announcement_id=row.id, author_id=row.author_id
        ),
    )
    return row


def refuse(
    db: Session, actor: Actor, announcement_id: int, form: RefuseAnnouncement
) -> Announcement:
    """Send an announcement back as a draft, with the reason. Raises NotFound, Forbidden, Rejected."""
    row = _decided(db, actor, announcement_id)
    row.state, row.refusal = AnnouncementState.DRAFT, form.reason
    findable.index(db, row)
    emit(
        db,
        facts.AnnouncementRefused(
            actor_id=actor.id, announcement_id=row.id, author_id=row.author_id
        ),
    )
    return row


def _decided(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    row = policy.READ.get(db, actor, announcement_id, lock=True)
    if row.state is not AnnouncementState.WAITING:
        policy.OPEN_APPROVALS.require(actor)
        raise Rejected(_("This announcement does not wait for approval."))
    return policy.APPROVE.get(db, actor, announcement_id, read=policy.READ)


def withdraw(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    """Take an announcement back: nobody reads it any more. One not yet published becomes a draft.

    Raises NotFound, Forbidden, Rejected.
    """
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    if row.state is AnnouncementState.PUBLISHED:
        row.state = AnnouncementState.WITHDRAWN
    elif row.state in (AnnouncementState.SCHEDULED, AnnouncementState.WAITING):
        row.state = AnnouncementState.DRAFT
    else:
        raise Rejected(_("This announcement is not published."))
    findable.index(db, row)
    emit(db, facts.AnnouncementWithdrawn(actor_id=actor.id, announcement_id=row.id))
    return row


def restore(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    """Undo a withdrawal; whoever was told is not told again. Raises NotFound, Forbidden, Rejected, Invalid."""
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    if row.state is not AnnouncementState.WITHDRAWN:
        raise Rejected(_("This announcement is not withdrawn."))
    row.state = AnnouncementState.PUBLISHED
    telling.promise(db, row)
    findable.index(db, row)
    emit(db, facts.AnnouncementRestored(actor_id=actor.id, announcement_id=row.id))
    return row
