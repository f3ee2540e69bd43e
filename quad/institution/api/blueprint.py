"""The JSON door's one blueprint."""

from __future__ import annotations

from apiflask import APIBlueprint

bp = APIBlueprint("institution_api", __name__, url_prefix="/api/v1", tag="Institution")
