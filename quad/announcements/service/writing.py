"""Announcements come to be and change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from quad.announcements import facts, policy
from quad.announcements.forms import AnnouncementIn, EditAnnouncement, NewAnnouncement
from quad.announcements.models import Announcement, AnnouncementState
from quad.announcements.service import attachments, findable, reach, standing, telling, times
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.taking import Taken

# What an announcement takes from the form as it stands there.
PLAIN = ("title", "body", "priority", "pinned", "acknowledge", "comments")


def create(
    db: Session, actor: Actor, form: NewAnnouncement, files: Sequence[Taken] = ()
) -> Announcement:
    """Write an announcement down, as a draft or published with it. Raises Forbidden, SignedOut, Invalid."""
    policy.WRITE.require(actor)
    row = Announcement(author_id=actor.own_id)
    _take(db, actor, row, form)
    db.add(row)
    db.flush()
    attachments.keep(db, actor, row, files)
    emit(db, facts.AnnouncementWritten(actor_id=actor.id, announcement_id=row.id))
    if form.publish:
        standing.publish(db, actor, row.id)
    else:
        findable.index(db, row)
    return row


def _take(db: Session, actor: Actor, row: Announcement, form: AnnouncementIn) -> reach.Target:
    found = reach.target(db, actor, form, row)
    row.begins_at, row.ends_at = times.span(form)
    row.audience_id, row.offering_id = found.audience_id, found.offering_id
    row.mentor_id = found.mentor_id
    for name in PLAIN:
        setattr(row, name, getattr(form, name))
    row.sort_title = form.title
    row.rank = standing.rank_of(row)
    return found


def edit(db: Session, actor: Actor, announcement_id: int, form: EditAnnouncement) -> Announcement:
    """Change an announcement. Those who are meant from now on are told as well, the others not again.

    What a graduate changes waits for approval once more. Raises NotFound, Forbidden, Rejected, EditedMeanwhile,
    Invalid.
    """
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    if row.version != form.version:
        raise EditedMeanwhile
    if row.state is AnnouncementState.WITHDRAWN:
        raise Rejected(_("This announcement is withdrawn. Publish it again first."))
    found = _take(db, actor, row, form)
    _require_shown(row)
    if found.asks and row.state is not AnnouncementState.DRAFT:
        standing.submit(db, actor, row)
    elif row.state in (AnnouncementState.SCHEDULED, AnnouncementState.PUBLISHED):
        _go_on(db, actor, row)
    db.flush()
    findable.index(db, row)
    emit(db, facts.AnnouncementChanged(actor_id=actor.id, announcement_id=row.id))
    return row


def _require_shown(row: Announcement) -> None:
    later = row.begins_at is not None and row.begins_at > clock.now()
    if row.state is AnnouncementState.PUBLISHED and later:
        raise Invalid({"begins_at": _("It is published already. Withdraw it to publish it later.")})


def _go_on(db: Session, actor: Actor, row: Announcement) -> None:
    if row.state is AnnouncementState.PUBLISHED:
        telling.promise(db, row)
    else:
        standing.open_now_or_later(db, actor, row)


def delete(db: Session, actor: Actor, announcement_id: int) -> None:
    """Hide an announcement for good. Raises NotFound, Forbidden."""
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    row.deleted_at = clock.now()
    findable.index(db, row)
    emit(db, facts.AnnouncementDeleted(actor_id=actor.id, announcement_id=row.id))
