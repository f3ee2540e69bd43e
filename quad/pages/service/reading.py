"""Reading pages: as readers see them, as editors do, and which stand in the menus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.service.keeping import values_of
from quad.core.errors import NotFound
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.pages import policy
from quad.pages.forms.content import Content
from quad.pages.models import Page, PageRevision, PageVisibility
from quad.pages.service.revising import data_of

MOST_REVISIONS = 200
MOST_DELETED = 200


def published(db: Session, actor: Actor, slug: str) -> Page:
    """Return a published page that `actor` reads, who may be nobody. Raises NotFound."""
    page = db.scalar(select(Page).where(Page.slug == slug, policy.may_read(actor)))
    if page is None:
        raise NotFound
    return page


def readable(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the pages that `actor` reads, who may be nobody: id, slug, title, in the order of the menus."""
    return db.execute(
        select(Page.id, Page.slug, Page.shown_title.label("title"), Page.published_at)
        .where(policy.may_read(actor))
        .order_by(Page.position, Page.id)
    ).all()


@dataclass(frozen=True)
class Written:
    """A page as editors see it: its row, what its newest revision says, and whom it is for."""

    page: Page
    data: Content
    audience: Any


def written(db: Session, actor: Actor, page_id: int) -> Written:
    """Return a page as editors see it. Raises NotFound, Forbidden."""
    page = policy.EDIT.get(db, actor, page_id, read=policy.READ)
    return Written(page, data_of(db, page.latest_id), values_of(db, page.audience_id))


def revisions(db: Session, page_id: int) -> Sequence[Any]:
    """Return the revisions of a page, the newest first: id, number, kind, note, when, who."""
    return db.execute(
        select(
            PageRevision.id,
            PageRevision.number,
            PageRevision.kind,
            PageRevision.note,
            PageRevision.created_at,
            User.full_name.label("author"),
        )
        .outerjoin(User, User.id == PageRevision.created_by)
        .where(PageRevision.page_id == page_id)
        .order_by(PageRevision.number.desc())
        .limit(MOST_REVISIONS)
    ).all()


def revision(db: Session, page_id: int, number: int) -> PageRevision:
    """Return one revision of a page; who may read it was asked before. Raises NotFound."""
    found = db.scalar(
        select(PageRevision).where(PageRevision.page_id == page_id, PageRevision.number == number)
    )
    if found is None:
        raise NotFound
    return found


def number_of(rows: Sequence[Any], revision_id: int | None) -> int | None:
    """Return the number of a revision among those of its page."""
    return next((row.number for row in rows if row.id == revision_id), None)


def in_menus(db: Session) -> Sequence[Any]:
    """Return the pages of the menus in their order: slug, title, in_footer, in_sidebar.

    None of them is for an audience, so that one answer serves everybody.
    """
    return db.execute(
        select(Page.slug, Page.shown_title.label("title"), Page.in_footer, Page.in_sidebar)
        .where(
            Page.deleted_at.is_(None),
            Page.published_id.is_not(None),
            Page.visibility != PageVisibility.AUDIENCE,
            Page.in_footer | Page.in_sidebar,
        )
        .order_by(Page.position, Page.id)
    ).all()


def ordered(db: Session, actor: Actor) -> Sequence[Any]:
    """Return all pages in the order of the menus, for their editors: id, title, in_footer, in_sidebar."""
    return db.execute(
        select(Page.id, Page.title, Page.in_footer, Page.in_sidebar, Page.published_id)
        .where(policy.EDIT.where(actor))
        .order_by(Page.position, Page.id)
    ).all()


def deleted(db: Session, actor: Actor) -> Sequence[Any]:
    """Return what was deleted and can be brought back, the latest first: id, slug, title, deleted_at."""
    return db.execute(
        select(Page.id, Page.slug, Page.title, Page.deleted_at)
        .where(policy.BRING_BACK.where(actor))
        .order_by(Page.deleted_at.desc(), Page.id.desc())
        .limit(MOST_DELETED)
    ).all()
