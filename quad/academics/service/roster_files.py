"""Who is to be enrolled, from a file: its register numbers, and what enrolling them would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quad.academics.service import enrolments
from quad.academics.service.enrolments import BatchPreview
from quad.academics.service.sheet_files import REGISTER, Given
from quad.core.db.types import normalised
from quad.core.i18n import gettext as _
from quad.core.importing.columns import plain
from quad.core.importing.reader import Unreadable
from quad.core.policy import Actor

LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Numbered:
    """A register number as it stands in a file, with its line."""

    line: int
    number: str


@dataclass(frozen=True)
class RosterPreview:
    """What enrolling a file would do. `problems` are its lines that cannot be taken, a sentence each."""

    found: BatchPreview
    problems: Sequence[str]

    @property
    def numbers(self) -> list[str]:
        """The register numbers of those who would be enrolled."""
        return [row.register_number for row in [*self.found.fresh, *self.found.returning]]


def numbers_in_file(given: Given) -> list[Numbered]:
    """Return the register numbers of a file, each once, by the line it first stands in.

    They are in the column of that name, or the file has a single column, with or without a heading. Raises Unreadable.
    """
    at = next((at for at, text in enumerate(given.head) if plain(text) in REGISTER), None)
    lines = list(given.lines)
    if at is None:
        if len(given.head) != 1:
            raise Unreadable(
                _("The file has no column “%(missing)s”.", missing=_("Register number"))
            )
        at, lines = 0, [(1, given.head), *lines]
    found: dict[str, Numbered] = {}
    for line, texts in lines:
        number = texts[at].strip() if at < len(texts) else ""
        if number:
            found.setdefault(normalised(number), Numbered(line, number[:LONGEST_NUMBER]))
    if not found:
        raise Unreadable(_("There is no register number in the file."))
    return list(found.values())


def preview(db: Session, actor: Actor, offering_id: int, given: Given) -> RosterPreview:
    """Say what enrolling the students of a file would do, without doing it.

    Raises NotFound, Forbidden, Rejected when the results are locked, Unreadable.
    """
    wanted = numbers_in_file(given)
    found = enrolments.preview_numbers(db, actor, offering_id, [one.number for one in wanted])
    known = {
        normalised(row.register_number) for row in [*found.fresh, *found.returning, *found.inside]
    }
    return RosterPreview(
        found,
        [
            _(
                "Line %(line)s: there is no student with the number %(number)s.",
                line=one.line,
                number=one.number,
            )
            for one in wanted
            if normalised(one.number) not in known
        ],
    )
