"""Who may open the page of what waits. What stands there, and what may be decided, each domain's policy says."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Gate

OPEN = Gate(
    "approvals.open", _l("Open the page of what waits for oneself"), lambda a: a.id is not None
)
