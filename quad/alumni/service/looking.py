"""Who looked at a profile: counted once for each person and day, written a little later than the look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from quad.alumni.models.members import Member, ProfileView
from quad.alumni.policy import base as policy
from quad.core import clock
from quad.core.behind import Buffer, behind
from quad.core.db.engine import Database
from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.identity.models.accounts import User

LATELY = timedelta(days=30)
MOST_NAMES = 8
PIECE = 500
Look = tuple[int, int, date]


def _write(db: Session, looks: Mapping[Look, None]) -> None:
    """Add the looks that are not there yet; the database counts them at the profile."""
    asked = sorted(looks)
    for start in range(0, len(asked), PIECE):
        _write_some(db, asked[start : start + PIECE])


def _write_some(db: Session, asked: Sequence[Look]) -> None:
    key = (ProfileView.member_id, ProfileView.viewer_id, ProfileView.day)
    there = {tuple(row) for row in plain_rows(db, select(*key).where(tuple_(*key).in_(asked)))}
    known = set(db.scalars(select(Member.id).where(Member.id.in_({look[0] for look in asked}))))
    for look in asked:
        if look[0] in known and look not in there:
            db.add(ProfileView(member_id=look[0], viewer_id=look[1], day=look[2]))
    db.flush()


LOOKS: Buffer[Look, None] = Buffer("alumni.looks", _write)


def remember(database: Database, viewer_id: int | None, member_id: int) -> None:
    """Remember that somebody looked at a profile today."""
    if viewer_id is not None:
        behind(database).put(LOOKS, (member_id, viewer_id, clock.today()), None)


@dataclass(frozen=True)
class Lookers:
    """How many looks there were in the last 30 days, and who of the lookers says so."""

    lately: int
    names: Sequence[Any]


def lookers(db: Session, actor: Actor, member_id: int) -> Lookers:
    """Return who looked at the own profile lately. Raises NotFound for the profile of somebody else."""
    policy.EDIT.get(db, actor, member_id)
    since = clock.today() - LATELY
    mine = (ProfileView.member_id == member_id, ProfileView.day > since)
    looker = aliased(Member)
    named = (
        select(
            looker.id,
            looker.is_alumnus,
            looker.student_id,
            User.full_name,
            func.max(ProfileView.day).label("day"),
        )
        .join(ProfileView, ProfileView.viewer_id == looker.user_id)
        .join(User, User.id == looker.user_id)
        .where(*mine, looker.named_in_views.is_(True), looker.shown == 1)
        .group_by(looker.id, looker.is_alumnus, looker.student_id, User.full_name)
        .order_by(func.max(ProfileView.day).desc(), looker.id)
        .limit(MOST_NAMES)
    )
    count = db.scalar(select(func.count()).select_from(ProfileView).where(*mine)) or 0
    return Lookers(count, plain_rows(db, named).all())
