"""What a page says: its title, its lead and its sections, as a revision keeps it and the API takes it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

MOST_SECTIONS = 40
MOST_ENTRIES = 24
ICONS: dict[str, str] = {
    "school": _l("School"),
    "book": _l("Book"),
    "users": _l("People"),
    "building": _l("Building"),
    "certificate": _l("Certificate"),
    "code": _l("Code"),
    "briefcase": _l("Work"),
    "calendar-event": _l("Calendar"),
    "heart": _l("Heart"),
    "trophy": _l("Trophy"),
    "map-pin": _l("Place"),
    "mail": _l("Mail"),
    "phone": _l("Telephone"),
    "world": _l("World"),
}


class SectionKind(enum.StrEnum):
    """What a section is made of."""

    TEXT = "text"
    IMAGE = "image"
    CARDS = "cards"
    LINKS = "links"


SECTION_NAMES: dict[str, str] = {
    SectionKind.TEXT: _l("Text"),
    SectionKind.IMAGE: _l("Picture"),
    SectionKind.CARDS: _l("Feature cards"),
    SectionKind.LINKS: _l("Quick links"),
}


def _address(given: str) -> str:
    """Let through a path on this site, a web address, an e-mail address or a telephone number."""
    if not given:
        return given
    wrong = ValueError(_("Write an address that begins with https://, mailto:, tel: or /."))
    if any(c.isspace() or ord(c) < 32 or c == "\\" for c in given):
        raise wrong
    if given.startswith("/"):
        if given.startswith("//"):
            raise wrong
        return given
    try:
        parts = urlsplit(given)
    except ValueError as error:
        raise wrong from error
    named = parts.hostname if parts.scheme in ("http", "https") else parts.path
    if parts.scheme not in ("http", "https", "mailto", "tel") or not named:
        raise wrong
    return given


def _icon(given: str) -> str:
    if given and given not in ICONS:
        raise ValueError(_("Choose an icon from the list."))
    return given


class EntryIn(Form):
    """One card or one link."""

    title: Annotated[str, words(_l("Title"), longest=80)]
    text: Annotated[str, words(_l("Text"), longest=300, shortest=0)] = ""
    link: Annotated[
        str, words(_l("Leads to"), longest=500, shortest=0), AfterValidator(_address)
    ] = ""
    icon: Annotated[
        str,
        words(_l("Icon"), longest=40, shortest=0, choices=list(ICONS.items())),
        AfterValidator(_icon),
    ] = ""


class SectionIn(Form):
    """One section. A text has `body` (Markdown), a picture `image_id` and `alt`, cards and links have `entries`."""

    kind: Annotated[
        SectionKind,
        Field(title=_l("Kind"), json_schema_extra={"choices": list(SECTION_NAMES.items())}),
    ]
    heading: Annotated[str, words(_l("Heading"), longest=160, shortest=0)] = ""
    body: Annotated[
        str,
        words(
            _l("Text"),
            hint=_l("Markdown: **bold**, # headings, - lists, [words](address)."),
            longest=20_000,
            shortest=0,
            widget="textarea",
            rows=12,
        ),
    ] = ""
    image_id: Annotated[
        Id | None, Field(title=_l("Picture"), json_schema_extra={"widget": "hidden"})
    ] = None
    alt: Annotated[
        str,
        words(
            _l("What the picture shows"),
            hint=_l("Read to those who do not see it."),
            longest=300,
            shortest=0,
        ),
    ] = ""
    entries: Annotated[list[EntryIn], Field(title=_l("Entries"), max_length=MOST_ENTRIES)] = []

    @model_validator(mode="after")
    def _is_whole(self) -> SectionIn:
        missing = lacking(self)
        if missing:
            raise ValueError(" ".join(missing.values()))
        return self


def lacking(section: SectionIn) -> Mapping[str, str]:
    """Return what a section of its kind still needs, a sentence for each field."""
    if section.kind is SectionKind.TEXT and not section.body:
        return {"body": _("Write the text of this section.")}
    if section.kind is SectionKind.IMAGE:
        found = {}
        if section.image_id is None:
            found["file"] = _("Choose a picture.")
        if not section.alt:
            found["alt"] = _("Say what the picture shows.")
        return found
    if section.kind is SectionKind.CARDS and not section.entries:
        return {"entries": _("Fill in one card at least.")}
    if section.kind is SectionKind.LINKS:
        if not section.entries:
            return {"entries": _("Fill in one link at least.")}
        if any(not entry.link for entry in section.entries):
            return {"entries": _("Say where each link leads.")}
    return {}


Content = dict[str, Any]
WORDS = ("title", "lead", "search_title", "description")


def as_content(section: SectionIn, key: str) -> Content:
    """Return a section as a revision keeps it; `key` names it through all revisions."""
    kept: Content = {"key": key, "kind": section.kind.value, "heading": section.heading}
    if section.kind is SectionKind.TEXT:
        kept["body"] = section.body
    elif section.kind is SectionKind.IMAGE:
        kept |= {"image_id": section.image_id, "alt": section.alt, "body": section.body}
    else:
        kept["entries"] = [entry.model_dump() for entry in section.entries]
    return kept
