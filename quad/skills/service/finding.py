"""Skills by what people type: offers while typing, and names that stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from quad.core.db.rows import plain_rows
from quad.core.db.types import normalised
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.search.models import SearchTerm
from quad.core.search.words import asked_words, upper_bound
from quad.skills.models import NAME_LENGTH, SEARCHED_AS, Skill, SkillCategory, SkillSynonym

OFFERED = 10
# So many of those that begin with a word are put in order; the beginning of more is too short to mean one.
RANKED = 500
MOST_WORDS = 6
LAST = "\U0010ffff" * 10  # no name comes after it
LONGEST = 200
JOINED = 5


@dataclass(frozen=True)
class Offer:
    """A skill that fits what was typed. `known_as` is the synonym that fitted, where the name does not."""

    id: int
    name: str
    category: str
    people: int
    known_as: str = ""


def suggest(db: Session, text: str, limit: int = OFFERED) -> list[Offer]:
    """Return skills with words that begin as `text` says: the name as typed first, then the most widely held.

    Synonyms count like names; retired skills are not offered.
    """
    words = sorted(asked_words(text[:LONGEST])[:MOST_WORDS], key=len, reverse=True)
    if not words:
        return []
    key = normalised(text[:LONGEST])
    values: dict[str, Any] = {"kind": SEARCHED_AS, "key": key, "ends": _end(key), "most": limit}
    for number, word in enumerate(words):
        values |= {f"from_{number}": word, f"before_{number}": _end(word)}
    rows = plain_rows(db, _offers(len(words)), values).all()
    other = _synonyms(db, [row.id for row in rows if not _fits(row.name_key, words)], words)
    return [
        Offer(row.id, row.name, row.category, row.people, other.get(row.id, "")) for row in rows
    ]


def _end(prefix: str) -> str:
    return upper_bound(prefix) or LAST


@cache
def _offers(words: int) -> Any:
    """Return the statement for so many words, the longest first: made once, since making it costs more than asking.

    The index gives the first skills with a word beginning so, in the order of these words; the others are tested. A
    skill called so exactly, by name or synonym, is never crowded out by a common beginning.
    """
    first = select(SearchTerm.subject_id.label("id")).where(*_between(SearchTerm, 0))
    for number in range(1, words):
        other = aliased(SearchTerm)
        same = other.subject_id == SearchTerm.subject_id
        first = first.where(exists().where(same, *_between(other, number)))
    beginning = first.order_by(SearchTerm.term).limit(RANKED).subquery("beginning")
    called = select(Skill.id).where(Skill.name_key == bindparam("key")).subquery("called")
    also = (
        select(SkillSynonym.skill_id.label("id"))
        .where(SkillSynonym.name_key == bindparam("key"))
        .subquery("also")
    )
    hits = union_all(select(beginning.c.id), select(called.c.id), select(also.c.id)).subquery(
        "hits"
    )
    exactly = case(
        (Skill.name_key == bindparam("key"), 0),
        (Skill.id.in_(select(also.c.id)), 1),
        (Skill.name_key.between(bindparam("key"), bindparam("ends")), 2),
        else_=3,
    )
    return (
        select(
            Skill.id, Skill.name, Skill.name_key, SkillCategory.name.label("category"), Skill.people
        )
        .join(SkillCategory, SkillCategory.id == Skill.category_id)
        .where(
            Skill.id.in_(select(hits.c.id)), Skill.deleted_at.is_(None), Skill.retired_at.is_(None)
        )
        .order_by(exactly, Skill.people.desc(), func.length(Skill.name), Skill.name_key)
        .limit(bindparam("most"))
    )


def _between(table: Any, number: int) -> tuple[ColumnElement[bool], ...]:
    return (
        table.subject_type == bindparam("kind"),
        table.term >= bindparam(f"from_{number}"),
        table.term < bindparam(f"before_{number}"),
    )


def _fits(name_key: str, words: list[str]) -> bool:
    return all(word in name_key for word in words)


def _synonyms(db: Session, skill_ids: list[int], words: list[str]) -> dict[int, str]:
    if not skill_ids:
        return {}
    query = (
        select(SkillSynonym.skill_id, SkillSynonym.name, SkillSynonym.name_key)
        .where(SkillSynonym.skill_id.in_(skill_ids))
        .order_by(SkillSynonym.name_key.desc())
    )
    return {
        row.skill_id: row.name
        for row in plain_rows(db, query)
        if any(word in row.name_key for word in words)
    }


def find(db: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the number of each skill that is called so, or has it for a synonym, by the normalised name."""
    keys = sorted({normalised(name) for name in names if len(name) <= NAME_LENGTH})
    if not keys:
        return {}
    called = select(Skill.name_key.label("key"), Skill.id.label("skill_id")).where(
        Skill.name_key.in_(keys), Skill.deleted_at.is_(None)
    )
    also = select(SkillSynonym.name_key.label("key"), SkillSynonym.skill_id).where(
        SkillSynonym.name_key.in_(keys)
    )
    found: dict[str, int] = {}
    for query in (also, called):  # a name goes before a synonym
        for row in plain_rows(db, query):
            found[row.key] = row.skill_id
    return found


