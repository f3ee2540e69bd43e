"""What courses give: teachers say it, and published results of those who passed prove it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Course
from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.facts import CourseProofsChanged, CourseSkillsSet
from quad.skills.models import HIGHEST, LOWEST, CourseSkill, ProofKind, Skill, SkillProof
from quad.skills.service import proofs

MOST_PER_COURSE = 20
PIECE = 500
PROVE_AGAIN = "skills.prove"

Proof = tuple[int, int, str]


def reference(course_id: int) -> str:
    """Return how a proof names its course."""
    return f"course {course_id}"


def set_course(
    db: Session, actor: Actor, course_id: int, skills: Iterable[tuple[int, int]]
) -> None:
    """Say all that passing a course shows, as pairs of skill and level; who passed already gets it at once.

    Raises NotFound, Forbidden, Invalid (field `skills`).
    """
    policy.COURSE.get(db, actor, course_id, read=policy.COURSE_READ, lock=True)
    wanted: dict[int, int] = {}
    for skill_id, level in skills:
        wanted[skill_id] = max(level, wanted.get(skill_id, 0))
    _check(db, wanted)
    held = {
        row.skill_id: row
        for row in db.scalars(select(CourseSkill).where(CourseSkill.course_id == course_id))
    }
    for skill_id in held.keys() - wanted.keys():
        db.delete(held[skill_id])
    for skill_id, level in wanted.items():
        row = held.get(skill_id) or CourseSkill(course_id=course_id, skill_id=skill_id)
        row.level = level
        db.add(row)
    db.flush()
    emit(db, CourseSkillsSet(actor_id=actor.id, course_id=course_id))
    sync_courses(db, [course_id])


def _check(db: Session, wanted: dict[int, int]) -> None:
    if len(wanted) > MOST_PER_COURSE:
        raise Invalid({"skills": _("Name at most %(n)s skills.", n=MOST_PER_COURSE)})
    if any(not LOWEST <= level <= HIGHEST for level in wanted.values()):
        raise Invalid({"level": _("Choose a level from 1 (beginner) to 4 (expert).")})
    known = select(Skill.id).where(Skill.id.in_(wanted), Skill.deleted_at.is_(None))
    if set(db.scalars(known)) != wanted.keys():
        raise Invalid({"skills": _("There is no such skill. Choose one from the list.")})


def sync_courses(db: Session, course_ids: Iterable[int]) -> None:
    """Make the proofs of these courses follow from their results, for everybody who took them."""
    for course_id in sorted(set(course_ids)):
        mentioned = select(SkillProof.person_id).where(
            SkillProof.kind == ProofKind.COURSE, SkillProof.reference == reference(course_id)
        )
        passed = (
            select(Student.user_id)
            .join(EnrolmentResult, EnrolmentResult.student_id == Student.id)
            .where(
                EnrolmentResult.course_id == course_id,
                select(CourseSkill.id).where(CourseSkill.course_id == course_id).exists(),
            )
        )
        people = sorted({*db.scalars(mentioned), *db.scalars(passed)})
        for start in range(0, len(people), PIECE):
            _sync(db, people[start : start + PIECE], course_id)


def _sync(db: Session, people: Sequence[int], course_id: int) -> None:
    proofs.lock(db, people)
    changed = sync_people(db, people, course_id)
    if changed:
        proofs.derive(db, changed)
        emit(
            db,
            CourseProofsChanged(
                actor_id=None, person_ids=tuple(sorted(changed)), course_ids=(course_id,)
            ),
        )


def sync_people(db: Session, people: Sequence[int], course_id: int | None = None) -> set[int]:
    """Write the course proofs of these people, of one course or all; return whose changed.

    The caller holds the people and derives afterwards.
    """
    held_query = select(SkillProof).where(
        SkillProof.person_id.in_(people), SkillProof.kind == ProofKind.COURSE
    )
    if course_id is not None:
        held_query = held_query.where(SkillProof.reference == reference(course_id))
    held = {(row.person_id, row.skill_id, row.reference): row for row in db.scalars(held_query)}
    wanted = _wanted(db, people, course_id)
    changed: set[int] = set()
    for key in held.keys() - wanted.keys():
        db.delete(held[key])
        changed.add(key[0])
    for key in sorted(wanted):
        level, told = wanted[key]
        row = held.get(key)
        if row is None:
            row = SkillProof(
                person_id=key[0], skill_id=key[1], kind=ProofKind.COURSE, reference=key[2]
            )
            db.add(row)
        elif (row.level, row.told) == (level, told):
            continue
        row.level, row.told = level, told
        changed.add(key[0])
    db.flush()
    return changed


def _wanted(
    db: Session, people: Sequence[int], course_id: int | None
) -> dict[Proof, tuple[int, str]]:
    """A published result that is passed shows what the course gives."""
    query = (
        select(
            Student.user_id,
            CourseSkill.skill_id,
            CourseSkill.course_id,
            CourseSkill.level,
            Course.code,
            Course.title,
        )
        .join(EnrolmentResult, EnrolmentResult.student_id == Student.id)
        .join(CourseSkill, CourseSkill.course_id == EnrolmentResult.course_id)
        .join(Course, Course.id == CourseSkill.course_id)
        .where(
            Student.user_id.in_(people),
            EnrolmentResult.counts.is_(True),
            EnrolmentResult.passed.is_(True),
        )
    )
    if course_id is not None:
        query = query.where(EnrolmentResult.course_id == course_id)
    return {
        (row.user_id, row.skill_id, reference(row.course_id)): (
            row.level,
            f"{row.code} {row.title}",
        )
        for row in db.execute(query)
    }


def next_course(db: Session, after: int) -> int | None:
    """Return the next course above `after` that gives skills, or None."""
    query = select(func.min(CourseSkill.course_id)).where(CourseSkill.course_id > after)
    return db.scalar(query)


def rebuild(db: Session, person_ids: Sequence[int]) -> int:
    """Make what these people hold anew from results and proofs; return for how many anything was off."""
    proofs.lock(db, person_ids)
    changed = sync_people(db, person_ids)
    return max(proofs.derive(db, person_ids), len(changed))
