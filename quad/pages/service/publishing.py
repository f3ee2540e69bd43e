"""Which revision readers see, and from when on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.pages import facts
from quad.pages.forms.pages import PublishPage, VersionSeen
from quad.pages.models import Page
from quad.pages.service import findable
from quad.pages.service.revising import data_of, edited

DUE_AT_ONCE = 50


def publish(db: Session, actor: Actor, page_id: int, form: PublishPage) -> Page:
    """Let readers see the newest revision, at once or from a moment on; what they see until then stays.

    Raises NotFound, Forbidden, EditedMeanwhile, Rejected when they see it already.
    """
    page = edited(db, actor, page_id, form.version)
    at = _moment(form.at)
    if at is not None and at > clock.now():
        page.scheduled_id, page.publish_at = page.latest_id, at
        emit(
            db,
            facts.PageScheduled(
                actor_id=actor.id, page_id=page.id, revision_id=page.latest_id or 0
            ),
        )
        return page
    if page.published_id == page.latest_id:
        raise Rejected(_("Readers see this revision already."))
    _show(db, actor.id, page, page.latest_id)
    return page


def _moment(given: datetime | None) -> datetime | None:
    """Return a moment as it is meant: without an offset it is the clock of whoever wrote it."""
    if given is None or given.tzinfo is not None:
        return given
    return given.replace(tzinfo=ZoneInfo(current_reader().zone))


def _show(db: Session, actor_id: int | None, page: Page, revision_id: int | None) -> None:
    page.published_id, page.published_at = revision_id, clock.now()
    page.shown_title = data_of(db, revision_id)["title"]
    page.scheduled_id = page.publish_at = None
    findable.index_pages(db, [page.id])
    emit(
        db,
        facts.PagePublished(actor_id=actor_id, page_id=page.id, revision_id=revision_id or 0),
    )


def unpublish(db: Session, actor: Actor, page_id: int, form: VersionSeen) -> Page:
    """Take a page from its readers; it is a draft again. Raises NotFound, Forbidden, EditedMeanwhile, Rejected."""
    page = edited(db, actor, page_id, form.version)
    if page.published_id is None:
        raise Rejected(_("This page is not published."))
    page.published_id = page.published_at = None
    page.shown_title = ""
    findable.index_pages(db, [page.id])
    emit(db, facts.PageUnpublished(actor_id=actor.id, page_id=page.id))
    return page


def unschedule(db: Session, actor: Actor, page_id: int, form: VersionSeen) -> Page:
    """Do not publish later what was to be. Raises NotFound, Forbidden, EditedMeanwhile, Rejected."""
    page = edited(db, actor, page_id, form.version)
    if page.publish_at is None:
        raise Rejected(_("Nothing is scheduled for this page."))
    page.scheduled_id = page.publish_at = None
    emit(db, facts.PageUnscheduled(actor_id=actor.id, page_id=page.id))
    return page


def publish_due(db: Session) -> bool:
    """Publish what is due, some at a time; tell whether there may be more (for the worker)."""
    due = db.scalars(
        select(Page)
        .where(Page.publish_at <= clock.now(), Page.deleted_at.is_(None))
        .order_by(Page.id)
        .limit(DUE_AT_ONCE)
        .with_for_update()
    ).all()
    for page in due:
        _show(db, None, page, page.scheduled_id)
    return len(due) == DUE_AT_ONCE
