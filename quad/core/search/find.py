"""Search over everything a person may see: names and codes by their beginnings, long texts by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Select, String, and_, literal, select, union_all
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.core.search.fulltext import candidates
from quad.core.search.models import SearchDocument
from quad.core.search.near import corrections
from quad.core.search.prefix import Weights, matching, weigh_kinds
from quad.core.search.searchable import SEARCHABLES, Searchable, audience_tokens
from quad.core.search.words import asked_words, folded

SHOWN = 5
# So many hits per kind are put in order; a beginning shared by more is for the list page.
RANKED = 50
# So many people's kinds are kept.
KEPT = 3_000

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


class _Asker:
    """Who asks, and what is worked out once for all that is tried: the kinds there are for them, and their tokens."""

    def __init__(self, db: Session, actor: Actor) -> None:
        self.db = db
        self.actor = actor
        self.kinds = _kinds(actor, len(SEARCHABLES)) if actor.signed_in else ()

    @cached_property
    def tokens(self) -> list[str]:
        """What stands for the actor in the audiences of long texts: one statement for all kinds."""
        parts = [
            select(literal(word, String(40)).label("word"), numbers.subquery().c[0].label("number"))
            for kind in self.kinds
            for word, numbers in kind.tokens(self.actor)
        ]
        found = self.db.execute(union_all(*parts)).all() if parts else ()
        named = {f"{word} {number}" for word, number in found if number is not None}
        return sorted({*audience_tokens(self.actor), *named})


@lru_cache(KEPT)
def _kinds(actor: Actor, _there: int) -> tuple[Searchable[Any], ...]:
    """Return the kinds of which an actor may see any row, in their order; the grants decide, so it is asked once."""
    ordered = sorted(SEARCHABLES.values(), key=lambda kind: kind.order)
    return tuple(kind for kind in ordered if kind.permission.branches(actor))


def search(db: Session, actor: Actor, asked: str, limit: int = SHOWN) -> list[Group]:
    """Find what `asked` means among what `actor` may see: at most `limit` hits of each kind, in five statements."""
    return _groups(_Asker(db, actor), asked, limit)


def search_near(
    db: Session, actor: Actor, asked: str, limit: int = SHOWN
) -> tuple[str, list[Group]]:
    """Find as `search` does; where nothing is found, what `asked` may have meant. Return what was searched as well."""
    asker = _Asker(db, actor)
    groups = _groups(asker, asked, limit)
    if groups or not asker.kinds:
        return asked, groups
    for meant in corrections(db, sorted({kind.named_as for kind in asker.kinds}), asked):
        groups = _groups(asker, meant, limit)
        if groups:
            return meant, groups
    return asked, []


def _groups(asker: _Asker, asked: str, limit: int) -> list[Group]:
    words = asked_words(asked)
    if not words or not asker.kinds:
        return []
    by_name = _by_name(asker, asked)
    by_text = _by_text(asker, asked, {(h.subject_type, h.subject_id) for h in by_name})
    groups = []
    for kind in asker.kinds:
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


def _together(parts: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Several limited selects as one statement (SQLite wants each in brackets of its own)."""
    return select(union_all(*(select(part.subquery()) for part in parts)).subquery())


def _by_name(asker: _Asker, asked: str) -> list[Hit]:
    """Ask only the kinds that have a term for every word: putting the others together costs more than the answer."""
    named = [kind for kind in asker.kinds if not kind.pieces]
    weights = weigh_kinds(asker.db, sorted({kind.named_as for kind in named}), asked)
    kinds = [kind for kind in named if all((weights[kind.named_as] or {"": 0}).values())]
    if not kinds:
        return []
    parts = [_named(kind, asker.actor, asked, weights[kind.named_as]) for kind in kinds]
    links = {kind.subject_type: kind.through.link for kind in kinds if kind.through}
    return [
        Hit(
            row.kind,
            row.number,
            row.title,
            row.sub,
            links[row.kind](row.number) if row.kind in links else row.url,
            by_name=True,
        )
        for row in plain_rows(asker.db, _together(parts))
    ]


def _named(kind: Searchable[Any], actor: Actor, asked: str, weights: Weights) -> Select[Any]:
    """Select what of a kind is found by its name, with the name as it is kept; of another kind's no more than that."""
    through, row_id = kind.through, kind.permission.model.id
    subject = through.subject if through else row_id
    found = (
        select(subject.label("subject"), (through.place if through else row_id).label("number"))
        .where(
            kind.permission.where(actor, many=True),
            matching(subject, kind.named_as, asked, weights),
        )
        .limit(RANKED)
        .subquery()
    )
    document = SearchDocument
    return select(
        literal(kind.subject_type, String(40)).label("kind"),
        found.c.number,
        document.title,
        (literal("", String(1)) if through else document.sub).label("sub"),
        document.url,
    ).join(
        found,
        and_(document.subject_type == kind.named_as, document.subject_id == found.c.subject),
    )


def _by_text(asker: _Asker, asked: str, known: set[Key]) -> list[Hit]:
    """Rank at most 200 candidates meant for the actor, then let each kind's permission have the last word."""
    types = [kind.subject_type for kind in asker.kinds if not kind.through]
    found = {
        (document.subject_type, document.subject_id): document
        for document in candidates(asker.db, asked, asker.tokens, types)
    }
    wanted = [key for key in found if key not in known]
    parts: list[Any] = []
    for kind in asker.kinds:
        ids = [
            subject_id for subject_type, subject_id in wanted if subject_type == kind.subject_type
        ]
        if ids:
            row_id = kind.permission.model.id
            visible = select(literal(kind.subject_type).label("kind"), row_id.label("id"))
            parts.append(visible.where(row_id.in_(ids), kind.permission.where(asker.actor)))
    seen = {tuple(row) for row in plain_rows(asker.db, _together(parts))} if parts else set()
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