def resolve(db: Session, names: Iterable[str], *, field: str = "skills") -> list[int]:
    """Return the skills that `names` call, each once, in their order.

    A text with commas stands for several names, unless the whole of it is one. Raises Invalid (`field`) with the first
    name that is none.
    """
    given = [text for name in names if (text := " ".join(name.split()))]
    known = find(db, [piece for text in given for piece in pieces(text)])
    ids: dict[int, None] = {}
    for text in given:
        found, unknown = called(text, known)
        if unknown:
            raise Invalid({field: _unknown(unknown[0])})
        ids.update(dict.fromkeys(found))
    return list(ids)


def called(text: str, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
    """Return the skills that a text with commas names, each once, and what in it is no name.

    `known` is what `find` found of its `pieces`; the longest name that fits counts.
    """
    ids: dict[int, None] = {}
    unknown: list[str] = []
    rest = [" ".join(piece.split()) for piece in text.split(",")]
    while rest:
        size = next(
            (n for n in range(JOINED, 0, -1) if normalised(", ".join(rest[:n])) in known), 0
        )
        if size:
            ids.setdefault(known[normalised(", ".join(rest[:size]))])
        elif rest[0]:
            unknown.append(rest[0])
        rest = rest[max(size, 1) :]
    return list(ids), unknown


def resolve_each(db: Session, names: Iterable[str], *, field: str = "skills") -> list[int]:
    """Return the skill that each of `names` calls. Raises Invalid (`field`) with the first name that is none."""
    given = list(names)
    known = find(db, given)
    for name in given:
        if normalised(name) not in known:
            raise Invalid({field: _unknown(name)})
    return [known[normalised(name)] for name in given]


def pieces(text: str) -> list[str]:
    """Return what stands between commas, alone and with its next neighbours: some names have commas in them."""
    parts = [piece.strip() for piece in text.split(",")][:LONGEST]
    return [
        ", ".join(parts[start : start + size])
        for start in range(len(parts))
        for size in range(1, JOINED + 1)
    ]


def _unknown(name: str) -> str:
    return _(
        "“%(name)s” is not in the list of skills. Write it as the list has it, or leave it out.",
        name=name[:60],
    )


def names_of(db: Session, skill_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of skills by number; a merged one under the number that was asked for."""
    ids = sorted(set(skill_ids))
    if not ids:
        return {}
    kept = aliased(Skill)
    query = (
        select(Skill.id, func.coalesce(kept.name, Skill.name).label("name"))
        .outerjoin(kept, kept.id == Skill.merged_into_id)
        .where(Skill.id.in_(ids))
    )
    return {row.id: row.name for row in plain_rows(db, query)}
