"""Whoever comes to study or graduates comes into the network; the studies there follow the record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    StudentAdded,
    StudentChanged,
    StudentDeleted,
    StudentRestored,
)
from quad.academics.facts.promotion import CohortPromoted, PromotionUndone
from quad.academics.models.people import Student
from quad.alumni.models.members import Member
from quad.alumni.service import members, verifying
from quad.alumni.service.findable import index_members
from quad.core.facts import on
from quad.core.importing.declare import ImportApplied
from quad.core.jobs.outbox import enqueue
from quad.identity.facts.accounts import (
    AccountsMerged,
    ProfileChanged,
    RoleGranted,
    RoleRevoked,
    UserChanged,
    UserRegistered,
    UserRemoved,
)
from quad.identity.models.accounts import Role
from quad.skills.facts import SkillsHeld, SkillShown

IMPORTS = frozenset({"students", "alumni", "oulad"})
NETWORK_ROLES = frozenset({Role.STUDENT, Role.ALUMNUS})


@on(StudentAdded)
def welcome_student(db: Session, fact: StudentAdded) -> None:
    members.follow(db, [fact.user_id], actor_id=fact.actor_id)


@on(StudentChanged)
def follow_student(db: Session, fact: StudentChanged) -> None:
    _follow_student(db, fact.student_id, fact.actor_id)


@on(StudentDeleted)
def leave_with_student(db: Session, fact: StudentDeleted) -> None:
    members.follow(db, [fact.user_id], actor_id=fact.actor_id)


@on(StudentRestored)
def come_back_with_student(db: Session, fact: StudentRestored) -> None:
    members.follow(db, [fact.user_id], actor_id=fact.actor_id)


def _follow_student(db: Session, student_id: int, actor_id: int | None) -> None:
    user_id = db.scalar(select(Student.user_id).where(Student.id == student_id))
    if user_id is not None:
        members.follow(db, [user_id], actor_id=actor_id)


@on(CohortPromoted)
def welcome_graduates(db: Session, fact: CohortPromoted) -> None:
    """Graduates stand among the alumni at once, verified by their record."""
    members.follow(db, fact.graduate_user_ids, actor_id=fact.actor_id)


@on(PromotionUndone)
def send_back_to_study(db: Session, fact: PromotionUndone) -> None:
    members.follow(db, fact.graduate_user_ids, actor_id=fact.actor_id)


@on(UserRegistered)
def welcome_registered(db: Session, fact: UserRegistered) -> None:
    """A graduate from outside is in the network once somebody has verified them."""
    if fact.role == Role.ALUMNUS:
        members.follow(db, [fact.user_id], actor_id=fact.actor_id)
        verifying.claim(db, fact.user_id, fact.actor_id)


@on(RoleGranted)
def follow_role(db: Session, fact: RoleGranted) -> None:
    if fact.role in NETWORK_ROLES:
        members.follow(db, [fact.user_id], actor_id=fact.actor_id)


@on(RoleRevoked)
def follow_lost_role(db: Session, fact: RoleRevoked) -> None:
    if fact.role in NETWORK_ROLES:
        members.follow(db, [fact.user_id], actor_id=fact.actor_id)


@on(UserChanged)
def follow_name(db: Session, fact: UserChanged) -> None:
    members.follow(db, [fact.user_id], actor_id=fact.actor_id)
    _index_people(db, [fact.user_id])


@on(UserRemoved)
def leave_with_account(db: Session, fact: UserRemoved) -> None:
    members.follow(db, [fact.user_id], actor_id=fact.actor_id)


@on(AccountsMerged)
def follow_merged(db: Session, fact: AccountsMerged) -> None:
    members.follow(db, [fact.user_id, fact.gone_id], actor_id=fact.actor_id)


@on(ProfileChanged)
def index_words_about_oneself(db: Session, fact: ProfileChanged) -> None:
    """What somebody says about themselves is kept in identity and found here."""
    _index_people(db, [fact.user_id])


def _index_people(db: Session, user_ids: Sequence[int]) -> None:
    for start in range(0, len(user_ids), members.PIECE):
        some = user_ids[start : start + members.PIECE]
        ids = db.scalars(select(Member.id).where(Member.user_id.in_(some)))
        index_members(db, list(ids))


@on(SkillsHeld)
def index_skills(db: Session, fact: SkillsHeld) -> None:
    _index_people(db, fact.person_ids)


@on(SkillShown)
def index_shown_skill(db: Session, fact: SkillShown) -> None:
    _index_people(db, [fact.person_id])


@on(ImportApplied)
def follow_file(db: Session, fact: ImportApplied) -> None:
    """A file brings many people at once; they are followed by the worker, some hundreds in each unit."""
    if fact.kind in IMPORTS:
        key = f"{members.FOLLOW_JOB}/{fact.import_id}"
        enqueue(db, members.FOLLOW_JOB, {}, key=key, lane=members.FOLLOW_JOB)
