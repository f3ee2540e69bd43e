"""What coding says of people's skills. After reviews, and for many people at once, the worker works it out."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy.orm import Session

from quad.coding.facts import (
    AccountLinked,
    AccountUnlinked,
    SnapshotApproved,
    SnapshotRejected,
    SnapshotsReceived,
)
from quad.coding.service import skills
from quad.core.facts import on
from quad.core.jobs.later import on_later
from quad.core.jobs.outbox import enqueue
from quad.core.settings import SettingsChanged


@on_later(SnapshotApproved)
def show_approved(db: Session, fact: SnapshotApproved) -> None:
    skills.show(db, [fact.student_id])


@on_later(SnapshotRejected)
def doubt_rejected(db: Session, fact: SnapshotRejected) -> None:
    skills.show(db, [fact.student_id])


@on(AccountLinked)
def show_linked(db: Session, fact: AccountLinked) -> None:
    skills.show(db, [fact.student_id])


@on(AccountUnlinked)
def doubt_unlinked(db: Session, fact: AccountUnlinked) -> None:
    skills.show(db, [fact.student_id])


@on(SnapshotsReceived)
def show_received(db: Session, fact: SnapshotsReceived) -> None:
    if len(fact.student_ids) <= skills.AT_ONCE:
        skills.show(db, fact.student_ids)
    else:
        _everybody_later(db)


@on(SettingsChanged)
def show_by_new_rules(db: Session, fact: SettingsChanged) -> None:
    if skills.SHAPING.intersection(fact.keys):
        _everybody_later(db)


def _everybody_later(db: Session) -> None:
    enqueue(db, skills.AGAIN, {}, key=f"{skills.AGAIN}/{uuid4().hex}", lane=skills.AGAIN)
