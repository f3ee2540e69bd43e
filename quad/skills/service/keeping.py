"""What of skills belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge
from quad.core.own_data import OwnData, Table, as_table
from quad.skills.models import PersonSkill, ProofKind, Skill, SkillProof
from quad.skills.service import proofs

QUIET = {"synchronize_session": False}


def _count(db: Session, user_id: int) -> int:
    query = select(func.count()).where(PersonSkill.person_id == user_id)
    return db.scalar(query) or 0


def _move(db: Session, kept: int, gone: int) -> None:
    """Proofs about and endorsements by the one that goes become those of the one that stays.

    Of two that say the same the higher level stays; nobody endorses themselves.
    """
    proofs.lock(db, [kept, gone])
    rows = db.scalars(
        select(SkillProof)
        .where(or_(SkillProof.person_id.in_((kept, gone)), SkillProof.by_id.in_((kept, gone))))
        .order_by(SkillProof.id)
    ).all()
    touched = {row.person_id for row in rows} | {kept, gone}
    first: dict[tuple[int, int, ProofKind, str], SkillProof] = {}
    doubled: list[int] = []
    for row in rows:
        person = kept if row.person_id == gone else row.person_id
        by = kept if row.by_id == gone else row.by_id
        reference = str(by) if row.kind is ProofKind.ENDORSED else row.reference
        twin = first.setdefault((person, row.skill_id, row.kind, reference), row)
        if by == person or twin is not row:
            twin.level = max(twin.level, row.level)
            doubled.append(row.id)
    if doubled:
        db.execute(delete(SkillProof).where(SkillProof.id.in_(doubled)), execution_options=QUIET)
    for (person, _skill, _kind, reference), row in first.items():
        if row.id not in doubled:
            row.person_id, row.reference = person, reference
            row.by_id = kept if row.by_id == gone else row.by_id
    db.flush()
    proofs.derive(db, touched)


MERGES: tuple[Merge, ...] = (
    Merge(
        _l("Skills"),
        (PersonSkill.person_id, SkillProof.person_id, SkillProof.by_id),
        _count,
        _move,
    ),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    held = (
        select(Skill.name, PersonSkill.level, PersonSkill.endorsements, PersonSkill.hidden)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id == user_id)
        .order_by(Skill.name_key)
    )
    known = (
        select(
            Skill.name,
            SkillProof.kind,
            SkillProof.level,
            SkillProof.told,
            SkillProof.created_at,
        )
        .join(Skill, Skill.id == SkillProof.skill_id)
        .where(SkillProof.person_id == user_id)
        .order_by(SkillProof.id)
    )
    confirmed = (
        select(Skill.name, SkillProof.person_id, SkillProof.created_at)
        .join(Skill, Skill.id == SkillProof.skill_id)
        .where(SkillProof.by_id == user_id)
        .order_by(SkillProof.id)
    )
    return {
        "skills": as_table(db.execute(held)),
        "where_skills_are_known_from": as_table(db.execute(known)),
        "skills_you_confirmed": as_table(db.execute(confirmed)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove a person’s skills, and their endorsements of others."""
    others = set(db.scalars(select(SkillProof.person_id).where(SkillProof.by_id == user_id)))
    proofs.lock(db, others | {user_id})
    gone = or_(SkillProof.person_id == user_id, SkillProof.by_id == user_id)
    db.execute(delete(SkillProof).where(gone), execution_options=QUIET)
    proofs.derive(db, others | {user_id})


OWN_DATA = OwnData("skills", _l("Skills"), _load, forget=_forget, order=35)
