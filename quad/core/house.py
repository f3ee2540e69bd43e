"""The settings every page and mail needs: what the institution is called and whom to ask."""

from __future__ import annotations

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting

GROUP = _l("Institution")


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
