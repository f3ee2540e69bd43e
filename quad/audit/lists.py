"""The audit as a list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from quad.audit import policy
from quad.audit.models import AuditEntry
from quad.core.i18n import current_reader, moment
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.identity.models import User

SHOWN_CHANGES = 3


def _start(day: date, later: int = 0) -> datetime:
    """The first moment of a day, in the reader's zone."""
    zone = ZoneInfo(current_reader().zone)
    return datetime.combine(day + timedelta(days=later), time(), zone)


def _who(row: Any) -> Cell:
    return Cell(row.full_name or "System", sub=row.address, kind="person")


def _what(row: Any) -> Cell:
    changed = [
        ", ".join(sorted(change["after"] or change["before"]))
        for change in row.changes[:SHOWN_CHANGES]
    ]
    return Cell(row.action, sub="; ".join(part for part in changed if part))


ENTRIES = Listing(
    name="audit.entries",
    title=_l("Audit"),
    singular=_l("entry"),
    plural=_l("entries"),
    read=policy.READ,
    columns=(
        Column(
            "at",
            _l("When"),
            AuditEntry.created_at.label("at"),
            lambda row: Cell(moment(row.at), kind="date"),
            sort=AuditEntry.created_at,
        ),
        Column("who", _l("Who"), (User.full_name, AuditEntry.address), _who),
        Column("what", _l("What"), (AuditEntry.action, AuditEntry.changes), _what),
        Column("user_agent", _l("Program"), AuditEntry.user_agent, default=False, hide_below="lg"),
        Column("request_id", _l("Request"), AuditEntry.request_id, default=False, hide_below="lg"),
    ),
    joins=lambda query: query.outerjoin(User, User.id == AuditEntry.actor_id),
    default_sort="-at",
    href=lambda row: ("audit.show", {"entry_id": row.id}),
    row_label=lambda row: row.action,
    filters=(
        Filter("action", _l("What happened"), "text", lambda word: AuditEntry.action == word),
        Filter("from", _l("From"), "date", lambda day: AuditEntry.created_at >= _start(day)),
        Filter("until", _l("Until"), "date", lambda day: AuditEntry.created_at < _start(day, 1)),
        Filter("address", _l("Address"), "text", lambda word: AuditEntry.address == word),
    ),
)
