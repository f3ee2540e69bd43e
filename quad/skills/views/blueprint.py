"""The blueprint of the pages of skills."""

from __future__ import annotations

from flask import Blueprint

from quad.web.kit import ask_who_it_is

bp = Blueprint("skills", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)
