"""Keeping the catalogue: adding, changing, retiring, and making two skills one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.facts import SkillChanged, SkillsMerged
from quad.skills.forms import SkillForm
from quad.skills.models import (
    CourseSkill,
    PersonSkill,
    Skill,
    SkillCategory,
    SkillProof,
    SkillSynonym,
)
from quad.skills.service import proofs
from quad.skills.service.findable import index_skills

QUIET = {"synchronize_session": False}
PIECE = 500


@dataclass(frozen=True)
class Shown:
    """A skill with what belongs to it."""

    id: int
    name: str
    category: str
    people: int
    retired: bool
    synonyms: tuple[str, ...]
    version: int


def show(db: Session, actor: Actor, skill_id: int) -> Shown:
    """Return a skill; a merged one is the one it was merged into. Raises NotFound, SignedOut."""
    row = policy.FOLLOW.get(db, actor, skill_id)
    if row.merged_into_id is not None:
        row = policy.FOLLOW.get(db, actor, row.merged_into_id)
    if row.deleted_at is not None:
        raise NotFound
    category = db.scalar(select(SkillCategory.name).where(SkillCategory.id == row.category_id))
    return Shown(
        row.id,
        row.name,
        category or "",
        row.people,
        row.retired_at is not None,
        tuple(synonyms_of(db, [row.id]).get(row.id, ())),
        row.version,
    )


def synonyms_of(db: Session, skill_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the other names of skills."""
    query = (
        select(SkillSynonym.skill_id, SkillSynonym.name)
        .where(SkillSynonym.skill_id.in_(skill_ids))
        .order_by(SkillSynonym.name_key)
    )
    found: dict[int, list[str]] = {}
    for row in db.execute(query):
        found.setdefault(row.skill_id, []).append(row.name)
    return found


def add(db: Session, actor: Actor, form: SkillForm) -> Skill:
    """Add a skill. Raises Forbidden, Invalid when a name is taken."""
    policy.SET_UP.require(actor)
    row = Skill()
    _fill(db, row, form)
    db.add(row)
    db.flush()
    _set_synonyms(db, row, form.synonyms)
    index_skills(db, [row.id])
    emit(db, SkillChanged(actor_id=actor.id, skill_id=row.id, what="added"))
    return row


def change(db: Session, actor: Actor, skill_id: int, form: SkillForm) -> Skill:
    """Change name, category and synonyms. Raises NotFound, Forbidden, Invalid, EditedMeanwhile."""
    row = policy.EDIT.get(db, actor, skill_id, read=policy.READ, lock=True)
    if form.version is not None and form.version != row.version:
        raise EditedMeanwhile
    _fill(db, row, form)
    db.flush()
    _set_synonyms(db, row, form.synonyms)
    index_skills(db, [row.id])
    emit(db, SkillChanged(actor_id=actor.id, skill_id=row.id, what="changed"))
    return row


def _fill(db: Session, row: Skill, form: SkillForm) -> None:
    _require_free(db, "name", [form.name], row.id)
    row.name = row.name_key = form.name
    row.category_id = category_named(db, form.category)


def category_named(db: Session, name: str) -> int:
    """Return the category called so, adding it when there is none."""
    found = db.scalar(select(SkillCategory.id).where(SkillCategory.name_key == name))
    if found is not None:
        return found
    row = SkillCategory(name=name, name_key=name)
    db.add(row)
    db.flush()
    return row.id


def _require_free(db: Session, field: str, names: Iterable[str], own_id: int | None) -> None:
    """A name leads to one skill, be it a name or a synonym."""
    keys = [normalised(name) for name in names]
    called = select(Skill.name).where(
        Skill.name_key.in_(keys), Skill.deleted_at.is_(None), Skill.id != (own_id or 0)
    )
    also = (
        select(Skill.name)
        .join(SkillSynonym, SkillSynonym.skill_id == Skill.id)
        .where(SkillSynonym.name_key.in_(keys), Skill.id != (own_id or 0))
    )
    taken = db.scalar(called.limit(1)) or db.scalar(also.limit(1))
    if taken is not None:
        raise Invalid({field: _("This leads to the skill “%(name)s” already.", name=taken)})


def _set_synonyms(db: Session, row: Skill, names: Iterable[str]) -> None:
    wanted = {normalised(name): name for name in names}
    wanted.pop(normalised(row.name), None)
    _require_free(db, "synonyms", wanted.values(), row.id)
    held = {
        each.name_key: each
        for each in db.scalars(select(SkillSynonym).where(SkillSynonym.skill_id == row.id))
    }
    for key, each in held.items():
        if key not in wanted:
            db.delete(each)
    for key, name in wanted.items():
        if key not in held:
            db.add(SkillSynonym(skill_id=row.id, name=name, name_key=name))
    db.flush()


def retire(db: Session, actor: Actor, skill_id: int) -> None:
    """Offer a skill no longer; who has it keeps it. Raises NotFound, Forbidden, Rejected when it is retired."""
    row = policy.EDIT.get(db, actor, skill_id, read=policy.READ, lock=True)
    if row.retired_at is not None:
        raise Rejected(_("This skill is retired already."))
    row.retired_at = clock.now()
    emit(db, SkillChanged(actor_id=actor.id, skill_id=row.id, what="retired"))


