"""The page at /api/docs on which the API is read and tried: Swagger UI from our own bundle, nothing from elsewhere."""

from __future__ import annotations

from flask import Blueprint

from quad.web.kit import page

bp = Blueprint("apidocs", __name__, template_folder="templates")


@bp.get("/api/docs")
def index() -> tuple[str, int]:
    """Every operation of /api/v1/openapi.json; calls are made as whoever is signed in, or with a token."""
    return page("apidocs.html")
