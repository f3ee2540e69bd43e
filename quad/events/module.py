"""What events add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.service.documents import REGISTERS
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.events import jobs, listeners, policy
from quad.events.api import attending as attending_api
from quad.events.api import events as events_api
from quad.events.api import helping as helping_api
from quad.events.kinds import FOUND, phase, place_of
from quad.events.lists.timeline import TIMELINE
from quad.events.service import certificates, findable, front, reading
from quad.events.service.keeping import MERGES, OWN_DATA
from quad.events.service.waiting import APPROVAL, waiting_count
from quad.events.views import attending, blueprint, building, entrance, finding, helping, hosting
from quad.identity.models.accounts import Role
from quad.web.module import Badge, Card, Module, Nav, PublicFigure, PublicPlace

EVERYBODY = frozenset(role.value for role in Role)
APPROVERS = frozenset(policy.APPROVERS)
PEOPLE = _l("Campus life")
FEW = 5


def _next(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = reading.next_events(db, actor, FEW)
    return {"events": found, "place_of": place_of} if found else None


def _own(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = reading.own_upcoming(db, actor, FEW)
    return {"events": found, "place_of": place_of} if found else None


def _hosted(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = reading.hosted(db, actor, FEW)
    return {"events": found, "phase": phase} if found else None


def _to_approve(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = reading.to_approve(db, actor, FEW)
    return {"events": found} if found else None


def _public(db: Session, _actor: Actor) -> Mapping[str, Any] | None:
    found = front.upcoming(db)
    return {"events": found, "place_of": place_of} if found else None


REGISTERS.append(certificates.find)

MODULE = Module(
    "events",
    blueprints=(blueprint.bp, events_api.bp, attending_api.bp, helping_api.bp),
    nav=(Nav(_l("Events"), "events.index", "calendar-event", PEOPLE, badge="events", order=60),),
    cards=(
        Card(
            "event-approvals",
            "events/approvals_card.html",
            _to_approve,
            APPROVERS,
            width=6,
            order=44,
            later=True,
        ),
        Card(
            "hosted-events",
            "events/hosted_card.html",
            _hosted,
            EVERYBODY,
            width=6,
            order=59,
            later=True,
        ),
        Card("own-events", "events/own_card.html", _own, EVERYBODY, width=6, order=60, later=True),
        Card(
            "next-events", "events/next_card.html", _next, EVERYBODY, width=6, order=61, later=True
        ),
    ),
    public_cards=(Card("public-events", "events/public_card.html", _public, width=6, order=10),),
    public_figures=(
        PublicFigure(
            "events", _l("Events to come"), front.upcoming_count, order=50, most=front.MOST
        ),
    ),
    public_places=(PublicPlace(_l("Events"), "events.index", order=20),),
    badges=(Badge("events", waiting_count),),
    approvals=(APPROVAL,),
    searchables=(
        Searchable(
            FOUND,
            _l("Events"),
            policy.READ,
            findable.documents,
            icon="calendar-event",
            list_url="/events",
            order=45,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    timeline=TIMELINE,
    label=_l("Events"),
    parts=(jobs, listeners, attending, building, entrance, finding, helping, hosting),
)