def restore(db: Session, actor: Actor, skill_id: int) -> None:
    """Offer a retired skill again. Raises NotFound, Forbidden, Rejected when it is not retired."""
    row = policy.EDIT.get(db, actor, skill_id, read=policy.READ, lock=True)
    if row.retired_at is None:
        raise Rejected(_("This skill is not retired."))
    row.retired_at = None
    emit(db, SkillChanged(actor_id=actor.id, skill_id=row.id, what="restored"))


@dataclass(frozen=True)
class MergePreview:
    """What making two skills one would do: `people` have only the one that goes, `both` have both."""

    gone: Shown
    kept: Shown
    people: int
    both: int
    courses: int
    synonyms: tuple[str, ...]


def preview_merge(db: Session, actor: Actor, gone_id: int, kept_id: int) -> MergePreview:
    """Say what a merge would do. Raises NotFound, Forbidden, Rejected for a skill with itself."""
    gone, kept = _pair(db, actor, gone_id, kept_id, lock=False)
    of_gone = select(PersonSkill.person_id).where(PersonSkill.skill_id == gone.id)
    both = select(func.count()).where(
        PersonSkill.skill_id == kept.id, PersonSkill.person_id.in_(of_gone)
    )
    common = db.scalar(both) or 0
    courses = select(func.count()).where(CourseSkill.skill_id == gone.id)
    return MergePreview(
        show(db, actor, gone.id),
        show(db, actor, kept.id),
        gone.people - common,
        common,
        db.scalar(courses) or 0,
        (gone.name, *synonyms_of(db, [gone.id]).get(gone.id, ())),
    )


def _pair(
    db: Session, actor: Actor, gone_id: int, kept_id: int, *, lock: bool
) -> tuple[Skill, Skill]:
    if gone_id == kept_id:
        raise Rejected(_("Choose two different skills."))
    rows = {
        skill_id: policy.EDIT.get(db, actor, skill_id, read=policy.READ, lock=lock)
        for skill_id in sorted((gone_id, kept_id))
    }
    return rows[gone_id], rows[kept_id]


def merge(db: Session, actor: Actor, gone_id: int, kept_id: int) -> None:
    """Make two skills one: people, proofs, courses and names of `gone_id` go to `kept_id`.

    Where both say the same thing, the higher level stays. Floors above move theirs by `SkillsMerged`. Raises NotFound,
    Forbidden, Rejected for a skill with itself.
    """
    gone, kept = _pair(db, actor, gone_id, kept_id, lock=True)
    _move_courses(db, gone.id, kept.id)
    _move_proofs(db, gone.id, kept.id)
    earlier = update(Skill).where(Skill.merged_into_id == gone.id).values(merged_into_id=kept.id)
    db.execute(earlier, execution_options=QUIET)
    gone.deleted_at = clock.now()
    gone.merged_into_id = kept.id
    db.flush()
    moving = update(SkillSynonym).where(SkillSynonym.skill_id == gone.id)
    db.execute(moving.values(skill_id=kept.id), execution_options=QUIET)
    db.add(SkillSynonym(skill_id=kept.id, name=gone.name, name_key=gone.name))
    db.flush()
    index_skills(db, [gone.id, kept.id])
    emit(db, SkillsMerged(actor_id=actor.id, kept_id=kept.id, gone_id=gone.id))


def _move_courses(db: Session, gone_id: int, kept_id: int) -> None:
    kept = {
        row.course_id: row
        for row in db.scalars(select(CourseSkill).where(CourseSkill.skill_id == kept_id))
    }
    for row in db.scalars(select(CourseSkill).where(CourseSkill.skill_id == gone_id)).all():
        twin = kept.get(row.course_id)
        if twin is None:
            row.skill_id = kept_id
        else:
            twin.level = max(twin.level, row.level)
            db.delete(row)
    db.flush()


def _move_proofs(db: Session, gone_id: int, kept_id: int) -> None:
    query = select(SkillProof.person_id).where(SkillProof.skill_id == gone_id).distinct()
    people = sorted(db.scalars(query))
    for start in range(0, len(people), PIECE):
        some = people[start : start + PIECE]
        proofs.lock(db, some)
        _move_some(db, some, gone_id, kept_id)
        proofs.derive(db, some)


def _move_some(db: Session, people: Sequence[int], gone_id: int, kept_id: int) -> None:
    rows = db.scalars(
        select(SkillProof).where(
            SkillProof.person_id.in_(people), SkillProof.skill_id.in_((gone_id, kept_id))
        )
    ).all()
    kept = {
        (row.person_id, row.kind, row.reference): row for row in rows if row.skill_id == kept_id
    }
    doubled: list[int] = []
    for row in (row for row in rows if row.skill_id == gone_id):
        twin = kept.get((row.person_id, row.kind, row.reference))
        if twin is None:
            row.skill_id = kept_id
        else:
            twin.level = max(twin.level, row.level)
            doubled.append(row.id)
    db.flush()
    if doubled:
        db.execute(delete(SkillProof).where(SkillProof.id.in_(doubled)), execution_options=QUIET)
