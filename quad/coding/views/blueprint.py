"""The blueprints of the pages of coding, and what several of them need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from quad.coding.service.evidence import PICTURE
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.web.kit import ask_who_it_is, current_db

bp = Blueprint("coding", __name__, template_folder="../templates", url_prefix="/coding")
bp.before_request(ask_who_it_is)

area("/coding/review", "faculty", "counsellor", "advisor", "hod", "admin")
area("/coding/setup", "admin")


def home_crumb() -> tuple[str, str]:
    """Return the way back to the own coding page."""
    return _("Coding"), url_for("coding.index")


def picture_field(form: Bound[Any]) -> tuple[str, dict[str, Any]]:
    """Return the part of a form page that takes a screenshot."""
    hint = PICTURE.sentence(PICTURE.limit(current_db()))
    return "coding/picture_field.html", {"form": form, "accept": PICTURE.accept, "hint": hint}
