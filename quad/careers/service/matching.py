"""How well a person's skills fit a job, and why: a number that anybody can work out again.

Each skill of the job gives a part from 0 to 100: the level (beginner 50, intermediate 75, advanced 90, expert 100)
times how it is known (a course or coding counts whole, an endorsement 80 per cent, the person's own word 60 per cent),
rounded half up. A required skill counts three times, a welcome one once; the score is the mean, rounded half up. It
orders and explains; it keeps nobody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.careers.models.jobs import Job, JobSkill
from quad.core.db.types import rounded
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.skills.models import LEVELS, ProofKind, Skill
from quad.skills.service.held import HeldSkill, Source, skills_of

REQUIRED, NICE = 3, 1
LEVEL_PARTS: dict[int, int] = {1: 50, 2: 75, 3: 90, 4: 100}
PROOF_PARTS: dict[ProofKind, int] = {
    ProofKind.COURSE: 100,
    ProofKind.CODING: 100,
    ProofKind.ENDORSED: 80,
    ProofKind.CLAIMED: 60,
}
KNOWN_FROM: dict[ProofKind, str] = {
    ProofKind.COURSE: _l("from %(what)s"),
    ProofKind.CODING: _l("from %(what)s"),
    ProofKind.ENDORSED: _l("endorsed by %(what)s"),
    ProofKind.CLAIMED: _l("own word, not yet confirmed"),
}


@dataclass(frozen=True)
class Asked:
    """One skill of a job."""

    skill_id: int
    name: str
    required: bool

    @property
    def weight(self) -> int:
        """How much it counts."""
        return REQUIRED if self.required else NICE


@dataclass(frozen=True)
class Fit:
    """One skill of a job and what a person brings: `part` of 100, the level (0 without), and how that is known."""

    asked: Asked
    part: int
    level: int
    known: str

    @property
    def has(self) -> bool:
        """Tell whether the person has the skill at all."""
        return self.level > 0


@dataclass(frozen=True)
class Match:
    """The score of a person for a job, None where the job asks for no skill, and the parts it is made of."""

    score: int | None
    fits: tuple[Fit, ...]

    @property
    def have(self) -> list[Fit]:
        """The skills the person brings."""
        return [fit for fit in self.fits if fit.has]

    @property
    def missing(self) -> list[Fit]:
        """The skills the person has not."""
        return [fit for fit in self.fits if not fit.has]


def asked_by(db: Session, job_ids: Iterable[int]) -> dict[int, list[Asked]]:
    """Return the skills of jobs, required ones first (one query)."""
    ids = sorted(set(job_ids))
    found: dict[int, list[Asked]] = {each: [] for each in ids}
    rows = db.execute(
        select(JobSkill.job_id, JobSkill.skill_id, Skill.name, JobSkill.required)
        .join(Skill, Skill.id == JobSkill.skill_id)
        .where(JobSkill.job_id.in_(ids))
        .order_by(JobSkill.job_id, JobSkill.required.desc(), Skill.name_key)
    )
    for row in rows:
        found[row.job_id].append(Asked(row.skill_id, row.name, row.required))
    return found


def match(asked: Sequence[Asked], held: Sequence[HeldSkill]) -> Match:
    """Compare what a job asks for with what a person holds."""
    by_skill = {one.skill_id: one for one in held}
    fits = tuple(_fit(one, by_skill.get(one.skill_id)) for one in asked)
    weight = sum(fit.asked.weight for fit in fits)
    if not weight:
        return Match(None, fits)
    total = sum(fit.asked.weight * fit.part for fit in fits)
    return Match(int(rounded(Decimal(total) / weight, 0)), fits)


def _fit(asked: Asked, held: HeldSkill | None) -> Fit:
    if held is None or not held.sources:
        return Fit(asked, 0, 0, _("Not on the profile"))
    best = held.sources[0]
    part = Decimal(LEVEL_PARTS.get(held.level, 0) * PROOF_PARTS[best.kind]) / 100
    words = _("%(level)s, %(known)s", level=str(LEVELS[held.level]), known=_known(best))
    return Fit(asked, int(rounded(part, 0)), held.level, words)


def _known(source: Source) -> str:
    return str(KNOWN_FROM[source.kind]) % {"what": source.told}


def matches(db: Session, job_id: int, person_ids: Iterable[int]) -> Mapping[int, Match]:
    """Compare several people with one job (three queries however many)."""
    asked = asked_by(db, [job_id])[job_id]
    return {
        person_id: match(asked, shown(held))
        for person_id, held in skills_of(db, person_ids).items()
    }


def for_person(db: Session, person_id: int, job_ids: Iterable[int]) -> Mapping[int, Match]:
    """Compare one person with several jobs (three queries however many)."""
    held = skills_of(db, [person_id])[person_id]
    asked: dict[int, list[Any]] = asked_by(db, job_ids)
    return {job_id: match(skills, shown(held)) for job_id, skills in asked.items()}


def shown(held: Sequence[HeldSkill]) -> list[HeldSkill]:
    """Leave out what the person hides: a score would tell it."""
    return [one for one in held if not one.hidden]


def effects_of_merge(db: Session, gone_id: int, _kept_id: int) -> list[str]:
    """Say how many jobs ask for the skill that stays once two skills are one (one statement)."""
    asking = (
        select(func.count())
        .select_from(JobSkill)
        .join(Job, Job.id == JobSkill.job_id)
        .where(JobSkill.skill_id == gone_id, Job.deleted_at.is_(None))
    )
    return [
        ngettext(
            "%(num)s job asks for the skill that stays.",
            "%(num)s jobs ask for the skill that stays.",
            db.scalar(asking) or 0,
        )
    ]
