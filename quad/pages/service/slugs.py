"""Addresses of pages, made from their titles."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.search.words import folded, without_accents
from quad.pages.forms.pages import TAKEN
from quad.pages.models import SLUG_LENGTH, Page

LONGEST_BASE = 80


def free_slug(db: Session, title: str) -> str:
    """Return the first free address that begins like `title`; “page” where none of its letters can stand there."""
    plain = without_accents(folded(title))
    base = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_BASE].strip("-") or "page"
    if base in TAKEN or base.isdecimal():
        base = f"page-{base}"
    taken = set(
        db.scalars(
            select(Page.slug).where(Page.slug.startswith(base, autoescape=True), Page.live == 1)
        )
    )
    if base not in taken:
        return base
    found = next(name for n in range(2, 100_000) if (name := f"{base}-{n}") not in taken)
    return found[:SLUG_LENGTH]
