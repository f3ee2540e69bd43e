"""GitHub: REST for the person; contributions through GraphQL where the institution has a token, else public commits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quad.coding.connectors.base import Connector, Place
from quad.coding.connectors.reading import (
    MOST_SOLVED,
    Basis,
    Claim,
    Reading,
    mapping,
    rows,
    strange,
    text,
    whole,
)
from quad.coding.connectors.troubles import Trouble, VisitFailed
from quad.coding.connectors.wire import Answer, Wire
from quad.core.i18n import lazy_gettext as _l

YEARS = """
query years($login: String!) {
  user(login: $login) { contributionsCollection { contributionYears } }
}
"""
MOST_YEARS = 40


class GitHub(Connector):
    """The total is contributions with a token, public commits without one."""

    name = "github"
    label = "GitHub"
    site = "https://github.com/"
    interval = 1.0
    handles = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", re.ASCII)
    where_code_goes = _l("the field “Bio” of your profile on GitHub")

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        user = _user(wire, place, handle)
        login = user["login"]
        if place.token:
            return Reading(login, _contributions(wire, place, login), Basis.CONTRIBUTIONS)
        return Reading(login, _commits(wire, place, login), Basis.COMMITS)

    def prove(self, wire: Wire, place: Place, handle: str, claim: Claim) -> bool:
        return claim.code in _user(wire, place, handle)["bio"]


def _headers(place: Place) -> dict[str, str]:
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return headers | ({"Authorization": f"Bearer {place.token}"} if place.token else {})


def _user(wire: Wire, place: Place, handle: str) -> Mapping[str, Any]:
    """Return `login` and `bio`; GitHub says "as last time" without counting it as a request."""
    answer = wire.get(place.at(f"/users/{handle}"), None, _headers(place), known="user")
    if answer.unchanged:
        return wire.recall("user")
    if answer.status == 404:
        raise VisitFailed(Trouble.UNKNOWN_HANDLE)
    told = _fine(answer)
    if told.get("type") == "Organization":
        raise VisitFailed(Trouble.UNUSABLE_HANDLE, "an organisation")
    value = {"login": text(told.get("login"), "login"), "bio": text(told.get("bio"), "bio")}
    if not value["login"]:
        raise strange("a user without a login")
    wire.keep("user", answer, value)
    return value


def _fine(answer: Answer) -> Mapping[str, Any]:
    if answer.status == 401:
        raise VisitFailed(Trouble.TOKEN)
    told = mapping(answer.data, "answer")
    if answer.status == 403:
        message = text(told.get("message"), "message")
        limited = "rate limit" in message.lower()
        raise VisitFailed(Trouble.LIMITED if limited else Trouble.REFUSED, message[:200])
    if answer.status != 200:
        raise strange(f"status {answer.status}")
    return told


def _commits(wire: Wire, place: Place, login: str) -> int:
    asked = {"q": f"author:{login}", "per_page": "1"}
    answer = wire.get(place.at("/search/commits"), asked, _headers(place))
    if answer.status == 422:  # who hides the profile cannot be searched for
        raise VisitFailed(Trouble.HIDDEN)
    told = _fine(answer)
    if told.get("incomplete_results") is True:
        raise VisitFailed(Trouble.FAILING, "the search was not finished")
    return min(whole(told.get("total_count"), "total_count"), MOST_SOLVED)


def _contributions(wire: Wire, place: Place, login: str) -> int:
    """Return the contributions of all years: first which years there are, then all of them in one query."""
    collection = mapping(
        _graphql(wire, place, YEARS, login).get("contributionsCollection"), "contributions"
    )
    years = [
        whole(year, "year", most=2100)
        for year in rows(collection.get("contributionYears"), "contributionYears")
    ]
    if not years:
        return 0
    found = _graphql(wire, place, _of_years(sorted(set(years))[-MOST_YEARS:]), login)
    return min(sum(_of_year(part) for part in found.values()), MOST_SOLVED)


def _of_years(years: list[int]) -> str:
    parts = "\n".join(
        f'  y{year}: contributionsCollection(from: "{year}-01-01T00:00:00Z", '
        f'to: "{year}-12-31T23:59:59Z") {{ contributionCalendar {{ totalContributions }} }}'
        for year in years
    )
    return f"query total($login: String!) {{ user(login: $login) {{\n{parts}\n}} }}"


def _of_year(part: object) -> int:
    calendar = mapping(
        mapping(part, "collection").get("contributionCalendar"), "contributionCalendar"
    )
    return whole(calendar.get("totalContributions"), "totalContributions")


def _graphql(wire: Wire, place: Place, query: str, login: str) -> Mapping[str, Any]:
    answer = wire.post(
        place.at("/graphql"), {"query": query, "variables": {"login": login}}, _headers(place)
    )
    told = _fine(answer)
    if told.get("errors"):
        first = mapping(rows(told["errors"], "errors")[0], "error")
        kind = text(first.get("type"), "type")
        if kind == "RATE_LIMITED":
            raise VisitFailed(Trouble.LIMITED, kind)
        if kind == "NOT_FOUND":
            raise VisitFailed(Trouble.UNKNOWN_HANDLE)
        raise strange(text(first.get("message"), "message"))
    return mapping(mapping(told.get("data"), "data").get("user"), "user")
