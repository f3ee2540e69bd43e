"""What waits for a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.forms.snapshots import MOST_AT_ONCE
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.mentoring import Delegation
from quad.coding.models.snapshots import Snapshot, Source, Status
from quad.coding.service.snapshots import NUMBERS
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment

SHOWN = 40
COUNTED_TO = 10_000


@dataclass(frozen=True)
class Wanted:
    """Which of the waiting snapshots: only flagged ones or those without a flag, of one platform, of one source."""

    flagged: bool | None = None
    platform: str = ""
    source: Source | None = None


EVERYTHING = Wanted()


def _narrowed(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        Snapshot.status == Status.PENDING,
        _reviewable(actor),
    ]
    if wanted.flagged is not None:
        clauses.append(Snapshot.flagged.is_(wanted.flagged))
    if wanted.platform:
        clauses.append(Platform.key == wanted.platform)
    if wanted.source is not None:
        clauses.append(Snapshot.source == wanted.source)
    return clauses


def _reviewable(actor: Actor) -> ColumnElement[bool]:
    """Return what `SNAPSHOT_REVIEW` says, by student: a mentor has some hundred, with thousands of snapshots."""
    if actor.has("admin"):
        return policy.SNAPSHOT_REVIEW.where(actor, many=True)
    others = select(Student.id).where(
        policy.TEND_STUDENT.where(actor, many=True), Student.user_id != actor.own_id
    )
    # Of millions of snapshots some hundred wait, which PostgreSQL's sample does not show: it would plan for one and
    # look the students up again for each.
    mine = others.correlate(None).cte("mine").prefix_with("MATERIALIZED", dialect="postgresql")
    return Snapshot.student_id.in_(select(mine.c.id))


def pending(
    db: Session,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Any]:
    """Return the snapshots that wait for one's review, or a part of them, the newest first. Raises Forbidden."""
    policy.REVIEW.require(actor)
    return db.execute(
        select(
            Snapshot.id.label("snapshot_id"),
            User.full_name.label("student_name"),
            Student.register_number,
            Platform.key.label("platform_name"),
            CodingAccount.username,
            Snapshot.total_solved,
            Snapshot.contest_rating,
            Snapshot.taken_on.label("snapshot_date"),
            Snapshot.created_at.label("submitted_at"),
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .join(User, User.id == Student.user_id)
        .where(*_narrowed(actor, wanted))
        .order_by(Snapshot.taken_on.desc(), Snapshot.id.desc())
        .limit(limit)
        .offset(offset or None)
    ).all()


def page(db: Session, actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return the first snapshots that wait, the one that waits longest first. Raises Forbidden."""
    policy.REVIEW.require(actor)
    return db.execute(
        select(
            Snapshot.id,
            User.full_name,
            Platform.name.label("platform"),
            Snapshot.taken_on,
            Snapshot.flags,
            Snapshot.flagged,
            Snapshot.evidence_asked_at,
            Snapshot.source,
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .join(User, User.id == Student.user_id)
        .where(*_narrowed(actor, wanted))
        .order_by(Snapshot.created_at, Snapshot.id)
        .limit(SHOWN)
    ).all()


def counts(db: Session, actor: Actor, wanted: Wanted) -> tuple[int, int]:
    """Return how many wait in all, up to 10,000, and how many of them have a flag."""
    capped = (
        select(Snapshot.flagged)
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(*_narrowed(actor, replace(wanted, flagged=None)))
        .limit(COUNTED_TO)
        .subquery()
    )
    row = db.execute(
        select(
            func.count(), func.coalesce(func.sum(case((capped.c.flagged, 1), else_=0)), 0)
        ).select_from(capped)
    ).one()
    return int(row[0]), int(row[1])


def ids(db: Session, actor: Actor, wanted: Wanted) -> list[int]:
    """Return the numbers of what waits, at most as many as are decided at once."""
    policy.REVIEW.require(actor)
    return list(
        db.scalars(
            select(Snapshot.id)
            .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
            .join(Platform, Platform.id == CodingAccount.platform_id)
            .where(*_narrowed(actor, wanted))
            .order_by(Snapshot.id)
            .limit(MOST_AT_ONCE)
        )
    )


def shown(db: Session, actor: Actor, snapshot_id: int) -> Any:
    """Return a snapshot one may review or see with what belongs beside it, and the approved one before it.

    Raises NotFound, Forbidden.
    """
    policy.SNAPSHOT_READ.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    return db.execute(
        select(
            Snapshot.id,
            Snapshot.account_id,
            Snapshot.student_id,
            Snapshot.taken_on,
            *(getattr(Snapshot, name) for name in NUMBERS),
            Snapshot.source,
            Snapshot.status,
            Snapshot.flags,
            Snapshot.note,
            Snapshot.remarks,
            Snapshot.corrects_id,
            Snapshot.evidence_id,
            Snapshot.evidence_asked_at,
            Snapshot.created_at,
            User.full_name,
            Student.register_number,
            Student.user_id,
            CodingAccount.username,
            CodingAccount.proved_at,
            Platform.name.label("platform"),
            Platform.profile_url,
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .join(User, User.id == Student.user_id)
        .where(Snapshot.id == snapshot_id)
    ).one()


def approved_before(db: Session, account_id: int, taken_on: date, limit: int = 1) -> Sequence[Any]:
    """Return the latest approved snapshots dated before a day, the latest first; the caller has asked."""
    return db.execute(
        select(Snapshot.id, Snapshot.taken_on, *(getattr(Snapshot, name) for name in NUMBERS))
        .where(
            Snapshot.account_id == account_id,
            Snapshot.status == Status.APPROVED,
            Snapshot.taken_on < taken_on,
        )
        .order_by(Snapshot.taken_on.desc())
        .limit(limit)
    ).all()


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts what waits of one's own students, and of those one stands in for."""
    own = select(MentorAssignment.mentee_id).where(MentorAssignment.mentor_id == user_id)
    lent = (
        select(MentorAssignment.mentee_id)
        .join(Delegation, Delegation.mentor_id == MentorAssignment.mentor_id)
        .where(Delegation.deputy_id == user_id, *policy.delegated_today())
    )
    also_own = (
        select(MentorAssignment.id)
        .where(
            MentorAssignment.mentee_id == Student.user_id,
            MentorAssignment.mentor_id == user_id,
        )
        .correlate(Student, User)
        .exists()
    )
    both = _waiting(own) + _waiting(lent, ~also_own)
    return select(both).correlate(User).scalar_subquery()


def _waiting(people: Any, *narrowed: ColumnElement[bool]) -> ScalarSelect[int]:
    students = select(Student.id).where(Student.user_id.in_(people.correlate(User)), *narrowed)
    return (
        select(func.count(Snapshot.id))
        .where(Snapshot.status == Status.PENDING, Snapshot.student_id.in_(students.correlate(User)))
        .correlate(User)
        .scalar_subquery()
    )
