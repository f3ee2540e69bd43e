"""The one blueprint of the pages of the network."""

from __future__ import annotations

from flask import Blueprint

from quad.core.errors import SignedOut
from quad.identity.service.areas import area
from quad.web.kit import current_actor

bp = Blueprint("alumni", __name__, template_folder="../templates")

area("/alumni", "alumni", "alumnus", "student", "admin", "hod", "faculty", "placement")
area("/profile/network", "alumni", "alumnus", "student")


@bp.before_request
def ask_who_it_is() -> None:
    """None of these pages is public."""
    if not current_actor().signed_in:
        raise SignedOut
