"""The audit over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.audit import policy
from quad.audit.lists import ENTRIES
from quad.audit.service import reading
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("audit_api", __name__, url_prefix="/api/v1", tag="Audit")


class EntryOut(Out):
    """Something that happened. `changes` have table, action, row_id, before and after of each changed row.

    `seq` is empty until the entry is numbered, shortly after it is written; readers that follow the audit go by it.
    """

    id: WireId
    seq: int | None
    at: Moment
    actor_id: WireId | None
    actor: str | None
    role: str
    action: str
    data: dict[str, Any]
    changes: list[dict[str, Any]]
    address: str
    user_agent: str
    request_id: str


@operation(bp, "GET", "/audit/entries", answers=list[EntryOut], paged=True, errors=(403,))
def entries_index() -> Answer:
    """Who did what; filters as on the page: person, kind, about (student:12), action, from, until, address, request."""
    return list_json(ENTRIES, lambda row: {**row._asdict(), "actor": row.full_name})


@operation(bp, "GET", "/audit/entries/<int:entry_id>", answers=EntryOut)
def entry_show(entry_id: int) -> dict[str, Any]:
    """One entry."""
    db = current_db()
    entry = policy.READ.get(db, current_actor(), entry_id)
    names = ("id", "seq", "actor_id", "role", "action", "data", "changes")
    told = {name: getattr(entry, name) for name in names}
    where = {name: getattr(entry, name) for name in ("address", "user_agent", "request_id")}
    return {**told, **where, "at": entry.created_at, "actor": reading.person(db, entry)}
