"""The institution's blueprint and what its pages have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.policy import Permission
from quad.web.kit import current_actor, current_db, done

bp = Blueprint("institution", __name__, template_folder="../templates")


def readable(plain: Permission[Any], deleted_too: Permission[Any], row_id: int) -> Any:
    """Load a row; who may restore sees deleted ones too."""
    may = deleted_too if current_actor().has("admin") else plain
    return may.get(current_db(), current_actor(), row_id)


def add_button(label: str, endpoint: str, allowed: bool) -> list[dict[str, Any]]:
    """Return the button that adds a thing, for those who may."""
    if not allowed:
        return []
    return [{"label": label, "href": url_for(endpoint), "icon": "plus", "primary": True}]


def given(name: str) -> dict[str, Any]:
    """Return what a new thing belongs to, as the link that led here says (`?batch_id=5`)."""
    value = request.args.get(name, "")
    return {name: int(value)} if value.isascii() and value.isdigit() and len(value) < 19 else {}


def looking() -> bool:
    """Tell whether this asks what a change would do, and not for the change."""
    return request.method == "POST" and "preview" in request.form


def delete_and_say(act: Callable[[], object], place: str, message: str) -> ResponseReturnValue:
    """Delete and go to the thing's page, which offers to restore it; a refusal is said there too."""
    try:
        with attempt(current_db()):
            act()
    except Rejected as refused:
        return done(str(refused), place, category="bad")
    return done(message, place)
