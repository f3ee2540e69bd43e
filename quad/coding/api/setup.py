"""Platforms and seasons, for programs. Weights of difficulty and thresholds are among the settings (`/settings`)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from quad.coding.forms.accounts import NewPlatform, PlatformForm
from quad.coding.forms.mentoring import SeasonForm
from quad.coding.models.seasons import Season
from quad.coding.service import leaderboards, platforms, seasons
from quad.coding.service.leaderboards import Wanted
from quad.coding.service.platforms import Known
from quad.core.errors import NotFound
from quad.core.forms import Form
from quad.web.api import Answer, Moment, Out, PageOut, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("coding_setup_api", __name__, url_prefix="/api/v1/coding", tag="Coding: set-up")
ONE = "/seasons/<int:season_id>"


class PlatformOut(Out):
    """One platform: what usernames look like, and what a problem there counts in the score, in percent."""

    key: str
    name: str
    handle_pattern: str
    handle_hint: str
    profile_url: str
    weight: int
    open: bool
    version: int


class SeasonOut(Out):
    """A time for which students compete; `frozen_at` is null while it is open."""

    id: WireId
    name: str
    starts_on: date
    ends_on: date
    frozen_at: Moment | None


class SeasonPlaceOut(Out):
    """Where one student stood; the number is 0 where the student keeps the name."""

    rank: int
    department_rank: int
    student_id: WireId
    full_name: str
    department_name: str | None
    total_solved: int
    score: int
    growth: int
    mine: bool


class SeasonArchiveOut(Out):
    season: SeasonOut
    places: list[SeasonPlaceOut]


class SeasonPage(Form):
    page: Annotated[int, Field(ge=1, le=seasons.MOST_PAGES)] = 1


def _platform(known: Known, version: int) -> PlatformOut:
    return PlatformOut(
        key=known.key,
        name=known.name,
        handle_pattern=known.handle_pattern,
        handle_hint=str(known.handle_hint),
        profile_url=known.profile_url,
        weight=known.weight,
        open=known.open,
        version=version,
    )


@operation(bp, "GET", "/platforms", answers=list[PlatformOut])
def platforms_index() -> list[PlatformOut]:
    """The platforms there are, those of the institution's own as well."""
    db = current_db()
    versions = platforms.versions(db)
    return [_platform(one, versions.get(one.id, 0)) for one in platforms.every(db)]


def _shown(key: str) -> PlatformOut:
    db = current_db()
    known = platforms.find(db, key)
    if known is None:
        raise NotFound
    return _platform(known, platforms.version_of(db, known))


@operation(bp, "GET", "/platforms/<platform>", answers=PlatformOut)
def platform_show(platform: str) -> PlatformOut:
    return _shown(platform)


@operation(
    bp,
    "POST",
    "/platforms",
    body=NewPlatform,
    answers=PlatformOut,
    status=201,
    message="Platform added",
    errors=(403,),
)
def platform_add(body: NewPlatform) -> PlatformOut:
    """Add a platform of the institution's own."""
    platforms.add(current_db(), current_actor(), body)
    return _shown(body.key)


@operation(
    bp,
    "PUT",
    "/platforms/<platform>",
    body=PlatformForm,
    answers=PlatformOut,
    message="Saved",
    errors=(403, 409),
)
def platform_change(platform: str, body: PlatformForm) -> PlatformOut:
    """Change a platform; `version` is the one that was seen, 0 to change it whatever it is."""
    platforms.change(current_db(), current_actor(), platform, body)
    return _shown(platform)


@operation(bp, "GET", "/seasons", answers=list[SeasonOut])
def seasons_index() -> list[Season]:
    """The seasons, the latest first."""
    return list(seasons.every(current_db(), current_actor()))


@operation(
    bp,
    "POST",
    "/seasons",
    body=SeasonForm,
    answers=SeasonOut,
    status=201,
    message="Season added",
    errors=(403,),
)
def season_add(body: SeasonForm) -> Season:
    return seasons.add(current_db(), current_actor(), body)


@operation(bp, "GET", ONE, query=SeasonPage, answers=SeasonArchiveOut, errors=(403,))
def season_show(season_id: int, query: SeasonPage) -> Answer:
    """Where everybody stood when a season was frozen; nobody stands anywhere before."""
    db, actor = current_db(), current_actor()
    found = seasons.get(db, actor, season_id)
    leaderboards.board_for(db, actor, leaderboards.own_of(db, actor), Wanted())
    total = seasons.count(db, found)
    rows = seasons.places(db, actor, found, query.page)
    out = SeasonArchiveOut(
        season=SeasonOut.model_validate(found), places=[_place(row) for row in rows]
    )
    more = query.page * seasons.SHOWN < total and query.page < seasons.MOST_PAGES
    here = f"/api/v1/coding/seasons/{season_id}?page="
    where = PageOut(
        total=total,
        exact=True,
        next=f"{here}{query.page + 1}" if more else None,
        previous=f"{here}{query.page - 1}" if query.page > 1 else None,
    )
    return Answer(out, page=where)


def _place(row: Any) -> SeasonPlaceOut:
    return SeasonPlaceOut.model_validate({**row, "total_solved": row["total"]})


@operation(bp, "POST", f"{ONE}/freeze", answers=SeasonOut, message="Frozen", errors=(403, 409))
def season_freeze(season_id: int) -> Season:
    """Write down who stands where; that stays."""
    return seasons.freeze(current_db(), current_actor(), season_id)


@operation(bp, "POST", f"{ONE}/thaw", answers=SeasonOut, message="Open again", errors=(403, 409))
def season_thaw(season_id: int) -> Season:
    """Open a frozen season again; what was written down goes."""
    return seasons.thaw(current_db(), current_actor(), season_id)
