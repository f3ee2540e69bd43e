"""Two accounts of one person become one. It cannot be undone, so it is looked at first.

What belongs to the account that goes is given to the one that is kept, by what each domain says of its own tables
(`Module.merges`). Passwords, factors, tokens and sessions of the account that goes end: nobody gets in with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Forbidden, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.merging import Merge
from quad.core.policy import Actor
from quad.identity.facts.accounts import AccountsMerged, UserChanged, UserRemoved
from quad.identity.models.accounts import AccountState, User
from quad.identity.models.profiles import Profile
from quad.identity.policy import MERGE, READ
from quad.identity.service.hiding import end_access

SHOWN = 50
GROUPS = 200
ALIKE = 0.8

_merges: list[Merge] = []


def use_merges(merges: Sequence[Merge]) -> None:
    """Say what belongs to people (called by the roof with what the modules declare)."""
    _merges[:] = merges


def declared() -> list[Merge]:
    """Return what the domains have said, in the order in which things move."""
    return list(_merges)


@dataclass(frozen=True)
class Moving:
    """One kind of thing: how many the kept person has now, and how many come."""

    label: str
    kept: int
    coming: int


@dataclass(frozen=True)
class Preview:
    """Everything a merge would do. With `conflicts` it is refused."""

    kept: User
    gone: User
    moving: list[Moving]
    conflicts: list[str]


@dataclass(frozen=True)
class Pair:
    """Two accounts that may be one person; `reasons` say why, the name is always the same."""

    one: Any
    other: Any
    reasons: list[str]


def preview(db: Session, actor: Actor, kept_id: int, gone_id: int) -> Preview:
    """Return what merging would do, changing nothing. Raises NotFound, Forbidden."""
    kept = MERGE.get(db, actor, kept_id, read=READ)
    gone = MERGE.get(db, actor, gone_id, read=READ)
    moving = [
        Moving(str(each.label), each.count(db, kept.id), each.count(db, gone.id))
        for each in _merges
        if each.label
    ]
    return Preview(kept, gone, moving, _conflicts(db, actor, kept, gone))


def _conflicts(db: Session, actor: Actor, kept: User, gone: User) -> list[str]:
    if kept.id == gone.id:
        return [_("This is one account. Choose the other one.")]
    found = [each.conflict(db, kept.id, gone.id) for each in _merges]
    if gone.id == actor.id:
        found.append(_("You are signed in with the account that would go. Keep that one instead."))
    return [sentence for sentence in found if sentence]


def merge(db: Session, actor: Actor, kept_id: int, gone_id: int) -> User:
    """Give everything of `gone_id` to `kept_id` and delete the account that is empty then.

    Raises NotFound, Forbidden, and Rejected with a sentence when both hold what only one can hold.
    """
    locked = {
        user_id: MERGE.get(db, actor, user_id, read=READ, lock=True)
        for user_id in sorted({kept_id, gone_id})
    }
    kept, gone = locked[kept_id], locked[gone_id]
    conflicts = _conflicts(db, actor, kept, gone)
    if conflicts:
        raise Rejected(" ".join(conflicts))
    end_access(db, actor, gone)
    for each in _merges:
        each.move(db, kept.id, gone.id)
    gone.state = AccountState.DISABLED
    gone.deleted_at = clock.now()
    gone.merged_into_id = kept.id
    gone.username = None
    db.flush()
    db.expire_all()
    emit(db, UserRemoved(actor_id=actor.id, user_id=gone_id))
    emit(db, AccountsMerged(actor_id=actor.id, user_id=kept_id, gone_id=gone_id))
    emit(db, UserChanged(actor_id=actor.id, user_id=kept_id))
    return kept


def merged_into(db: Session, actor: Actor, user_id: int) -> int:
    """Return which account a merged one has become. Raises NotFound, Forbidden."""
    if not MERGE.branches(actor):
        raise Forbidden
    found = db.scalar(select(User.merged_into_id).where(User.id == user_id))
    if found is None:
        raise NotFound
    return found


def suggest(db: Session, actor: Actor) -> list[Pair]:
    """Return pairs of accounts of the same name, the likeliest first; at most `SHOWN`."""
    may = (MERGE.where(actor, many=True), User.deleted_at.is_(None))
    doubled = (
        select(User.sort_name)
        .where(*may)
        .group_by(User.sort_name)
        .having(func.count() > 1)
        .order_by(User.sort_name)
        .limit(GROUPS)
    )
    names = list(db.scalars(doubled))
    if not names:
        return []
    query = (
        select(
            User.id,
            User.full_name,
            User.sort_name,
            User.email,
            User.email_as_typed,
            User.state,
            User.last_sign_in_at,
            User.created_at,
            Profile.phone,
        )
        .outerjoin(Profile, Profile.user_id == User.id)
        .where(User.sort_name.in_(names), *may)
        .order_by(User.sort_name, User.id)
        .limit(GROUPS * 5)
    )
    pairs = [
        Pair(one, other, _reasons(one, other))
        for _name, group in groupby(db.execute(query), key=lambda row: row.sort_name)
        for one, other in combinations(list(group)[:5], 2)
    ]
    pairs.sort(key=lambda pair: (-len(pair.reasons), pair.one.sort_name, pair.one.id))
    return pairs[:SHOWN]


def _reasons(one: Any, other: Any) -> list[str]:
    found = []
    if _digits(one.phone) and _digits(one.phone) == _digits(other.phone):
        found.append(_("the same phone number"))
    first, second = _mailbox(one.email), _mailbox(other.email)
    if first and first == second:
        found.append(_("the same name before the @"))
    elif SequenceMatcher(None, first, second).ratio() >= ALIKE:
        found.append(_("e-mail addresses that are alike"))
    if (one.last_sign_in_at is None) is not (other.last_sign_in_at is None):
        found.append(_("one of them was never used"))
    return found


def _digits(phone: str | None) -> str:
    """Return the last nine digits of a number, which are the same with and without the country."""
    digits = "".join(letter for letter in phone or "" if letter.isdigit())
    return digits[-9:] if len(digits) >= 7 else ""


def _mailbox(email: str) -> str:
    name = email.partition("@")[0].partition("+")[0]
    return "".join(letter for letter in name if letter.isalpha())
