"""The directories and profiles over JSON, by the same lists and clauses as the pages."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import request

from quad.alumni.api.shapes import FacetValueOut, NetworkProfileOut, PersonBrief, fields, person
from quad.alumni.lists.directory import ALUMNI, PROFILES
from quad.alumni.policy import base as policy
from quad.alumni.service import looking, reading
from quad.alumni.service.facets import facets
from quad.alumni.service.skilled import skills_of_many
from quad.core.errors import NotFound
from quad.core.listing.arguments import ask
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

bp = APIBlueprint("alumni_directory_api", __name__, url_prefix="/api/v1", tag="Network")
ALL = 200


@operation(bp, "GET", "/alumni", answers=list[PersonBrief], paged=True, errors=(403,))
def alumni_index() -> Answer:
    """Graduates. Filters: open (mentoring, hiring, speaking), skill, company, city, department, programme, year."""
    policy.DIRECTORY.require(current_actor())
    return list_json(ALUMNI, person)


@operation(bp, "GET", "/alumni/facets", answers=dict[str, list[FacetValueOut]], errors=(400, 403))
def alumni_facets() -> dict[str, list[FacetValueOut]]:
    """By what the graduates that match can be narrowed, with how many each would leave; same filters as the list."""
    db, actor = current_db(), current_actor()
    policy.DIRECTORY.require(actor)
    listing = ALUMNI.seen_by(actor)
    asked = ask(listing, request.args.to_dict(flat=False), strict=True)
    return {
        key: [FacetValueOut(value=one.value, label=one.label, count=one.count) for one in values]
        for key, values in facets(db, actor, listing, asked).groups.items()
    }


@operation(bp, "GET", "/profiles", answers=list[PersonBrief], paged=True, errors=(403,))
def profiles_index() -> Answer:
    """Everybody in the network, students and graduates; filters as for the alumni."""
    policy.DIRECTORY.require(current_actor())
    return list_json(PROFILES, person)


@operation(bp, "GET", "/alumni/<int:member_id>", answers=NetworkProfileOut)
def alumnus_show(member_id: int) -> NetworkProfileOut:
    """A graduate, as far as one may see."""
    shown = reading.profile(current_db(), current_actor(), member_id)
    if not shown.is_alumnus:
        raise NotFound
    return _out(shown)


@operation(bp, "GET", "/profiles/<int:member_id>", answers=NetworkProfileOut)
def profile_show(member_id: int) -> NetworkProfileOut:
    """A student or graduate, as far as one may see."""
    return _out(reading.profile(current_db(), current_actor(), member_id))


def _out(shown: Any) -> NetworkProfileOut:
    db, actor = current_db(), current_actor()
    if not shown.own:
        looking.remember(runtime().database, actor.id, shown.id)
    skills = skills_of_many(db, actor, [shown.id], ALL).get(shown.id, [])
    return NetworkProfileOut.model_validate(fields(shown, skills))
