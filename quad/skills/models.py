"""What people can do: the catalogue of skills, who has which, and how that is known.

A proof says that one person has one skill, at which level and from where it is known. What a person holds
(`PersonSkill`) follows from the proofs alone, so the order in which they came does not matter.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

SEARCHED_AS = "skills.skill"
NAME_LENGTH = 120
KEY_LENGTH = NAME_LENGTH * 3
REFERENCE_LENGTH = 80
TOLD_LENGTH = 200
LOWEST, HIGHEST = 1, 4

LEVELS: dict[int, str] = {
    1: _l("Beginner"),
    2: _l("Intermediate"),
    3: _l("Advanced"),
    4: _l("Expert"),
}


class ProofKind(enum.StrEnum):
    """How a skill is known."""

    CLAIMED = "claimed"
    ENDORSED = "endorsed"
    CODING = "coding"
    COURSE = "course"


# What counts for more, from what a person says to what a published result says.
STRENGTH: dict[ProofKind, int] = {
    ProofKind.CLAIMED: 1,
    ProofKind.ENDORSED: 2,
    ProofKind.CODING: 3,
    ProofKind.COURSE: 4,
}


class SkillCategory(Row):
    """A group of skills, such as "Web platform development software"."""

    __tablename__ = "skills_category"
    __table_args__ = (UniqueConstraint("name_key"),)

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(KEY_LENGTH))


class Skill(SoftDeleted, Versioned, Row):
    """One skill of the catalogue. `people` is how many hold it, kept by the database.

    A retired skill stays with those who have it and is not offered any more. One that was merged into another is
    deleted, and `merged_into_id` says where its people went.
    """

    __tablename__ = "skills_skill"
    __table_args__ = (
        UniqueConstraint("name_key", "live"),
        Index(None, "name_key", "id"),
        Index(None, "people", "id"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(KEY_LENGTH))
    category_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills_category.id", ondelete="RESTRICT"), index=True
    )
    people: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    retired_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    merged_into_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"), index=True, default=None
    )


class SkillSynonym(Row):
    """Another name of a skill: "JS" for JavaScript. It leads to one skill only."""

    __tablename__ = "skills_synonym"
    __table_args__ = (UniqueConstraint("name_key"),)

    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills_skill.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(KEY_LENGTH))


class PersonSkill(Row):
    """Derived from the proofs: a skill that somebody holds.

    `level` is the highest that a claim, a course or coding gives; `strength` is the best kind of proof (`STRENGTH`).
    A `hidden` one is shown to nobody but the person.
    """

    __tablename__ = "skills_person_skill"
    __table_args__ = (
        UniqueConstraint("person_id", "skill_id"),
        Index(None, "skill_id", "level", "person_id"),
        CheckConstraint(f"level BETWEEN {LOWEST} AND {HIGHEST}", name="level_range"),
    )

    # No cascade: the database counts these rows in `Skill.people`.
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    skill_id: Mapped[int] = mapped_column(BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"))
    level: Mapped[int] = mapped_column(Integer)
    strength: Mapped[int] = mapped_column(Integer)
    endorsements: Mapped[int] = mapped_column(Integer, default=0)
    hidden: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class SkillProof(Row):
    """One reason to believe that somebody has a skill.

    `reference` tells proofs of one kind apart: "course 12", "leetcode", the number of who endorses; empty for a claim.
    `told` is that in words ("CS301 Algorithms"). `by_id` is who endorses. An endorsement stands at level 0: it confirms
    and measures nothing.
    """

    __tablename__ = "skills_proof"
    __table_args__ = (
        UniqueConstraint("person_id", "skill_id", "kind", "reference"),
        Index(None, "kind", "reference", "person_id"),
        CheckConstraint(f"level BETWEEN 0 AND {HIGHEST}", name="level_range"),
    )

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"), index=True
    )
    kind: Mapped[ProofKind] = mapped_column(enum_type(ProofKind))
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), default="")
    level: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True, default=None
    )
    told: Mapped[str] = mapped_column(String(TOLD_LENGTH), default="")


class CourseSkill(Row):
    """What passing a course shows: a skill, and at which level."""

    __tablename__ = "skills_course_skill"
    __table_args__ = (
        UniqueConstraint("course_id", "skill_id"),
        CheckConstraint(f"level BETWEEN {LOWEST} AND {HIGHEST}", name="level_range"),
    )

    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="CASCADE")
    )
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"), index=True
    )
    level: Mapped[int] = mapped_column(Integer)


counter(Skill.people, PersonSkill.skill_id)

constraint(
    "uq_skills_category_name_key", _l("There is a category of this name already."), "category"
)
constraint("uq_skills_skill_name_key_live", _l("There is a skill of this name already."), "name")
constraint(
    "uq_skills_synonym_name_key", _l("Another skill has one of these synonyms already."), "synonyms"
)
constraint(
    "uq_skills_person_skill_person_id_skill_id",
    _l("This skill was added just now from elsewhere. Have a look at the list."),
)
constraint(
    "uq_skills_proof_person_id_skill_id_kind_reference",
    _l("This was said just now already. Have a look at the list."),
)
constraint(
    "uq_skills_course_skill_course_id_skill_id",
    _l("Somebody else added this skill just now. Have a look at the list."),
)
