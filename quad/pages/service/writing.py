"""Pages begin, change their words and their settings, are deleted and brought back."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.audience.service.keeping import save
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.pages import facts, policy
from quad.pages.forms.pages import EditPage, MenuOrder, NewPage, PageSettings
from quad.pages.models import Page, PageRevision, PageVisibility, RevisionKind
from quad.pages.service import findable
from quad.pages.service.revising import content_of, data_of, edited, revise, with_key
from quad.pages.service.slugs import free_slug


def create(db: Session, actor: Actor, form: NewPage) -> Page:
    """Begin a page as a draft. Raises Forbidden, SignedOut, Invalid when its address is taken."""
    policy.CREATE.require(actor)
    if any(section.image_id is not None for section in form.sections):
        raise Invalid({"sections": _("Begin the page first, then add its pictures.")})
    slug = form.slug or free_slug(db, form.title)
    last = db.scalar(select(func.coalesce(func.max(Page.position), 0))) or 0
    page = Page(slug=slug, title=form.title, sort_title=form.title, position=last + 1)
    _require_free(db, page, slug)
    db.add(page)
    db.flush()
    emit(db, facts.PageCreated(actor_id=actor.id, page_id=page.id))
    sections = [with_key(section) for section in form.sections]
    revise(db, actor, page, content_of(form, sections), _("Begun"))
    return page


def _require_free(db: Session, page: Page, slug: str) -> None:
    taken = select(Page.id).where(Page.slug == slug, Page.live == 1, Page.id != (page.id or 0))
    if db.scalar(taken) is not None:
        raise Invalid({"slug": _("Another page has this address.")})


def edit(db: Session, actor: Actor, page_id: int, form: EditPage) -> Page:
    """Change the words around the sections. Raises NotFound, Forbidden, EditedMeanwhile."""
    page = edited(db, actor, page_id, form.version)
    sections = data_of(db, page.latest_id)["sections"]
    revise(db, actor, page, content_of(form, sections), _("Title and lead"))
    return page


def restore(db: Session, actor: Actor, page_id: int, number: int, version: int) -> Page:
    """Say again what revision `number` said, as a new revision. Raises NotFound, Forbidden, EditedMeanwhile."""
    page = edited(db, actor, page_id, version)
    wanted = db.scalar(
        select(PageRevision.id).where(
            PageRevision.page_id == page.id, PageRevision.number == number
        )
    )
    note = _("As in revision %(n)s", n=number)
    revise(db, actor, page, data_of(db, wanted), note, RevisionKind.RESTORED)
    return page


def settle(db: Session, actor: Actor, page_id: int, form: PageSettings) -> Page:
    """Change address, readers and menus. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    page = edited(db, actor, page_id, form.version)
    _require_fitting(form)
    _require_free(db, page, form.slug)
    page.slug = form.slug
    page.visibility = form.visibility
    page.audience_id = (
        save(db, form, page.audience_id) if form.visibility is PageVisibility.AUDIENCE else None
    )
    page.in_footer, page.in_sidebar = form.in_footer, form.in_sidebar
    findable.index_pages(db, [page.id])
    emit(db, facts.PageSettingsChanged(actor_id=actor.id, page_id=page.id))
    return page


def _require_fitting(form: PageSettings) -> None:
    wrong = {}
    if not form.slug:
        wrong["slug"] = _("Please fill this in.")
    if form.in_footer and form.visibility is not PageVisibility.PUBLIC:
        wrong["in_footer"] = _("Only a page that everybody on the web reads can stand there.")
    if form.in_sidebar and form.visibility is PageVisibility.AUDIENCE:
        wrong["in_sidebar"] = _("Only a page that everybody with an account reads can stand there.")
    if wrong:
        raise Invalid(wrong)


def order(db: Session, actor: Actor, form: MenuOrder) -> None:
    """Put the pages of the menus in another order; those that are not named follow. Raises Forbidden, SignedOut."""
    policy.CREATE.require(actor)
    rows = db.execute(
        select(Page.id, Page.position)
        .where(policy.EDIT.where(actor))
        .order_by(Page.position, Page.id)
        .with_for_update()
    ).all()
    there = [row.id for row in rows]
    wanted = [one for one in dict.fromkeys(form.page_ids) if one in set(there)]
    wanted += [one for one in there if one not in set(wanted)]
    before = {row.id: row.position for row in rows}
    for place, one in enumerate(wanted, start=1):
        if before[one] != place:
            db.execute(update(Page).where(Page.id == one).values(position=place))
    emit(db, facts.PagesOrdered(actor_id=actor.id))


def delete(db: Session, actor: Actor, page_id: int) -> Page:
    """Hide a page; it can be brought back. Raises NotFound, Forbidden."""
    page = policy.EDIT.get(db, actor, page_id, read=policy.READ, lock=True)
    page.deleted_at = clock.now()
    emit(db, facts.PageDeleted(actor_id=actor.id, page_id=page.id))
    return page


def bring_back(db: Session, actor: Actor, page_id: int) -> Page:
    """Show a deleted page again, as it was. Raises NotFound, Forbidden, Rejected when another one has its address."""
    page = policy.BRING_BACK.get(db, actor, page_id, lock=True)
    try:
        _require_free(db, page, page.slug)
    except Invalid as error:
        raise Rejected(_("Another page has this address now. Change that one first.")) from error
    page.deleted_at = None
    emit(db, facts.PageBroughtBack(actor_id=actor.id, page_id=page.id))
    return page
