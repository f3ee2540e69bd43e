"""The blueprint of careers' pages, and what several of them need."""

from __future__ import annotations

from flask import Blueprint, request

from quad.core.errors import Invalid, TooLarge
from quad.core.taking import CV, Taken, take
from quad.web.kit import ask_who_it_is, runtime

bp = Blueprint("careers", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def prepared_cv() -> Taken | None:
    """Look at the posted CV and keep its content, before the request's first statement; None without one.

    Raises Invalid (field `file`), Unavailable.
    """
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    with runtime().database.reading() as looking:
        limit = CV.limit(looking)
    try:
        return take(runtime().settings, given.stream, given.filename, CV, limit=limit)
    except TooLarge as error:
        raise Invalid({"file": str(error)}) from error
    finally:
        given.close()
