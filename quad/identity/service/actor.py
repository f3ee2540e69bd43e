"""Who makes this request: one query for session, person, grants and badge counts.

The same shape serves the cookie, the access token (which names a session row, so that ending the session ends the
token at once) and the personal token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.core import clock
from quad.core.behind import Buffer, WriteBehind
from quad.core.db.rows import plain_rows
from quad.core.origin import current_origin
from quad.core.policy import Actor, Grant
from quad.identity.models.accounts import AccountState, PersonalToken, RoleGrant, User, UserSession
from quad.identity.models.profiles import photo_path
from quad.identity.service.rules import idle_since
from quad.identity.service.secrets import PERSONAL_PREFIX, fingerprint

ACCESS_MINUTES = 15
ALGORITHM = "HS256"
AUDIENCE = "quad-api"
SEEN_EVERY = timedelta(minutes=1)
LONGEST_TOKEN = 2_000
# The first role of this order that is held is the working role until the person switches.
ROLE_ORDER = ("admin", "hod", "faculty", "advisor", "counsellor", "placement", "student", "alumnus")

BadgeCount = Callable[[ColumnElement[int]], ScalarSelect[int]]
_badges: dict[str, BadgeCount] = {}
_sums: dict[str, tuple[str, ...]] = {}


def use_badges(
    badges: Mapping[str, BadgeCount], sums: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Count these with every actor (called by the roof with what the modules declare).

    `sums` are badges that are several others together, so that nothing is counted twice.
    """
    _badges.clear()
    _badges.update(badges)
    _sums.clear()
    _sums.update({name: tuple(parts) for name, parts in (sums or {}).items()})
    _by_session_key.cache_clear()
    _by_session_id.cache_clear()
    _by_personal_token.cache_clear()


@dataclass(frozen=True)
class Visit:
    """An actor and what the door must know about how they came."""

    actor: Actor
    must_change_password: bool
    seen_at: datetime | None
    token_id: int | None = None
    needs_factor: bool = False


def held(today: Any) -> ColumnElement[bool]:
    """Return the clause for grants that count on `today`, a date or an expression."""
    return or_(RoleGrant.starts_on.is_(None), RoleGrant.starts_on <= today) & or_(
        RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today
    )


def _grants_as_text() -> ScalarSelect[str]:
    """All grants of a person in one cell, `role:department;` each; the mark at the end shows a cut-off cell."""
    one = (
        type_coerce(RoleGrant.role, String)
        + literal(":")
        + func.coalesce(cast(RoleGrant.department_id, String), literal(""))
        + literal(";")
    )
    return (
        select(func.aggregate_strings(one, ","))
        .where(
            RoleGrant.user_id == User.id, held(bindparam("today", type_=RoleGrant.starts_on.type))
        )
        .correlate(User)
        .scalar_subquery()
    )


def _person(
    *source: InstrumentedAttribute[Any] | ColumnElement[Any],
) -> Select[Any]:
    counts = [
        build(User.id.expression).correlate(User).label(f"badge_{name}")
        for name, build in _badges.items()
    ]
    return select(
        User.id,
        User.full_name,
        User.email_as_typed,
        User.must_change_password,
        User.language,
        User.zone,
        User.theme,
        User.photo,
        _grants_as_text().label("grants"),
        *source,
        *counts,
    ).where(User.deleted_at.is_(None), User.state == AccountState.ACTIVE)


def living(now: Any, idle_since: Any) -> ColumnElement[bool]:
    """Return the clause for sessions that were not ended and did not end by themselves (moments or expressions).

    An ordinary browser session ends when it was not used since `idle_since`; one that is kept and those of programs
    end at their time only.
    """
    return and_(
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > now,
        or_(UserSession.remember, UserSession.via_api, UserSession.last_seen_at > idle_since),
    )


def _session() -> Select[Any]:
    return (
        _person(
            UserSession.id.label("session_id"),
            UserSession.working_role,
            UserSession.last_seen_at.label("seen_at"),
            UserSession.via_api,
            UserSession.needs_factor,
        )
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            living(bindparam("now"), bindparam("idle_since", type_=UserSession.last_seen_at.type))
        )
    )


@cache
def _by_session_key() -> Select[Any]:
    return _session().where(UserSession.key_hash == bindparam("key"))


@cache
def _by_session_id() -> Select[Any]:
    return _session().where(UserSession.id == bindparam("session"), User.id == bindparam("user"))


@cache
def _by_personal_token() -> Select[Any]:
    return (
        _person(
            PersonalToken.id.label("token_id"),
            PersonalToken.last_used_at.label("seen_at"),
            PersonalToken.scopes,
        )
        .join(PersonalToken, PersonalToken.user_id == User.id)
        .where(
            PersonalToken.token_hash == bindparam("key"),
            PersonalToken.revoked_at.is_(None),
            or_(PersonalToken.expires_at.is_(None), PersonalToken.expires_at > bindparam("now")),
        )
    )


