"""Reading the audit: the newest entries, the history of a thing, what somebody did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from quad.audit import policy
from quad.audit.kinds import about, subjects_of
from quad.audit.models import AuditEntry, AuditSubject
from quad.core.i18n import lazy_gettext as _l
from quad.core.own_data import OwnData, Table, as_table
from quad.core.policy import Actor
from quad.identity.models.accounts import User

RECENT = 8
MOST = 10_000
PIECE = 500


def get_recent(db: Session, actor: Actor) -> list[Any]:
    """Return the newest entries the actor may read: time, who, what."""
    query = (
        select(AuditEntry.created_at, User.full_name, AuditEntry.action)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(policy.READ.where(actor))
        .order_by(AuditEntry.id.desc())
        .limit(RECENT)
    )
    return list(db.execute(query))


def history(db: Session, actor: Actor, kind: str, row_id: int, most: int = RECENT) -> Sequence[Any]:
    """Return the newest entries about a thing that the actor may read: number, time, who, what, changes.

    One more than `most`, so that the page knows whether there are more. Two statements.
    """
    found = (
        select(AuditSubject.entry_id)
        .where(about(kind, row_id))
        .distinct()
        .order_by(AuditSubject.entry_id.desc())
        .limit(most + 1)
    )
    ids = list(db.scalars(found))
    query = (
        select(
            AuditEntry.id,
            AuditEntry.created_at,
            AuditEntry.action,
            AuditEntry.changes,
            AuditEntry.role,
            User.full_name,
        )
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.id.in_(ids), policy.READ.where(actor))
        .order_by(AuditEntry.id.desc())
    )
    return db.execute(query).all()


def person(db: Session, entry: AuditEntry) -> str | None:
    """Return the name of who did it; the caller has asked the policy."""
    return db.scalar(select(User.full_name).where(User.id == entry.actor_id))


def subjects(db: Session, entry_id: int) -> Sequence[Any]:
    """Return the things an entry is about, at most `PIECE`; the caller has asked the policy."""
    query = (
        select(AuditSubject.kind, AuditSubject.row_id)
        .where(AuditSubject.entry_id == entry_id)
        .order_by(AuditSubject.kind, AuditSubject.row_id)
        .limit(PIECE)
    )
    return db.execute(query).all()


def subject_rows(entry_id: int, found: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return the rows that say what an entry is about."""
    return [{"entry_id": entry_id, "kind": kind, "row_id": row_id} for kind, row_id in found]


def index_again(db: Session, after: int) -> int | None:
    """Find out anew what the next entries after the number `after` are about; return the last one, None at the end."""
    wanted = (
        select(AuditEntry.id, AuditEntry.data, AuditEntry.changes)
        .where(AuditEntry.id > after)
        .order_by(AuditEntry.id)
        .limit(PIECE)
    )
    entries = db.execute(wanted).all()
    if not entries:
        return None
    db.execute(
        delete(AuditSubject).where(AuditSubject.entry_id.in_([entry.id for entry in entries])),
        execution_options={"synchronize_session": False},
    )
    rows = [
        row
        for entry in entries
        for row in subject_rows(entry.id, subjects_of(entry.data, entry.changes))
    ]
    if rows:
        db.execute(insert(AuditSubject), rows)
    last: int = entries[-1].id
    return last


def _own_entries(db: Session, user_id: int) -> Mapping[str, Table]:
    """What somebody did, as the audit has it; the changes to other people's things stay with the audit."""
    query = (
        select(AuditEntry.created_at, AuditEntry.action, AuditEntry.address, AuditEntry.user_agent)
        .where(AuditEntry.actor_id == user_id)
        .order_by(AuditEntry.id.desc())
        .limit(MOST)
    )
    return {"what_you_did": as_table(db.execute(query))}


OWN_DATA = OwnData("audit", _l("Audit"), _own_entries, order=90)
