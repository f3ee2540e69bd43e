"""Search over everything a person may see: names and codes by their beginnings, long texts by their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, literal, select, union_all
from sqlalchemy.orm import Session

from quad.core.policy import Actor
from quad.core.search.fulltext import candidates
from quad.core.search.models import SearchDocument
from quad.core.search.near import corrections
from quad.core.search.prefix import matching, weigh_kinds
from quad.core.search.searchable import SEARCHABLES, Searchable, audience_tokens
from quad.core.search.words import asked_words, folded

SHOWN = 5
# So many hits per kind are put in order; a beginning shared by more is for the list page.
RANKED = 50

Key = tuple[str, int]


@dataclass(frozen=True)
class Hit:
    """One thing found. `by_name` tells a hit in title, code or terms from one in a long text."""

    subject_type: str
    subject_id: int
    title: str
    sub: str
    url: str
    by_name: bool


@dataclass(frozen=True)
class Group:
    """The hits of one kind, best first. `more` says that there are others."""

    subject_type: str
    label: str
    icon: str
    list_url: str
    hits: Sequence[Hit]
    more: bool


def search(db: Session, actor: Actor, asked: str, limit: int = SHOWN) -> list[Group]:
    """Find what `asked` means among what `actor` may see: at most `limit` hits of each kind, in four statements."""
    mine = _mine(actor)
    return _groups(db, actor, asked, mine, limit) if asked_words(asked) and mine else []


def search_near(
    db: Session, actor: Actor, asked: str, limit: int = SHOWN
) -> tuple[str, list[Group]]:
    """Find as `search` does; where nothing is found, what `asked` may have meant. Return what was searched as well."""
    groups = search(db, actor, asked, limit)
    mine = _mine(actor)
    if groups or not mine:
        return asked, groups
    for meant in corrections(db, [kind.subject_type for kind in mine], asked):
        groups = _groups(db, actor, meant, mine, limit)
        if groups:
            return meant, groups
    return asked, []


def _mine(actor: Actor) -> list[Searchable[Any]]:
    return [kind for kind in _ordered() if actor.signed_in and kind.permission.branches(actor)]


def _groups(
    db: Session, actor: Actor, asked: str, mine: Sequence[Searchable[Any]], limit: int
) -> list[Group]:
    words = asked_words(asked)
    by_name = _by_name(db, actor, asked, mine)
    by_text = _by_text(db, actor, asked, mine, {(h.subject_type, h.subject_id) for h in by_name})
    groups = []
    for kind in mine:
        hits = sorted(
            (hit for hit in by_name if hit.subject_type == kind.subject_type),
            key=lambda hit: _rank(hit, words, asked),
        )
        of_kind = [hit for hit in by_text if hit.subject_type == kind.subject_type]
        hits += _first_pieces(of_kind) if kind.pieces else of_kind
        if hits:
            more = len(hits) > limit
            label = str(kind.label)
            groups.append(
                Group(kind.subject_type, label, kind.icon, kind.list_url, hits[:limit], more)
            )
    return groups


def _first_pieces(hits: Sequence[Hit]) -> list[Hit]:
    """Of the pieces of one text keep the first, where the newest of them stood."""
    first: dict[str, Hit] = {}
    for hit in hits:  # the newest first, and the pieces of a text were indexed in their order
        first[hit.url.partition("?")[0]] = hit
    return list(first.values())


def _ordered() -> Iterable[Searchable[Any]]:
    return sorted(SEARCHABLES.values(), key=lambda kind: kind.order)


def _together(parts: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Several limited selects as one statement (SQLite wants each in brackets of its own)."""
    return select(union_all(*(select(part.subquery()) for part in parts)).subquery())


def _by_name(
    db: Session, actor: Actor, asked: str, all_kinds: Sequence[Searchable[Any]]
) -> list[Hit]:
    kinds = [kind for kind in all_kinds if not kind.pieces]
    if not kinds:
        return []
    parts: list[Any] = []
    weights = weigh_kinds(db, [kind.subject_type for kind in kinds], asked)
    for kind in kinds:
        row_id = kind.permission.model.id
        wanted = matching(row_id, kind.subject_type, asked, weights[kind.subject_type])
        found = (
            select(row_id.label("id"))
            .where(kind.permission.where(actor, many=True), wanted)
            .limit(RANKED)
            .subquery()
        )
        shown = select(
            SearchDocument.subject_type,
            SearchDocument.subject_id,
            SearchDocument.title,
            SearchDocument.sub,
            SearchDocument.url,
        ).join(
            found,
            and_(
                SearchDocument.subject_type == kind.subject_type,
                SearchDocument.subject_id == found.c.id,
            ),
        )
        parts.append(shown)
    return [Hit(**row, by_name=True) for row in db.execute(_together(parts)).mappings()]


def _by_text(
    db: Session,
    actor: Actor,
    asked: str,
    kinds: Sequence[Searchable[Any]],
    known: set[Key],
) -> list[Hit]:
    """Rank at most 200 candidates meant for the actor, then let each kind's permission have the last word."""
    types = [kind.subject_type for kind in kinds]
    tokens = audience_tokens(actor)
    for kind in kinds:
        tokens += kind.tokens(db, actor)
    found = {
        (document.subject_type, document.subject_id): document
        for document in candidates(db, asked, tokens, types)
    }
    wanted = [key for key in found if key not in known]
    parts: list[Any] = []
    for kind in kinds:
        ids = [
            subject_id for subject_type, subject_id in wanted if subject_type == kind.subject_type
        ]
        if ids:
            row_id = kind.permission.model.id
            visible = select(literal(kind.subject_type).label("kind"), row_id.label("id"))
            parts.append(visible.where(row_id.in_(ids), kind.permission.where(actor)))
    seen = {(row.kind, row.id) for row in db.execute(_together(parts))} if parts else set()
    return [
        Hit(d.subject_type, d.subject_id, d.title, d.sub, d.url, by_name=False)
        for key, d in found.items()
        if key in seen
    ]


def _rank(hit: Hit, words: Sequence[str], asked: str) -> tuple[bool, bool, bool, str]:
    """Best first: the title as typed, a title that begins so, one with the first word in it, then by the alphabet."""
    title = folded(hit.title)
    whole = " ".join(folded(asked).split())
    return (title != whole, not title.startswith(whole), words[0] not in title, title)
