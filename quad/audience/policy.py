"""Who may ask whom an audience would reach, and how exactly they are told."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Gate

ASK = Gate("audience.ask", _l("Ask how many people an audience reaches"), lambda actor: True)
SEE_EXACTLY = Gate(
    "audience.exactly",
    _l("See exactly how many people an audience reaches, however few"),
    lambda actor: actor.has("admin", "placement"),
)
