"""Lists of pages, for their editors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.pages import policy
from quad.pages.forms.pages import VISIBILITIES
from quad.pages.kinds import FOUND, STATES, address_of, state_of
from quad.pages.models import Page, PageVisibility

STATE_CHOICES = tuple((state, word) for state, (_mark, word) in STATES.items())


def _in_state(value: str) -> ColumnElement[bool]:
    clauses: dict[str, ColumnElement[bool]] = {
        "scheduled": Page.publish_at.is_not(None),
        "draft": Page.published_id.is_(None) & Page.publish_at.is_(None),
        "published": (Page.published_id == Page.latest_id) & Page.publish_at.is_(None),
        "changed": (Page.published_id != Page.latest_id) & Page.publish_at.is_(None),
    }
    return clauses[value]


def _state(row: Any) -> Cell:
    mark, word = STATES[state_of(row.latest_id, row.published_id, row.publish_at)]
    sub = moment(row.publish_at) if row.publish_at else ""
    return Cell(str(word), sub=sub, kind="status", state=mark)


def _menus(row: Any) -> str:
    places = ((row.in_footer, _("public")), (row.in_sidebar, _("signed in")))
    return ", ".join(word for there, word in places if there) or "–"


def _editors(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(User, User.id == Page.updated_by)


_TITLE = Column(
    "title",
    _l("Page"),
    (Page.title, Page.slug),
    lambda row: Cell(row.title, sub=address_of(row.slug)),
    sort=Page.sort_title,
)
_READERS = Column(
    "readers",
    _l("Readers"),
    Page.visibility,
    lambda row: str(VISIBILITIES[row.readers]),
    hide_below="md",
)

PAGES = Listing(
    name="pages.pages",
    title=_l("Pages"),
    singular=_l("page"),
    plural=_l("pages"),
    read=policy.EDIT,
    columns=(
        _TITLE,
        Column(
            "state",
            _l("State"),
            (Page.latest_id, Page.published_id, Page.publish_at),
            _state,
            export=lambda row: state_of(row.latest_id, row.published_id, row.publish_at),
        ),
        _READERS,
        Column(
            "menus",
            _l("Menus"),
            (Page.in_footer, Page.in_sidebar),
            _menus,
            hide_below="lg",
            export=_menus,
        ),
        Column(
            "changed",
            _l("Changed"),
            (Page.updated_at, User.full_name.label("editor")),
            lambda row: Cell(moment(row.updated_at), sub=row.editor or "", kind="date"),
            hide_below="sm",
        ),
        Column(
            "position",
            _l("Place"),
            Page.position,
            sort=Page.position,
            numeric=True,
            default=False,
        ),
    ),
    default_sort="position",
    joins=_editors,
    search=SearchTerms(FOUND),
    search_label=_l("Search by title"),
    filters=(
        Filter("state", _l("State"), "choice", _in_state, STATE_CHOICES),
        Filter(
            "visibility",
            _l("Readers"),
            "choice",
            lambda value: Page.visibility == PageVisibility(value),
            tuple(VISIBILITIES.items()),
        ),
    ),
    href=lambda row: ("pages.edit", {"page_id": row.id}),
    row_label=lambda row: row.title,
)
