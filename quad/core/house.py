"""The settings every page and mail needs: what the institution is called and whom to ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from quad.core.i18n import Reader, current_reader
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, value

GROUP = _l("Institution")
FRESH = 30.0  # seconds a term line made by the provider is kept

_line_makers: list[Callable[[Session], str]] = []
# Worded for a reader, so kept for each: language and zone decide how the line reads.
_lines: WeakKeyDictionary[Any, dict[Reader, tuple[str, float]]] = WeakKeyDictionary()


def _named(text: str) -> None:
    if not text:
        raise ValueError(_("Please fill this in."))


def _address(text: str) -> None:
    if text and ("@" not in text.strip("@") or any(letter.isspace() for letter in text)):
        raise ValueError(_("Write an e-mail address, or leave this empty."))


NAME = Setting(
    key="institution.name",
    label=_l("Name of the institution"),
    hint=_l("Stands in the sidebar and on the public pages."),
    default="Quad",
    kind="text",
    group=GROUP,
    check=_named,
    order=10,
)
WELCOME = Setting(
    key="institution.welcome",
    label=_l("Words on the public home page"),
    hint=_l("Stands below the name. Empty for the usual sentence."),
    default="",
    kind="text",
    group=GROUP,
    order=15,
)
TERM_LINE = Setting(
    key="institution.term_line",
    label=_l("Line below the name"),
    hint=_l("For example the term and its week. May stay empty."),
    default="",
    kind="text",
    group=GROUP,
    order=20,
)
HELP_DESK = Setting(
    key="institution.help_desk",
    label=_l("Help desk"),
    hint=_l("The e-mail address people find at the foot of the sidebar."),
    default="",
    kind="text",
    group=GROUP,
    check=_address,
    order=30,
)


def provide_term_line(make: Callable[[Session], str]) -> None:
    """Let the floor that knows terms word the line below the institution's name."""
    _line_makers[:] = [make]


def term_line(db: Session) -> str:
    """Return the line below the name: the setting, else where the current term stands."""
    written = value(db, TERM_LINE)
    if written or not _line_makers:
        return written
    kept, reader = _lines.setdefault(db.get_bind(), {}), current_reader()
    line, until = kept.get(reader, ("", 0.0))
    if until < time.monotonic():
        line = _line_makers[0](db)
        kept[reader] = (line, time.monotonic() + FRESH)
    return line
