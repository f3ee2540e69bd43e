"""Who edits pages, and who reads them. What is public is read without an account as well."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from quad.audience.service.meeting import contains
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.pages.models import Page, PageVisibility

EDITORS = ("admin",)


def open_to_all() -> ColumnElement[bool]:
    """Hold for pages that anybody on the web may read, signed out as well."""
    return (
        Page.published_id.is_not(None)
        & (Page.visibility == PageVisibility.PUBLIC)
        & Page.deleted_at.is_(None)
    )


def _edited(actor: Actor) -> Branches:
    return EVERYTHING if actor.has(*EDITORS) else NOTHING


def _shown(actor: Actor) -> Branches:
    published = Page.published_id.is_not(None)
    branches: list[ColumnElement[bool]] = [
        published & (Page.visibility != PageVisibility.AUDIENCE),
    ]
    if actor.has(*EDITORS):
        branches.append(published)
    elif actor.id is not None:
        meant = Page.audience_id.in_(contains(actor))
        branches.append(published & (Page.visibility == PageVisibility.AUDIENCE) & meant)
    return branches


def _known(actor: Actor) -> Branches:
    return EVERYTHING if actor.has(*EDITORS) else _shown(actor)


SHOW = Permission("pages.page.show", _l("Read a published page"), Page, _shown)
READ = Permission("pages.page.read", _l("Find a page"), Page, _known)
EDIT = Permission("pages.edit", _l("Change, publish and delete pages"), Page, _edited)
BRING_BACK = Permission(
    "pages.page.bring_back",
    _l("Bring a deleted page back"),
    Page,
    lambda actor: [branch & Page.deleted_at.is_not(None) for branch in _edited(actor)],
    deleted_too=True,
)
CREATE = Gate("pages.create", _l("Begin a page"), lambda actor: actor.has(*EDITORS))


def may_read(actor: Actor) -> ColumnElement[bool]:
    """Return the clause of the published pages that `actor` may read, who may be nobody."""
    return SHOW.where(actor) if actor.signed_in else open_to_all()
