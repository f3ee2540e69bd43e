"""Leaderboards and seasons."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.coding.models.figures import Metric, Scope
from quad.coding.service import leaderboards, platforms, rules, seasons, trends
from quad.coding.service.leaderboards import Place, Wanted
from quad.coding.views.blueprint import bp
from quad.coding.views.words import METRIC_WORDS, SCOPE_WORDS
from quad.core.errors import Forbidden, Invalid, NotFound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.core.settings import value
from quad.web.kit import by_htmx, current_actor, current_db, page


def _chosen(kind: Any, name: str, usual: Any) -> Any:
    try:
        return kind(request.args.get(name, "") or usual)
    except ValueError:
        return usual


def _wanted() -> Wanted:
    """Read which board is looked at from the address; what is not understood is the usual one."""
    text = request.args.get("id", "")
    number_ = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return Wanted(
        _chosen(Scope, "scope", Scope.INSTITUTION),
        number_,
        _chosen(Metric, "metric", Metric.TOTAL),
        request.args.get("platform", "")[:40],
    )


@bp.get("/leaderboard")
def leaderboard() -> ResponseReturnValue:
    """Who has solved most, among whom and by what one chooses."""
    db, actor, wanted = current_db(), current_actor(), _wanted()
    own = leaderboards.own_of(db, actor)
    problem, found = "", None
    try:
        board = leaderboards.board_for(db, actor, own, wanted)
        found = leaderboards.page(db, actor, own, board, _page())
    except Invalid:
        problem = _("You belong to none of these. Choose another leaderboard.")
    except Forbidden:
        problem = _("This leaderboard is not open to you.")
    context: dict[str, Any] = {
        "found": found,
        "rows": [_row(one, wanted.metric) for one in found.places] if found else [],
        "heads": _heads(wanted.metric),
        "wanted": wanted,
        "problem": problem,
        "address": partial(_address, wanted),
        "metrics": METRIC_WORDS,
    }
    if by_htmx() and request.headers.get("HX-Target") == "board":
        return page("coding/board.html", **context)
    context |= {
        "scopes": [(each, SCOPE_WORDS[each]) for each in leaderboards.kinds(actor, own)],
        "platforms": platforms.every(db),
        "seasons": seasons.every(db, actor),
        "weights": _weights(),
        "student": bool(own.student_id),
    }
    return page("coding/leaderboard.html", **context)


@bp.get("/leaderboard/me")
def own_place() -> ResponseReturnValue:
    """Where one stands oneself, among the neighbours and over the weeks: a part of the page."""
    db, actor, wanted = current_db(), current_actor(), _wanted()
    own = leaderboards.own_of(db, actor)
    neighbours: tuple[Place, ...] = ()
    try:
        board = leaderboards.board_for(db, actor, own, wanted)
        _me, neighbours = leaderboards.around(db, actor, own, board)
    except (Invalid, Forbidden):
        pass  # the board itself says so
    return page(
        "coding/own_place.html",
        rows=[_row(one, wanted.metric, short=True) for one in neighbours],
        ranks=trends.ranks(db, own.student_id) if own.student_id else [],
        heading=METRIC_WORDS[wanted.metric],
    )


def _weights() -> list[tuple[str, int]]:
    db = current_db()
    parts = (
        (_("Easy"), rules.EASY),
        (_("Medium"), rules.MEDIUM),
        (_("Hard"), rules.HARD),
        (_("Unknown"), rules.UNRATED),
    )
    return [(label, value(db, setting)) for label, setting in parts]


def _page() -> int:
    text = request.args.get("page", "1")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(asked, 1), leaderboards.MOST_PAGES)


def _address(wanted: Wanted, place: str = "coding.leaderboard", **changed: Any) -> str:
    kept: dict[str, Any] = {
        "scope": wanted.scope.value,
        "id": None if "scope" in changed else wanted.scope_id,
        "metric": wanted.metric.value,
        "platform": wanted.platform or None,
    }
    return url_for(place, **{**kept, **changed})


def _row(one: Place, metric: Metric, *, short: bool = False) -> dict[str, Any]:
    name = one.full_name
    if one.hidden and not one.mine and one.student_id:
        name = _("%(name)s (hidden from students)", name=name)
    return {
        "rank": number(one.rank),
        "name": name,
        "sub": _("You") if one.mine else "" if short else one.department_name or "",
        "me": one.mine,
        "values": [number(one.value)] if short else _values(one, metric),
    }


def _values(one: Place, metric: Metric) -> list[str]:
    """Return what stands beside a name: the board's own number last, and no number twice."""
    rating = number(one.rating) if one.rating is not None else "–"
    if metric is Metric.TOTAL:
        return [rating, number(one.total_solved)]
    if metric is Metric.RATING:
        return [number(one.total_solved), rating]
    return [number(one.total_solved), rating, number(one.value)]


def _heads(metric: Metric) -> list[str]:
    solved, rating = str(METRIC_WORDS[Metric.TOTAL]), str(METRIC_WORDS[Metric.RATING])
    if metric is Metric.TOTAL:
        return [rating, solved]
    if metric is Metric.RATING:
        return [solved, rating]
    return [solved, rating, str(METRIC_WORDS[metric])]


@bp.get("/seasons/<int:season_id>")
def season(season_id: int) -> ResponseReturnValue:
    """Where everybody stood when the season was frozen."""
    db, actor = current_db(), current_actor()
    found = seasons.get(db, actor, season_id)
    if found.frozen_at is None:
        raise NotFound
    leaderboards.board_for(db, actor, leaderboards.own_of(db, actor), Wanted())
    at = _page()
    rows, total = seasons.places(db, actor, found, at), seasons.count(db, found)
    own = None if any(row["mine"] for row in rows) else seasons.own_place(db, actor, found)
    return page(
        "coding/season.html",
        season=found,
        rows=[_season_row(row) for row in rows],
        own=[_season_row(own)] if own else [],
        count=ngettext("%(num)s student", "%(num)s students", total),
        previous=_turned(season_id, at - 1) if at > 1 else "",
        following=_turned(season_id, at + 1)
        if at * seasons.SHOWN < total and at < seasons.MOST_PAGES
        else "",
    )


def _turned(season_id: int, at: int) -> str:
    return url_for("coding.season", season_id=season_id, page=at)


def _season_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "rank": number(row["rank"]),
        "name": row["full_name"],
        "sub": _("You") if row["mine"] else row["department_name"] or "",
        "me": row["mine"],
        "values": [number(row["total"]), number(row["score"]), number(row["growth"])],
    }
