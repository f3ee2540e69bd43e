"""The Flask application class: one request is one unit of work, rerun when the database asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from apiflask import APIFlask
from flask import current_app, g, has_request_context, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Request
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from quad.core.config import Settings
from quad.core.db.engine import Database, may_run_again
from quad.core.facts import TRIES, pause_before_retry, unit
from quad.core.policy import NOBODY, Actor
from quad.web.describing import describe_now
from quad.web.drawing import PageEnvironment
from quad.web.module import Module

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Door:
    """How people come in; supplied by the roof, since the web floor does not know identity.

    `find` turns a request into an actor, `sign_in_url` gives the portal for a path one may not open signed out,
    `refusal_help` gives (address, words) that lead someone with the wrong role further.
    """

    find: Callable[[Session, Request], Actor]
    sign_in_url: Callable[[str], str]
    refusal_help: Callable[[Actor, str], tuple[str, str]]


@dataclass(frozen=True)
class Runtime:
    """What every request needs to reach: settings, database, domains and the door."""

    settings: Settings
    database: Database
    modules: tuple[Module, ...]
    door: Door
    _parts: dict[str, list[Any]] = field(default_factory=dict, repr=False, compare=False)

    def module_parts(self, name: str) -> list[Any]:
        """Return everything the modules declare under `name` ("cards", "nav", …), in their order."""
        if name not in self._parts:
            found = [part for module in self.modules for part in getattr(module, name)]
            self._parts[name] = sorted(found, key=lambda part: getattr(part, "order", 0))
        return self._parts[name]


class RowNumber(IntegerConverter):
    """A number in an address that a database can hold; a longer one is an address nobody has.

    By its digits, not by `max`: that is judged after the method, and an address nobody has would answer 405.
    """

    regex = r"\d{1,18}"


class Site(APIFlask):
    """Flask with a unit of work around every view."""

    jinja_environment = PageEnvironment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url_map.converters["int"] = RowNumber

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`: no view or hook here is a coroutine, and Flask looks into each of them in every request."""
        return func

    def _generate_spec(self) -> Any:
        describe_now()
        return super()._generate_spec()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view inside a unit: GET on a reading session, other methods on a writing one."""
        tries = 1
        while True:
            try:
                with _open_session() as db, unit(db):
                    g.db = db
                    return super().dispatch_request()
            except Exception as error:
                if tries == TRIES or not may_run_again(error):
                    raise
            finally:
                g.pop("db", None)
            pause_before_retry(tries)
            tries += 1


def _open_session() -> Session:
    """The session that found the actor serves a reading view as well; a writing one starts late, on its own."""
    database = runtime().database
    if request.method not in SAFE_METHODS:
        return database.writer()
    opened: Session | None = g.pop("reading", None)
    return opened or database.reader()


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    return cast(Runtime, current_app.extensions["quad"])


def current_db() -> Session:
    """Return the session of this request's unit."""
    return cast(Session, g.db)


def current_actor() -> Actor:
    """Return who makes this request; NOBODY when signed out."""
    if not has_request_context():
        return NOBODY
    actor: Actor = g.get("actor", NOBODY)
    return actor


def wants_json() -> bool:
    """Tell whether this request came through the API's door."""
    return request.path.startswith("/api/")


def by_htmx() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"
