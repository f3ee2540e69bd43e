"""The blueprint of the pages of announcements, and what several of them need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from quad.announcements import policy
from quad.core.errors import Invalid, TooLarge
from quad.core.i18n import gettext as _
from quad.core.taking import PAPER, Taken, take
from quad.web.kit import action, ask_who_it_is, current_actor, runtime

AT_ONCE = 5
bp = Blueprint("announcements", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def tabs(current: str) -> list[dict[str, Any]]:
    """Return the places within announcements for whoever looks."""
    actor = current_actor()
    places = [("index", _("Now")), ("past", _("Past"))]
    if policy.WRITE.may(actor):
        places.append(("mine", _("Mine")))
    if policy.OPEN_APPROVALS.may(actor):
        places.append(("approvals", _("To approve")))
    if policy.OPEN_ALL.may(actor):
        places.append(("every", _("All")))
    return [
        {"label": label, "href": url_for(f"announcements.{name}"), "current": name == current}
        for name, label in places
    ]


def actions() -> list[Any]:
    """Return the buttons of the lists."""
    if not policy.WRITE.may(current_actor()):
        return []
    return [action(_("New announcement"), "announcements.create", "plus", primary=True)]


def posted_files() -> list[Taken]:
    """Look at the posted files and keep their content, before the request's first statement.

    Raises Invalid (field `file`), Unavailable.
    """
    given = [one for one in request.files.getlist("file") if one.filename]
    if not given:
        return []
    if len(given) > AT_ONCE:
        raise Invalid({"file": _("Choose at most %(n)s files at once.", n=AT_ONCE)})
    with runtime().database.reading() as looking:
        limit = PAPER.limit(looking)
    try:
        return [
            take(runtime().settings, one.stream, one.filename or "", PAPER, limit=limit)
            for one in given
        ]
    except TooLarge as error:
        raise Invalid({"file": str(error)}) from error
    finally:
        for one in given:
            one.close()
