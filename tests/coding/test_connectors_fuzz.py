"""Whatever JSON a platform answers: figures that make sense, or a trouble with a sentence. Never anything else."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quad.coding.connectors.base import Place
from quad.coding.connectors.reading import MOST_SOLVED, Claim, ProofMethod
from quad.coding.connectors.registry import CONNECTORS
from quad.coding.connectors.troubles import VisitFailed
from quad.coding.connectors.wire import Answer, Wire
from tests.coding.platforms import ATCODER_HISTORY, codeforces, leetcode, submission
from tests.coding.platforms import Asked as Request

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
PLACE = Place("http://platform.invalid", "http://beside.invalid", "token")
USER = {"login": "mona", "type": "User", "bio": "hello"}
YEAR = {"contributionCalendar": {"totalContributions": 5}}
CODING = codeforces(
    [submission(1), submission(2, None), submission(3, "OK", contestId=None)], rating=9
)


def as_it_should_be(method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
    """Return what the platforms answer when all is well."""
    if path.startswith("/api/"):
        return CODING(Request(method, path, dict(query), {}, None)).body
    if path == "/graphql" and "matchedUser" in body["query"]:
        return leetcode()
    if path == "/graphql" and "contributionYears" in body["query"]:
        return {"data": {"user": {"contributionsCollection": {"contributionYears": [2026]}}}}
    if path == "/graphql":
        return {"data": {"user": {"y2026": YEAR}}}
    if path.endswith("/history/json"):
        return ATCODER_HISTORY
    if path.endswith("/ac_rank"):
        return {"count": 5, "rank": 7}
    if path.endswith("/submissions"):
        return [{"problem_id": "abc086_b", "result": "CE"}]
    if path.startswith("/api-get/"):
        return {"message": "ok", "data": {"total_problems_solved": 4}}
    return USER


class Spoiled(Wire):
    """A way on which answers are as they should be, until `spoil` changes them."""

    def __init__(self, spoil: Any, status: int) -> None:
        super().__init__()
        self.spoil, self.status = spoil, status

    def _ask(self, method: str, url: str, params: Any, headers: Any, body: Any) -> Answer:
        path = "/" + url.split("/", 3)[3]
        sent = json.loads(body) if body else None
        usual = copy.deepcopy(as_it_should_be(method, path, params or {}, sent))
        return Answer(self.status, self.spoil(usual))


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["OK", "FAILED", "2026-11-21T00:00:00+09:00", "{}", "[1]", '{"1": null}'])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in `value` where something can be put."""
    found = []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in list(items):
        found.append((value, key))
        found += spots(inner)
    return found


def check(platform: str, wire: Wire) -> None:
    connector = CONNECTORS[platform]
    try:
        found = connector.read(wire, PLACE, "Mona")
    except VisitFailed:
        pass
    else:
        assert 0 <= found.total_solved <= MOST_SOLVED
        for number in (found.contest_rating, found.contests, found.global_rank, found.hard_solved):
            assert number is None or 0 <= number < 2**31
    for method in connector.proofs:
        with suppress(VisitFailed):
            connector.prove(wire, PLACE, "Mona", Claim(method, "quad-abc", "4A", SINCE))


@pytest.mark.parametrize("platform", sorted(CONNECTORS))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_wrong_part_of_an_answer_is_a_trouble_or_harmless(platform: str, data: Any) -> None:
    def spoil(usual: Any) -> Any:
        places = spots(usual)
        owner, key = places[data.draw(st.integers(0, len(places) - 1))]
        owner[key] = data.draw(anything)
        return usual

    check(platform, Spoiled(spoil, data.draw(st.sampled_from([200, 200, 400, 404, 401]))))


@pytest.mark.parametrize("platform", sorted(CONNECTORS))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_answer_at_all_is_a_trouble_or_harmless(platform: str, data: Any) -> None:
    check(platform, Spoiled(lambda usual: data.draw(anything), 200))


def test_answers_as_they_should_be_are_read() -> None:
    for platform, connector in CONNECTORS.items():
        found = connector.read(Spoiled(lambda usual: usual, 200), PLACE, "Mona")
        assert found.total_solved > 0, platform
    assert {method for one in CONNECTORS.values() for method in one.proofs} == set(ProofMethod)
