"""The blueprint of the pages of messages, and what several of them need."""

from __future__ import annotations

from flask import Blueprint, request

from quad.web.kit import ask_who_it_is

bp = Blueprint("messaging", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def asked_number(name: str) -> int | None:
    """Read a number from the address; None when there is none."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
