"""What is still missing from a profile, said to its owner as the next small step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Achievement, Member, Work
from quad.alumni.policy import base as policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile

STEPS: dict[str, tuple[str, str]] = {
    "photo": (_l("Add a photo"), "identity_profile.edit"),
    "headline": (_l("Say in one line what you do"), "alumni.edit"),
    "bio": (_l("Write some words about yourself"), "identity_profile.edit"),
    "work": (_l("Add where you work"), "alumni.edit"),
    "city": (_l("Say where you live"), "alumni.edit"),
    "open": (_l("Say what you are open to"), "alumni.edit"),
    "achievements": (_l("Add something you are proud of"), "alumni.edit"),
}


@dataclass(frozen=True)
class Hints:
    """How much of a profile is there, in per cent, and the next steps as (words, endpoint)."""

    percent: int
    steps: tuple[tuple[str, str], ...]


def hints(db: Session, member: Member) -> Hints:
    """Look at what is there; one query."""
    found: Any = db.execute(
        select(
            User.photo,
            Profile.bio,
            exists().where(Work.member_id == member.id).label("work"),
            exists().where(Achievement.member_id == member.id).label("achievements"),
        )
        .outerjoin(Profile, Profile.user_id == User.id)
        .where(User.id == member.user_id)
    ).one()
    there = {
        "photo": bool(found.photo),
        "headline": bool(member.headline),
        "bio": bool(found.bio),
        "work": bool(found.work),
        "city": bool(member.city),
        "open": member.mentoring or member.hiring or member.speaking,
        "achievements": bool(found.achievements),
    }
    missing = [name for name, is_there in there.items() if not is_there]
    steps = tuple((str(STEPS[name][0]), STEPS[name][1]) for name in missing[:3])
    return Hints(round(100 * (len(there) - len(missing)) / len(there)), steps)


def own_page(db: Session, actor: Actor, user_id: int) -> Mapping[str, Any] | None:
    """Return the standing and the hints of the own page; None for who looks at somebody else or is in no network."""
    if actor.id != user_id or not policy.OWN.may(actor):
        return None
    member = db.scalar(select(Member).where(Member.user_id == user_id, Member.deleted_at.is_(None)))
    return None if member is None else {"standing": member.standing, "hints": hints(db, member)}
