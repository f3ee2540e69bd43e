"""What announcements add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.announcements import api, jobs, listeners, policy
from quad.announcements.forms import PRIORITIES
from quad.announcements.kinds import FOUND, PRIORITY_MARKS
from quad.announcements.service import findable, reading, waiting
from quad.announcements.service.keeping import MERGES, OWN_DATA
from quad.announcements.views import blueprint, finding, writing
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.identity.models.accounts import Role
from quad.web.module import Badge, Card, Module, Nav

EVERYBODY = frozenset(role.value for role in Role)
PEOPLE = _l("Campus life")
FEW = 5


def _for_home(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = reading.for_home(db, actor, FEW)
    if not found:
        return None
    return {"rows": found, "priorities": PRIORITIES, "marks": PRIORITY_MARKS}


MODULE = Module(
    "announcements",
    blueprints=(blueprint.bp, api.bp),
    nav=(
        Nav(
            _l("Announcements"),
            "announcements.index",
            "speakerphone",
            PEOPLE,
            badge="announcements",
            order=55,
        ),
    ),
    cards=(
        Card(
            "announcements",
            "announcements/home_card.html",
            _for_home,
            EVERYBODY,
            width=6,
            order=42,
            later=True,
        ),
    ),
    badges=(
        Badge("announcements", reading.unconfirmed_count),
        Badge(waiting.BADGE, waiting.waiting_count),
    ),
    approvals=(waiting.APPROVAL,),
    searchables=(
        Searchable(
            FOUND,
            _l("Announcements"),
            policy.READ,
            findable.documents,
            icon="speakerphone",
            list_url="/announcements",
            order=44,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    label=_l("Announcements"),
    parts=(jobs, listeners, finding, writing),
)
