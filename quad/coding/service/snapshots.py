"""Submitting and correcting snapshots, and reading their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.coding import policy
from quad.coding.facts import SnapshotSubmitted
from quad.coding.forms.snapshots import Numbers, SnapshotForm
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import (
    CORRECTION,
    HELD,
    Flag,
    Snapshot,
    SnapshotEvent,
    SnapshotEventKind,
    Source,
    Status,
)
from quad.coding.service import checking, evidence, rollups
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.taking import Taken
from quad.identity.models.accounts import User

NUMBERS = tuple(Numbers.model_fields)
HELD_STATES = (Status.PENDING, Status.APPROVED)


def submit(
    db: Session,
    actor: Actor,
    account_id: int,
    form: SnapshotForm,
    picture: Taken | None = None,
) -> Snapshot:
    """Hand in a snapshot of one's own account for review.

    Raises NotFound, Forbidden, Invalid, Rejected when there is one of this day already.
    """
    account = _own_linked(db, actor, account_id)
    taken_on = form.snapshot_date
    if taken_on is None:
        raise Invalid({"snapshot_date": _("Please fill this in.")})
    checking.require_sane(db, account.id, taken_on, form, explained=bool(form.note))
    require_free(db, account.id, taken_on)
    row = enter(db, account, taken_on, form, source=Source.MANUAL, note=form.note)
    if picture is not None:
        evidence.keep(db, actor, row, picture)
    note_event(db, actor, row.id, SnapshotEventKind.SUBMITTED, form.note)
    emit(db, SnapshotSubmitted(actor_id=actor.id, snapshot_id=row.id, student_id=row.student_id))
    return row


def _own_linked(db: Session, actor: Actor, account_id: int) -> CodingAccount:
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, read=policy.ACCOUNT_KNOW)
    rollups.lock(db, [account.student_id])
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, lock=True)
    if not account.is_active:
        raise Rejected(_("This account is not linked any more. Link it again first."))
    return account


def require_free(db: Session, account_id: int, taken_on: date) -> None:
    """Raise Rejected when an account has a snapshot of this day that waits or counts."""
    there = db.scalar(
        select(Snapshot.status).where(
            Snapshot.account_id == account_id,
            Snapshot.taken_on == taken_on,
            Snapshot.slot == HELD,
        )
    )
    if there is not None:
        raise Rejected(
            _("There is a snapshot of this account and day already. Correct that one instead.")
        )


def enter(
    db: Session,
    account: CodingAccount,
    taken_on: date,
    given: Numbers,
    *,
    source: Source,
    note: str = "",
    slot: int = HELD,
    corrects_id: int | None = None,
) -> Snapshot:
    """Write the row of a new snapshot that waits; the caller has checked it and holds the student."""
    flags = checking.flags(db, account, taken_on, given.total_solved)
    row = Snapshot(
        account_id=account.id,
        student_id=account.student_id,
        taken_on=taken_on,
        **{name: getattr(given, name) for name in NUMBERS},
        source=source,
        status=Status.PENDING,
        slot=slot,
        corrects_id=corrects_id,
        flags=flags,
        flagged=any(flag != Flag.UNPROVED for flag in flags),
        note=note,
    )
    db.add(row)
    db.flush()
    return row


def note_event(
    db: Session, by: Actor, snapshot_id: int, kind: SnapshotEventKind, text: str = ""
) -> None:
    """Write down what happened to a snapshot."""
    db.add(SnapshotEvent(snapshot_id=snapshot_id, kind=kind, actor_id=by.id, text=text))


def correct(db: Session, actor: Actor, snapshot_id: int, form: SnapshotForm) -> Snapshot:
    """Hand in other numbers for the day of a snapshot that waits or counts; what counts does so until the approval.

    Raises NotFound, Forbidden, Invalid, Rejected.
    """
    old = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    account = _own_linked(db, actor, old.account_id)
    old = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, lock=True)
    if old.status not in HELD_STATES:
        raise Rejected(_("This snapshot does not count any more. Hand in a new one."))
    if old.status is Status.APPROVED and _correction_waits(db, old):
        raise Rejected(_("A correction of this snapshot waits for its review already."))
    checking.require_sane(db, account.id, old.taken_on, form, explained=bool(form.note))
    row = replace(db, account, old, form, source=Source.MANUAL, note=form.note)
    note_event(db, actor, row.id, SnapshotEventKind.SUBMITTED, form.note)
    emit(db, SnapshotSubmitted(actor_id=actor.id, snapshot_id=row.id, student_id=row.student_id))
    return row


def _correction_waits(db: Session, old: Snapshot) -> bool:
    waiting = select(Snapshot.id).where(
        Snapshot.account_id == old.account_id,
        Snapshot.taken_on == old.taken_on,
        Snapshot.slot == CORRECTION,
    )
    return db.scalar(waiting) is not None


def replace(
    db: Session,
    account: CodingAccount,
    old: Snapshot,
    given: Numbers,
    *,
    source: Source,
    note: str = "",
) -> Snapshot:
    """Write a new snapshot in the place of one that waits, or beside one that counts."""
    slot, corrects = CORRECTION, old.id
    if old.status is Status.PENDING:
        slot, corrects = old.slot or HELD, old.corrects_id or old.id
        old.status, old.slot = Status.SUPERSEDED, None
        db.flush()
    return enter(
        db,
        account,
        old.taken_on,
        given,
        source=source,
        note=note,
        slot=slot,
        corrects_id=corrects,
    )


def history(db: Session, actor: Actor, account_id: int) -> Sequence[Any]:
    """Return the snapshots of an account one may see, the latest day first; superseded ones are left out.

    Raises NotFound, Forbidden.
    """
    account = readable(db, actor, account_id)
    return db.execute(
        _shown()
        .where(Snapshot.account_id == account.id, Snapshot.status != Status.SUPERSEDED)
        .order_by(Snapshot.taken_on.desc(), Snapshot.id.desc())
    ).all()


def latest(db: Session, actor: Actor, account_id: int) -> Any:
    """Return the latest approved snapshot of an account one may see. Raises NotFound, Forbidden."""
    account = readable(db, actor, account_id)
    found = db.execute(
        _shown()
        .where(Snapshot.account_id == account.id, Snapshot.status == Status.APPROVED)
        .order_by(Snapshot.taken_on.desc(), Snapshot.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotFound(_("No snapshots found"))
    return found


def readable(db: Session, actor: Actor, account_id: int) -> CodingAccount:
    """Return an account whose history one may read. Raises NotFound, Forbidden."""
    return policy.ACCOUNT_READ.get(db, actor, account_id, read=policy.ACCOUNT_KNOW)


def one(db: Session, actor: Actor, snapshot_id: int) -> Any:
    """Return one snapshot one may see, as a row. Raises NotFound, Forbidden."""
    row = policy.SNAPSHOT_READ.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    return db.execute(_shown().where(Snapshot.id == row.id)).one()


Reviewer = aliased(User)


def _shown() -> Any:
    return select(
        Snapshot.id,
        Snapshot.account_id,
        Snapshot.account_id.label("platform_account_id"),
        *(getattr(Snapshot, name) for name in NUMBERS),
        Snapshot.taken_on.label("snapshot_date"),
        Snapshot.created_at,
        Snapshot.status,
        Snapshot.source,
        Snapshot.flags,
        Snapshot.note,
        Snapshot.evidence_id,
        Snapshot.evidence_asked_at,
        Snapshot.corrects_id,
        Snapshot.reviewed_by,
        Reviewer.full_name.label("reviewer"),
        Snapshot.reviewed_at,
        Snapshot.remarks,
    ).outerjoin(Reviewer, Reviewer.id == Snapshot.reviewed_by)


def events(db: Session, snapshot_id: int) -> Sequence[Any]:
    """Return what happened to a snapshot the caller may see, the first thing first."""
    return db.execute(
        select(SnapshotEvent.kind, SnapshotEvent.text, SnapshotEvent.created_at, User.full_name)
        .outerjoin(User, User.id == SnapshotEvent.actor_id)
        .where(SnapshotEvent.snapshot_id == snapshot_id)
        .order_by(SnapshotEvent.id)
    ).all()
