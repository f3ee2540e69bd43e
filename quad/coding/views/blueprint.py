"""The blueprints of the pages of coding, and what several of them need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from quad.coding.service import evidence
from quad.coding.service.evidence import Prepared
from quad.core.errors import Invalid, TooLarge
from quad.core.files import Files
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.web.kit import ask_who_it_is, runtime

bp = Blueprint("coding", __name__, template_folder="../templates", url_prefix="/coding")
bp.before_request(ask_who_it_is)
ACCEPT = ".png,.jpg,.jpeg,.webp"

area("/coding/review", "faculty", "counsellor", "advisor", "hod", "admin")
area("/coding/setup", "admin")


def home_crumb() -> tuple[str, str]:
    """Return the way back to the own coding page."""
    return _("Coding"), url_for("coding.index")


def picture_field(form: Bound[Any]) -> tuple[str, dict[str, Any]]:
    """Return the part of a form page that takes a screenshot."""
    return "coding/picture_field.html", {"form": form, "accept": ACCEPT}


def posted_picture() -> Prepared | None:
    """Look at the posted screenshot and keep it, before the first statement. Raises Invalid (field `file`)."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    try:
        files = Files.from_settings(runtime().settings)
        return evidence.prepare(files, given.stream, given.filename)
    except TooLarge as error:
        raise Invalid({"file": str(error)}) from error
    finally:
        given.close()
