"""What is still missing from a profile, said to its owner as the next small step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Achievement, Education, Member, Work
from quad.alumni.policy import base as policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile
from quad.skills.service.held import shows_some

# What counts, the most telling first, with the words that ask for it, and the page and place where it is added.
STEPS: dict[str, tuple[str, str, Mapping[str, str]]] = {
    "photo": (_l("Add a photo"), "identity_profile.edit", {"_anchor": "photo"}),
    "headline": (_l("Say in one line what you do"), "alumni.edit", {}),
    "bio": (_l("Write some words about yourself"), "identity_profile.edit", {}),
    "work": (
        _l("Add where you work"),
        "alumni.add_entry",
        {"kind": "work", "_anchor": "entries-work"},
    ),
    "skills": (_l("Add what you can do"), "skills.own", {}),
    "education": (
        _l("Add what you learned elsewhere"),
        "alumni.add_entry",
        {"kind": "education", "_anchor": "entries-education"},
    ),
    "city": (_l("Say where you live"), "alumni.edit", {}),
    "open": (_l("Say what you are open to"), "alumni.edit", {}),
    "achievements": (
        _l("Add something you are proud of"),
        "alumni.add_entry",
        {"kind": "achievements", "_anchor": "entries-achievements"},
    ),
}


@dataclass(frozen=True)
class Step:
    """One thing that is missing: its name, the words that ask for it, and where it is added."""

    name: str
    words: str
    endpoint: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Hints:
    """How much of a profile is there, in per cent, and all that is missing, the next step first."""

    percent: int
    steps: tuple[Step, ...]


def hints(db: Session, member: Member) -> Hints:
    """Look at what is there; one query."""
    found: Any = db.execute(
        select(
            User.photo,
            Profile.bio,
            _some(Work, member).label("work"),
            _some(Education, member).label("education"),
            _some(Achievement, member).label("achievements"),
            shows_some(User.id).label("skills"),
        )
        .outerjoin(Profile, Profile.user_id == User.id)
        .where(User.id == member.user_id)
    ).one()
    there = {
        "headline": member.headline,
        "city": member.city,
        "open": member.mentoring or member.hiring or member.speaking,
        **found._mapping,
    }
    missing = [name for name in STEPS if not there[name]]
    steps = tuple(Step(name, str(STEPS[name][0]), *STEPS[name][1:]) for name in missing)
    return Hints(round(100 * (len(STEPS) - len(missing)) / len(STEPS)), steps)


def _some(entry: Any, member: Member) -> ColumnElement[bool]:
    return exists().where(entry.member_id == member.id)


def own_page(db: Session, actor: Actor, user_id: int) -> Mapping[str, Any] | None:
    """Return the standing and the hints of the own page; None for who looks at somebody else or is in no network."""
    if actor.id != user_id or not policy.OWN.may(actor):
        return None
    member = db.scalar(select(Member).where(Member.user_id == user_id, Member.deleted_at.is_(None)))
    return None if member is None else {"standing": member.standing, "hints": hints(db, member)}
