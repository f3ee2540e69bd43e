"""Audit listens to `Fact` itself, so that nothing can forget to be audited."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quad.audit.kinds import subjects_of
from quad.audit.models import AuditEntry, AuditSubject, action_of
from quad.audit.service.reading import subject_rows
from quad.core.db.changes import plain, take_changes
from quad.core.db.model import acting_user
from quad.core.facts import Fact, at_unit_end, on
from quad.core.origin import current_origin

LONGEST_USER_AGENT = 300


@on(Fact)
def record(db: Session, fact: Fact) -> None:
    """Write the fact, with every change made since the last one in this unit."""
    data = {key: plain(value) for key, value in asdict(fact).items() if key != "actor_id"}
    _write(db, action_of(type(fact)), fact.actor_id, data)


@at_unit_end
def record_the_rest(db: Session) -> None:
    """Changes that no fact spoke of are still written down."""
    if db.info.get("changes"):
        _write(db, "changed", acting_user(), {})
        db.flush()


def _write(db: Session, action: str, actor_id: int | None, data: dict[str, Any]) -> None:
    origin = current_origin()
    changes = [change.as_json() for change in take_changes(db)]
    entry = AuditEntry(
        actor_id=actor_id,
        action=action,
        data=data,
        changes=changes,
        address=origin.address,
        user_agent=origin.user_agent[:LONGEST_USER_AGENT],
        request_id=origin.request_id,
        role=origin.role,
    )
    db.add(entry)
    found = subjects_of(data, changes)
    if found:
        db.flush()
        db.execute(insert(AuditSubject), subject_rows(entry.id, found))
