"""What people fill in about marks and results."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.forms.files import PlaceRow
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

ABSURD = Decimal("1000000000")
ABSENT = "AB"
# Wide enough for every slip of the finger: what is out of a component's range is refused per cell, by name.
Typed = Annotated[Decimal, Field(ge=-ABSURD, le=ABSURD, allow_inf_nan=False)]


class MarkEntry(Form):
    """One cell of the sheet. `seen` is the number of the mark that stood there when it was opened (0 for none)."""

    enrolment_id: Id
    component_id: Id
    value: Annotated[Typed | None, Field(title=_l("Mark"))] = None
    absent: bool = False
    seen: Annotated[int | None, Field(ge=0)] = None


class MarksBatch(Form):
    entries: Annotated[
        list[MarkEntry], Field(title=_l("Marks"), min_length=1, max_length=MOST_AT_ONCE)
    ]
    reason: Annotated[str, words(_l("Reason"), longest=300, shortest=0)] = ""


class News(Form):
    """What to tell: marks entered after the one with this number."""

    after: Annotated[int, Field(ge=0, title=_l("After"))] = 0


class CorrectMark(Form):
    value: Annotated[
        Typed | None, Field(title=_l("Mark"), description=_l("Empty takes the mark back."))
    ] = None
    absent: Annotated[bool, Field(title=_l("Absent"))] = False
    reason: Annotated[str, words(_l("Reason"), hint=_l("Kept with the mark."), longest=300)]


class Reopen(Form):
    reason: Annotated[str, words(_l("Reason"), hint=_l("Kept in the log."), longest=300)]


@lru_cache(20_000)
def written(value: Decimal | None, absent: bool) -> str:
    """Write a mark the way the sheet shows it: 12.5, AB, or nothing."""
    if absent:
        return ABSENT
    return "" if value is None else f"{value.normalize():f}"


def read_cell(text: str) -> tuple[Decimal | None, bool]:
    """Read what was typed into a cell: a number (comma or point), AB for absent, or nothing.

    Raises ValueError with a sentence.
    """
    plain = text.strip()
    if not plain:
        return None, False
    if plain.casefold() == ABSENT.casefold():
        return None, True
    digits = plain.replace(",", ".")
    bare = digits.removeprefix("-")
    if len(digits) > 12 or not bare.isascii() or not bare.replace(".", "", 1).isdecimal():
        raise ValueError(
            _("“%(text)s” is not a mark. Write a number, or AB for absent.", text=plain[:20])
        )
    return Decimal(digits), False


def _readable(text: str) -> str:
    read_cell(text)
    return text


class MarkRow(PlaceRow):
    """One line of a file of marks: a number, or AB for absent."""

    component: Annotated[str, words(_l("Component"), longest=80)]
    value: Annotated[str, words(_l("Mark"), longest=20), AfterValidator(_readable)]
