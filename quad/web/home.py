"""The public home, and the dashboard made of the cards that domains contribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from quad.core import house
from quad.core.errors import NotFound, SignedOut
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.settings import value
from quad.web.greeting import greeting
from quad.web.kit import page
from quad.web.module import Card, Module, Nav, PublicFigure
from quad.web.site import current_actor, current_db, runtime

WELCOME = _l(
    "Records, courses, coding progress and the alumni network, in one place. One account for your whole life here."
)
bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
def index() -> tuple[str, int]:
    """The dashboard of the working role; the public home signed out."""
    if not current_actor().signed_in:
        return _public_home()
    cards: list[tuple[Card, Mapping[str, Any] | None]] = []
    for card in _my_cards():
        values = None if card.later else card.load(current_db(), current_actor())
        if card.later or values is not None:
            cards.append((card, values))
    headed = any(card.head for card, _values in cards)
    return page("home/dashboard.html", cards=cards, headed=headed, greeting=greeting)


@bp.get("/dashboard")
def dashboard() -> BaseResponse:
    """The address that the system before had for the dashboard."""
    if not current_actor().signed_in:
        raise SignedOut
    return redirect(url_for("home.index"), code=303)


def _public_home() -> tuple[str, int]:
    """What everybody may know: the institution in figures, what comes next, how to sign in."""
    db = current_db()
    loaded = [
        (card, card.load(db, current_actor())) for card in runtime().module_parts("public_cards")
    ]
    return page(
        "home/public.html",
        welcome=value(db, house.WELCOME) or WELCOME,
        figures=_figures(),
        cards=[(card, values) for card, values in loaded if values is not None],
    )


def _figures() -> list[dict[str, str]]:
    """The numbers that domains count, those of nothing left out; one statement."""
    parts: list[PublicFigure] = runtime().module_parts("public_figures")
    row = current_db().execute(select(*[part.count().label(part.name) for part in parts])).one()
    return [
        {"label": part.label, "value": _at_most(count, part.most)}
        for part, count in zip(parts, row, strict=True)
        if count
    ]


def _at_most(count: int, most: int) -> str:
    return _("%(n)s or more", n=number(most)) if most and count >= most else number(count)


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
