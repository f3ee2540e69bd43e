"""References that somebody was given and hands on to where they apply.

A confidential one is handed on unread: those who decide read it, who it is about never does. The floor above keeps
which of its things a reference went to, and asks who decides about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.models.references import Delivery, Reference, ReferenceState
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User

MOST = 5
SHOWN = 50


@dataclass(frozen=True)
class PassedOn:
    """A reference where it went to. `text` and `capacity` are empty for who may not read it."""

    id: int
    writer: str
    purpose: str
    capacity: str
    text: str
    confidential: bool
    delivered_at: datetime | None


def given(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the references one was given, as (number, words), the newest first."""
    rows = db.execute(
        select(Reference.id, Reference.purpose, Reference.delivery, User.full_name)
        .join(User, User.id == Reference.writer_id)
        .where(Reference.asker_id == actor.own_id, Reference.state == ReferenceState.DELIVERED)
        .order_by(Reference.delivered_at.desc(), Reference.id.desc())
        .limit(SHOWN)
    )
    return [(row.id, _words(row)) for row in rows]


def _words(row: Any) -> str:
    name, purpose = row.full_name, row.purpose
    if row.delivery is Delivery.CONFIDENTIAL:
        return _("%(name)s: %(purpose)s (confidential)", name=name, purpose=purpose)
    return _("%(name)s: %(purpose)s", name=name, purpose=purpose)


def chosen(db: Session, actor: Actor, reference_ids: Sequence[int]) -> list[int]:
    """Return the numbers without doubles. Raises Invalid for what was not given to oneself, or too many."""
    wanted = list(dict.fromkeys(reference_ids))
    if len(wanted) > MOST:
        raise Invalid({"references": _("Choose at most %(n)s references.", n=MOST)})
    if not wanted:
        return []
    own = db.scalars(
        select(Reference.id).where(
            Reference.id.in_(wanted),
            Reference.asker_id == actor.own_id,
            Reference.state == ReferenceState.DELIVERED,
        )
    ).all()
    if len(own) != len(wanted):
        raise Invalid({"references": _("Choose references that were given to you.")})
    return wanted


def passed_on(
    db: Session, reference_ids: Sequence[int], *, decides: bool, own: bool
) -> list[PassedOn]:
    """Return references as a reader sees them: who decides reads all, who they are about the open ones."""
    if not reference_ids:
        return []
    rows = db.execute(
        select(Reference, User.full_name)
        .join(User, User.id == Reference.writer_id)
        .where(Reference.id.in_(reference_ids), Reference.state == ReferenceState.DELIVERED)
        .order_by(Reference.id)
    )
    found = []
    for reference, writer in rows:
        confidential = reference.delivery is Delivery.CONFIDENTIAL
        reads = decides or (own and not confidential)
        found.append(
            PassedOn(
                reference.id,
                writer,
                reference.purpose,
                reference.capacity if reads else "",
                reference.text if reads else "",
                confidential,
                reference.delivered_at,
            )
        )
    return found
