"""Input of pages: how they begin, what they say, who reads them, when they are published."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.audience.forms import AudienceIn
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.pages.forms.content import SectionIn
from quad.pages.models import SLUG_LENGTH, TITLE_LENGTH, PageVisibility

VISIBILITIES: dict[str, str] = {
    PageVisibility.PUBLIC: _l("Everybody on the web"),
    PageVisibility.MEMBERS: _l("Everybody with an account"),
    PageVisibility.AUDIENCE: _l("Only those it is meant for"),
}
# Addresses below /pages that are pages of Quad itself.
TAKEN = frozenset({"new", "manage", "menu", "deleted", "images"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _slug(given: str) -> str:
    if not given:
        return given
    if not _SLUG.fullmatch(given) or given.isdecimal():
        raise ValueError(_("Use small letters, digits and dashes, such as how-to-apply."))
    if given in TAKEN:
        raise ValueError(_("This address is taken by Quad itself."))
    return given


Version = Annotated[int, Field(ge=1, json_schema_extra={"widget": "hidden"})]


class VersionSeen(Form):
    """`version` is the one of the page that was read: two people changing it do not overwrite each other."""

    version: Version


class PageWords(Form):
    """The words around the sections."""

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    lead: Annotated[
        str,
        words(
            _l("Lead"),
            hint=_l("One or two sentences under the title."),
            longest=500,
            shortest=0,
            widget="textarea",
            rows=2,
        ),
    ] = ""
    search_title: Annotated[
        str,
        words(
            _l("Title for search engines"),
            hint=_l("Empty: the title of the page."),
            longest=TITLE_LENGTH,
            shortest=0,
        ),
    ] = ""
    description: Annotated[
        str,
        words(
            _l("Description for search engines"),
            hint=_l("Stands under the title where the page is found or shared. Empty: the lead."),
            longest=300,
            shortest=0,
            widget="textarea",
            rows=2,
        ),
    ] = ""


Slug = Annotated[
    str,
    words(
        _l("Address"),
        hint=_l("The last part, such as how-to-apply. “about” is the page at /about."),
        longest=SLUG_LENGTH,
        shortest=0,
    ),
    AfterValidator(_slug),
]


class NewPage(PageWords):
    """A page begins as a draft. Without an address it gets one from its title."""

    slug: Slug = ""
    sections: Annotated[list[SectionIn], Field(title=_l("Sections"), max_length=40)] = []


class EditPage(PageWords, VersionSeen):
    """Other words around the sections."""


class PageSettings(AudienceIn, VersionSeen):
    """Where a page stands, and who reads it; `for_…` count where it is for an audience."""

    slug: Slug
    visibility: Annotated[
        PageVisibility,
        Field(title=_l("Who reads it"), json_schema_extra={"choices": list(VISIBILITIES.items())}),
    ] = PageVisibility.PUBLIC
    in_footer: Annotated[
        bool,
        Field(
            title=_l("In the menu of the public pages"),
            description=_l("Only a page that everybody on the web reads."),
        ),
    ] = False
    in_sidebar: Annotated[
        bool,
        Field(
            title=_l("In the menu of people who are signed in"),
            description=_l("Not a page that only some read."),
        ),
    ] = False


class PublishPage(VersionSeen):
    """`at` in the future schedules; without it readers see the page at once."""

    at: Annotated[
        datetime | None,
        Field(title=_l("From"), description=_l("Empty: at once.")),
    ] = None


class SectionSave(SectionIn, VersionSeen):
    """A section of a page, new or changed."""


class SectionOrder(VersionSeen):
    """The keys of all sections, in their new order."""

    keys: Annotated[list[str], Field(title=_l("Sections"), max_length=40)]


class MoveSection(VersionSeen):
    """One section, a step up or down."""

    down: Annotated[bool, Field(title=_l("Down"))] = False


class MenuOrder(Form):
    """The numbers of pages in the order of the menus."""

    page_ids: Annotated[list[Id], Field(title=_l("Pages"), max_length=500)]
