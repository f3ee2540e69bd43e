"""The audit's pages."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from quad.audit import policy
from quad.audit.lists import ENTRIES
from quad.web.kit import current_actor, current_db, page
from quad.web.lists import list_page

bp = Blueprint("audit", __name__, template_folder="templates")


@bp.get("/audit")
def index() -> Response:
    """Who did what, when and from where."""
    return list_page(ENTRIES)


@bp.get("/audit/<int:entry_id>")
def show(entry_id: int) -> tuple[str, int]:
    """One entry: the fact, and each changed row before and after."""
    entry = policy.READ.get(current_db(), current_actor(), entry_id)
    return page("audit/show.html", entry=entry)
