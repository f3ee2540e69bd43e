"""What a kind of thing people are told is. Each is declared once; preferences, inbox and mail follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from quad.core.i18n import Reader, current_reader, moment, reading_as

STUDENT = frozenset({"student"})
STAFF = frozenset({"admin", "hod", "faculty", "advisor", "counsellor", "placement"})
# Under this name the data of a line that stands for several say how many.
TOGETHER = "_together"
# (session, user number, data of each) → whether each of them still stands.
Still = Callable[[Session, int, Sequence[Mapping[str, Any]]], list[bool]]


@dataclass(frozen=True)
class Kind:
    """`text` is a sentence with %(name)s places that a notification's data fill.

    `mailed` is the default for mail: at once or, with `gathered`, once a day; in the inbox all appears by default.
    With `roles` only those who hold one of them are told, and choose. With `together`, a sentence that says %(count)s,
    what is not read yet about the same thing becomes one line, and one mail. `urgent` is mailed in quiet hours as well.
    `still` is asked before what waited is mailed: of these data, which of them somebody may be told of by now.
    """

    name: str
    label: str
    text: str
    icon: str
    mailed: bool
    roles: frozenset[str] = frozenset()
    together: str = ""
    urgent: bool = False
    gathered: bool = False
    still: Still | None = None

    def sentence(self, data: Mapping[str, Any]) -> str:
        """Return the sentence for `data` in the current reader's language."""
        count = data.get(TOGETHER, 1)
        if self.together and count > 1:
            return str(self.together) % {**data, "count": count}
        text: str = str(self.text)
        return text % data


@dataclass(frozen=True)
class DatedKind(Kind):
    """A kind whose `when` is a moment, worded in the zone of who reads it; without one in the `zone` of the place."""

    def sentence(self, data: Mapping[str, Any]) -> str:
        """Return the sentence for `data` in the current reader's language and zone."""
        if "when" not in data:
            return super().sentence(data)
        reader = current_reader()
        known = Reader(reader.language or "en", reader.zone or data.get("zone") or "UTC")
        with reading_as(known):
            when = moment(datetime.fromisoformat(data["when"]))
        return super().sentence({**data, "when": when})
