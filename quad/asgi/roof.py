"""The shell of the whole platform: Flask, files, live events and health, wired from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from sqlalchemy import select, text
from starlette.types import Scope

from quad.app import create_app, open_database
from quad.asgi.files import FileSource, StoreFiles
from quad.asgi.limits import Limits
from quad.asgi.live import Live, Viewer
from quad.asgi.refusal import Refuser, plain_page
from quad.asgi.shell import Parts, Shell
from quad.core import clock
from quad.core.behind import behind
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.files import Files
from quad.core.live import EVERYBODY, WAKE
from quad.core.live_redis import RedisWakeUp
from quad.identity.models.accounts import AccountState, User, UserSession
from quad.identity.service.actor import living, load_actor
from quad.identity.service.rules import idle_since
from quad.messaging.service.presence import Watch
from quad.web.assets import DIST, asset
from quad.web.errors import titles
from quad.web.security import SESSION_COOKIE


def build_shell(settings: Settings) -> Shell:
    """Build everything one web process needs."""
    database = open_database(settings)
    return Shell(
        Parts(
            wsgi=create_app(settings, database),
            limits=Limits.of(settings),
            files=_files(settings),
            static=DIST.parent,
            fresh_static=settings.development,
            health=lambda: _health(database),
            live=Live(database, SessionAccess(database, settings)),
            wake=RedisWakeUp(settings.redis, WAKE) if settings.redis else None,
            trusted_proxies=settings.trusted_proxies,
            refuser=Refuser(_page),
        )
    )


def _files(settings: Settings) -> FileSource | Path:
    files = Files.from_settings(settings)
    return files.folder if files.folder is not None else StoreFiles(files.store)


def _page(status: int, sentence: str) -> str:
    return plain_page(status, sentence, title=titles(status), stylesheet=asset("style.css"))


def _health(database: Database) -> tuple[int, Mapping[str, object]]:
    with database.reading() as db:
        db.execute(text("SELECT 1"))
    return 200, {"status": "ok", "db": "ok"}


class SessionAccess:
    """Live streams belong to sessions, whose row's number is the key; `user:<id>` and everybody are the audiences."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._zone = settings.time_zone
        self._watch = Watch()

    def authenticate(self, scope: Scope) -> Viewer | None:
        """Return who holds the session cookie."""
        with self._database.reading() as db:
            visit = load_actor(db, _cookie(scope), today=clock.today(self._zone))
        if visit is None or visit.actor.session_id is None or visit.must_change_password:
            return None
        return Viewer(str(visit.actor.session_id), _tokens(visit.actor.own_id))

    def still_valid(self, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the sessions that have not ended, of people who may still sign in; whose they are, are here."""
        with self._database.reading() as db:
            query = (
                select(UserSession.id, UserSession.user_id)
                .join(User, User.id == UserSession.user_id)
                .where(
                    UserSession.id.in_([int(key) for key in keys]),
                    living(clock.now(), idle_since(db)),
                    User.deleted_at.is_(None),
                    User.state == AccountState.ACTIVE,
                )
            )
            found = db.execute(query).all()
        self._watch.note(behind(self._database), {user for _session, user in found})
        return {str(session): _tokens(user) for session, user in found}


def _tokens(user_id: int) -> frozenset[str]:
    return frozenset({f"user:{user_id}", EVERYBODY})


def _cookie(scope: Scope) -> str:
    text_of_cookies = "; ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"
    )
    try:
        found = SimpleCookie(text_of_cookies).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
