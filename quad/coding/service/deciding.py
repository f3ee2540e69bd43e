"""What a decision needs and what it writes, in as few statements as there are tables.

Whatever changes a snapshot holds its student first. So once the student is held, everything is read by one statement
that locks nothing, and the rows are written as they must become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.util import identity_key

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.snapshots import HELD, Snapshot, SnapshotEventKind, Status
from quad.coding.service import rollups
from quad.coding.service.rollups import Counting
from quad.coding.service.snapshots import note_event
from quad.core import clock
from quad.core.db.changes import note_update
from quad.core.db.together import Together
from quad.core.policy import Actor, admit

WRITTEN = ("status", "slot", "reviewed_by", "reviewed_at", "remarks")
_KINDS = {Status.APPROVED: SnapshotEventKind.APPROVED, Status.REJECTED: SnapshotEventKind.REJECTED}

_TABLE: Any = Snapshot.__table__
_IDS: Any = bindparam("snapshots", expanding=True)
_STATE = (
    Snapshot.id,
    Snapshot.account_id,
    Snapshot.taken_on,
    *(getattr(Snapshot, n) for n in WRITTEN),
)
_ASKED = (
    select(
        *_STATE,
        Snapshot.student_id,
        Student.user_id,
        *rollups.COUNTED,
    )
    .join(Student, Student.id == Snapshot.student_id)
    .where(Snapshot.id.in_(_IDS))
)
_Asked = aliased(Snapshot)
# What counts on the day of one of them: an approved correction takes its place.
_REPLACED = (
    select(*_STATE)
    .join(
        _Asked,
        (_Asked.account_id == Snapshot.account_id) & (_Asked.taken_on == Snapshot.taken_on),
    )
    .where(_Asked.id.in_(_IDS), Snapshot.slot == HELD, Snapshot.id != _Asked.id)
)
_PARTS = {"asked": _ASKED, "replaced": _REPLACED}
_ALONE, _WITH_NUMBERS = Together(_PARTS), Together({**_PARTS, **rollups.OWN})


def hold(db: Session, actor: Actor, snapshot_id: int) -> int:
    """Hold the student of a snapshot that `actor` may review until the unit ends, and return who it is (one statement).

    Raises NotFound, Forbidden.
    """
    owner = select(Snapshot.student_id).where(Snapshot.id == snapshot_id).scalar_subquery()
    standing = policy.SNAPSHOT_REVIEW.standing(actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    found = db.execute(
        select(Student.id, standing).where(Student.id == owner).with_for_update(key_share=True)
    ).first()
    admit(found[1] if found else 0)
    assert found is not None
    return int(found[0])


def read(
    db: Session, snapshot_ids: Sequence[int], student_ids: Sequence[int] = ()
) -> dict[str, list[Any]]:
    """Read what decisions on snapshots of students who are held need (one statement).

    With `student_ids` that includes everything the numbers of these students follow from, for approvals.
    """
    values = {"snapshots": list(snapshot_ids)}
    if student_ids:
        return _WITH_NUMBERS.read(db, {**values, "students": list(student_ids)})
    return _ALONE.read(db, values)


@dataclass(frozen=True)
class Decision:
    """What becomes of one snapshot that was read."""

    row: Any
    status: Status
    remarks: str | None = None


def settle(
    db: Session,
    by: Actor,
    found: Mapping[str, Sequence[Any]],
    decisions: Sequence[Decision],
    counting: Counting,
) -> None:
    """Write decisions: the snapshots, what happened to them, and the numbers of those whose figures count now."""
    if not decisions:
        return
    _write(db, by, found["replaced"], decisions)
    for one in decisions:
        note_event(db, by, one.row.id, _KINDS[one.status], one.remarks or "")
    fresh = [one.row for one in decisions if one.status is Status.APPROVED]
    if fresh:
        rollups.settle(db, found, fresh=fresh, counting=counting)


def _write(db: Session, by: Actor, replaced: Sequence[Any], decisions: Sequence[Decision]) -> None:
    counted = {(row.account_id, row.taken_on): row for row in replaced}
    moment = clock.now()
    changes = []
    for one in decisions:
        row, approved = one.row, one.status is Status.APPROVED
        old = counted.get((row.account_id, row.taken_on)) if approved else None
        if old is not None:  # leaves the place of the day before another one takes it
            changes.append(_changed(db, old, status=Status.SUPERSEDED, slot=None))
        reviewed = {
            "status": one.status,
            "slot": HELD if approved else None,
            "reviewed_by": by.id,
            "reviewed_at": moment,
            "remarks": one.remarks,
        }
        changes.append(_changed(db, row, **reviewed))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in WRITTEN}
    change = update(_TABLE).where(_TABLE.c.id == bindparam("snapshot")).values(values)
    db.connection().execute(change, changes)


def _changed(db: Session, row: Any, **given: Any) -> dict[str, Any]:
    """Return the values to write for a row, all of them, since every row takes the same statement."""
    before = {name: getattr(row, name) for name in WRITTEN}
    after = before | given
    note_update(db, Snapshot, row.id, before, after)
    known = db.identity_map.get(identity_key(Snapshot, row.id))
    if known is not None:
        db.expire(known)
    return {"snapshot": row.id, **{f"new_{name}": after[name] for name in WRITTEN}}
