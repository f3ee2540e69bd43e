"""Which column of a file is which field of a form."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.importing.models import HEADER
from quad.core.importing.reader import Unreadable


class Described(Protocol):
    """What is known of a file's columns: an `Importer` is one."""

    @property
    def form(self) -> type[Form]: ...
    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]: ...
    def title(self, name: str) -> str: ...


class MissingColumns(Unreadable):
    """Required columns are not among the headers `found`."""

    def __init__(self, sentence: str, found: list[str]) -> None:
        super().__init__(sentence)
        self.found = found


@dataclass(frozen=True)
class Columns:
    """`places` maps a field to its position, `headers` to its name in the file; `ignored` are the other headers."""

    places: dict[str, int]
    headers: dict[str, str]
    ignored: list[str]
    width: int

    def as_json(self) -> dict[str, Any]:
        """Return what the batch remembers."""
        return {"headers": self.headers, "ignored": self.ignored}


def plain(header: str) -> str:
    """Fold what people vary in a header: case, accents, spaces, signs ("Roll No." is "rollno")."""
    bare = unicodedata.normalize("NFKD", header).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def match(
    importer: Described, header: list[str], remembered: Mapping[str, str] | None = None
) -> Columns:
    """Find the form's fields in a header line. `remembered` says which field further headers (folded) mean.

    Raises MissingColumns when a required column is missing, and Unreadable when a field is given twice.
    """
    known = {**(remembered or {}), **_names(importer)}
    places: dict[str, int] = {}
    ignored = []
    for place, text in enumerate(header):
        name = known.get(plain(text))
        if name is None:
            if text:
                ignored.append(text[:HEADER])
            continue
        if name in places:
            raise Unreadable(
                _(
                    "The columns “%(first)s” and “%(second)s” both mean “%(field)s”. Keep one of them.",
                    first=header[places[name]][:HEADER],
                    second=text[:HEADER],
                    field=importer.title(name),
                )
            )
        places[name] = place
    _require(importer, places, header)
    headers = {name: header[place][:HEADER] for name, place in places.items()}
    return Columns(places, headers, ignored, len(header))


def _names(importer: Described) -> dict[str, str]:
    known: dict[str, str] = {}
    for name, info in importer.form.model_fields.items():
        for spelling in (name, str(info.title or name), *importer.aliases.get(name, ())):
            known.setdefault(plain(spelling), name)
    return known


def _require(importer: Described, places: dict[str, int], header: list[str]) -> None:
    missing = [
        importer.title(name)
        for name, info in importer.form.model_fields.items()
        if info.is_required() and name not in places
    ]
    if missing:
        raise MissingColumns(
            _(
                "The file has no column “%(missing)s”. The columns of its first line are: %(found)s.",
                missing="”, “".join(missing),
                found=", ".join(text for text in header if text)[:300] or _("none"),
            ),
            [text[:HEADER] for text in header if text],
        )
