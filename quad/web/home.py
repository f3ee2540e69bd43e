"""The public home, and the dashboard made of the cards that domains contribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from quad.core.errors import NotFound
from quad.core.i18n import lazy_gettext as _l
from quad.web.kit import page
from quad.web.module import Card, Module, Nav
from quad.web.site import current_actor, current_db, runtime

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
def index() -> tuple[str, int]:
    """The dashboard of the working role; the public home signed out."""
    if not current_actor().signed_in:
        return page("home/public.html")
    cards: list[tuple[Card, Mapping[str, Any] | None]] = []
    for card in _my_cards():
        values = None if card.later else card.load(current_db(), current_actor())
        if card.later or values is not None:
            cards.append((card, values))
    headed = any(card.head for card, _values in cards)
    return page("home/dashboard.html", cards=cards, headed=headed)


@bp.get("/cards/<name>")
def card(name: str) -> tuple[str, int]:
    """One card that the dashboard loads after itself; empty when there is nothing to show."""
    found = next((card for card in _my_cards() if card.name == name), None)
    if found is None:
        raise NotFound
    values = found.load(current_db(), current_actor())
    return ("", 200) if values is None else page(found.template, v=values)


def _my_cards() -> list[Card]:
    role = current_actor().working_role
    return [card for card in runtime().module_parts("cards") if role in card.roles]


MODULE = Module("home", (bp,), nav=(Nav(_l("Home"), "home.index", "home", order=0),))
