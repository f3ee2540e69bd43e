"""The blueprints of the pages of requests, and what several of them need."""

from __future__ import annotations

from flask import Blueprint

from quad.core.settings import value
from quad.core.taking import Taken
from quad.identity.service.areas import area
from quad.web.kit import ask_who_it_is, runtime
from quad.web.taken import posted_files
from quad.welfare.service import attachments

bp = Blueprint("welfare", __name__, template_folder="../templates")
setup = Blueprint("welfare_setup", __name__, template_folder="../templates", url_prefix="/welfare")
for _each in (bp, setup):
    _each.before_request(ask_who_it_is)

area("/requests/new", "student", "student")
area("/requests/queue", "faculty", "faculty", "hod", "advisor", "counsellor", "placement", "admin")
area("/welfare", "admin")


def largest_attachment() -> int:
    """Return how many megabytes an attachment may have."""
    with runtime().database.reading() as looking:
        return value(looking, attachments.LIMIT)


def given_files() -> list[Taken]:
    """Look at the posted files and keep them, before the request's first statement.

    Raises Invalid (field `file`), naming the file it is about, and Unavailable.
    """
    return posted_files(attachments.FILE, most=attachments.AT_ONCE, named=True)
