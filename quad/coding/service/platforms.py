"""The platforms there are: the usual ones, changed or not, and those an administrator added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.facts import PlatformChanged
from quad.coding.forms.accounts import NewPlatform, PlatformForm
from quad.coding.kinds import USUAL, UsualPlatform
from quad.coding.models.accounts import HANDLE_LENGTH, WHOLE, Platform
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import attempt, emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

_USUAL: dict[str, UsualPlatform] = {usual.key: usual for usual in USUAL}


@dataclass(frozen=True)
class Known:
    """One platform as pages and commands need it; `id` is 0 while nobody needed its row."""

    id: int
    key: str
    name: str
    handle_pattern: str
    handle_hint: str
    profile_url: str
    weight: int = WHOLE
    open: bool = True

    def profile(self, handle: str) -> str | None:
        """Return the address of somebody's public profile, None where there is none."""
        return self.profile_url.replace("{handle}", handle) if self.profile_url else None

    def handle(self, given: str) -> str:
        """Return the username in what was typed: itself, or the end of a profile's address. Raises Invalid."""
        before, _mark, after = self.profile_url.partition("{handle}")
        text = given.strip()
        if before and text.lower().startswith(before.lower()):
            text = text[len(before) :].removesuffix(after).strip("/")
        if len(text) > HANDLE_LENGTH or not re.fullmatch(self.handle_pattern, text):
            hint = str(self.handle_hint)
            sentence = _("This is not a username of %(platform)s.", platform=self.name)
            raise Invalid({"username": f"{sentence} {hint}." if hint else sentence})
        return text


def every(db: Session) -> list[Known]:
    """Return all platforms in their order, the usual ones first (one query)."""
    rows = {row.key: row for row in db.execute(_columns())}
    usual = [_known(rows[one.key]) if one.key in rows else _of(one) for one in USUAL]
    return usual + [_known(row) for key, row in rows.items() if key not in _USUAL]


def _columns() -> Any:
    return select(
        Platform.id,
        Platform.key,
        Platform.name,
        Platform.handle_pattern,
        Platform.handle_hint,
        Platform.profile_url,
        Platform.weight,
        Platform.open,
    ).order_by(Platform.position, Platform.id)


def _known(row: Any) -> Known:
    return Known(*row)


def _of(usual: UsualPlatform) -> Known:
    return Known(
        0, usual.key, usual.name, usual.handle_pattern, usual.handle_hint, usual.profile_url
    )


def by_id(db: Session) -> dict[int, Known]:
    """Return the platforms that have a row, by number."""
    return {one.id: one for one in every(db) if one.id}


def find(db: Session, key: str) -> Known | None:
    """Return the platform of this key, None when there is none."""
    return next((one for one in every(db) if one.key == key), None)


def row_of(db: Session, known: Known) -> int:
    """Return the number of a platform's row, which comes to be when it is needed first."""
    if known.id:
        return known.id
    usual = _USUAL[known.key]
    row = Platform(
        key=usual.key,
        name=usual.name,
        handle_pattern=usual.handle_pattern,
        handle_hint="",
        profile_url=usual.profile_url,
        position=[one.key for one in USUAL].index(usual.key),
    )
    try:
        with attempt(db):
            db.add(row)
            db.flush()
        return row.id
    except (Invalid, Rejected):  # somebody else needed it in the same moment
        return db.scalars(select(Platform.id).where(Platform.key == usual.key)).one()


def add(db: Session, actor: Actor, form: NewPlatform) -> Platform:
    """Add a platform of one's own. Raises Forbidden, Invalid for a key that is taken."""
    policy.SET_UP.require(actor)
    if find(db, form.key) is not None:
        raise Invalid({"key": _("There is a platform with this key already.")})
    row = Platform(**form.model_dump(exclude={"version"}), position=100)
    db.add(row)
    db.flush()
    emit(db, PlatformChanged(actor_id=actor.id, platform_id=row.id, what="added"))
    return row


def get(db: Session, actor: Actor, key: str) -> Known:
    """Return a platform to look at or change. Raises Forbidden, NotFound."""
    policy.SET_UP.require(actor)
    found = find(db, key)
    if found is None:
        raise NotFound
    return found


def change(db: Session, actor: Actor, key: str, form: PlatformForm) -> Platform:
    """Change a platform. Raises Forbidden, NotFound, EditedMeanwhile."""
    known = get(db, actor, key)
    row = policy.PLATFORM_EDIT.get(db, actor, row_of(db, known), lock=True)
    if form.version and row.version != form.version:
        raise EditedMeanwhile
    for name, value in form.model_dump(exclude={"version"}).items():
        setattr(row, name, value)
    db.flush()
    emit(db, PlatformChanged(actor_id=actor.id, platform_id=row.id, what="changed"))
    return row


def version_of(db: Session, known: Known) -> int:
    """Return the version of a platform's row, 0 while there is none."""
    return db.scalar(select(Platform.version).where(Platform.id == known.id)) or 0


def versions(db: Session) -> dict[int, int]:
    """Return the version of each platform that has a row, by its number."""
    return {row.id: row.version for row in db.execute(select(Platform.id, Platform.version))}
