"""What requests add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.core.derived import Derived
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.identity.policy import photo_goes_with
from quad.web.module import Badge, Card, Module, Nav
from quad.welfare import jobs, policy
from quad.welfare.api import requests as requests_api
from quad.welfare.api import setup as setup_api
from quad.welfare.lists.requests import STATES
from quad.welfare.lists.sources import SOURCES
from quad.welfare.lists.timeline import TIMELINE
from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Category
from quad.welfare.service import counts, findable, home
from quad.welfare.service.keeping import MERGES, OWN_DATA
from quad.welfare.service.report import REPORT
from quad.welfare.service.waiting import APPROVAL, waiting_count
from quad.welfare.views import asking, blueprint, queue, setup

SERVICES = _l("Requests")
STUDENTS = frozenset({"student"})
STAFF = frozenset(policy.STAFF_ROLES)


def _own(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.own_open(db, actor)
    return {"requests": found, "states": STATES} if found else None


def _waiting(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.waiting(db, actor)
    return {"requests": found, "states": STATES} if found else None


photo_goes_with(policy.QUEUE, Request.user_id)

MODULE = Module(
    "welfare",
    blueprints=(blueprint.bp, blueprint.setup, requests_api.bp, setup_api.bp),
    nav=(
        Nav(_l("My requests"), "welfare.index", "inbox", SERVICES, STUDENTS, order=40),
        Nav(
            _l("Requests"),
            "welfare.queue",
            "inbox",
            SERVICES,
            STAFF,
            badge="requests",
            order=40,
        ),
    ),
    cards=(
        Card("own-requests", "welfare/own_card.html", _own, STUDENTS, width=6, order=40),
        Card("requests", "welfare/waiting_card.html", _waiting, STAFF, width=6, order=40),
    ),
    reports=(REPORT,),
    badges=(Badge("requests", waiting_count),),
    approvals=(APPROVAL,),
    searchables=(
        Searchable(
            findable.REQUESTS,
            _l("Requests"),
            policy.READ,
            findable.documents,
            icon="inbox",
            list_url="/requests/queue",
            order=40,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    derived=(Derived("requests", Category.id, counts.rebuild),),
    timeline=TIMELINE,
    label=_l("Requests of students"),
    sources=SOURCES,
    parts=(jobs, asking, queue, setup),
)
