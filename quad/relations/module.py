"""What relations between people add to the product."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.relations import api, views
from quad.relations.service.keeping import MERGES, OWN_DATA
from quad.relations.service.waiting import APPROVAL, waiting_count
from quad.web.module import Badge, Module, Nav

PEOPLE = _l("People")

MODULE = Module(
    "relations",
    blueprints=(views.bp, api.bp),
    nav=(
        Nav(_l("Connections"), "relations.connections", "users", PEOPLE, order=55),
        Nav(
            _l("Reports of people"),
            "relations.reports",
            "flag",
            PEOPLE,
            frozenset({"admin"}),
            badge="reports",
            order=70,
        ),
    ),
    badges=(Badge("reports", waiting_count),),
    approvals=(APPROVAL,),
    merges=MERGES,
    own_data=(OWN_DATA,),
    label=_l("Connections"),
)
