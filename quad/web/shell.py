"""What surrounds every page: who reads, the sidebar, formats, and the request's number."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from babel import Locale
from flask import Response, g, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError

from quad.core import clock, house, i18n
from quad.core.config import Settings
from quad.core.db.model import set_acting_user
from quad.core.origin import Origin, set_origin
from quad.core.policy import NOBODY, Actor
from quad.core.settings import value
from quad.web.assets import TEMPLATE_GLOBALS
from quad.web.limits import client_address
from quad.web.module import Nav
from quad.web.site import SAFE_METHODS, Site, current_actor, runtime
from quad.web.widgets import runs

REQUEST_ID_LENGTH = 64

log = structlog.get_logger(__name__)
ROLE_ORDER = ("admin", "hod", "faculty", "advisor", "counsellor", "placement", "student", "alumnus")


def role_name(role: str) -> str:
    """Return a role in plain words."""
    names = {
        "admin": i18n.gettext("Admin"),
        "hod": i18n.gettext("Head of department"),
        "faculty": i18n.gettext("Faculty"),
        "advisor": i18n.gettext("Advisor"),
        "counsellor": i18n.gettext("Counsellor"),
        "placement": i18n.gettext("Placement"),
        "student": i18n.gettext("Student"),
        "alumnus": i18n.gettext("Alumnus"),
    }
    return names.get(role, role)


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
    app.jinja_env.globals.update(TEMPLATE_GLOBALS, role_name=role_name)
    app.jinja_env.filters.update(
        day=i18n.day,
        moment=i18n.moment,
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
    if actor.signed_in:
        i18n.set_reader(i18n.Reader(actor.language, actor.zone))


def _preferred_language(settings: Settings) -> str:
    known = [path.name for path in i18n.CATALOGUES.glob("*") if path.is_dir()] + ["en"]
    return request.accept_languages.best_match(known) or settings.language


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
    return {
        "actor": actor,
        "actor_roles": _roles(actor),
        "badges": actor.badges,
        "nav_groups": _nav_groups(actor),
        "institution": _institution(settings),
        "features": {"messages": False, "search": True},
        "settings": settings,
        "csrf_token": generate_csrf,
        "now": clock.now,
        "locale": Locale.parse(i18n.current_reader().language),
    }


def _institution(settings: Settings) -> dict[str, str]:
    """What the institution is called; also on a page that says the database is gone."""
    db = g.get("db") or g.get("reading")
    try:
        if db is not None:
            return {
                "name": value(db, house.NAME),
                "term_line": house.term_line(db),
                "help_desk": value(db, house.HELP_DESK),
            }
    except SQLAlchemyError:
        log.warning("The settings cannot be read; the page shows the usual ones", exc_info=True)
    return {"name": settings.institution_name, "term_line": "", "help_desk": ""}


def _roles(actor: Actor) -> list[dict[str, Any]]:
    held = [role for role in ROLE_ORDER if role in actor.roles]
    return [
        {"role": role, "label": role_name(role), "current": role == actor.working_role}
        for role in held
    ]


def _nav_groups(actor: Actor) -> list[tuple[str | None, list[dict[str, Any]]]]:
    if not actor.signed_in:
        return []
    groups: dict[str, list[dict[str, Any]]] = {}
    for nav in runtime().module_parts("nav"):
        if not nav.roles or actor.working_role in nav.roles:
            groups.setdefault(str(nav.group), []).append(_nav_item(nav, actor))
    return [(label or None, items) for label, items in groups.items()]


def _nav_item(nav: Nav, actor: Actor) -> dict[str, Any]:
    href = url_for(nav.endpoint)
    here = request.path
    inside = here == href if href == "/" else here == href or here.startswith(href + "/")
    return {
        "icon": nav.icon,
        "label": nav.label,
        "href": href,
        "badge": actor.badges.get(nav.badge, 0) if nav.badge else 0,
        "current": inside,
    }
