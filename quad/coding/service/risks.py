"""One page of the students at risk, found by index for each reason, however many students there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.models.figures import Figure, GroupTotal, Risk
from quad.coding.service import mentees
from quad.coding.service.summaries import groups, scope_departments
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor


def page(db: Session, actor: Actor, number: int, size: int) -> tuple[Sequence[Any], int]:
    """Return a page of those at risk in one's scope, by name, and how many there are. Raises Forbidden.

    Those whose pause became too long since the last night are among them, but are counted from the next night on.
    """
    policy.ANALYSE.require(actor)
    departments = scope_departments(actor)
    first = (number - 1) * size
    if departments is None:
        own = mentees.at_risk(db, actor)
        return own[first : first + size], len(own)
    before = mentees.cutoff(db)
    reasons = (
        (Figure.risk == Risk.NO_ACCOUNT,),
        (Figure.risk == Risk.NO_GROWTH,),
        # Put so that no index on the day is taken: the names are to come in their order.
        (Figure.risk == Risk.INACTIVE, func.coalesce(Figure.quiet_since, Figure.last_on) < before),
        (
            Figure.risk == Risk.NONE,
            Figure.accounts > 0,
            Figure.quiet_since < before,
            Figure.moves_on <= local_today(db),
        ),
    )
    ordered = (Figure.sort_name, Figure.id)
    branches = [
        select(
            select(Figure.id, Figure.sort_name)
            .where(mentees.scope(actor), *reason)
            .order_by(*ordered)
            .limit(first + size)
            .subquery()
        )
        for reason in reasons
    ]
    known = union_all(*branches).subquery()
    picked = (
        select(known.c.id)
        .order_by(known.c.sort_name, known.c.id)
        .limit(size)
        .offset(first)
        .subquery()
    )
    rows = db.execute(mentees.rows(before).join(picked, picked.c.id == Figure.id)).all()
    risky = func.sum(GroupTotal.no_account + GroupTotal.inactive + GroupTotal.no_growth)
    return rows, int(db.scalar(select(risky).where(groups(departments))) or 0)
