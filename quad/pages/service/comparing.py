"""What is different between two revisions, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from quad.core.i18n import gettext as _
from quad.pages.forms.content import Content
from quad.pages.service.sections import name_of

Change = Literal["same", "added", "removed"]
# Comparing costs the product of the lengths: longer texts are compared line by line.
MOST_WORDS = 4_000
_PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Run:
    """Words in a row that are in both, or in one of the two."""

    change: Change
    text: str


@dataclass(frozen=True)
class Difference:
    """One part of the page that is different: what it is called, and its words."""

    label: str
    runs: Sequence[Run]


def compare(old: Content, new: Content) -> list[Difference]:
    """Return every part that is different, in the order of the new page; parts that went follow."""
    before, after = dict(_parts(old)), dict(_parts(new))
    found = [
        Difference(label, runs(before.get(key, ("", ""))[1], text))
        for key, (label, text) in after.items()
        if before.get(key, ("", ""))[1] != text
    ]
    found += [
        Difference(label, runs(text, ""))
        for key, (label, text) in before.items()
        if key not in after and text
    ]
    kept = [s["key"] for s in old["sections"] if s["key"] in _keys(new)]
    if kept != [s["key"] for s in new["sections"] if s["key"] in _keys(old)]:
        found.insert(0, _order(old, new))
    return found


def _keys(data: Content) -> set[str]:
    return {section["key"] for section in data["sections"]}


def _order(old: Content, new: Content) -> Difference:
    lines = ["\n".join(name_of(section) for section in data["sections"]) for data in (old, new)]
    return Difference(_("Order of the sections"), runs(lines[0], lines[1]))


def _parts(data: Content) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield (key, (label, text)) of everything a page says."""
    for name, label in (
        ("title", _("Title")),
        ("lead", _("Lead")),
        ("search_title", _("Title for search engines")),
        ("description", _("Description for search engines")),
    ):
        yield name, (label, data[name])
    for section in data["sections"]:
        yield section["key"], (name_of(section), _text(section))


def _text(section: Content) -> str:
    lines = [section["heading"], section.get("body", ""), section.get("alt", "")]
    if section.get("image_id"):
        lines.append(_("Picture %(n)s", n=section["image_id"]))
    for entry in section.get("entries", ()):
        lines.append(
            " – ".join(part for part in (entry["title"], entry["text"], entry["link"]) if part)
        )
        lines.append(entry["icon"])
    return "\n".join(line for line in lines if line)


def runs(old: str, new: str) -> list[Run]:
    """Return both texts as one: words that stayed, that went and that came, in the order they are read."""
    a, b = _PIECES.findall(old), _PIECES.findall(new)
    if len(a) + len(b) > MOST_WORDS:
        a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[Run] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Run("same", "".join(a[a1:a2])))
            continue
        if a2 > a1:
            found.append(Run("removed", "".join(a[a1:a2])))
        if b2 > b1:
            found.append(Run("added", "".join(b[b1:b2])))
    return list(_joined(found))


def _joined(found: Sequence[Run]) -> Iterator[Run]:
    """A space between two replaced words is replaced with them: else each word would be marked for itself."""
    gone, come = "", ""
    for run in found:
        if run.change == "removed":
            gone += run.text
        elif run.change == "added":
            come += run.text
        elif gone and come and run.text.isspace() and "\n" not in run.text:
            gone, come = gone + run.text, come + run.text
        else:
            yield from _flushed(gone, come)
            gone = come = ""
            yield run
    yield from _flushed(gone, come)


def _flushed(gone: str, come: str) -> Iterator[Run]:
    if gone:
        yield Run("removed", gone)
    if come:
        yield Run("added", come)
