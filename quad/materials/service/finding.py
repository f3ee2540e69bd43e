"""Search inside the materials of one course: titles by the beginnings of their words, texts by their pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Offering
from quad.core.policy import Actor
from quad.core.search.fulltext import candidates
from quad.core.search.prefix import matching
from quad.core.search.words import asked_words
from quad.materials import policy
from quad.materials.kinds import FOUND
from quad.materials.models.materials import Material, MaterialKind, MaterialVersion
from quad.materials.models.summary import ExtractPage
from quad.materials.service.pages import PAGES

MOST = 40
AROUND = 90  # letters of a text shown before and after what was found
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Hit:
    """A material found by its title (`page` and `excerpt` empty), or a page of it with the words around what was asked.

    `page` is None as well where a document has no pages one could turn to.
    """

    material_id: int
    title: str
    kind: MaterialKind
    page: int | None = None
    excerpt: str = ""


def find(db: Session, actor: Actor, course_id: int, asked: str) -> list[Hit]:
    """Return what the actor may read of a course and has every word of `asked`: titles first, at most 40 of each."""
    words = asked_words(asked)
    if not words:
        return []
    return [*_by_title(db, actor, course_id, asked), *_by_text(db, actor, course_id, asked, words)]


def _by_title(db: Session, actor: Actor, course_id: int, asked: str) -> list[Hit]:
    rows = db.execute(
        select(Material.id, Material.title, Material.kind)
        .where(
            Material.course_id == course_id,
            policy.READ.where(actor, many=True),
            matching(Material.id, FOUND, asked),
        )
        .order_by(Material.position, Material.id)
        .limit(MOST)
    )
    return [Hit(row.id, row.title, row.kind) for row in rows]


def _by_text(
    db: Session, actor: Actor, course_id: int, asked: str, words: Sequence[str]
) -> list[Hit]:
    offerings = db.scalars(select(Offering.id).where(Offering.course_id == course_id))
    meant = [f"course {course_id}", *(f"offering {number}" for number in offerings)]
    found = [document.subject_id for document in candidates(db, asked, meant, [PAGES])]
    if not found:
        return []
    rows = db.execute(
        select(
            ExtractPage.number,
            ExtractPage.text,
            Material.id,
            Material.title,
            Material.kind,
        )
        .join(MaterialVersion, MaterialVersion.id == ExtractPage.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(
            ExtractPage.id.in_(found),
            Material.course_id == course_id,
            policy.PAGE_READ.where(actor),
        )
        .order_by(Material.position, Material.id, ExtractPage.place)
        .limit(MOST)
    )
    return [_hit(row, words) for row in rows]


def _hit(row: Any, words: Sequence[str]) -> Hit:
    return Hit(row.id, row.title, row.kind, row.number, excerpt(row.text, words))


def excerpt(text: str, words: Sequence[str]) -> str:
    """Return the part of a text around the first of `words` that stands there as it was typed; else its beginning."""
    plain = _BLANKS.sub(" ", text).strip()
    asked = "|".join(re.escape(word) for word in words)
    match = re.search(rf"\b(?:{asked})", plain, re.IGNORECASE)
    middle = match.start() if match else 0
    start, end = max(0, middle - AROUND), middle + AROUND
    shown = plain[start:end]
    if start:
        shown = "…" + shown.partition(" ")[2]
    if end < len(plain):
        shown = shown.rpartition(" ")[0] + "…"
    return shown
