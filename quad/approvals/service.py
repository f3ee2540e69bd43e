"""What waits for somebody, over all domains, and deciding about it through their own commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, func, literal, select, union_all
from sqlalchemy.orm import Session

from quad.approvals import policy
from quad.approvals.forms import DecideWaiting, Deed
from quad.core.approving import APPROVALS, Approval
from quad.core.errors import Invalid, NotFound, QuadError, Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

SHOWN = 100
COUNTED_TO = 1_000


@dataclass(frozen=True)
class Waits:
    """One thing that waits."""

    kind: Approval
    id: int
    title: str
    detail: str
    person: str
    since: datetime
    due: date | None

    @property
    def item(self) -> str:
        """How a decision names it."""
        return f"{self.kind.name}:{self.id}"

    @property
    def href(self) -> str:
        """Where it is looked at."""
        return self.kind.link(self.id)


@dataclass(frozen=True)
class Outcome:
    """What became of one decision; `error` is a sentence where it was not done."""

    item: str
    done: bool
    error: str = ""


def _mine(actor: Actor, kind: str = "") -> list[tuple[Approval, Select[Any]]]:
    """Return the kinds that may wait for `actor`, each with what does. Raises NotFound for an unknown kind."""
    if kind and kind not in APPROVALS:
        raise NotFound
    found = []
    for one in APPROVALS.values():
        if not kind or one.name == kind:
            statement = one.waiting(actor)
            if statement is not None:
                found.append((one, statement))
    return found


def waiting(db: Session, actor: Actor, kind: str = "", limit: int = SHOWN) -> list[Waits]:
    """Return what waits for `actor`, the oldest first, of all kinds or of one: one statement.

    Raises SignedOut, Forbidden, NotFound for an unknown kind.
    """
    policy.OPEN.require(actor)
    parts = []
    for one, statement in _mine(actor, kind):
        inner = statement.order_by("since", "id").limit(limit).subquery()
        parts.append(select(literal(one.name, String(40)).label("kind"), *inner.c))
    if not parts:
        return []
    together = union_all(*parts).subquery()
    rows = db.execute(
        select(together).order_by(together.c.since, together.c.kind, together.c.id).limit(limit)
    )
    return [
        Waits(APPROVALS[row.kind], row.id, row.title, row.detail, row.person, row.since, row.due)
        for row in rows
    ]


def counts(db: Session, actor: Actor) -> Mapping[str, int]:
    """Return how many of each kind wait for `actor`, to a thousand: one statement. Kinds without any are left out."""
    policy.OPEN.require(actor)
    columns = [
        select(func.count())
        .select_from(statement.limit(COUNTED_TO + 1).subquery())
        .scalar_subquery()
        .label(one.name)
        for one, statement in _mine(actor)
    ]
    if not columns:
        return {}
    found = db.execute(select(*columns)).one()._mapping
    return {name: count for name, count in found.items() if count}


def decide(db: Session, actor: Actor, form: DecideWaiting) -> Sequence[Outcome]:
    """Decide about each thing by itself: what is refused by its domain leaves the others standing.

    Raises SignedOut, Forbidden, Invalid (`reason`) when one is refused without a reason.
    """
    policy.OPEN.require(actor)
    if form.deed is Deed.REFUSE and not form.reason:
        raise Invalid({"reason": _("Say why. Whoever asked reads it.")})
    return [_decide(db, actor, item, form) for item in dict.fromkeys(form.items)]


def _decide(db: Session, actor: Actor, item: str, form: DecideWaiting) -> Outcome:
    name, _colon, number = item.partition(":")
    try:
        with attempt(db):
            _act(db, actor, name, int(number), form)
    except QuadError as error:
        return Outcome(item, False, _sentence(error))
    return Outcome(item, True)


def _act(db: Session, actor: Actor, name: str, number: int, form: DecideWaiting) -> None:
    kind = APPROVALS.get(name)
    if kind is None:
        raise NotFound
    if form.deed is Deed.APPROVE:
        if kind.approve is None:
            raise Rejected(_("Open this one: approving it needs more than a word."))
        kind.approve(db, actor, number)
        return
    if kind.refuse is None:
        raise Rejected(_("Open this one: refusing it needs more than a word."))
    kind.refuse(db, actor, number, form.reason)


def _sentence(error: QuadError) -> str:
    return " ".join(error.fields.values()) if isinstance(error, Invalid) else str(error)
