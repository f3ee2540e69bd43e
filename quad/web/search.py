"""Search over everything: the page, the suggestions under Ctrl-K, and the API."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from flask import Blueprint, make_response, render_template, request
from pydantic import Field
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import SignedOut
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.search.find import Group, search_near
from quad.web.api import Answer, Out, WireId, operation
from quad.web.kit import current_actor, current_db, page
from quad.web.module import Module

bp = Blueprint("search", __name__)
api = APIBlueprint("search_api", __name__, url_prefix="/api/v1", tag="Search")

LONGEST = 200
ON_THE_PAGE = 20
SUGGESTED = 4


class SearchQuery(Form):
    """What is looked for: every word must begin a word of the name, or stand in the text."""

    q: Annotated[str, Field(title=_l("Search"), max_length=LONGEST)] = ""


class HitOut(Out):
    """One thing found."""

    id: WireId
    title: str
    sub: str
    url: str


class GroupOut(Out):
    """The hits of one kind; `more` says that there are others."""

    kind: str
    label: str
    hits: list[HitOut]
    more: bool


def _asked() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:LONGEST]


@bp.get("/search")
def index() -> tuple[str, int]:
    """Everything found, grouped by kind."""
    if not current_actor().signed_in:
        raise SignedOut
    asked = _asked()
    meant, groups = search_near(current_db(), current_actor(), asked, limit=ON_THE_PAGE)
    return page("search/page.html", search_words=asked, meant=meant, groups=groups)


@bp.get("/search/suggestions")
def suggestions() -> BaseResponse:
    """The best hits while typing, as a part of a page."""
    if not current_actor().signed_in:
        raise SignedOut
    asked = _asked()
    meant, groups = search_near(current_db(), current_actor(), asked, limit=SUGGESTED)
    body = render_template(
        "search/suggestions.html", search_words=asked, meant=meant, groups=groups
    )
    return make_response(body)


@operation(api, "GET", "/search", query=SearchQuery, answers=list[GroupOut])
def find(query: SearchQuery) -> Answer:
    """Search people, courses and everything else the caller may see; mistyped words as they may have been meant."""
    meant, groups = search_near(current_db(), current_actor(), query.q, limit=ON_THE_PAGE)
    told = None if meant == query.q else _("Found for “%(words)s”", words=meant)
    return Answer([_group(group) for group in groups], message=told)


def _group(group: Group) -> GroupOut:
    hits = [
        HitOut(id=hit.subject_id, title=hit.title, sub=hit.sub, url=hit.url) for hit in group.hits
    ]
    return GroupOut(kind=group.subject_type, label=group.label, hits=hits, more=group.more)


MODULE = Module("search", (bp, api))
