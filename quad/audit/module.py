"""What the audit adds to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.audit import api, jobs, listeners, views
from quad.audit.service.reading import OWN_DATA, get_recent
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.web.module import Card, Module, Nav, Panel

ADMIN = frozenset({"admin"})


def _recent(db: Session, actor: Actor) -> Mapping[str, Any]:
    return {"entries": get_recent(db, actor)}


MODULE = Module(
    "audit",
    blueprints=(views.bp, api.bp),
    nav=(Nav(_l("Audit"), "audit.index", "history", _l("Administration"), ADMIN, order=96),),
    cards=(Card("recent-activity", "audit/recent.html", _recent, ADMIN, width=6, order=80),),
    panels=tuple(
        Panel(kind, "audit/panel.html", views.panel(kind), order=90)
        for kind in ("student", "course", "offering", "user", "department")
    ),
    label=_l("Audit"),
    own_data=(OWN_DATA,),
    parts=(listeners, jobs),
)
