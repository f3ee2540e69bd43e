"""The blueprint of the pages of announcements, and what several of them need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from quad.announcements import policy
from quad.core.i18n import gettext as _
from quad.web.kit import action, ask_who_it_is, current_actor

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
