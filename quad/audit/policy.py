"""Who may read the audit."""

from __future__ import annotations

from quad.audit.models import AuditEntry
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Permission

READ = Permission(
    "audit.entry.read",
    _l("Read the audit"),
    AuditEntry,
    lambda actor: EVERYTHING if actor.has("admin") else NOTHING,
)
