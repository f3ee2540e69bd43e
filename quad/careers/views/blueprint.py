"""The blueprint of careers' pages, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, Rejected, SignedOut
from quad.core.facts import attempt
from quad.core.taking import CV, Taken
from quad.web.kit import chosen_error, current_actor, current_db, done
from quad.web.taken import taken_files

bp = Blueprint("careers", __name__, template_folder="../templates")


@bp.before_request
def ask_who_it_is() -> None:
    """None of these pages is public."""
    if not current_actor().signed_in:
        raise SignedOut


def action(label: str, endpoint: str, icon: str, *, primary: bool = False, **values: Any) -> Any:
    """Return a button for the head of a list page."""
    return {
        "label": label,
        "href": url_for(endpoint, **values),
        "icon": icon,
        "primary": primary,
    }


def act(do: Callable[[], Any], place: str, told: str) -> BaseResponse:
    """Do something and go to `place`; a refusal is told there, and nothing is changed."""
    try:
        with attempt(current_db()):
            do()
    except (Rejected, Invalid) as error:
        return done(chosen_error(error), place, category="bad")
    return done(told, place)


def prepared_cv() -> Taken | None:
    """Look at the posted CV and keep its content, before the request's first statement; None without one.

    Raises Invalid (field `file`), Unavailable.
    """
    return next(iter(taken_files(CV)), None)
