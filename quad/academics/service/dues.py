"""The dues flag: who owes something, says who, since when and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import DuesCleared, DuesFlagged
from quad.academics.forms.promotion import ClearDues, FlagDues
from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues
from quad.academics.policy import base as records
from quad.academics.policy import promotion as policy
from quad.core import clock
from quad.core.errors import Forbidden, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User


def flag(db: Session, actor: Actor, student_id: int, form: FlagDues) -> Dues:
    """Flag a student; on one who is flagged already the reason is replaced. Raises NotFound, Forbidden."""
    student = policy.DUES_SET.get(db, actor, student_id, read=records.STUDENT_READ, lock=True)
    row = _open(db, student_id)
    if row is None:
        row = Dues(student_id=student_id, reason=form.reason)
        db.add(row)
        db.flush()
    elif row.reason == form.reason:
        return row
    row.reason = form.reason
    emit(
        db,
        DuesFlagged(
            actor_id=actor.id, dues_id=row.id, student_id=student_id, user_id=student.user_id
        ),
    )
    return row


def clear(db: Session, actor: Actor, student_id: int, form: ClearDues) -> Dues:
    """Take the flag away. Raises NotFound, Forbidden, Rejected when there is none."""
    student = policy.DUES_SET.get(db, actor, student_id, read=records.STUDENT_READ, lock=True)
    row = _open(db, student_id)
    if row is None:
        raise Rejected(_("This student has no dues flag."))
    _close(db, actor, row, student.user_id, form.note)
    return row


def clear_many(db: Session, actor: Actor, dues_ids: Iterable[int]) -> int:
    """Clear several flags; return how many. Raises Forbidden when none of them may be cleared."""
    rows = db.execute(
        select(Dues, Student.user_id)
        .join(Student, Student.id == Dues.student_id)
        .where(Dues.id.in_(list(dues_ids)), Dues.open == 1, policy.DUES_CLEAR.where(actor))
        .order_by(Dues.id)
        .with_for_update(of=Dues)
    ).all()
    if not rows:
        raise Forbidden
    for row, user_id in rows:
        _close(db, actor, row, user_id, "")
    return len(rows)


def _open(db: Session, student_id: int) -> Dues | None:
    query = select(Dues).where(Dues.student_id == student_id, Dues.open == 1)
    return db.scalar(query.with_for_update())


def _close(db: Session, actor: Actor, row: Dues, user_id: int, note: str) -> None:
    row.open = None
    row.cleared_at, row.cleared_by, row.cleared_note = clock.now(), actor.id, note
    emit(
        db,
        DuesCleared(actor_id=actor.id, dues_id=row.id, student_id=row.student_id, user_id=user_id),
    )


def history(db: Session, student_id: int, most: int = 20) -> Sequence[Any]:
    """Return the dues of a student, open ones first, then the newest. The caller has asked the policy."""
    return db.execute(
        select(
            Dues.id,
            Dues.reason,
            Dues.open,
            Dues.created_at,
            Dues.cleared_at,
            Dues.cleared_note,
            User.full_name.label("flagged_by"),
        )
        .outerjoin(User, User.id == Dues.created_by)
        .where(Dues.student_id == student_id)
        .order_by(Dues.open.is_(None), Dues.id.desc())
        .limit(most)
    ).all()
