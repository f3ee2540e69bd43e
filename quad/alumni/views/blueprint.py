"""The one blueprint of the pages of the network."""

from __future__ import annotations

from flask import Blueprint

from quad.identity.service.areas import area
from quad.web.kit import ask_who_it_is

bp = Blueprint("alumni", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)

area("/alumni", "alumni", "alumnus", "student", "admin", "hod", "faculty", "placement")
area("/profile/network", "alumni", "alumnus", "student")
