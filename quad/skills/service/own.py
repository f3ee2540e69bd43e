"""What people say of themselves, and what others confirm."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.facts import EndorsementWithdrawn, OwnSkillsSet, SkillEndorsed, SkillShown
from quad.skills.models import (
    HIGHEST,
    LOWEST,
    PersonSkill,
    ProofKind,
    Skill,
    SkillProof,
)
from quad.skills.service import proofs

MOST_SKILLS = 100


def set_own(db: Session, actor: Actor, person_id: int, skills: Iterable[tuple[int, int]]) -> None:
    """Say all that a person claims, as pairs of skill and level; claims that are not among them end.

    Of one skill named twice the higher level counts. What courses, coding and others say of the person stays.
    Raises NotFound, Forbidden, Invalid (field `skills`).
    """
    policy.CLAIM.get(db, actor, person_id, lock=True)
    wanted: dict[int, int] = {}
    for skill_id, level in _standing(db, list(skills)):
        wanted[skill_id] = max(level, wanted.get(skill_id, 0))
    if len(wanted) > MOST_SKILLS:
        raise Invalid({"skills": _("Name at most %(n)s skills.", n=MOST_SKILLS)})
    held = db.scalars(
        select(SkillProof).where(
            SkillProof.person_id == person_id, SkillProof.kind == ProofKind.CLAIMED
        )
    ).all()
    changed = False
    for row in held:
        if row.skill_id not in wanted:
            db.delete(row)
            changed = True
    for skill_id, level in wanted.items():
        changed |= proofs.put(db, person_id, skill_id, ProofKind.CLAIMED, "", level)
    if changed:
        db.flush()
        proofs.derive(db, [person_id])
        emit(db, OwnSkillsSet(actor_id=actor.id, person_ids=(person_id,)))


def add_own(db: Session, actor: Actor, person_id: int, skills: Iterable[tuple[int, int]]) -> None:
    """Claim more skills, or the same ones at another level. Raises NotFound, Forbidden, Invalid."""
    policy.CLAIM.get(db, actor, person_id, lock=True)
    given = dict(_standing(db, list(skills)))
    set_own(db, actor, person_id, [*(claims(db, person_id) | given).items()])


def drop_own(db: Session, actor: Actor, person_id: int, skill_id: int) -> None:
    """Claim a skill no longer. Raises NotFound, Forbidden."""
    policy.CLAIM.get(db, actor, person_id, lock=True)
    rest = {key: level for key, level in claims(db, person_id).items() if key != skill_id}
    set_own(db, actor, person_id, rest.items())


def claims(db: Session, person_id: int) -> dict[int, int]:
    """Return what a person claims: skill to level."""
    query = select(SkillProof.skill_id, SkillProof.level).where(
        SkillProof.person_id == person_id, SkillProof.kind == ProofKind.CLAIMED
    )
    return {row.skill_id: row.level for row in db.execute(query)}


def _standing(db: Session, skills: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Check levels and numbers, and follow merges. Raises Invalid."""
    ids = {skill_id for skill_id, _level in skills}
    known = {
        row.id: row.merged_into_id or row.id
        for row in db.execute(
            select(Skill.id, Skill.merged_into_id).where(
                Skill.id.in_(ids), Skill.deleted_at.is_(None) | Skill.merged_into_id.is_not(None)
            )
        )
    }
    if ids - known.keys():
        raise Invalid({"skills": _("There is no such skill. Choose one from the list.")})
    if any(not LOWEST <= level <= HIGHEST for _skill_id, level in skills):
        raise Invalid({"level": _("Choose a level from 1 (beginner) to 4 (expert).")})
    return [(known[skill_id], level) for skill_id, level in skills]


def show(db: Session, actor: Actor, person_id: int, skill_id: int, *, hidden: bool) -> None:
    """Show one of the person’s skills to others, or hide it. Raises NotFound, Forbidden."""
    policy.CLAIM.get(db, actor, person_id, lock=True)
    row = db.scalar(
        select(PersonSkill).where(
            PersonSkill.person_id == person_id, PersonSkill.skill_id == skill_id
        )
    )
    if row is None:
        raise NotFound
    if row.hidden != hidden:
        row.hidden = hidden
        emit(
            db,
            SkillShown(
                actor_id=actor.id, person_id=person_id, skill_id=row.skill_id, hidden=hidden
            ),
        )


def endorse(db: Session, actor: Actor, person_id: int, skill_id: int) -> None:
    """Confirm a skill that somebody else holds; doing it twice is once.

    Raises NotFound for what the actor may not see, Forbidden without the right, Rejected for one’s own.
    """
    held = _held(db, actor, person_id, skill_id)
    if held.person_id == actor.id:
        raise Rejected(_("Others confirm your skills: you cannot do it yourself."))
    policy.ENDORSE.get(db, actor, held.id, read=policy.HELD_READ)
    proofs.lock(db, [person_id])
    put = proofs.put(
        db, person_id, held.skill_id, ProofKind.ENDORSED, str(actor.id), 0, by_id=actor.id
    )
    if put:
        proofs.derive(db, [person_id])
        emit(db, SkillEndorsed(actor_id=actor.id, person_id=person_id, skill_id=held.skill_id))


def take_back(db: Session, actor: Actor, person_id: int, skill_id: int) -> None:
    """Withdraw one’s own endorsement; without one nothing happens. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    proofs.lock(db, [person_id])
    row = db.scalar(
        select(SkillProof).where(
            SkillProof.person_id == person_id,
            SkillProof.skill_id == proofs.standing(db, skill_id),
            SkillProof.kind == ProofKind.ENDORSED,
            SkillProof.by_id == actor.id,
        )
    )
    if row is None:
        return
    db.delete(row)
    db.flush()
    proofs.derive(db, [person_id])
    emit(
        db,
        EndorsementWithdrawn(actor_id=actor.id, person_id=person_id, skill_id=row.skill_id),
    )


def _held(db: Session, actor: Actor, person_id: int, skill_id: int) -> PersonSkill:
    row_id = db.scalar(
        select(PersonSkill.id).where(
            PersonSkill.person_id == person_id,
            PersonSkill.skill_id == proofs.standing(db, skill_id),
        )
    )
    return policy.HELD_READ.get(db, actor, row_id or 0)
