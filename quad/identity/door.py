"""How the web floor meets people: who makes a request, where those signed out go, and what helps the refused."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from flask import g
from flask.wrappers import Request
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.behind import behind
from quad.core.i18n import gettext as _
from quad.core.policy import NOBODY, Actor
from quad.identity.service import areas
from quad.identity.service.actor import Visit, actor_for_bearer, load_actor, note_seen
from quad.identity.service.passkeys import RelyingParty, relying_party
from quad.identity.service.second import Door as SignInDoor
from quad.web.security import SESSION_COOKIE
from quad.web.site import Door, runtime

BEARER = "bearer "


def find(db: Session, request: Request) -> Actor:
    """Return who makes this request. A bearer token counts alone: with one, the cookie is not looked at."""
    settings = runtime().settings
    today = clock.today(settings.time_zone)
    header = request.headers.get("Authorization", "")
    visit: Visit | None = None
    if header.lower().startswith(BEARER):
        if request.path.startswith("/api/"):
            token = header[len(BEARER) :].strip()
            visit = actor_for_bearer(db, token, secret=settings.secret, today=today)
    else:
        visit = load_actor(db, request.cookies.get(SESSION_COOKIE, ""), today=today)
    g.visit = visit
    if visit is None:
        return NOBODY
    note_seen(behind(runtime().database), visit)
    return replace(
        visit.actor,
        language=visit.actor.language or settings.language,
        zone=visit.actor.zone or settings.time_zone,
    )


def current_visit() -> Visit | None:
    """Return how the person of this request came in, or None."""
    visit: Visit | None = g.get("visit")
    return visit


def sign_in_door() -> SignInDoor:
    """Return how strict this installation's door is."""
    settings = runtime().settings
    return SignInDoor(settings.login_code, settings.secret, settings.session_days, party())


def party() -> RelyingParty | None:
    """Return how passkeys know this site, or None where they cannot be used."""
    return relying_party(runtime().settings.base_url)


def sign_in_url(wanted: str) -> str:
    """Return the portal of the area `wanted` lies in, with the way back."""
    portal = areas.portal_for(urlsplit(wanted).path)
    return portal.path if wanted in ("", "/") else f"{portal.path}?{urlencode({'next': wanted})}"


def refusal_help(actor: Actor, path: str) -> tuple[str, str]:
    """Return (address, words): the switch to a role that is held, else the own pages."""
    role = areas.other_role(actor, path)
    if role is None:
        return "/", _("Go to your own pages")
    query = urlencode({"role": role, "next": path})
    return f"/role?{query}", _("Work as %(role)s", role=areas.role_label(role))


DOOR = Door(find, sign_in_url, refusal_help)
