"""What the page of everything that waits adds to the product."""

from __future__ import annotations

from quad.approvals import api, views
from quad.core.i18n import lazy_gettext as _l
from quad.web.module import Module, Nav

DECIDERS = frozenset({"admin", "hod", "counsellor", "advisor", "faculty", "placement", "alumnus"})

MODULE = Module(
    "approvals",
    blueprints=(views.bp, api.bp),
    nav=(
        Nav(_l("Approvals"), "approvals.index", "checks", "", DECIDERS, badge="approvals", order=2),
    ),
    label=_l("What waits for a decision"),
)
