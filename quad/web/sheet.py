"""The rows of a marks sheet, put together in Python.

A sheet of 300 students has 1,800 cells, and a template takes longer for one of them than this takes for ten. Everything
that is not ours is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from quad.core.i18n import gettext as _
from quad.web.assets import icon
from quad.web.drawing import shown

Column = Mapping[str, Any]
Row = Mapping[str, Any]
NOTHING = "–"
NO_MARKS: Mapping[Any, int] = {}
OPEN = '<td class="cell">'
FIXED = '<td class="cell fixed">'


def sheet_rows(components: Sequence[Column], rows: Sequence[Row], readonly: bool = False) -> Markup:
    """Return the body of a marks sheet. See the macro `sheet` for what columns and rows hold."""
    columns = [_Column(part, readonly, len(rows)) for part in components]
    so_far = f'<span class="visually-hidden"> {shown(_("so far"))}</span>'
    lines = []
    first = True
    for row in rows:
        lines.append(_head(row))
        values, marks = row["values"], row.get("marks", NO_MARKS)
        fixed, wrong = row.get("fixed", ()), row.get("wrong", ())
        number = str(row["id"])
        for column in columns:
            if column.closed:
                if first:  # one cell for all rows
                    lines.append(column.closed)
                continue
            key = column.key
            value = values.get(key)
            text = "" if value is None else shown(value)
            if column.read:
                lines.append(f'<td class="ro num">{text or NOTHING}</td>')
                continue
            opened = FIXED if fixed and key in fixed else OPEN
            mark = marks.get(key)
            seen = f' data-mark="{mark}"' if mark else ""
            invalid = ' aria-invalid="true"' if wrong and key in wrong else ""
            name = f"mark-{number}{column.name}"
            lines.append(
                f'{opened}<input id="{name}" name="{name}{column.label}{number}"'
                f' inputmode="decimal" value="{text}"{seen}{invalid}></td>'
            )
        lines.append(_total(row, so_far))
        first = False
    return Markup("".join(lines))  # noqa: S704 - every value in it was escaped


def _head(row: Row) -> str:
    name, number = shown(row["name"]), row["id"]
    href, sub = row.get("href"), row.get("sub")
    if href:
        name = f'<a class="quiet" href="{shown(href)}">{name}</a>'
    if sub:
        name += f' <span class="micro ink-3 num ms-1 d-none d-xxl-inline">{shown(sub)}</span>'
    return f'<tr data-row="{number}"><th scope="row" class="stick" id="r-{number}">{name}</th>'


def _total(row: Row, so_far: str) -> str:
    total, letter = row.get("total"), row.get("letter")
    text = NOTHING if total is None else shown(total)
    if letter:
        text += f' <span class="letter">{shown(letter)}</span>'
    if row.get("partial"):
        return f'<td class="ro end num ink-3">{text}{so_far}</td></tr>\n'
    return f'<td class="ro end num">{text}</td></tr>\n'


class _Column:
    """What is the same in all cells of a column. `closed` is the one cell of a column that is not open yet."""

    __slots__ = ("closed", "key", "label", "name", "read")

    def __init__(self, part: Column, readonly: bool, rows: int) -> None:
        self.key = part["key"]
        self.read = bool(readonly or part.get("locked"))
        self.closed = ""
        if part.get("closed"):
            self.closed = (
                f'<td class="shut" rowspan="{rows}">{icon("lock")}<br>{shown(part["closed"])}</td>'
            )
        key = shown(self.key)
        self.name, self.label = f"-{key}", f'" aria-labelledby="c-{key} r-'
