"""The blueprint of careers' pages, and what several of them need."""

from __future__ import annotations

from flask import Blueprint

from quad.core.taking import CV, Taken
from quad.web.kit import ask_who_it_is
from quad.web.taken import posted_file

bp = Blueprint("careers", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def prepared_cv() -> Taken | None:
    """Look at the posted CV and keep its content, before the request's first statement; None without one.

    Raises Invalid (field `file`), Unavailable.
    """
    return posted_file(CV)
