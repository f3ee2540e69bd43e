"""What people hold, with where it is known from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session, aliased

from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.skills import policy
from quad.skills.models import (
    STRENGTH,
    CourseSkill,
    PersonSkill,
    ProofKind,
    Skill,
    SkillCategory,
    SkillProof,
)


@dataclass(frozen=True)
class Source:
    """One reason to believe in a skill. `told` names it: a course, a platform, the person who endorses.

    `level` is 0 for an endorsement, which confirms and measures nothing.
    """

    kind: ProofKind
    level: int
    reference: str
    told: str
    by_id: int | None
    since: datetime


@dataclass(frozen=True)
class HeldSkill:
    """A skill that somebody has, the best source first. `level` is 1 (beginner) to 4 (expert)."""

    skill_id: int
    name: str
    category: str
    level: int
    sources: tuple[Source, ...]
    endorsements: int
    hidden: bool

    @property
    def proved(self) -> bool:
        """Tell whether more than the person’s own word stands behind it."""
        return any(source.kind is not ProofKind.CLAIMED for source in self.sources)

    @property
    def claimed(self) -> int:
        """The level that the person claims, 0 without a claim."""
        return next((s.level for s in self.sources if s.kind is ProofKind.CLAIMED), 0)

    def endorsed_by(self, user_id: int | None) -> bool:
        """Tell whether this person endorses it."""
        return any(
            source.kind is ProofKind.ENDORSED and source.by_id == user_id for source in self.sources
        )


def skills_of(
    db: Session, person_ids: Iterable[int], actor: Actor | None = None
) -> dict[int, list[HeldSkill]]:
    """Return what these people hold, best known first; everybody has an entry. Two statements for all of them.

    With `actor` only what that person may see, without it everything: for matching, where no name is shown.
    """
    ids = list(dict.fromkeys(person_ids))
    found: dict[int, list[HeldSkill]] = {person_id: [] for person_id in ids}
    if not ids:
        return found
    query = (
        select(
            PersonSkill.person_id,
            PersonSkill.skill_id,
            Skill.name,
            SkillCategory.name.label("category"),
            PersonSkill.level,
            PersonSkill.endorsements,
            PersonSkill.hidden,
        )
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .join(SkillCategory, SkillCategory.id == Skill.category_id)
        .where(PersonSkill.person_id.in_(ids))
        .order_by(
            PersonSkill.strength.desc(),
            PersonSkill.level.desc(),
            PersonSkill.endorsements.desc(),
            Skill.name_key,
        )
    )
    if actor is not None:
        query = query.where(policy.HELD_READ.where(actor, many=True))
    rows = plain_rows(db, query).all()
    sources = _sources(db, {row.person_id for row in rows})
    for row in rows:
        found[row.person_id].append(
            HeldSkill(
                row.skill_id,
                row.name,
                row.category,
                row.level,
                tuple(sources[row.person_id, row.skill_id]),
                row.endorsements,
                row.hidden,
            )
        )
    return found


def _sources(db: Session, person_ids: set[int]) -> Mapping[tuple[int, int], list[Source]]:
    """Return where skills are known from, the best first, then the oldest."""
    found: defaultdict[tuple[int, int], list[Source]] = defaultdict(list)
    if not person_ids:
        return found
    endorser = aliased(User)
    query = (
        select(
            SkillProof.person_id,
            SkillProof.skill_id,
            SkillProof.kind,
            SkillProof.level,
            SkillProof.reference,
            SkillProof.told,
            SkillProof.by_id,
            SkillProof.created_at,
            endorser.full_name,
        )
        .outerjoin(endorser, endorser.id == SkillProof.by_id)
        .where(SkillProof.person_id.in_(person_ids))
        .order_by(SkillProof.created_at, SkillProof.id)
    )
    for row in plain_rows(db, query):
        told = row.full_name or row.told
        found[row.person_id, row.skill_id].append(
            Source(row.kind, row.level, row.reference, told, row.by_id, row.created_at)
        )
    for each in found.values():
        each.sort(key=lambda source: (-STRENGTH[source.kind], -source.level))
    return found


def of_person(db: Session, actor: Actor, person_id: int) -> list[HeldSkill]:
    """Return what `actor` may see of what a person holds."""
    return skills_of(db, [person_id], actor)[person_id]


def shows_some(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the clause for people who have a skill that they do not hide, for a statement of another domain."""
    return exists().where(PersonSkill.person_id == person_id, PersonSkill.hidden.is_(False))


def of_course(db: Session, course_id: int) -> list[tuple[int, str, int]]:
    """Return what passing a course shows: skill, name and level."""
    query = (
        select(CourseSkill.skill_id, Skill.name, CourseSkill.level)
        .join(Skill, Skill.id == CourseSkill.skill_id)
        .where(CourseSkill.course_id == course_id)
        .order_by(Skill.name_key)
    )
    return [(row.skill_id, row.name, row.level) for row in plain_rows(db, query)]
