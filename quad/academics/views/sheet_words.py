"""What a marks sheet says around its marks: columns and their groups, and the sentences its script shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import orjson
from flask import url_for

from quad.academics.forms.marks import ABSENT
from quad.academics.models.teaching import Component, ComponentKind, Weighting
from quad.academics.service.sheets import Sheet
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number

KINDS: dict[ComponentKind, str] = {
    ComponentKind.ATTENDANCE: _l("Attendance"),
    ComponentKind.ASSIGNMENT: _l("Assignment"),
    ComponentKind.INTERNAL: _l("Internal"),
    ComponentKind.EXTERNAL: _l("External exam"),
    ComponentKind.OTHER: _l("Other"),
}
GROUPS: dict[ComponentKind, str] = {
    ComponentKind.ATTENDANCE: _l("Attendance"),
    ComponentKind.ASSIGNMENT: _l("Assignments"),
    ComponentKind.INTERNAL: _l("Internals"),
    ComponentKind.EXTERNAL: _l("External exams"),
    ComponentKind.OTHER: _l("Other"),
}
NUMBERED = re.compile(r"^(.*\S)\s+(\S{1,4})$")


def kind_of(part: Component) -> str:
    """Return the word for a component's kind: the institution's own, where it has one."""
    return part.kind_name or str(KINDS[part.kind])


def average(value: Decimal | None) -> str:
    """Write an average, to one decimal."""
    return number(value, 1) if value is not None else ""


def columns(sheet: Sheet) -> list[Mapping[str, Any]]:
    """Return the columns of a sheet; neighbours of one kind stand under one heading."""
    found: list[Mapping[str, Any]] = []
    for (kind, own), run in groupby(
        sheet.components, lambda part: (part.kind, part.kind_name.casefold())
    ):
        parts = list(run)
        group = (parts[0].kind_name if own else str(GROUPS[kind])) if len(parts) > 1 else ""
        shorts = _shorts(parts) if group else [part.name for part in parts]
        found += [
            _column(sheet, part, group, short) for part, short in zip(parts, shorts, strict=True)
        ]
    return found


def _shorts(parts: list[Component]) -> list[str]:
    """Return the names under a heading: “Internal 1” and “Internal 2” are 1 and 2 there."""
    pieces = [NUMBERED.match(part.name) for part in parts]
    alike = {piece[1] for piece in pieces if piece}
    if len(alike) == 1 and all(pieces):
        return [piece[2] for piece in pieces if piece]
    return [part.name for part in parts]


def _column(sheet: Sheet, part: Component, group: str, short: str) -> Mapping[str, Any]:
    state = "open" if sheet.missing(part.id) else "going"
    counts = sheet.head.weighting is not Weighting.POINTS
    return {
        "key": part.id,
        "name": part.name,
        "short": short,
        "group": group,
        "max": f"{part.maximum.normalize():f}",
        "weight": _("%(weight)s %%", weight=number(part.weight)) if counts else "",
        "state": "done" if part.published_at is not None else state,
        "shown": part.published_at is not None,
    }


def attributes(sheet: Sheet, reader_id: int) -> Mapping[str, str]:
    """Return what the script of a sheet needs: where to save, since which mark, for whom, and its sentences."""
    offering_id = sheet.head.id
    return {
        "data-save": url_for("academics_marks_api.marks_enter", offering_id=offering_id),
        "data-news": url_for("academics_marks_api.marks_news", offering_id=offering_id),
        "data-history": url_for("academics.mark", enrolment_id=0, component_id=0),
        "data-newest": str(sheet.newest),
        "data-draft": f"quad-sheet-{reader_id}-{offering_id}",
        "data-absent": ABSENT,
        "data-words": orjson.dumps(_sentences()).decode(),
    }


def _sentences() -> dict[str, str]:
    """Return the sentences the script puts together; {name} is filled in there."""
    return {
        "saved": _("Saved at {time}"),
        "savedAll": _("All marks are saved."),
        "saving": _("Saving {count} …"),
        "unsaved": _("{count} not saved"),
        "offline": _("The server cannot be reached. Your marks are kept here and sent again by themselves."),
        "signedOut": _("You are signed out. Your marks are kept here: sign in in another tab, then press Save marks."),
        "stopped": _("Nothing more is sent until you press Save marks."),
        "where": _("{student}, {component}: {problem}"),
        "notMark": _("“{text}” is not a mark. Write a number, or AB for absent. It stays there and is not saved."),
        "above": _("{value}, but the maximum is {max}. It stays in the cell and is not saved."),
        "below": _("{value}, but a mark is 0 or more. It stays in the cell and is not saved."),
        "decimals": _("{value}, but a mark has at most 2 decimals. It stays in the cell and is not saved."),
        "reason": _("Students can see this mark already. Say why it changes, in the field below the sheet."),
        "conflict": _("you typed {mine}, {by} entered {theirs} at {time}."),
        "someone": _("somebody else"),
        "nothing": _("nothing"),
        "keepMine": _("Keep {text}"),
        "takeTheirs": _("Take {text}"),
        "go": _("Go to the cell"),
        "oneWrong": _("1 mark is not saved."),
        "wrong": _("{count} marks are not saved."),
        "more": _("And {count} more."),
        "draft": _("{count} marks typed here at {time} were not saved."),
        "putBack": _("Put them back"),
        "forget": _("Forget them"),
        "all": _("All {count}"),
        "missing": _("Missing {count}"),
        "toFix": _("To fix {count}"),
        "full": _("No empty cell is left."),
        "pasted": _("{count} marks pasted."),
        "over": _("{count} pasted cells lie outside the sheet and were left out."),
        "theirs": _("{by} entered {text}"),
        "missingNone": _("All marks entered"),
        "missingOne": _("1 mark missing"),
        "missingSome": _("{count} marks missing"),
        "soFar": _("so far"),
        "selected": _("{student}, {component}"),
        "lockedNow": _("The results were locked meanwhile. Your marks are kept here."),
    }  # fmt: skip
