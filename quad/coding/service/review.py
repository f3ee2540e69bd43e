"""Deciding about snapshots. Of two reviewers at once one decides; the other is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.facts import EvidenceAsked, SnapshotApproved, SnapshotRejected, SnapshotReviewed
from quad.coding.forms.snapshots import AskEvidence, BatchReview, RejectSnapshot
from quad.coding.models.snapshots import Snapshot, SnapshotEventKind, Status
from quad.coding.service import counting, deciding, rollups
from quad.coding.service.deciding import Decision
from quad.coding.service.snapshots import note_event
from quad.core import clock
from quad.core.errors import QuadError, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor

_FACTS: dict[Status, type[SnapshotReviewed]] = {
    Status.APPROVED: SnapshotApproved,
    Status.REJECTED: SnapshotRejected,
}
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


def approve(db: Session, actor: Actor, snapshot_id: int) -> None:
    """Let a snapshot count. Raises NotFound, Forbidden, Decided."""
    student_id = deciding.hold(db, actor, snapshot_id)
    found = deciding.read(db, [snapshot_id], [student_id])
    row = found["asked"][0]
    _require_waiting(row)
    _decide(db, actor, found, [Decision(row, Status.APPROVED)])


def reject(db: Session, actor: Actor, snapshot_id: int, form: RejectSnapshot) -> None:
    """Do not let a snapshot count, with the reason. Raises NotFound, Forbidden, Decided."""
    deciding.hold(db, actor, snapshot_id)
    found = deciding.read(db, [snapshot_id])
    row = found["asked"][0]
    _require_waiting(row)
    _decide(db, actor, found, [Decision(row, Status.REJECTED, form.remarks)])


def _decide(
    db: Session, actor: Actor, found: Mapping[str, Sequence[Any]], decisions: Sequence[Decision]
) -> None:
    deciding.settle(db, actor, found, decisions, counting.promise)
    for one in decisions:
        _tell(db, actor, _FACTS[one.status], one.row, one.row.user_id)


def ask_evidence(db: Session, actor: Actor, snapshot_id: int, form: AskEvidence) -> Snapshot:
    """Ask the student to show more; the snapshot goes on waiting. Raises NotFound, Forbidden, Decided."""
    student_id = deciding.hold(db, actor, snapshot_id)
    row = db.get_one(Snapshot, snapshot_id, populate_existing=True)
    _require_waiting(row)
    row.evidence_asked_at = clock.now()
    row.remarks = form.remarks
    note_event(db, actor, row.id, SnapshotEventKind.EVIDENCE_ASKED, form.remarks)
    user_id = db.scalars(select(Student.user_id).where(Student.id == student_id)).one()
    _tell(db, actor, EvidenceAsked, row, user_id)
    return row


def _require_waiting(row: Any) -> None:
    if row.status is not Status.PENDING:
        raise Decided(_("Snapshot is already %(state)s", state=str(STATE_WORDS[row.status])))


def _tell(db: Session, actor: Actor, kind: type[SnapshotReviewed], row: Any, user_id: int) -> None:
    fact = kind(actor_id=actor.id, snapshot_id=row.id, student_id=row.student_id, user_id=user_id)
    emit(db, fact)


def batch(db: Session, actor: Actor, form: BatchReview) -> list[Result]:
    """Decide about many snapshots, each on its own: what cannot be done is skipped with a sentence.

    The numbers of every student are reckoned once. Raises Forbidden for somebody who reviews nothing.
    """
    policy.REVIEW.require(actor)
    asked = [*form.approve, *(one.id for one in form.reject)]
    found = _held_many(db, actor, asked, numbers=bool(form.approve))
    rows = {row.id: row for row in found["asked"]}
    results: dict[int, Result] = {}
    decisions = []
    for number in form.approve:
        if number not in results:
            results[number] = _one(number, rows.get(number))
            if results[number].status == APPROVED:
                decisions.append(Decision(rows[number], Status.APPROVED))
    for one in form.reject:
        if one.id in results:
            continue
        results[one.id] = _one(one.id, rows.get(one.id), remarks=one.remarks)
        if results[one.id].status == REJECTED:
            decisions.append(Decision(rows[one.id], Status.REJECTED, one.remarks.strip()))
    _decide(db, actor, found, decisions)
    return list(results.values())


def _held_many(
    db: Session, actor: Actor, ids: Sequence[int], *, numbers: bool
) -> dict[str, list[Any]]:
    """Read those of these snapshots that one may review, holding their students first."""
    query = select(Snapshot.id, Snapshot.student_id).where(
        Snapshot.id.in_(ids), policy.SNAPSHOT_REVIEW.where(actor)
    )
    mine = db.execute(query).all()
    students = sorted({row.student_id for row in mine})
    rollups.lock(db, students)
    return deciding.read(db, [row.id for row in mine], students if numbers else ())


def _one(number: int, row: Any, *, remarks: str | None = None) -> Result:
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
