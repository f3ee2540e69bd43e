"""Reading the audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audit import policy
from quad.audit.models import AuditEntry
from quad.core.policy import Actor
from quad.identity.models import User

RECENT = 8


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
