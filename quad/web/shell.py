"""What surrounds every page: who reads, the sidebar, formats, and the request's number."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import structlog
from flask import Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from quad.core import clock, house, i18n
from quad.core.config import Settings
from quad.core.db.model import set_acting_user
from quad.core.origin import Origin, current_origin, set_origin
from quad.core.policy import NOBODY
from quad.core.settings import value
from quad.web import pieces
from quad.web.assets import TEMPLATE_GLOBALS
from quad.web.limits import client_address
from quad.web.module import PageLink
from quad.web.security import form_token
from quad.web.sheet import sheet_rows
from quad.web.site import SAFE_METHODS, Site, current_actor, runtime
from quad.web.surrounding import Institution, Surrounding, public_places, role_name
from quad.web.widgets import runs

REQUEST_ID_LENGTH = 64

log = structlog.get_logger(__name__)


def init_shell(app: Site, settings: Settings) -> None:
    """Install the per-request preparations and the template context on `app`."""
    app.before_request(_name_request)
    app.before_request(lambda: _find_actor(settings))
    app.after_request(_say_request_id)
    app.teardown_request(_forget)
    app.context_processor(_context)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        TEMPLATE_GLOBALS,
        role_name=role_name,
        public_places=public_places,
        sheet_rows=sheet_rows,
        list_rows=pieces.list_rows,
        menu_=pieces.menu,
        face_=pieces.face,
        person_=pieces.person,
        status_=pieces.status,
        tag_=pieces.tag,
    )
    app.extensions["quad.surrounding"] = Surrounding(app.jinja_env)
    app.jinja_env.filters.update(
        day=i18n.day,
        moment=i18n.moment,
        month=i18n.month,
        number=i18n.number,
        clock_time=i18n.clock_time,
        runs=runs,
    )


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    usable = (
        given.isascii() and given.replace("-", "").isalnum() and len(given) <= REQUEST_ID_LENGTH
    )
    g.request_id = given if usable else uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    set_origin(Origin(client_address(), request.user_agent.string, g.request_id))


def _find_actor(settings: Settings) -> None:
    g.actor = NOBODY
    i18n.set_reader(i18n.Reader(_preferred_language(settings), settings.time_zone))
    here = runtime()
    g.reading = db = here.database.reader()  # first, so that it is closed however the search ends
    actor = here.door.find(db, request)
    if request.method not in SAFE_METHODS:
        g.pop("reading")
        db.rollback()
        db.close()
    g.actor = actor
    set_acting_user(actor.id)
    set_origin(replace(current_origin(), role=actor.working_role))
    if actor.signed_in:
        i18n.set_reader(i18n.Reader(actor.language, actor.zone))


def _preferred_language(settings: Settings) -> str:
    return request.accept_languages.best_match(i18n.shipped()) or settings.language


def _say_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    return response


def _forget(_error: BaseException | None) -> None:
    opened = g.pop("reading", None)
    if opened is not None:
        opened.close()
    set_acting_user(None)
    set_origin(Origin())
    structlog.contextvars.clear_contextvars()


def _context() -> dict[str, Any]:
    actor = current_actor()
    settings = runtime().settings
    institution = _institution(settings)
    surrounding = _surrounding()
    links = cache(_links)
    return {
        "actor": actor,
        "badges": actor.badges,
        "institution": institution,
        "settings": settings,
        "csrf_token": form_token,
        "now": clock.now,
        "drawn": surrounding.drawn,
        "sidebar": lambda: surrounding.sidebar(actor, institution, links()),
        "public_links": lambda: [link for link in links() if link.in_footer],
        "top_bar": partial(surrounding.top_bar, actor),
    }


def _institution(settings: Settings) -> Institution:
    """What the institution is called; also on a page that says the database is gone."""
    db = g.get("db") or g.get("reading")
    try:
        if db is not None:
            return Institution(
                value(db, house.NAME), house.term_line(db), value(db, house.HELP_DESK)
            )
    except SQLAlchemyError:
        log.warning("The settings cannot be read; the page shows the usual ones", exc_info=True)
    return Institution(settings.institution_name)


def _links() -> Sequence[PageLink]:
    """The pages that stand in menus; none on a page that says the database is gone."""
    db = g.get("db") or g.get("reading")
    try:
        if db is not None:
            return [link for load in runtime().module_parts("links") for link in load(db)]
    except SQLAlchemyError:
        log.warning("The pages of the menus cannot be read; they are left out", exc_info=True)
    return ()


def _surrounding() -> Surrounding:
    found: Surrounding = current_app.extensions["quad.surrounding"]
    return found
