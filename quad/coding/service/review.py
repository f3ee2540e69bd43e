"""Deciding about snapshots. Of two reviewers at once one decides; the other is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.facts import EvidenceAsked, SnapshotApproved, SnapshotRejected, SnapshotReviewed
from quad.coding.forms.snapshots import AskEvidence, BatchReview, RejectSnapshot
from quad.coding.models.snapshots import HELD, Snapshot, SnapshotEventKind, Status
from quad.coding.service import rollups
from quad.coding.service.snapshots import note_event
from quad.core import clock
from quad.core.errors import QuadError, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor

APPROVED, REJECTED, SKIPPED = "approved", "rejected", "skipped"
STATE_WORDS = {
    Status.PENDING: _l("pending"),
    Status.APPROVED: _l("approved"),
    Status.REJECTED: _l("rejected"),
    Status.SUPERSEDED: _l("superseded"),
}


class Decided(Rejected):
    """Somebody decided about this snapshot already."""


@dataclass(frozen=True)
class Result:
    """What became of one snapshot of many."""

    id: int
    status: str
    error: str | None = None


def approve(db: Session, actor: Actor, snapshot_id: int) -> Snapshot:
    """Let a snapshot count. Raises NotFound, Forbidden, Decided."""
    row = _held(db, actor, snapshot_id)
    _approve(db, actor, row)
    rollups.refresh(db, [row.student_id])
    _tell(db, actor, SnapshotApproved, [row])
    return row


def reject(db: Session, actor: Actor, snapshot_id: int, form: RejectSnapshot) -> Snapshot:
    """Do not let a snapshot count, with the reason. Raises NotFound, Forbidden, Decided."""
    row = _held(db, actor, snapshot_id)
    _reject(db, actor, row, form.remarks)
    _tell(db, actor, SnapshotRejected, [row])
    return row


def ask_evidence(db: Session, actor: Actor, snapshot_id: int, form: AskEvidence) -> Snapshot:
    """Ask the student to show more; the snapshot goes on waiting. Raises NotFound, Forbidden, Decided."""
    row = _held(db, actor, snapshot_id)
    row.evidence_asked_at = clock.now()
    row.remarks = form.remarks
    note_event(db, actor, row, SnapshotEventKind.EVIDENCE_ASKED, form.remarks)
    _tell(db, actor, EvidenceAsked, [row])
    return row


def _held(db: Session, actor: Actor, snapshot_id: int) -> Snapshot:
    """Load a snapshot that waits, holding its student before it."""
    rollups.lock_owner(db, snapshot_id)
    row = policy.SNAPSHOT_REVIEW.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW, lock=True)
    _require_waiting(row)
    return row


def _require_waiting(row: Snapshot) -> None:
    if row.status is not Status.PENDING:
        raise Decided(_("Snapshot is already %(state)s", state=str(STATE_WORDS[row.status])))


def _approve(db: Session, actor: Actor, row: Snapshot) -> None:
    row.reviewed_by, row.reviewed_at, row.remarks = actor.id, clock.now(), None
    settle(db, row)
    note_event(db, actor, row, SnapshotEventKind.APPROVED)


def settle(db: Session, row: Snapshot) -> None:
    """Make a snapshot the one of its day that counts, in the place of what it corrects."""
    if row.slot != HELD:
        old = db.scalar(
            select(Snapshot).where(
                Snapshot.account_id == row.account_id,
                Snapshot.taken_on == row.taken_on,
                Snapshot.slot == HELD,
            )
        )
        if old is not None:
            old.status, old.slot = Status.SUPERSEDED, None
            db.flush()
        row.slot = HELD
    row.status = Status.APPROVED
    db.flush()


def _reject(db: Session, actor: Actor, row: Snapshot, remarks: str) -> None:
    row.status, row.slot = Status.REJECTED, None
    row.reviewed_by, row.reviewed_at, row.remarks = actor.id, clock.now(), remarks
    note_event(db, actor, row, SnapshotEventKind.REJECTED, remarks)
    db.flush()


def _tell(
    db: Session, actor: Actor, kind: type[SnapshotReviewed], rows: Iterable[Snapshot]
) -> None:
    found = list(rows)
    users = _users(db, [row.student_id for row in found])
    for row in found:
        fact = kind(
            actor_id=actor.id,
            snapshot_id=row.id,
            student_id=row.student_id,
            user_id=users[row.student_id],
        )
        emit(db, fact)


def _users(db: Session, student_ids: Sequence[int]) -> dict[int, int]:
    query = select(Student.id, Student.user_id).where(Student.id.in_(student_ids))
    return {row.id: row.user_id for row in db.execute(query)}


def batch(db: Session, actor: Actor, form: BatchReview) -> list[Result]:
    """Decide about many snapshots, each on its own: what cannot be done is skipped with a sentence.

    The numbers of every student are reckoned once. Raises Forbidden for somebody who reviews nothing.
    """
    policy.REVIEW.require(actor)
    asked = [*form.approve, *(one.id for one in form.reject)]
    rows = _held_many(db, actor, asked)
    results: dict[int, Result] = {}
    approved: list[Snapshot] = []
    rejected: list[Snapshot] = []
    for number in form.approve:
        row = rows.get(number)
        if number not in results:
            results[number] = _one(number, row)
            if row is not None and results[number].status == APPROVED:
                _approve(db, actor, row)
                approved.append(row)
    for one in form.reject:
        if one.id in results:
            continue
        row = rows.get(one.id)
        results[one.id] = _one(one.id, row, remarks=one.remarks)
        if row is not None and results[one.id].status == REJECTED:
            _reject(db, actor, row, one.remarks.strip())
            rejected.append(row)
    rollups.refresh(db, [row.student_id for row in approved])
    _tell(db, actor, SnapshotApproved, approved)
    _tell(db, actor, SnapshotRejected, rejected)
    return list(results.values())


def _held_many(db: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Snapshot]:
    """Load those of these snapshots that one may review, holding their students first."""
    mine = (Snapshot.id.in_(ids), policy.SNAPSHOT_REVIEW.where(actor))
    students = db.scalars(select(Snapshot.student_id).where(*mine)).all()
    rollups.lock(db, students)
    query = select(Snapshot).where(*mine).order_by(Snapshot.id).with_for_update()
    found = db.scalars(query.execution_options(populate_existing=True))
    return {row.id: row for row in found}


def _one(number: int, row: Snapshot | None, *, remarks: str | None = None) -> Result:
    """Say what becomes of one snapshot: approved, or rejected when there are `remarks`, or why it is skipped."""
    if row is None:
        return Result(number, SKIPPED, _("There is nothing here, or you may not see it."))
    try:
        _require_waiting(row)
    except QuadError as error:
        return Result(number, SKIPPED, str(error))
    if remarks is None:
        return Result(number, APPROVED)
    if not remarks.strip():
        return Result(number, SKIPPED, _("Say why it is rejected."))
    return Result(number, REJECTED)
