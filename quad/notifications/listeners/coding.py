"""What people are told of coding, and by which facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.coding.facts import (
    AccountProved,
    DigestPrepared,
    EvidenceAsked,
    ProofFailed,
    RanksMoved,
    ReviewsWaiting,
    RisksFound,
    SnapshotApproved,
    SnapshotRejected,
    SnapshotReviewed,
)
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import RankMark
from quad.coding.models.snapshots import Snapshot
from quad.coding.models.sync import MentorDigest
from quad.core.facts import on
from quad.core.jobs.later import on_later
from quad.identity.models.accounts import User
from quad.notifications.kinds.base import Kind
from quad.notifications.kinds.coding import (
    CODING_APPROVED,
    CODING_DIGEST,
    CODING_EVIDENCE,
    CODING_PROVED,
    CODING_RANK,
    CODING_REJECTED,
    CODING_RISK,
    CODING_UNPROVED,
    CODING_WAITING,
)
from quad.notifications.service import Letter, notify

NAMED = 5


@on_later(SnapshotApproved)
def tell_of_approval(db: Session, fact: SnapshotApproved) -> None:
    """Tell the student that the figures count now."""
    _tell_of_review(db, CODING_APPROVED, fact)


@on_later(SnapshotRejected)
def tell_of_rejection(db: Session, fact: SnapshotRejected) -> None:
    """Tell the student that the figures do not count, and why."""
    _tell_of_review(db, CODING_REJECTED, fact)


@on(EvidenceAsked)
def tell_of_question(db: Session, fact: EvidenceAsked) -> None:
    """Tell the student what the reviewer would like to see."""
    _tell_of_review(db, CODING_EVIDENCE, fact)


def _tell_of_review(db: Session, kind: Kind, fact: SnapshotReviewed) -> None:
    row = db.execute(
        select(Platform.name, Snapshot.taken_on, Snapshot.remarks, Snapshot.account_id)
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(Snapshot.id == fact.snapshot_id)
    ).one()
    data = {"platform": row.name, "day": row.taken_on.isoformat(), "reason": row.remarks or ""}
    notify(db, kind, [fact.user_id], data, f"/coding/accounts/{row.account_id}")


@on(AccountProved)
def tell_of_proof(db: Session, fact: AccountProved) -> None:
    """Tell the student that the account is proved."""
    _tell_of_look(db, CODING_PROVED, fact.coding_account_id)


@on(ProofFailed)
def tell_of_missing_proof(db: Session, fact: ProofFailed) -> None:
    """Tell the student that the proof was not found."""
    _tell_of_look(db, CODING_UNPROVED, fact.coding_account_id)


def _tell_of_look(db: Session, kind: Kind, account_id: int) -> None:
    row = db.execute(
        select(CodingAccount.username, Platform.name, Student.user_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == CodingAccount.student_id)
        .where(CodingAccount.id == account_id)
    ).one()
    data = {"handle": row.username, "platform": row.name}
    notify(db, kind, [row.user_id], data, f"/coding/accounts/{account_id}/sync")


@on(ReviewsWaiting)
def tell_of_waiting_snapshots(db: Session, fact: ReviewsWaiting) -> None:
    """Remind reviewers of what waits for them."""
    notify(db, CODING_WAITING, fact.user_ids, {}, "/coding/review")


@on(RisksFound)
def tell_of_risks(db: Session, fact: RisksFound) -> None:
    """Tell a mentor of the students who may need help now."""
    names = db.scalars(
        select(User.full_name)
        .join(Student, Student.user_id == User.id)
        .where(Student.id.in_(fact.student_ids))
        .order_by(Student.sort_name, Student.id)
        .limit(NAMED + 1)
    ).all()
    named = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    data = {"number": len(fact.student_ids), "names": named}
    notify(db, CODING_RISK, [fact.mentor_id], data, "/coding/at-risk")


@on(DigestPrepared)
def send_digest(db: Session, fact: DigestPrepared) -> None:
    """Send a mentor the letter about the week."""
    digest = db.get_one(MentorDigest, fact.digest_id)
    content: dict[str, Any] = digest.content
    letter = Letter("coding/digest", {"digest": content, "week": digest.week})
    data = {"solved": content["solved"]}
    notify(db, CODING_DIGEST, [fact.mentor_id], data, "/coding/students", letter=letter)


@on(RanksMoved)
def tell_of_ranks(db: Session, fact: RanksMoved) -> None:
    """Tell each student of the place in the department, before and now."""
    now, then = aliased(RankMark), aliased(RankMark)
    rows = db.execute(
        select(Student.user_id, then.department_rank, now.department_rank)
        .join(now, (now.student_id == Student.id) & (now.noted_on == fact.noted_on))
        .join(then, (then.student_id == Student.id) & (then.noted_on == fact.before_on))
        .where(Student.id.in_(fact.student_ids))
        .order_by(Student.user_id)
    )
    for user_id, before, after in rows:
        notify(db, CODING_RANK, [user_id], {"before": before, "after": after}, "/coding")
