"""What pages add to the product."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.search.searchable import Searchable
from quad.pages import jobs, listeners, policy
from quad.pages.api import contents as contents_api
from quad.pages.api import pages as pages_api
from quad.pages.kinds import FOUND
from quad.pages.service import findable, menus
from quad.pages.views import blueprint, editing, reading, revisions, sections
from quad.web.module import Module, Nav

MODULE = Module(
    "pages",
    blueprints=(blueprint.bp, pages_api.bp, contents_api.bp),
    nav=(
        Nav(
            _l("Pages"),
            "pages.manage",
            "file-text",
            _l("Administration"),
            frozenset(policy.EDITORS),
            order=92,
        ),
    ),
    searchables=(
        Searchable(FOUND, _l("Pages"), policy.READ, findable.documents, icon="file-text", order=70),
    ),
    links=(menus.links,),
    label=_l("Pages"),
    parts=(jobs, listeners, editing, reading, revisions, sections),
)