def load_actor(db: Session, cookie: str, *, today: date) -> Visit | None:
    """Return who holds the session key in `cookie`, or None when it opens nothing (any more)."""
    if not cookie or len(cookie) > LONGEST_TOKEN:
        return None
    values = {
        "key": fingerprint(cookie),
        "now": clock.now(),
        "idle_since": idle_since(db),
        "today": today,
    }
    row = plain_rows(db, _by_session_key(), values).first()
    return None if row is None or row.via_api else _visit(row, via="session")


def actor_for_bearer(db: Session, token: str, *, secret: str, today: date) -> Visit | None:
    """Return who holds the access token or personal token `token`, or None when it opens nothing (any more)."""
    if len(token) > LONGEST_TOKEN:
        return None
    if token.startswith(PERSONAL_PREFIX):
        values = {"key": fingerprint(token), "now": clock.now(), "today": today}
        row = plain_rows(db, _by_personal_token(), values).first()
        return None if row is None else _visit(row, via="token")
    claims = read_access_token(token, secret)
    if claims is None:
        return None
    session_id, user_id = claims
    named = {
        "session": session_id,
        "user": user_id,
        "now": clock.now(),
        "idle_since": idle_since(db),
        "today": today,
    }
    row = plain_rows(db, _by_session_id(), named).first()
    return None if row is None else _visit(row, via="session")


def read_person(db: Session, user_id: int, *, zone: str) -> Actor:
    """Return a person as an actor without a session, for describing them. Raises NoResultFound."""
    row = db.execute(_person().where(User.id == user_id), {"today": clock.today(zone)}).one()
    return _visit(row, via="nobody").actor


def write_access_token(session_id: int, user_id: int, secret: str, at: datetime) -> str:
    """Return an access token for a session, good for `ACCESS_MINUTES` from `at`."""
    claims = {
        "sid": str(session_id),
        "sub": str(user_id),
        "aud": AUDIENCE,
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + ACCESS_MINUTES * 60,
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_access_token(token: str, secret: str) -> tuple[int, int] | None:
    """Return (session, user) of a token that we signed and that has not ended, else None."""
    try:
        # Our own clock judges the end, so that tests can travel.
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={
                "require": ["sid", "sub", "aud", "exp"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        if float(claims["exp"]) <= clock.now().timestamp():
            return None
        return int(claims["sid"]), int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None


def _visit(row: Row[Any], via: str) -> Visit:
    grants = parse_grants(row.grants or "")
    found = row._mapping
    scopes = found.get("scopes")
    badges = {name: int(found[f"badge_{name}"] or 0) for name in _badges}
    for name, parts in _sums.items():
        badges[name] = sum(badges[part] for part in parts)
    actor = Actor(
        id=row.id,
        name=row.full_name,
        email=row.email_as_typed,
        grants=grants,
        working_role=working_role(found.get("working_role", ""), grants),
        via=via,
        session_id=found.get("session_id"),
        token_scopes=None if scopes is None else frozenset(scopes.split()),
        language=row.language,
        zone=row.zone,
        theme=row.theme.value,
        photo=photo_path(row.id, row.photo),
        badges=badges,
    )
    return Visit(
        actor,
        row.must_change_password,
        found.get("seen_at"),
        found.get("token_id"),
        bool(found.get("needs_factor")),
    )


def parse_grants(text: str) -> tuple[Grant, ...]:
    """Read the cell written by the query; an entry that the database cut off is left out."""
    found = []
    for entry in text.split(","):
        if not entry.endswith(";"):
            continue
        role, _colon, department = entry.removesuffix(";").partition(":")
        found.append(Grant(role, int(department) if department else None))
    return tuple(sorted(found, key=lambda grant: (_rank(grant.role), grant.department_id or 0)))


def _rank(role: str) -> int:
    return ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)


def working_role(wanted: str, grants: tuple[Grant, ...]) -> str:
    """Return the first role of `wanted` that is held, else the first held role, else nothing."""
    roles = [grant.role for grant in grants]
    return next((role for role in [*wanted.split(), *roles] if role in roles), "")


def _write_seen(db: Session, seen: Mapping[int, datetime]) -> None:
    for session_id, at in sorted(seen.items()):
        db.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=at))


def _write_used(db: Session, used: Mapping[int, tuple[datetime, str]]) -> None:
    for token_id, (at, ip) in sorted(used.items()):
        db.execute(
            update(PersonalToken)
            .where(PersonalToken.id == token_id)
            .values(last_used_at=at, last_used_ip=ip)
        )


SESSION_SEEN: Buffer[int, datetime] = Buffer("identity.session.seen", _write_seen)
TOKEN_USED: Buffer[int, tuple[datetime, str]] = Buffer("identity.token.used", _write_used)


def note_seen(later: WriteBehind, visit: Visit) -> None:
    """Remember, soon and not now, that this session or token was used; at most once a minute."""
    now = clock.now()
    if visit.seen_at is not None and now - visit.seen_at < SEEN_EVERY:
        return
    if visit.token_id is not None:
        later.put(TOKEN_USED, visit.token_id, (now, current_origin().address[:45]))
    elif visit.actor.session_id is not None:
        later.put(SESSION_SEEN, visit.actor.session_id, now)
