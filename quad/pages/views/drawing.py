"""The sections of a page as HTML. What a revision says never changes, so its text is drawn once and kept."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from quad.core.markdown import as_html
from quad.pages.forms.content import Content
from quad.pages.service import images
from quad.pages.service.revising import data_of

KEPT = 200

Drawn = tuple[Content, Markup]
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[int, str], Drawn]] = WeakKeyDictionary()
_lock = Lock()


def drawn(db: Session, revision_id: int) -> Drawn:
    """Return what a revision says, and its sections as HTML; the same for every reader."""
    key = (revision_id, request.script_root)
    with _lock:
        kept = _kept.setdefault(db.get_bind(), OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    data = data_of(db, revision_id)
    found = (data, sections(data, images.sizes(db, data)))
    with _lock:
        kept[key] = found
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return found


def sections(data: Content, sizes: dict[int, tuple[int, int]]) -> Markup:
    """Draw the sections of a page, with the sizes of its pictures."""
    text = render_template(
        "pages/sections.html", sections=data["sections"], sizes=sizes, as_html=as_html
    )
    return Markup(text)  # noqa: S704 - drawn by a template, which escapes
