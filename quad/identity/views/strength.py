"""How strong a password is, while it is typed. The password is judged again when it is sent."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from quad.identity.service.passwords import judge
from quad.web.kit import current_actor, page
from quad.web.limits import limit

bp = Blueprint("identity_strength", __name__, template_folder="../templates")

LONGEST = 1_000


@bp.post("/password-strength")
@limit("120 per minute", scope="password-strength", methods=["POST"])
def strength() -> ResponseReturnValue:
    """Judge what was typed so far, with the name and address of the form or of who is signed in."""
    actor = current_actor()
    password = request.form.get("password", "")[:LONGEST]
    judged = judge(
        password,
        email=request.form.get("email", "")[:254] or actor.email,
        name=request.form.get("full_name", "")[:200] or actor.name,
    )
    return page("identity/strength.html", judged=judged if password else None)
