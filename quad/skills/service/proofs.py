"""Proofs of skills, and what people hold by them. What is held follows from the proofs that stand, in whatever order
they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from quad.core.facts import emit
from quad.identity.models.accounts import User
from quad.skills.facts import SkillProofWithdrawn, SkillProved, SkillsHeld
from quad.skills.models import (
    HIGHEST,
    LOWEST,
    STRENGTH,
    PersonSkill,
    ProofKind,
    Skill,
    SkillProof,
)

QUIET = {"synchronize_session": False}
Key = tuple[int, int]


def lock(db: Session, person_ids: Iterable[int]) -> None:
    """Hold these people’s accounts, in ascending order, so that what they hold is derived by one at a time."""
    ids = sorted(set(person_ids))
    if ids:
        db.execute(select(User.id).where(User.id.in_(ids)).order_by(User.id).with_for_update())


def standing(db: Session, skill_id: int) -> int:
    """Return the skill that `skill_id` is now, after merges."""
    into = db.scalar(select(Skill.merged_into_id).where(Skill.id == skill_id))
    return skill_id if into is None else into


def prove(
    db: Session,
    person_id: int,
    skill_id: int,
    kind: ProofKind,
    reference: str,
    level: int,
    *,
    told: str = "",
    by_id: int | None = None,
) -> None:
    """Say from where a skill of a person is known; again with the same `reference` it replaces what was said.

    For listeners of this floor and services above: nobody’s rights are asked. `told` names the place in words.
    """
    lock(db, [person_id])
    skill_id = standing(db, skill_id)
    if put(db, person_id, skill_id, kind, reference, level, told=told, by_id=by_id):
        derive(db, [person_id])
        emit(
            db,
            SkillProved(
                actor_id=by_id, person_ids=(person_id,), skill_id=skill_id, kind=kind.value
            ),
        )


def put(
    db: Session,
    person_id: int,
    skill_id: int,
    kind: ProofKind,
    reference: str,
    level: int,
    *,
    told: str = "",
    by_id: int | None = None,
) -> bool:
    """Write one proof; tell whether anything changed. The caller holds the person and derives afterwards."""
    if kind is not ProofKind.ENDORSED:
        level = min(max(level, LOWEST), HIGHEST)
    row = db.scalar(
        select(SkillProof).where(
            SkillProof.person_id == person_id,
            SkillProof.skill_id == skill_id,
            SkillProof.kind == kind,
            SkillProof.reference == reference,
        )
    )
    if row is None:
        row = SkillProof(
            person_id=person_id, skill_id=skill_id, kind=kind, reference=reference, by_id=by_id
        )
        db.add(row)
    elif (row.level, row.told) == (level, told):
        return False
    row.level, row.told = level, told
    db.flush()
    return True


def withdraw(
    db: Session, person_id: int, kind: ProofKind, reference: str, skill_id: int | None = None
) -> None:
    """Take back what was said from this place, of one skill or of all."""
    lock(db, [person_id])
    query = select(SkillProof).where(
        SkillProof.person_id == person_id,
        SkillProof.kind == kind,
        SkillProof.reference == reference,
    )
    if skill_id is not None:
        query = query.where(SkillProof.skill_id == standing(db, skill_id))
    rows = db.scalars(query).all()
    if not rows:
        return
    gone = tuple(row.skill_id for row in rows)
    for row in rows:
        db.delete(row)
    db.flush()
    derive(db, [person_id])
    emit(
        db,
        SkillProofWithdrawn(
            actor_id=None, person_ids=(person_id,), skill_ids=gone, kind=kind.value
        ),
    )


@dataclass(frozen=True)
class _Held:
    level: int
    strength: int
    endorsements: int


def derive(db: Session, person_ids: Iterable[int]) -> int:
    """Make what these people hold follow from their proofs; return for how many anything was off.

    The caller holds the people (`lock`).
    """
    ids = sorted(set(person_ids))
    if not ids:
        return 0
    wanted = _wanted(db, ids)
    names = (PersonSkill.level, PersonSkill.strength, PersonSkill.endorsements)
    kept: dict[Key, tuple[int, _Held]] = {}
    for row in db.execute(
        select(PersonSkill.id, PersonSkill.person_id, PersonSkill.skill_id, *names).where(
            PersonSkill.person_id.in_(ids)
        )
    ):
        held = _Held(row.level, row.strength, row.endorsements)
        kept[row.person_id, row.skill_id] = (row.id, held)
    _write(db, kept, wanted)
    wrong = {
        person_id
        for person_id, skill_id in kept.keys() | wanted.keys()
        if wanted.get((person_id, skill_id)) != kept.get((person_id, skill_id), (0, None))[1]
    }
    return len(wrong)


def _write(db: Session, kept: Mapping[Key, tuple[int, _Held]], wanted: Mapping[Key, _Held]) -> None:
    gone = sorted(kept[key][0] for key in kept.keys() - wanted.keys())
    if gone:
        db.execute(delete(PersonSkill).where(PersonSkill.id.in_(gone)), execution_options=QUIET)
    came = [
        {"person_id": key[0], "skill_id": key[1], **vars(wanted[key])}
        for key in sorted(wanted.keys() - kept.keys())
    ]
    if came:
        db.execute(insert(PersonSkill), came)
    for key in sorted(kept.keys() & wanted.keys()):
        row_id, held = kept[key]
        if held != wanted[key]:
            change = update(PersonSkill).where(PersonSkill.id == row_id).values(**vars(wanted[key]))
            db.execute(change, execution_options=QUIET)


def _wanted(db: Session, person_ids: Sequence[int]) -> dict[Key, _Held]:
    """A skill is held while somebody claims, teaches or measures it: endorsements alone do not make one."""
    found: dict[Key, list[tuple[ProofKind, int]]] = {}
    query = select(
        SkillProof.person_id, SkillProof.skill_id, SkillProof.kind, SkillProof.level
    ).where(SkillProof.person_id.in_(person_ids))
    for row in db.execute(query):
        found.setdefault((row.person_id, row.skill_id), []).append((row.kind, row.level))
    return {
        key: _Held(
            max(level for _kind, level in proofs),
            max(STRENGTH[kind] for kind, _level in proofs),
            sum(kind is ProofKind.ENDORSED for kind, _level in proofs),
        )
        for key, proofs in found.items()
        if any(kind is not ProofKind.ENDORSED for kind, _level in proofs)
    }


Wanted = Mapping[tuple[int, str], tuple[int, str]]


def sync(db: Session, person_id: int, kind: ProofKind, wanted: Wanted) -> None:
    """Make the proofs of one kind of a person these: (skill, reference) to (level, what it is in words).

    For services above that work out all of a person’s evidence at once; nothing is said when nothing changes.
    """
    lock(db, [person_id])
    now: dict[tuple[int, str], tuple[int, str]] = {}
    for (skill_id, reference), (level, told) in wanted.items():
        key = (standing(db, skill_id), reference)
        now[key] = max((level, told), now.get(key, (0, "")))
    query = select(SkillProof).where(SkillProof.person_id == person_id, SkillProof.kind == kind)
    gone = [row for row in db.scalars(query) if (row.skill_id, row.reference) not in now]
    for row in gone:
        db.delete(row)
    changed = bool(gone)
    for (skill_id, reference), (level, told) in now.items():
        changed |= put(db, person_id, skill_id, kind, reference, level, told=told)
    if changed:
        db.flush()
        derive(db, [person_id])
        emit(db, SkillsHeld(actor_id=None, person_ids=(person_id,)))
