"""The kinds of things people are told. Each is declared once; preferences, inbox and mail follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l


@dataclass(frozen=True)
class Kind:
    """`text` is a sentence with %(name)s places that a notification's data fill.

    `mailed` is the default for mail; in the inbox everything appears by default.
    """

    name: str
    label: str
    text: str
    icon: str
    mailed: bool

    def sentence(self, data: Mapping[str, Any]) -> str:
        """Return the sentence for `data` in the current reader's language."""
        text: str = str(self.text)
        return text % data


MARKS_PUBLISHED = Kind(
    "marks_published",
    _l("Marks are published"),
    _l("Marks of %(course)s were published."),
    "certificate",
    mailed=True,
)
ENROLLED = Kind(
    "enrolled",
    _l("I am enrolled in a course"),
    _l("You were enrolled in %(course)s."),
    "book",
    mailed=False,
)
ROLE_GRANTED = Kind(
    "role_granted",
    _l("I am given a role"),
    _l("You now have the role “%(role)s”."),
    "user-check",
    mailed=True,
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in (MARKS_PUBLISHED, ENROLLED, ROLE_GRANTED)}


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """Return the sentence of a stored notification, also when its kind is no longer declared."""
    known = KINDS.get(kind)
    return known.sentence(data) if known else _("Something changed.")
