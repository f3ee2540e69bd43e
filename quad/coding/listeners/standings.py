"""What happens elsewhere and moves people between leaderboards. Rows only, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    StudentAdded,
    StudentChanged,
    StudentDeleted,
    StudentRestored,
    StudentsPlaced,
)
from quad.academics.facts.promotion import CohortPromoted, PromotionUndone
from quad.academics.models.people import Student
from quad.coding.facts import PlatformChanged
from quad.coding.service import arriving, rollups, rules
from quad.core.facts import on
from quad.core.importing.declare import ImportApplied
from quad.core.jobs.outbox import enqueue
from quad.core.settings import SettingsChanged
from quad.identity.facts.accounts import UserChanged, UserRemoved


def _reckon(db: Session, student_ids: Iterable[int]) -> None:
    ids = list(student_ids)
    rollups.lock(db, ids)
    rollups.refresh(db, ids)


@on(StudentAdded)
def rank_new_student(db: Session, fact: StudentAdded) -> None:
    _reckon(db, [fact.student_id])


@on(StudentChanged)
def move_student(db: Session, fact: StudentChanged) -> None:
    _reckon(db, [fact.student_id])


@on(StudentDeleted)
def unrank_deleted(db: Session, fact: StudentDeleted) -> None:
    _reckon(db, [fact.student_id])


@on(StudentRestored)
def rank_restored(db: Session, fact: StudentRestored) -> None:
    _reckon(db, [fact.student_id])


@on(StudentsPlaced)
def move_placed(db: Session, fact: StudentsPlaced) -> None:
    """Classes are parts of leaderboards; a semester is not."""
    if fact.class_id is not None or fact.batch_id is not None:
        _reckon(db, fact.student_ids)


@on(CohortPromoted)
def unrank_graduates(db: Session, fact: CohortPromoted) -> None:
    _reckon(db, _students_of(db, fact.graduate_user_ids))


@on(PromotionUndone)
def rank_graduates_again(db: Session, fact: PromotionUndone) -> None:
    _reckon(db, _students_of(db, fact.graduate_user_ids))


@on(UserChanged)
def copy_name(db: Session, fact: UserChanged) -> None:
    _reckon(db, _students_of(db, [fact.user_id]))


@on(UserRemoved)
def unrank_removed(db: Session, fact: UserRemoved) -> None:
    _reckon(db, _students_of(db, [fact.user_id]))


def _students_of(db: Session, user_ids: Iterable[int]) -> list[int]:
    return list(db.scalars(select(Student.id).where(Student.user_id.in_(list(user_ids)))))


@on(ImportApplied)
def reckon_imported(db: Session, fact: ImportApplied) -> None:
    if fact.kind == arriving.STUDENTS:
        arriving.later(db, fact.import_id)


@on(SettingsChanged)
def reckon_by_new_rules(db: Session, fact: SettingsChanged) -> None:
    if rules.SHAPING.intersection(fact.keys):
        _everybody_later(db)


@on(PlatformChanged)
def reckon_by_new_weight(db: Session, _fact: PlatformChanged) -> None:
    _everybody_later(db)


def _everybody_later(db: Session) -> None:
    """Promise that everybody's numbers are made anew; a job for each change, one after the other."""
    key = f"{rollups.REBUILD_JOB}/{uuid4().hex}"
    enqueue(db, rollups.REBUILD_JOB, {}, key=key, lane=rollups.REBUILD_JOB)
