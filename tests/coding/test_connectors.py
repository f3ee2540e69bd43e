"""Reading platforms: their true shapes, and everything a hostile or broken server can send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from quad.coding.connectors.base import Place
from quad.coding.connectors.reading import Basis, Claim, ProofMethod, Reading
from quad.coding.connectors.registry import CONNECTORS, label_of, why_by_hand
from quad.coding.connectors.troubles import SENTENCES, Trouble, VisitFailed, sentence
from quad.coding.connectors.wire import Limits, Wire
from quad.core import clock
from tests.coding.platforms import (
    ATCODER_HISTORY,
    UNKNOWN_ON_LEETCODE,
    Asked,
    Reply,
    Script,
    Stage,
    codeforces,
    gzip_bomb,
    leetcode,
    platform_server,
    submission,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIMITS = Limits(deadline=5, step=5, largest=2 * 1024 * 1024)


@pytest.fixture(scope="module")
def _stage() -> Iterator[Stage]:
    with platform_server() as stage:
        yield stage


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    _stage.asked.clear()
    return _stage


def read(
    stage: Stage,
    platform: str,
    script: Script,
    handle: str = "Mona",
    *,
    token: str = "",
    limits: Limits = LIMITS,
    wire: Wire | None = None,
) -> Reading:
    stage.answer = script
    place = Place(stage.url, stage.url, token)
    return CONNECTORS[platform].read(wire or Wire(limits), place, handle)


def trouble(
    stage: Stage, platform: str, script: Script, handle: str = "Mona", **more: Any
) -> Trouble:
    with pytest.raises(VisitFailed) as failed:
        read(stage, platform, script, handle, **more)
    return failed.value.trouble


def always(body: Any = None, **more: Any) -> Script:
    return lambda asked: Reply(body, **more)


# --- Codeforces ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C39")
def test_codeforces_counts_every_accepted_problem_once(stage: Stage) -> None:
    rows = [
        submission(5, None, index="C", name="Being judged"),
        submission(4, "OK", contestId=None, problemsetName="acmsguru", index="100", name="A+B"),
        submission(3, "OK"),
        submission(2, "WRONG_ANSWER", index="B"),
        submission(1, "OK"),
    ]
    rows[1]["problem"].pop("contestId")
    found = read(stage, "codeforces", codeforces(rows, rating=1345))
    assert found.total_solved == 2
    assert (found.contest_rating, found.contests) == (1345, 2)
    assert found.active_on == datetime.fromtimestamp(1_760_000_005, UTC).date()
    assert [asked.path for asked in stage.asked] == [
        "/api/user.info",
        "/api/user.status",
        "/api/user.rating",
    ]


def test_codeforces_reads_long_histories_page_by_page(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quad.coding.connectors.codeforces.PAGE", 10)
    rows = [submission(n, index=f"P{n}") for n in range(25)]
    assert read(stage, "codeforces", codeforces(rows)).total_solved == 25
    assert [a.query["from"] for a in stage.asked if "from" in a.query] == ["1", "11", "21"]


def test_codeforces_somebody_without_contests_has_no_rating(stage: Stage) -> None:
    found = read(stage, "codeforces", codeforces([]))
    assert (found.total_solved, found.contest_rating, found.contests) == (0, None, None)


def test_codeforces_says_400_for_an_unknown_handle(stage: Stage) -> None:
    assert trouble(stage, "codeforces", codeforces([]), "Nobody") is Trouble.UNKNOWN_HANDLE


def test_codeforces_call_limit_is_no_fault_of_the_account(stage: Stage) -> None:
    script = always({"status": "FAILED", "comment": "Call limit exceeded"})
    assert trouble(stage, "codeforces", script) is Trouble.LIMITED


@pytest.mark.parametrize(
    "rows",
    [
        "none",
        [None],
        [submission(1) | {"creationTimeSeconds": -5}],
        [submission(1) | {"creationTimeSeconds": 10**30}],
        [submission(1) | {"problem": None}],
        [submission(1, contestId="four")],
        [submission(1, contestId=-4)],
        [submission(1, index=7)],
    ],
)
def test_codeforces_nonsense_is_refused(stage: Stage, rows: Any) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("user.status"):
            return Reply({"status": "OK", "result": rows})
        return codeforces([])(asked)

    assert trouble(stage, "codeforces", answer) is Trouble.STRANGE


def test_codeforces_proves_by_a_failed_compilation_or_the_profile(stage: Stage) -> None:
    place, codes = Place(stage.url), CONNECTORS["codeforces"]
    since = datetime.fromtimestamp(1_760_000_000, UTC)
    by_code = Claim(ProofMethod.PROFILE, "quad-7F3K", "4A", since)
    by_work = Claim(ProofMethod.SUBMISSION, "quad-7F3K", "4A", since)

    stage.answer = codeforces([submission(3, "COMPILATION_ERROR")], organization="x quad-7F3K")
    assert codes.prove(Wire(LIMITS), place, "Mona", by_code)
    assert codes.prove(Wire(LIMITS), place, "Mona", by_work)

    stage.answer = codeforces([submission(3, "OK"), submission(-9, "COMPILATION_ERROR")])
    assert not codes.prove(Wire(LIMITS), place, "Mona", by_code)
    assert not codes.prove(Wire(LIMITS), place, "Mona", by_work), "one before the claim is no proof"


# --- LeetCode --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C36")
def test_leetcode_gives_its_levels_rating_and_last_day(stage: Stage) -> None:
    found = read(stage, "leetcode", always(leetcode()), "mona")
    assert (found.total_solved, found.easy_solved, found.medium_solved, found.hard_solved) == (
        321,
        150,
        140,
        31,
    )
    assert (found.contest_rating, found.contests, found.global_rank) == (1568, 12, 120_345)
    assert found.active_on == date(2025, 10, 11)
    asked = stage.asked[0]
    assert (asked.method, asked.path) == ("POST", "/graphql")
    assert asked.json["variables"] == {"username": "mona"}, "a name is a variable, never query text"


def test_leetcode_an_unknown_name_is_an_error_with_status_200(stage: Stage) -> None:
    assert trouble(stage, "leetcode", always(UNKNOWN_ON_LEETCODE)) is Trouble.UNKNOWN_HANDLE
    empty = {"data": {"matchedUser": None, "userContestRanking": None}}
    assert trouble(stage, "leetcode", always(empty)) is Trouble.UNKNOWN_HANDLE


def test_leetcode_missing_parts_are_missing_figures(stage: Stage) -> None:
    body = leetcode(profile=None, userCalendar=None)
    body["data"]["userContestRanking"] = None
    found = read(stage, "leetcode", always(body))
    assert (found.total_solved, found.contest_rating, found.global_rank) == (321, None, None)
    assert found.active_on is None


def counts(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    rows = [{"difficulty": level, "count": count} for level, count in pairs]
    return {"submitStatsGlobal": {"acSubmissionNum": rows}}


@pytest.mark.parametrize(
    "changes",
    [
        {"submitStatsGlobal": None},
        {"submitStatsGlobal": []},
        {"submitStatsGlobal": {"acSubmissionNum": {}}},
        counts(("All", 3)),
        counts(("All", -3), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        counts(("All", "3"), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        counts(("All", 3.5), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        counts(("All", True), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        counts(("All", 10**9), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        counts((None, 3), ("Easy", 1), ("Medium", 1), ("Hard", 1)),
        {"userCalendar": {"submissionCalendar": {"1760054400": 3}}},
        {"userCalendar": {"submissionCalendar": "[1, 2]"}},
        {"userCalendar": {"submissionCalendar": "{broken"}},
        {"profile": {"ranking": -1}},
        {"username": 7},
    ],
)
def test_leetcode_nonsense_is_refused(stage: Stage, changes: dict[str, Any]) -> None:
    assert trouble(stage, "leetcode", always(leetcode(**changes))) is Trouble.STRANGE


def test_leetcode_a_wall_against_programs_is_told_apart(stage: Stage) -> None:
    wall = always(
        raw=b"<html>Just a moment</html>", status=403, headers={"Content-Type": "text/html"}
    )
    assert trouble(stage, "leetcode", wall) is Trouble.REFUSED


def test_leetcode_proves_by_the_summary(stage: Stage) -> None:
    stage.answer = always(leetcode(profile={"aboutMe": "I am quad-7F3K.", "realName": None}))
    prove = CONNECTORS["leetcode"].prove
    since = NOW
    assert prove(
        Wire(LIMITS), Place(stage.url), "mona", Claim(ProofMethod.PROFILE, "quad-7F3K", "", since)
    )
    assert not prove(
        Wire(LIMITS), Place(stage.url), "mona", Claim(ProofMethod.PROFILE, "quad-XXXX", "", since)
    )


# --- GitHub ----------------------------------------------------------------------------------------------------------

PERSON = {"login": "mona", "type": "User", "bio": "quad-7F3K", "public_repos": 4}


def github(asked: Asked) -> Reply:
    if asked.path == "/users/mona":
        if asked.headers.get("if-none-match") == '"v1"':
            return Reply(status=304)
        return Reply(PERSON, headers={"ETag": '"v1"'})
    if asked.path == "/search/commits":
        return Reply({"total_count": 57, "incomplete_results": False, "items": []})
    if asked.path == "/graphql" and asked.headers.get("authorization") == "Bearer key":
        if "contributionYears" in asked.json["query"]:
            return Reply(
                {"data": {"user": {"contributionsCollection": {"contributionYears": [2026, 2025]}}}}
            )
        year = {"contributionCalendar": {"totalContributions": 210}}
        return Reply({"data": {"user": {"y2025": year, "y2026": year}}})
    return Reply({"message": "Not Found"}, 404)


@pytest.mark.feature("C37")
def test_github_counts_public_commits_without_a_token(stage: Stage) -> None:
    found = read(stage, "github", github, "mona")
    assert (found.total_solved, found.basis) == (57, Basis.COMMITS)
    assert "authorization" not in stage.asked[0].headers


@pytest.mark.feature("C37")
def test_github_counts_contributions_of_all_years_with_a_token(stage: Stage) -> None:
    found = read(stage, "github", github, "mona", token="key")
    assert (found.total_solved, found.basis) == (420, Basis.CONTRIBUTIONS)


def test_github_asks_only_whether_the_profile_changed(stage: Stage) -> None:
    first = Wire(LIMITS)
    read(stage, "github", github, "mona", wire=first)
    second = Wire(LIMITS, kept=first.fresh)
    assert read(stage, "github", github, "mona", wire=second).handle == "mona"
    asked = [a for a in stage.asked if a.path == "/users/mona"]
    assert [a.headers.get("if-none-match") for a in asked] == [None, '"v1"']
    assert second.fresh == first.fresh


@pytest.mark.parametrize("status", [403, 429])
def test_github_says_when_to_come_back(stage: Stage, status: int) -> None:
    reset = int((NOW + timedelta(minutes=40)).timestamp())
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    with clock.travel(NOW), pytest.raises(VisitFailed) as failed:
        read(stage, "github", always({"message": "slow down"}, status=status, headers=headers))
    assert failed.value.trouble is Trouble.LIMITED
    assert failed.value.again_at == NOW + timedelta(minutes=40)


def test_github_other_refusals_have_their_own_words(stage: Stage) -> None:
    assert trouble(stage, "github", github, "ghost") is Trouble.UNKNOWN_HANDLE
    assert trouble(stage, "github", always({"message": "no"}, status=401)) is Trouble.TOKEN
    assert trouble(stage, "github", always({"message": "no"}, status=403)) is Trouble.REFUSED
    secondary = {"message": "You have exceeded a secondary rate limit."}
    assert trouble(stage, "github", always(secondary, status=403)) is Trouble.LIMITED
    group = always(PERSON | {"type": "Organization"})
    assert trouble(stage, "github", group) is Trouble.UNUSABLE_HANDLE
    hidden = always({"message": "Validation Failed"}, status=422)
    assert (
        trouble(stage, "github", lambda a: hidden(a) if "search" in a.path else github(a), "mona")
        is Trouble.HIDDEN
    )
    page = always(
        raw=b"<!doctype html><title>Unicorn!</title>", headers={"Content-Type": "text/html"}
    )
    assert trouble(stage, "github", page) is Trouble.NOT_JSON


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([{"type": "RATE_LIMITED", "message": "x"}], Trouble.LIMITED),
        ([{"type": "NOT_FOUND", "message": "x"}], Trouble.UNKNOWN_HANDLE),
        ([{"message": "x"}], Trouble.STRANGE),
        ("broken", Trouble.STRANGE),
        ([7], Trouble.STRANGE),
    ],
)
def test_github_errors_of_graphql_come_with_status_200(
    stage: Stage, errors: Any, expected: Trouble
) -> None:
    def answer(asked: Asked) -> Reply:
        return (
            Reply({"data": None, "errors": errors}) if asked.path == "/graphql" else github(asked)
        )

    assert trouble(stage, "github", answer, "mona", token="key") is expected


# --- AtCoder, GeeksforGeeks ------------------------------------------------------------------------------------------


def atcoder(asked: Asked) -> Reply:
    if asked.path == "/users/Mona/history/json":
        return Reply(ATCODER_HISTORY)
    if asked.path == "/atcoder-api/v3/user/ac_rank" and asked.query["user"] == "Mona":
        return Reply({"count": 88, "rank": 40_000})
    if asked.path == "/atcoder-api/v3/user/submissions":
        return Reply([{"problem_id": "abc086_a", "result": "CE", "epoch_second": 1_760_000_000}])
    return Reply(raw=b"<html>404</html>", status=404, headers={"Content-Type": "text/html"})


def test_atcoder_takes_the_rating_from_rated_contests_only(stage: Stage) -> None:
    found = read(stage, "atcoder", atcoder)
    assert (found.total_solved, found.contest_rating, found.contests) == (88, 401, 1)
    assert found.active_on == date(2026, 11, 15)


def test_atcoder_an_unknown_name_is_a_page_that_says_404(stage: Stage) -> None:
    assert trouble(stage, "atcoder", atcoder, "Nobody") is Trouble.UNKNOWN_HANDLE


def test_atcoder_proves_by_a_failed_compilation(stage: Stage) -> None:
    stage.answer = atcoder
    prove, place = CONNECTORS["atcoder"].prove, Place(stage.url, stage.url)
    assert prove(Wire(LIMITS), place, "Mona", Claim(ProofMethod.SUBMISSION, "", "abc086_a", NOW))
    assert not prove(Wire(LIMITS), place, "Mona", Claim(ProofMethod.SUBMISSION, "", "x", NOW))


def test_geeksforgeeks_gives_the_count(stage: Stage) -> None:
    body = {
        "message": "data retrieved successfully",
        "data": {"total_problems_solved": 77, "score": 190},
    }
    assert read(stage, "geeksforgeeks", always(body)).total_solved == 77
    unknown = always({"message": "User not found!", "data": None}, status=400)
    assert trouble(stage, "geeksforgeeks", unknown) is Trouble.UNKNOWN_HANDLE
    assert (
        trouble(stage, "geeksforgeeks", always({"message": "x", "data": None})) is Trouble.STRANGE
    )


def test_platforms_that_are_not_read_say_why() -> None:
    assert "by hand" in str(why_by_hand("hackerrank"))
    assert "by hand" in str(why_by_hand("codechef"))
    assert "by hand" in str(why_by_hand("a-judge-of-our-own"))
    assert why_by_hand("leetcode") == ""
    assert label_of("hackerrank") == "HackerRank"


# --- whoever answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", sorted(CONNECTORS))
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=500), {Trouble.FAILING}),
        (Reply(raw=b"", status=502), {Trouble.FAILING}),
        (Reply(raw=b"<html></html>"), {Trouble.NOT_JSON}),
        (Reply(raw=b""), {Trouble.NOT_JSON}),
        (Reply(raw=b'{"a": 1'), {Trouble.NOT_JSON}),
        (Reply(raw=b"\xff\xfe\x00"), {Trouble.NOT_JSON}),
        (Reply(raw=b"[" * 100_000), {Trouble.NOT_JSON}),
        (Reply(None), {Trouble.STRANGE}),
        (Reply(7), {Trouble.STRANGE}),
        (Reply("text"), {Trouble.STRANGE}),
        (Reply([]), {Trouble.STRANGE, Trouble.UNKNOWN_HANDLE}),
        (Reply({}), {Trouble.STRANGE}),
        (Reply([[[]]]), {Trouble.STRANGE}),
        (Reply({"status": "OK", "result": None, "data": None}), {Trouble.STRANGE}),
        (Reply({}, headers={"Content-Encoding": "br"}), {Trouble.STRANGE}),
        (Reply(raw=b"plain", headers={"Content-Encoding": "gzip"}), {Trouble.CUT_OFF}),
        (Reply(raw=gzip_bomb(1)[:-9], headers={"Content-Encoding": "gzip"}), {Trouble.CUT_OFF}),
        (Reply(raw=gzip_bomb(64), headers={"Content-Encoding": "gzip"}), {Trouble.TOO_LARGE}),
        (Reply(raw=b" " * 3_000_000), {Trouble.TOO_LARGE}),
        (Reply({}, length=5_000), {Trouble.CUT_OFF}),
        (Reply(status=429), {Trouble.LIMITED}),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), {Trouble.REDIRECTED}),
        (Reply(status=302, headers={"Location": "https://127.0.0.1/"}), {Trouble.REDIRECTED}),
        (Reply(status=301, headers={"Location": "file:///etc/passwd"}), {Trouble.REDIRECTED}),
        (Reply(status=307, headers={"Location": "/again"}), {Trouble.REDIRECTED}),
        (Reply(status=302), {Trouble.REDIRECTED}),
    ],
)
def test_no_answer_does_harm(
    stage: Stage, platform: str, reply: Reply, expected: set[Trouble]
) -> None:
    assert trouble(stage, platform, lambda asked: reply, "Mona") in expected


def test_a_redirect_on_the_same_host_is_followed(stage: Stage) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/users"):
            return Reply(status=301, headers={"Location": "/user/17"})
        return Reply(PERSON) if asked.path == "/user/17" else github(asked)

    assert read(stage, "github", answer, "mona").handle == "mona"


@pytest.mark.parametrize("reply", [Reply(hang=True), Reply({}, drip=True, length=10_000)])
def test_a_server_that_never_ends_is_left(stage: Stage, reply: Reply) -> None:
    limits = Limits(deadline=0.3, step=5)
    assert trouble(stage, "leetcode", lambda asked: reply, limits=limits) is Trouble.SLOW


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(VisitFailed) as failed:
        CONNECTORS["leetcode"].read(Wire(LIMITS), Place("http://127.0.0.1:9"), "mona")
    assert failed.value.trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "handle", ["", "a/../b", "..", "a b", "a;b", "a?x=1", "ä", "a\nb", "x" * 61]
)
def test_a_name_that_is_none_never_leaves_the_house(handle: str) -> None:
    for connector in CONNECTORS.values():
        with pytest.raises(VisitFailed) as failed:
            connector.check_handle(handle)
        assert failed.value.trouble is Trouble.UNUSABLE_HANDLE


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "120"}, NOW + timedelta(seconds=120)),
        ({"Retry-After": "Sat, 21 Nov 2026 12:05:00 GMT"}, NOW + timedelta(minutes=5)),
        ({"Retry-After": "Sat, 21 Nov 2020 12:05:00 GMT"}, NOW),
        ({"Retry-After": "999999999999"}, NOW + timedelta(hours=24)),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        (
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"},
            NOW + timedelta(hours=24),
        ),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 40}, None),
        ({}, None),
    ],
)
def test_a_wish_to_wait_is_understood_or_ignored(
    stage: Stage, headers: dict[str, str], expected: datetime | None
) -> None:
    with clock.travel(NOW), pytest.raises(VisitFailed) as failed:
        read(stage, "leetcode", always(status=429, headers=headers))
    assert failed.value.again_at == expected


def test_every_trouble_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Trouble)
    assert "“mona”" in sentence(Trouble.UNKNOWN_HANDLE, "LeetCode", "mona")
