"""Audiences over JSON: whom would one reach, and what does one ask of me."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.audience import policy
from quad.audience.forms import AudienceIn
from quad.audience.service import conditions, naming
from quad.audience.service.telling import told
from quad.core.errors import NotFound
from quad.web.api import Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("audience_api", __name__, url_prefix="/api/v1/audiences", tag="Audiences")


class ReachOut(Out):
    """`count` is null for so few people that it is not told; `exact` false means about, or more than, so many."""

    count: int | None
    exact: bool
    sentence: str


class ConditionOut(Out):
    """One thing that is asked: what is required and what one has, in words."""

    kind: str
    name: str
    required: str
    actual: str
    met: bool


class AudienceForMe(Out):
    """Who is meant, whether that includes oneself, and every condition by name."""

    id: WireId
    sentence: str
    included: bool
    conditions: list[ConditionOut]


@operation(bp, "POST", "/reach", body=AudienceIn, answers=ReachOut)
def audience_reach(body: AudienceIn) -> ReachOut:
    """How many people an audience would reach; nothing is kept."""
    return ReachOut.model_validate(told(current_db(), current_actor(), body))


@operation(bp, "GET", "/<int:audience_id>", answers=AudienceForMe)
def audience_show(audience_id: int) -> AudienceForMe:
    """Who is meant, and what that asks of oneself."""
    db, actor = current_db(), current_actor()
    policy.ASK.require(actor)
    asked = conditions.conditions(db, actor.own_id, [audience_id]).get(audience_id)
    if asked is None:
        raise NotFound
    return AudienceForMe(
        id=audience_id,
        sentence=naming.describe(db, audience_id),
        included=all(one.met for one in asked),
        conditions=[ConditionOut.model_validate(one) for one in asked],
    )
