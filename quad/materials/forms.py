"""Input about materials."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.core.files import LONGEST_NAME
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.web_addresses import web_host
from quad.materials.models.materials import TITLE_LENGTH
from quad.materials.models.summary import LONGEST_SUMMARY

LONGEST_UPLOAD = 2**40
MOST_ORDERED = 1_000
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


def _web_address(value: str) -> str:
    if not web_host(value):
        raise ValueError(_("Write a whole address that begins with https:// or http://."))
    if any(letter.isspace() or not letter.isprintable() for letter in value):
        raise ValueError(_("An address has no spaces."))
    return value


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError(_("Write the code of a language, such as en or de."))
    return value


Title = Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
About = Annotated[
    str,
    words(
        _l("About"),
        hint=_l("What it is good for, in a sentence. May stay empty."),
        longest=1_000,
        shortest=0,
        widget="textarea",
        rows=2,
    ),
]
VisibleFrom = Annotated[
    date | None,
    Field(title=_l("Visible from"), description=_l("Empty: at once.")),
]
Hidden = Annotated[bool, Field(title=_l("Hidden: only those who teach it see it"))]
SectionChoice = Annotated[
    Id | None,
    Field(title=_l("Section"), json_schema_extra={"placeholder": _l("No section")}),
]
OfferingChoice = Annotated[
    Id | None,
    Field(
        title=_l("For whom"),
        description=_l("One offering, or everybody who takes the course in any term."),
        json_schema_extra={"placeholder": _l("The whole course")},
    ),
]


class NewSection(Form):
    """A section of a course, or of one of its offerings."""

    title: Title
    visible_from: VisibleFrom = None
    hidden: Hidden = False
    offering_id: OfferingChoice = None


class EditSection(Form):
    title: Title
    visible_from: VisibleFrom = None
    hidden: Hidden = False
    version: Annotated[int | None, Field(json_schema_extra={"widget": "hidden"})] = None


class NewLink(Form):
    """A material that lies elsewhere on the web."""

    title: Title
    url: Annotated[
        str,
        AfterValidator(_web_address),
        words(_l("Address"), longest=1_000, widget="url", placeholder="https://"),
    ]
    about: About = ""
    visible_from: VisibleFrom = None
    hidden: Hidden = False
    section_id: SectionChoice = None
    offering_id: OfferingChoice = None


class EditMaterial(Form):
    title: Title
    about: About = ""
    section_id: SectionChoice = None
    visible_from: VisibleFrom = None
    hidden: Hidden = False
    version: Annotated[int | None, Field(json_schema_extra={"widget": "hidden"})] = None


class EditLink(EditMaterial):
    url: Annotated[
        str,
        AfterValidator(_web_address),
        words(_l("Address"), longest=1_000, widget="url"),
    ]


class Where(Form):
    """Where new files go; the files come beside it."""

    offering_id: OfferingChoice = None
    section_id: SectionChoice = None


class Order(Form):
    """Sections, or the materials of one section, in their new order. `section_id` moves all of them there."""

    section_ids: Annotated[list[Id], Field(max_length=MOST_ORDERED)] = []
    material_ids: Annotated[list[Id], Field(max_length=MOST_ORDERED)] = []
    section_id: Id | None = None
    offering_id: Id | None = None


class NewUpload(Form):
    """A file that will come in pieces. With `material_id` it replaces that material's file."""

    name: Annotated[str, Field(min_length=1, max_length=4 * LONGEST_NAME)]
    size: Annotated[int, Field(ge=1, le=LONGEST_UPLOAD)]
    offering_id: Id | None = None
    section_id: Id | None = None
    material_id: Id | None = None


class PieceAt(Form):
    """Where in the file a piece begins."""

    offset: Annotated[int, Field(ge=0, le=LONGEST_UPLOAD)]


class FileNamed(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=4 * LONGEST_NAME)]
    offering_id: Id | None = None
    section_id: Id | None = None


class TextFrom(Form):
    """From which part of a text on."""

    start: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class WordsAsked(Form):
    """What is looked for: every word must begin a word of a title, or of a page."""

    q: Annotated[str, Field(title=_l("Search"), max_length=200)] = ""


class CaptionIn(Form):
    language: Annotated[
        str,
        AfterValidator(_language),
        words(_l("Language"), hint=_l("Its code, such as en or de."), longest=12),
    ]


class Played(Form):
    """Where a recording stopped, and how long it is, in seconds."""

    seconds: Annotated[int, Field(ge=0, le=1_000_000)]
    length: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class ReaderChoiceForm(Form):
    by_name: Annotated[
        bool,
        Field(
            title=_l("Teachers may see by name which materials I have opened"),
            description=_l("Otherwise they see only how many people opened a material."),
        ),
    ] = False


class SummaryForm(Form):
    text: Annotated[
        str,
        words(
            _l("Summary"),
            hint=_l("One sentence a line. What you write is shown as yours."),
            longest=LONGEST_SUMMARY,
            widget="textarea",
            rows=10,
        ),
    ]
    version: Annotated[int | None, Field(json_schema_extra={"widget": "hidden"})] = None
