"""References that somebody was given and hands on to where they apply, and those asked for just that.

A confidential one is handed on unread: those who decide read it, who it is about never does. The floor above keeps
which of its things a reference went to, and asks who decides about that. One that was asked for towards a single thing
goes there alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, union_all, update
from sqlalchemy.orm import Session

from quad.alumni.models.references import WAITING, Delivery, Reference, ReferenceState
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User

MOST = 5
SHOWN = 50
QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class PassedOn:
    """A reference where it went to, or is asked for. `text` and `capacity` are empty for who may not read it."""

    id: int
    writer: str
    purpose: str
    capacity: str
    text: str
    confidential: bool
    state: ReferenceState
    delivered_at: datetime | None


def given(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the references one was given, as (number, words), the newest first."""
    rows = db.execute(
        select(Reference.id, Reference.purpose, Reference.delivery, User.full_name)
        .join(User, User.id == Reference.writer_id)
        .where(_handed_over(actor))
        .order_by(Reference.delivered_at.desc(), Reference.id.desc())
        .limit(SHOWN)
    )
    return [(row.id, _words(row)) for row in rows]


def _handed_over(actor: Actor) -> ColumnElement[bool]:
    """References one was given for no single purpose: those asked for towards one thing stay there."""
    return and_(
        Reference.asker_id == actor.own_id,
        Reference.state == ReferenceState.DELIVERED,
        Reference.subject_type == "",
    )


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
            _handed_over(actor),
        )
    ).all()
    if len(own) != len(wanted):
        raise Invalid({"references": _("Choose references that were given to you.")})
    return wanted


def asked_towards(db: Session, subject_type: str, subject_id: int) -> int:
    """Return how many references wait or were given towards a thing."""
    query = select(func.count(Reference.id)).where(
        Reference.subject_type == subject_type,
        Reference.subject_id == subject_id,
        Reference.state.in_((*WAITING, ReferenceState.DELIVERED)),
    )
    return db.scalar(query) or 0


def redirect(db: Session, subject_type: str, subject_id: int, to_id: int) -> None:
    """Have the references asked for towards a thing go to another of its kind, which takes its place.

    Of two that wait for the same writer the one that is there already stays.
    """
    of_kind = Reference.subject_type == subject_type
    waiting = select(Reference.writer_id).where(
        of_kind, Reference.subject_id == to_id, Reference.open_mark == 1
    )
    asked = list(db.scalars(waiting))
    mine = (of_kind, Reference.subject_id == subject_id)
    doubled = delete(Reference).where(
        *mine, Reference.open_mark == 1, Reference.writer_id.in_(asked)
    )
    db.execute(doubled, execution_options=QUIET)
    moving = update(Reference).where(*mine)
    db.execute(
        moving.values(subject_id=to_id, purpose_key=towards(subject_type, to_id)),
        execution_options=QUIET,
    )


def towards(subject_type: str, subject_id: int) -> str:
    """Return the purpose by which two requests towards one thing are told to be the same."""
    return f"{subject_type} {subject_id}"


def passed_on(
    db: Session,
    handed_on: Select[int],
    subject_type: str,
    subject_id: int,
    *,
    decides: bool,
    own: bool,
) -> list[PassedOn]:
    """Return the references that were handed on to a thing (their numbers), and those asked for towards it.

    Who decides reads all that is given; who they are about reads the open ones, and sees how far the others are.
    """
    towards = select(Reference.id).where(
        Reference.subject_type == subject_type, Reference.subject_id == subject_id
    )
    query = (
        select(Reference, User.full_name)
        .join(User, User.id == Reference.writer_id)
        .where(Reference.id.in_(select(union_all(handed_on, towards).subquery("there"))))
        .order_by(Reference.id)
    )
    if not own:
        query = query.where(Reference.state == ReferenceState.DELIVERED)
    rows = db.execute(query)
    return [_as_seen(reference, writer, decides=decides, own=own) for reference, writer in rows]


def _as_seen(reference: Reference, writer: str, *, decides: bool, own: bool) -> PassedOn:
    confidential = reference.delivery is Delivery.CONFIDENTIAL
    reads = decides or (own and not confidential)
    return PassedOn(
        reference.id,
        writer,
        reference.purpose,
        reference.capacity if reads else "",
        reference.text if reads else "",
        confidential,
        reference.state,
        reference.delivered_at,
    )
