"""The blueprint of the pages of messages, and what several of them need."""

from __future__ import annotations

from flask import Blueprint, request

from quad.core.errors import Invalid, TooLarge
from quad.core.taking import Taken, take
from quad.messaging.service.settings import FILES, MOST_FILES
from quad.web.kit import ask_who_it_is, runtime

bp = Blueprint("messaging", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def asked_number(name: str) -> int | None:
    """Read a number from the address; None when there is none."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None


def posted_files() -> list[Taken]:
    """Look at the posted files and keep their content, before the request's first statement.

    Raises Invalid (field `file`), Unavailable.
    """
    given = [one for one in request.files.getlist("file") if one.filename][: MOST_FILES + 1]
    if not given:
        return []
    with runtime().database.reading() as looking:
        limit = FILES.limit(looking)
    taken = []
    for one in given:
        try:
            taken.append(
                take(runtime().settings, one.stream, one.filename or "", FILES, limit=limit)
            )
        except TooLarge as error:
            raise Invalid({"file": str(error)}) from error
        finally:
            one.close()
    return taken
