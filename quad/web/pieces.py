"""The small pieces that stand in every row of a list, put together in Python: a template takes ten times as long.

The macros of the same names call these, so each piece is written down once. Everything that is not ours is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup

from quad.core.i18n import gettext as _
from quad.web.assets import icon, initials, tone
from quad.web.drawing import shown
from quad.web.security import form_token

NOTHING = '<span class="ink-3">–</span>'


def face(name: str, size: str = "", me: bool = False, photo: str = "") -> Markup:
    """Return the square that stands for a person; `size` is "", sm, lg or xl, `photo` the address of a picture."""
    return Markup(_photo(photo, size) if photo else _face(name, size, me))  # noqa: S704 - escaped below


@lru_cache(4_000)
def _photo(address: str, size: str) -> str:
    kind = f" {shown(size)}" if size else ""
    return (
        f'<span class="q-face{kind}" aria-hidden="true">'
        f'<img src="{shown(address)}" alt="" loading="lazy" decoding="async"></span>'
    )


@lru_cache(4_000)
def _face(name: str, size: str, me: bool) -> str:
    kind = f"{' ' + size if size else ''}{' me' if me else ''}"
    tint = "" if me else f' data-tone="{tone(name)}"'
    letters = shown(initials(name))
    return f'<span class="q-face{shown(kind)}"{tint} aria-hidden="true">{letters}</span>'


def person(
    user: Any, sub: str = "", href: str = "", size: str = "", me: bool = False, photo: str = ""
) -> Markup:
    """Return a person with the square beside the name. `user` is a name, or anything with a name."""
    name = user if isinstance(user, str) else user.name
    words = f"<strong>{shown(name)}</strong>"
    if href:
        words = f'<a class="quiet" href="{shown(href)}">{words}</a>'
    if sub:
        words += f'<span class="sub num">{shown(sub)}</span>'
    square = _photo(photo, size) if photo else _face(name, size, bool(me))
    return Markup(f'<div class="q-person">{square}<div>{words}</div></div>')  # noqa: S704


def status(state: str, label: str) -> Markup:
    """Return a status mark; `state` is open, going, done, warn or stop."""
    return Markup(f'<span class="q-status" data-s="{shown(state)}">{shown(label)}</span>')  # noqa: S704


def tag(label: str, kind: str = "") -> Markup:
    """Return a tag; `kind` is "", on, warn or bad."""
    more = f" {shown(kind)}" if kind else ""
    return Markup(f'<span class="q-tag{more}">{shown(label)}</span>')  # noqa: S704


def menu(
    label: str,
    items: Iterable[Any],
    icon_name: str = "",
    cls: str = "btn btn-quiet",
    end: bool = False,
    id: str = "",
    aria_label: str = "",
) -> Markup:
    """Return a menu that opens under a button.

    Each of `items` is (label, address), or has `label` and `href`, and may have `icon`; with `post` it is a form with
    one button, which may have `confirm` (asked first) and `danger`.
    """
    opened = _menu_opened(shown(label), icon_name, cls, end, shown(id), shown(aria_label))
    return Markup(f"{opened}{''.join([_menu_item(item) for item in items])}</div></div>")  # noqa: S704


def _menu_opened(label: str, icon_name: str, cls: str, end: bool, name: str, said: str) -> str:
    """Return the button and what the items stand in; all words are escaped already."""
    named = f' id="{name}"' if name else ""
    aria = f' aria-label="{said}"' if said else ""
    return (
        f'<div class="dropdown"{named}><button class="{cls}{" dropdown-toggle" if label else ""}" type="button"'
        f' data-bs-toggle="dropdown" aria-expanded="false"{aria}>{icon(icon_name)}{label}</button>'
        f'<div class="dropdown-menu{" dropdown-menu-end" if end else ""}">'
    )


def _menu_item(item: Any) -> str:
    if isinstance(item, tuple):
        return f'<a class="dropdown-item" href="{shown(item[1])}">{shown(item[0])}</a>'
    part = item.get if isinstance(item, Mapping) else partial(_attribute, item)
    label, href, image = shown(part("label")), shown(part("href")), icon(part("icon") or "")
    if not part("post"):
        return f'<a class="dropdown-item" href="{href}">{image}{label}</a>'
    question = part("confirm")
    asked = f' data-confirm="{shown(question)}" data-confirm-label="{label}"' if question else ""
    bad, danger = (" bad", " data-danger") if part("danger") else ("", "")
    return (
        f'<form method="post" action="{href}"><input type="hidden" name="csrf_token" value="{form_token()}">'
        f'<button class="dropdown-item{bad}" type="submit"{asked}{danger}>{image}{label}</button></form>'
    )


def _attribute(item: Any, name: str) -> Any:
    return getattr(item, name, None)


def list_rows(page: Any, name: str) -> Markup:
    """Return the rows of a list page (see quad.core.listing)."""
    more = any(getattr(row, "actions", ()) for row in page.rows)
    columns = tuple(page.columns)
    pick = shown(_("Select %(name)s")) if page.bulk else ""
    lines = []
    for row in page.rows:
        lines.append("<tr>")
        if page.bulk:
            lines.append(
                '<td><input class="form-check-input" type="checkbox" name="id"'
                f' value="{row.id}" form="bulk-{name}" aria-label="{pick % {"name": shown(row.label)}}"'
                ' data-pick x-on:change="look" autocomplete="off"></td>'
            )
        head = True
        for column, cell in zip(columns, row.cells, strict=True):
            lines.append(_opened(head, column.numeric, column.hide_below, cell.kind, cell.state))
            lines.append(_content(cell))
            lines.append("</th>" if head else "</td>")
            head = False
        if more:
            lines.append(f'<td class="text-end">{_actions(row)}</td>')
        lines.append("</tr>\n")
    return Markup("".join(lines))  # noqa: S704 - every value in it was escaped


def _actions(row: Any) -> str:
    if not row.actions:
        return ""
    said = _("More about %(name)s", name=row.label)
    return menu("", row.actions, "dots", "q-tool", end=True, aria_label=said)


@lru_cache(500)
def _opened(head: bool, numeric: bool, hide: str | None, kind: str, state: str) -> str:
    """Return the tag that opens a cell."""
    classes = ["num"] if numeric or kind == "number" else []
    if hide:
        classes.append(f"d-none d-{hide}-table-cell")
    if classes and kind == "number" and state in ("warn", "bad"):
        classes.append(f"{state} fw-bold")
    said = f' class="{" ".join(classes)}"' if classes else ""
    return f'<th scope="row"{said}>' if head else f"<td{said}>"


def _content(cell: Any) -> str:
    """Return what stands in a cell."""
    kind, text = cell.kind, cell.text
    if kind == "person":
        return person(text, cell.sub or "", cell.href or "", photo=getattr(cell, "photo", ""))
    if text and kind == "status":
        return status(cell.state or "open", text)
    if text and kind == "tag":
        return tag(text, cell.state or "")
    if cell.href:
        words = f'<a class="quiet" href="{shown(cell.href)}">{shown(text)}</a>'
    else:
        words = NOTHING if text is None or text == "" else shown(text)
    return (
        f'{words}<span class="d-block micro ink-3">{shown(cell.sub)}</span>' if cell.sub else words
    )
