"""What is the same on page after page (menu, top bar, head, foot), drawn once for each way it can look.

A page costs about as much for what surrounds it as for what it shows, and what surrounds it depends on very little: the
reader's language, the role, the names and numbers in it. Each such part is a template of its own that is given all it
depends on, and its text is kept for the next page that gives the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment
from markupsafe import Markup

from quad.core import i18n
from quad.core.policy import Actor
from quad.web.module import PageLink
from quad.web.site import runtime

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


KEPT = 2_000
# Stands where the token against forged requests belongs, which is new in every page; nobody can guess it.
TOKEN = f"token-{secrets.token_hex(16)}"


@dataclass(frozen=True)
class Institution:
    """What the institution is called, and whom to ask."""

    name: str
    term_line: str = ""
    help_desk: str = ""


@dataclass(frozen=True)
class Place:
    """A place in the menu; `badge` names the number beside it."""

    icon: str
    label: str
    href: str
    badge: str

    def holds(self, path: str) -> bool:
        """Tell whether the page at `path` is this place or lies below it."""
        return path == self.href or (self.href != "/" and path.startswith(self.href + "/"))


@dataclass(frozen=True, eq=False)
class Menu:
    """The places of a role in their groups; one object for each role."""

    groups: tuple[tuple[str, tuple[Place, ...]], ...]
    places: tuple[Place, ...]


class Surrounding:
    """Draws what surrounds the pages of one application, and keeps it."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._kept = lru_cache(KEPT)(self._draw)
        self._menu = lru_cache(KEPT)(_menu)

    def drawn(self, template: str, **what: Any) -> Markup:
        """Return the text of `template`, which depends on the values of `what` and the reader's language alone."""
        draw = self._draw if self._environment.auto_reload else self._kept
        text = draw(template, i18n.current_reader().language, tuple(what.items()))
        if TOKEN in text:
            text = text.replace(TOKEN, generate_csrf())
        return Markup(text)  # noqa: S704 - drawn by a template, which escapes

    def _draw(self, template: str, _language: str, what: tuple[tuple[str, Any], ...]) -> str:
        return self._environment.get_template(template).render(what, token=TOKEN)

    def sidebar(self, actor: Actor, institution: Institution, links: Sequence[PageLink]) -> Markup:
        """Return the menu of the working role, and the pages that editors put there."""
        menu = self._menu(actor.working_role, request.script_root)
        held = [place.href for place in menu.places if place.holds(request.path)]
        nearest = max(map(len, held), default=0)
        pages = tuple([(link.title, link.href) for link in links if link.in_sidebar])
        shown = [href for _title, href in pages if href == request.path]
        return self.drawn(
            "fragments/sidebar.html",
            menu=menu,
            current=tuple([href for href in held if len(href) == nearest] + shown),
            counts=_waiting(menu, actor.badges),
            institution=institution,
            pages=pages,
        )

    def top_bar(self, actor: Actor, search_words: str) -> Markup:
        """Return the bar with search, role, notifications and account."""
        roles = tuple([role for role in ROLE_ORDER if role in actor.roles])
        return self.drawn(
            "fragments/top_bar.html",
            name=actor.name,
            photo=actor.photo,
            roles=roles,
            working_role=actor.working_role if actor.working_role in roles else "",
            notifications=actor.badges.get("notifications", 0),
            messages=actor.badges.get("messages"),
            search_words=search_words,
        )


def public_places() -> list[tuple[str, str]]:
    """Return (label, address) of what is open to people who are not signed in."""
    return [(one.label, url_for(one.endpoint)) for one in runtime().module_parts("public_places")]


def _waiting(menu: Menu, badges: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple([(p.badge, badges[p.badge]) for p in menu.places if badges.get(p.badge)])


def _menu(role: str, _script_root: str) -> Menu:
    """Return the menu of `role`; addresses begin with where the application is mounted."""
    groups: dict[str, list[Place]] = {}
    for nav in runtime().module_parts("nav"):
        if not nav.roles or role in nav.roles:
            place = Place(nav.icon, nav.label, url_for(nav.endpoint), nav.badge)
            groups.setdefault(nav.group, []).append(place)
    places = tuple(place for group in groups.values() for place in group)
    return Menu(tuple((label, tuple(group)) for label, group in groups.items()), places)
