"""What the audit adds to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.audit import jobs, listeners, views
from quad.audit.service import get_recent
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.web.module import Card, Module, Nav

ADMIN = frozenset({"admin"})


def _recent(db: Session, actor: Actor) -> Mapping[str, Any]:
    return {"entries": get_recent(db, actor)}


MODULE = Module(
    "audit",
    blueprints=(views.bp,),
    nav=(Nav(_l("Audit"), "audit.index", "history", _l("Administration"), ADMIN, order=96),),
    cards=(Card("recent-activity", "audit/recent.html", _recent, ADMIN, width=6, order=80),),
    parts=(listeners, jobs),
)
