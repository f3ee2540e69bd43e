"""What happens to the catalogue of skills, and to people's skills."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CatalogueLoaded(Fact):
    """Skills were added to the catalogue from the list that comes with Quad: so many of them."""

    added: int
    synonyms: int


@dataclass(frozen=True, kw_only=True)
class SkillChanged(Fact):
    """A skill was added, changed, retired or brought back."""

    skill_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class SkillsMerged(Fact):
    """`gone_id` is `kept_id` from now on. Who keeps skills by number moves them."""

    kept_id: int
    gone_id: int


@dataclass(frozen=True, kw_only=True)
class SkillsHeld(Fact):
    """The skills of these people are others, or known otherwise."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class OwnSkillsSet(SkillsHeld):
    """A person said which skills they have."""


@dataclass(frozen=True, kw_only=True)
class SkillProved(SkillsHeld):
    """A skill of a person is known from one more place."""

    skill_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class SkillProofWithdrawn(SkillsHeld):
    """Skills of a person are not known from this place any more."""

    skill_ids: tuple[int, ...]
    kind: str


@dataclass(frozen=True, kw_only=True)
class CourseProofsChanged(SkillsHeld):
    """Results of courses say something else about these people's skills."""

    course_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SkillEndorsed(Fact):
    """Somebody (`actor_id`) confirms a skill of a person."""

    person_id: int
    skill_id: int


@dataclass(frozen=True, kw_only=True)
class EndorsementWithdrawn(Fact):
    """Somebody does not confirm a skill of a person any more."""

    person_id: int
    skill_id: int


@dataclass(frozen=True, kw_only=True)
class SkillShown(Fact):
    """A person shows a skill to others, or hides it."""

    person_id: int
    skill_id: int
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class CourseSkillsSet(Fact):
    """What passing a course shows is something else."""

    course_id: int
