"""What audiences add to the product."""

from __future__ import annotations

from quad.audience import api, listeners, views
from quad.core.i18n import lazy_gettext as _l
from quad.web.module import Module

MODULE = Module(
    "audience", blueprints=(views.bp, api.bp), label=_l("Audiences"), parts=(listeners,)
)
