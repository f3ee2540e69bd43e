"""The catalogue that comes with Quad: technology skills of O*NET, skills of a campus, and common synonyms."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.db.bulk import insert_rows
from quad.core.db.types import normalised
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.facts import CatalogueLoaded
from quad.skills.models import Skill, SkillCategory, SkillSynonym
from quad.skills.service.findable import index_skills

DATA = resources.files("quad.skills") / "data"
PIECE = 2_000

Pair = tuple[str, str]


def shipped() -> list[Pair]:
    """Return the skills that come with Quad, as pairs of name and category."""
    packed = (DATA / "technology_skills.csv.gz").read_bytes()
    return [*_pairs(gzip.decompress(packed).decode()), *_own("campus_skills.csv")]


def shipped_synonyms() -> list[Pair]:
    """Return the synonyms that come with Quad, as pairs of synonym and skill."""
    return list(_own("synonyms.csv"))


def _own(name: str) -> Iterator[Pair]:
    return _pairs((DATA / name).read_text(encoding="utf-8"))


def _pairs(text: str) -> Iterator[Pair]:
    rows = csv.DictReader(io.StringIO(text))
    first, second = rows.fieldnames or ("", "")
    return ((row[first], row[second]) for row in rows)


def load(
    db: Session,
    actor: Actor,
    skills: Iterable[Pair] | None = None,
    synonyms: Iterable[Pair] | None = None,
) -> CatalogueLoaded:
    """Add the skills that come with Quad and are not there yet; what is there stays as it is.

    A name that was merged, retired or given to another skill as a synonym counts as there. Doing it again adds nothing.
    Raises Forbidden.
    """
    policy.SET_UP.require(actor)
    wanted = {
        normalised(name): (name, category)
        for name, category in (shipped() if skills is None else skills)
    }
    known = {*db.scalars(select(Skill.name_key)), *db.scalars(select(SkillSynonym.name_key))}
    new = {key: pair for key, pair in wanted.items() if key not in known}
    groups = _categories(db, {category for _name, category in new.values()})
    insert_rows(
        db,
        Skill,
        ("name", "name_key", "category_id"),
        [(name, key, groups[normalised(category)]) for key, (name, category) in new.items()],
    )
    added = sorted(
        row.id for row in db.execute(select(Skill.id, Skill.name_key)) if row.name_key in new
    )
    also = _add_synonyms(db, shipped_synonyms() if synonyms is None else synonyms)
    for start in range(0, len(added), PIECE):
        index_skills(db, added[start : start + PIECE], new=True)
    others = sorted(also - set(added))
    if others:
        index_skills(db, others)
    fact = CatalogueLoaded(actor_id=actor.id, added=len(added), synonyms=len(also))
    if added or also:
        emit(db, fact)
    return fact


def _categories(db: Session, names: set[str]) -> dict[str, int]:
    held = {
        row.name_key: row.id for row in db.execute(select(SkillCategory.name_key, SkillCategory.id))
    }
    for name in sorted(names):
        if normalised(name) not in held:
            row = SkillCategory(name=name, name_key=name)
            db.add(row)
            db.flush()
            held[normalised(name)] = row.id
    return held


def _add_synonyms(db: Session, pairs: Iterable[Pair]) -> set[int]:
    """Add synonyms that lead nowhere yet; return the skills they lead to."""
    called = {
        row.name_key: row.id
        for row in db.execute(select(Skill.name_key, Skill.id).where(Skill.deleted_at.is_(None)))
    }
    taken = {*called, *db.scalars(select(SkillSynonym.name_key))}
    rows = {}
    for synonym, name in pairs:
        key, skill_id = normalised(synonym), called.get(normalised(name))
        if skill_id is not None and key not in taken and key not in rows:
            rows[key] = (skill_id, synonym, key)
    insert_rows(db, SkillSynonym, ("skill_id", "name", "name_key"), list(rows.values()))
    return {skill_id for skill_id, _name, _key in rows.values()}


def is_empty(db: Session) -> bool:
    """Tell whether there are no skills at all."""
    return db.scalar(select(Skill.id).limit(1)) is None
