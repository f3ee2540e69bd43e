"""Revisions: the one way in which what a page says becomes something else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core.errors import EditedMeanwhile, NotFound
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.pages import facts, policy
from quad.pages.forms.content import WORDS, Content, SectionIn, as_content
from quad.pages.forms.pages import PageWords
from quad.pages.models import Page, PageRevision, RevisionKind
from quad.pages.service import findable

LONGEST_NOTE = 200


def edited(db: Session, actor: Actor, page_id: int, version: int) -> Page:
    """Return a page to be changed, locked. Raises NotFound, Forbidden, EditedMeanwhile (`version` is old)."""
    page = policy.EDIT.get(db, actor, page_id, read=policy.READ, lock=True)
    if page.version != version:
        raise EditedMeanwhile
    return page


def data_of(db: Session, revision_id: int | None) -> Content:
    """Return what a revision says. Raises NotFound."""
    found: Content | None = db.scalar(
        select(PageRevision.revision_data).where(PageRevision.id == (revision_id or 0))
    )
    if found is None:
        raise NotFound
    return found


def content_of(form: PageWords, sections: list[Content]) -> Content:
    """Return what a page says, as a revision keeps it."""
    return {name: getattr(form, name) for name in WORDS} | {"sections": sections}


def with_key(section: SectionIn, key: str = "") -> Content:
    """Return a section as a revision keeps it, under its key or a new one."""
    return as_content(section, key or secrets.token_hex(4))


def revise(
    db: Session,
    actor: Actor,
    page: Page,
    data: Mapping[str, Any],
    note: str,
    kind: RevisionKind = RevisionKind.SAVED,
) -> PageRevision:
    """Let a page say something else: a new revision, which editors see from now on. Saying the same adds none."""
    if page.latest_id is not None and kind is RevisionKind.SAVED:
        latest = db.get_one(PageRevision, page.latest_id)
        if latest.revision_data == data:
            return latest
    last = select(func.coalesce(func.max(PageRevision.number), 0)).where(
        PageRevision.page_id == page.id
    )
    row = PageRevision(
        page_id=page.id,
        number=(db.scalar(last) or 0) + 1,
        kind=kind,
        note=note[:LONGEST_NOTE],
        revision_data=dict(data),
    )
    db.add(row)
    db.flush()
    page.latest_id = row.id
    page.title = page.sort_title = data["title"]
    findable.index_pages(db, [page.id])
    emit(db, facts.PageSaved(actor_id=actor.id, page_id=page.id, revision_id=row.id))
    return row
