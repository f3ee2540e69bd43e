"""Reading accounts: when, how often, what is entered, and what stays when a platform misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from quad.academics.models.people import Student, StudentStatus
from quad.coding.connectors.registry import CONNECTORS
from quad.coding.forms.sync import ProofForm
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import Source, Status
from quad.coding.models.sync import ProofState, SyncOutcome
from quad.coding.service import accounts
from quad.coding.service.syncing import asking, planning, proving, pulse
from quad.coding.service.syncing.rules import ON, Night
from quad.core import settings as kept_settings
from quad.core.config import Misconfigured, load_settings
from quad.core.errors import Rejected, TooMany
from quad.core.policy import SYSTEM
from quad.identity.models.mentors import MentorAssignment, MentorKind
from tests.coding.platforms import (
    Asked,
    Reply,
    Stage,
    codeforces,
    leetcode,
    platform_server,
    submission,
)
from tests.coding.syncing import Bench, set_up
from tests.factories.people import person

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CODEFORCES = CONNECTORS["codeforces"]
LEVELS = ("All", "Easy", "Medium", "Hard")


@pytest.fixture(scope="module")
def _stage() -> Iterator[Stage]:
    with platform_server() as stage:
        yield stage


@pytest.fixture
def bench(app, database, settings, _stage, monkeypatch) -> Iterator[Bench]:
    _stage.asked.clear()
    made = set_up(database, settings, _stage)
    monkeypatch.setattr("quad.coding.service.syncing.errands.sleep", made.waits.append)
    made.at(NOON)
    with made.time:
        yield made


def solved(total: int):
    rows = [
        {"difficulty": level, "count": n}
        for level, n in zip(LEVELS, (total, total, 0, 0), strict=True)
    ]
    body = leetcode(submitStatsGlobal={"acSubmissionNum": rows})
    return lambda asked: Reply(body)


def read_on_leetcode(bench: Bench, total: int = 321) -> int:
    account_id = bench.link("leetcode", "mona")
    bench.answer(solved(total))
    bench.at(timedelta(minutes=2))
    assert bench.work() == 1
    return account_id


def always(reply: Reply):
    return lambda asked: reply


def prove(bench: Bench, account_id: int, method: str = "profile"):
    form = ProofForm(method=method)
    return bench.do(lambda db: proving.begin(db, bench.actor(db), account_id, form).id)


# --- what is entered -------------------------------------------------------------------------------------------------


@pytest.mark.db
@pytest.mark.feature("C36", "C39")
def test_a_linked_account_is_read_and_its_snapshot_waits_for_review(bench: Bench) -> None:
    account_id = read_on_leetcode(bench)
    (snapshot,) = bench.snapshots(account_id)
    assert (snapshot.total_solved, snapshot.contest_rating) == (321, 1568)
    assert (snapshot.source, snapshot.status) == (Source.SYNC, Status.PENDING)
    state = bench.state(account_id)
    assert (state.outcome, state.total) == (SyncOutcome.ENTERED, 321)
    assert state.read_at == state.tried_at == NOON + timedelta(minutes=2)
    assert state.next_at is not None
    assert timedelta(0) < state.next_at - state.read_at <= timedelta(days=1)


@pytest.mark.feature("C39")
def test_of_a_proved_account_the_snapshot_counts_at_once(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.do(lambda db: accounts.mark_proved(db, db.get_one(CodingAccount, account_id), None))
    bench.answer(solved(50))
    bench.at(timedelta(minutes=2))
    bench.work()
    assert [row.status for row in bench.snapshots(account_id)] == [Status.APPROVED]


@pytest.mark.feature("C39")
def test_figures_that_did_not_change_make_no_second_snapshot(bench: Bench) -> None:
    account_id = read_on_leetcode(bench, 50)
    bench.at(timedelta(days=1))
    assert bench.work() == 1
    assert len(bench.snapshots(account_id)) == 1
    assert bench.state(account_id).outcome is SyncOutcome.UNCHANGED
    bench.answer(solved(51))
    bench.at(timedelta(days=1))
    bench.work()
    assert [row.total_solved for row in bench.snapshots(account_id)] == [50, 51]


def test_a_second_reading_of_the_day_takes_the_place_of_the_first(bench: Bench) -> None:
    account_id = read_on_leetcode(bench, 50)
    bench.answer(solved(52))
    bench.at(timedelta(hours=1))
    bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))
    bench.work()
    rows = bench.snapshots(account_id)
    assert [(row.total_solved, row.status) for row in rows] == [
        (50, Status.SUPERSEDED),
        (52, Status.PENDING),
    ]


def test_a_falling_total_waits_for_a_person_even_when_the_account_is_proved(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.do(lambda db: accounts.mark_proved(db, db.get_one(CodingAccount, account_id), None))
    for total in (50, 40):
        bench.answer(solved(total))
        bench.at(timedelta(days=1, minutes=2))
        bench.work()
    assert [row.status for row in bench.snapshots(account_id)] == [Status.APPROVED, Status.PENDING]


@pytest.mark.feature("C36")
def test_whatever_goes_wrong_the_last_snapshot_stays(bench: Bench) -> None:
    account_id = read_on_leetcode(bench, 50)
    bad = [
        Reply(status=500),
        Reply({"data": {"matchedUser": {}}}),
        Reply(raw=b"<html>"),
        Reply({"errors": [{"message": "That user does not exist."}], "data": None}),
    ]
    for reply in bad:
        bench.answer(always(reply))
        bench.at(timedelta(days=1))
        assert bench.work() >= 1
        state = bench.state(account_id)
        assert (state.outcome, state.total) == (SyncOutcome.FAILED, 50)
        assert state.read_at == NOON + timedelta(minutes=2)
    assert [row.total_solved for row in bench.snapshots(account_id)] == [50]


def test_a_figure_nobody_can_have_is_no_snapshot(bench: Bench) -> None:
    bench.do(lambda db: kept_settings.change(db, SYSTEM, {"coding.most_solved": 100}))
    account_id = read_on_leetcode(bench, 101)
    assert bench.snapshots(account_id) == []
    assert bench.state(account_id).trouble == "strange"


# --- when ------------------------------------------------------------------------------------------------------------


def test_nothing_is_read_until_the_institution_says_so(bench: Bench) -> None:
    bench.do(lambda db: kept_settings.change(db, SYSTEM, {ON.key: False}))
    account_id = bench.link("leetcode", "mona")
    bench.at(timedelta(days=2))
    assert bench.work() == 0
    with pytest.raises(Rejected, match="does not read platforms"):
        bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))
    assert bench.stage.asked == []


def test_platforms_without_an_interface_are_never_asked(bench: Bench) -> None:
    account_id = bench.link("hackerrank", "mona")
    bench.at(timedelta(days=2))
    assert bench.work() == 0
    with pytest.raises(Rejected, match="by hand"):
        bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns"])
def test_every_account_has_its_own_minute_of_the_night(zone: str) -> None:
    night = Night(zone, 22, 6)
    moment = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    minutes = set()
    for number in range(1, 400):
        turn = night.turn(number, moment)
        assert moment < turn <= moment + timedelta(days=1)
        following = night.turn(number, turn)
        assert following - turn in (timedelta(hours=h) for h in (23, 24, 25))
        minutes.add(turn)
    assert len(minutes) > 230, "they are spread, not in a heap"


def test_a_turn_is_taken_once_and_the_next_is_the_night_after(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.answer(solved(5))
    bench.at(timedelta(minutes=2))
    assert bench.do(planning.plan_due) == 1
    assert bench.do(planning.plan_due) == 0
    assert bench.state(account_id).next_at > NOON + timedelta(minutes=2)
    assert bench.work() == 1
    assert bench.work() == 0


def test_only_so_many_wait_that_a_student_who_asks_is_not_kept(bench: Bench, monkeypatch) -> None:
    small = tuple(replace(lane, room=1) for lane in planning.LANES)
    monkeypatch.setattr(planning, "LANES", small)
    for platform in ("leetcode", "github", "codeforces"):
        bench.link(platform)
    bench.at(timedelta(minutes=2))
    assert bench.do(planning.plan_due) == 2, "one in each lane"
    assert bench.do(planning.plan_due) == 0
    bench.answer(lambda asked: Reply(status=500))
    assert bench.work() == 2
    assert bench.do(planning.plan_due) == 1


def test_a_student_may_ask_for_a_reading_but_not_all_the_time(bench: Bench) -> None:
    account_id = read_on_leetcode(bench)
    bench.stage.asked.clear()
    bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))
    with pytest.raises(TooMany) as refused:
        bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))
    assert 0 < refused.value.retry_after <= 1801
    bench.work()
    assert len(bench.stage.asked) == 1
    bench.at(timedelta(minutes=31))
    bench.do(lambda db: asking.read_now(db, bench.actor(db), account_id))


def test_an_unlinked_account_is_read_no_more_and_linked_again_begins_anew(bench: Bench) -> None:
    account_id = read_on_leetcode(bench)
    bench.stage.asked.clear()
    bench.do(lambda db: accounts.unlink(db, bench.actor(db), account_id))
    bench.at(timedelta(days=3))
    assert bench.work() == 0
    assert bench.link("leetcode", "other") == account_id
    state = bench.state(account_id)
    assert (state.handle, state.total, state.read_at) == ("other", None, None)
    bench.at(timedelta(minutes=2))
    bench.work()
    assert [asked.json["variables"] for asked in bench.stage.asked] == [{"username": "other"}]


def test_who_left_is_read_no_more(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")

    def leave(db) -> None:
        db.get_one(Student, bench.student_id).status = StudentStatus.WITHDRAWN

    def come_back(db) -> None:
        db.get_one(Student, bench.student_id).status = StudentStatus.ACTIVE

    bench.do(leave)
    bench.at(timedelta(minutes=2))
    assert bench.work() == 1
    assert bench.stage.asked == []
    assert bench.state(account_id).next_at is None
    assert bench.do(lambda db: planning.adopt_some(db, 0)) == 0
    bench.do(come_back)
    assert bench.do(lambda db: planning.adopt_some(db, 0)) == account_id
    assert bench.state(account_id).next_at is not None


def test_an_answer_about_a_name_that_was_changed_meanwhile_is_thrown_away(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")

    def answer(asked: Asked) -> Reply:
        bench.do(lambda db: accounts.unlink(db, bench.actor(db), account_id))
        bench.link("leetcode", "other")
        return solved(9)(asked)

    bench.answer(answer)
    bench.at(timedelta(minutes=2))
    bench.work()
    assert bench.snapshots(account_id) == []
    assert bench.state(account_id).handle == "other"


def test_imported_accounts_are_planned_too(bench: Bench) -> None:
    from sqlalchemy import delete

    from quad.coding.models.sync import AccountSync

    account_id = bench.link("leetcode", "mona")
    bench.do(lambda db: db.execute(delete(AccountSync)))
    assert bench.do(lambda db: planning.adopt_some(db, 0)) == account_id
    assert bench.do(lambda db: planning.adopt_some(db, account_id)) == 0
    assert bench.state(account_id).next_at is not None


# --- manners ---------------------------------------------------------------------------------------------------------


@pytest.mark.db
def test_turns_with_a_platform_are_shared_by_all_workers(bench: Bench) -> None:
    def take(_turn: int) -> float:
        wait = bench.do(lambda db: pulse.take_turn(db, "codeforces", 2.0))
        return wait.total_seconds()

    with ThreadPoolExecutor(4) as workers:
        waits = sorted(workers.map(take, range(4)))
    assert waits == [0, 2, 4, 6]
    assert bench.do(lambda db: pulse.take_turn(db, "leetcode", 1.0)) == timedelta(0)


def test_a_visit_waits_for_its_turn_before_every_request(bench: Bench) -> None:
    bench.link("codeforces")
    bench.answer(codeforces([submission(1)], rating=1200))
    bench.at(timedelta(minutes=2))
    bench.work()
    assert bench.waits == [0, 2, 4], "the clock stands still here, so turns pile up"


def test_a_platform_that_asks_us_to_wait_is_left_alone_until_then(bench: Bench) -> None:
    first, second = bench.link("leetcode", "mona"), bench.link("github", "mona")
    bench.answer(lambda asked: Reply(status=429, headers={"Retry-After": "3600"}))
    bench.at(timedelta(minutes=2))
    bench.work()
    until = NOON + timedelta(minutes=62)
    assert bench.state(first).next_at == until
    assert bench.pulse("leetcode").closed_until == until
    bench.stage.asked.clear()
    bench.at(timedelta(minutes=20))
    bench.do(lambda db: asking.read_now(db, bench.actor(db), first))
    bench.work()
    assert bench.stage.asked == []
    assert bench.state(first).failures == 1, "being put off is no failure"
    assert bench.state(second).trouble == "limited"


def test_after_failures_in_a_row_the_breaker_opens_and_one_visit_probes(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.answer(lambda asked: Reply(status=503))
    bench.at(timedelta(minutes=2))
    bench.work()
    for _turn in range(pulse.BREAKS_AT - 1):
        bench.at(bench.state(account_id).next_at)
        bench.work()
    assert len(bench.stage.asked) == pulse.BREAKS_AT
    rest = bench.pulse("leetcode").closed_until
    assert rest is not None

    bench.stage.asked.clear()
    bench.do(lambda db: planning.promise(db, account_id, "leetcode", NOON))
    bench.work()
    assert bench.stage.asked == [], "nobody knocks while it is open"

    bench.at(rest + timedelta(seconds=1))
    assert bench.do(lambda db: pulse.closed_until(db, "leetcode")) is None, "the probe"
    assert bench.do(lambda db: pulse.closed_until(db, "leetcode")) is not None, "the others"
    bench.answer(solved(7))
    bench.at(timedelta(minutes=45))
    bench.work()
    assert bench.pulse("leetcode").failures == 0
    assert bench.state(account_id).outcome is SyncOutcome.ENTERED


def test_tries_grow_apart_but_never_miss_the_next_night(bench: Bench) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.answer(lambda asked: Reply(raw=b"<html>"))
    bench.at(timedelta(minutes=2))
    bench.work()
    first = bench.state(account_id)
    assert first.next_at - first.tried_at == timedelta(minutes=10)
    bench.at(first.next_at)
    bench.work()
    second = bench.state(account_id)
    assert second.next_at - second.tried_at == timedelta(minutes=20)


def test_an_unknown_name_costs_one_question_a_night_and_opens_no_breaker(bench: Bench) -> None:
    account_id = bench.link("leetcode", "ghost")
    bench.answer(lambda asked: Reply({"data": {"matchedUser": None}}))
    bench.at(timedelta(minutes=2))
    bench.work()
    for _night in range(9):
        bench.at(bench.state(account_id).next_at)
        bench.work()
    state = bench.state(account_id)
    assert (state.failures, state.trouble) == (10, "unknown_handle")
    assert state.next_at - state.tried_at > timedelta(days=5)
    assert bench.pulse("leetcode").failures == 0


def test_the_profile_is_asked_for_conditionally_the_second_time(bench: Bench) -> None:
    account_id = bench.link("github", "mona")

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/search"):
            return Reply({"total_count": 5, "incomplete_results": False})
        if asked.headers.get("if-none-match") == '"a1"':
            return Reply(status=304)
        return Reply({"login": "mona", "type": "User", "bio": None}, headers={"ETag": '"a1"'})

    bench.answer(answer)
    bench.at(timedelta(minutes=2))
    bench.work()
    bench.at(timedelta(days=1))
    bench.work()
    tags = [a.headers.get("if-none-match") for a in bench.stage.asked if "users" in a.path]
    assert tags == [None, '"a1"']
    assert bench.state(account_id).outcome is SyncOutcome.UNCHANGED


# --- whose account it is ---------------------------------------------------------------------------------------------


@pytest.mark.db
def test_a_code_in_the_profile_proves_an_account(bench: Bench) -> None:
    account_id = bench.link("codeforces")
    code = bench.account(account_id).proof_code
    bench.answer(codeforces([], organization=f"University, {code}"))
    prove(bench, account_id)
    bench.work()
    assert bench.proof(account_id).state is ProofState.PROVED
    assert bench.account(account_id).proved_at == NOON
    with pytest.raises(Rejected, match="already"):
        prove(bench, account_id)


def test_a_failed_compilation_proves_an_account_when_it_came_after_the_question(
    bench: Bench,
) -> None:
    account_id = bench.link("codeforces")
    problem = CODEFORCES.problem_for(bench.account(account_id).proof_code)
    row = submission(1, "COMPILATION_ERROR", contestId=int(problem[:-1]), index=problem[-1])
    bench.answer(codeforces([row | {"creationTimeSeconds": int(NOON.timestamp()) - 60}]))
    prove(bench, account_id, "submission")
    bench.work()
    assert bench.proof(account_id).state is ProofState.WAITING
    bench.answer(codeforces([row | {"creationTimeSeconds": int(NOON.timestamp()) + 60}]))
    bench.at(timedelta(minutes=5))
    bench.work()
    assert bench.proof(account_id).state is ProofState.PROVED


def test_a_proof_that_is_not_there_fails_after_the_last_look(bench: Bench) -> None:
    account_id = bench.link("codeforces")
    bench.answer(codeforces([]))
    prove(bench, account_id)
    with pytest.raises(TooMany):
        prove(bench, account_id)
    bench.work()
    assert bench.proof(account_id).state is ProofState.WAITING
    bench.at(timedelta(hours=1))
    bench.work()
    proof = bench.proof(account_id)
    assert (proof.state, proof.trouble) == (ProofState.FAILED, proving.NONE_FOUND)
    assert bench.account(account_id).proved_at is None
    prove(bench, account_id)
    assert bench.proof(account_id).state is ProofState.WAITING


def test_where_nothing_can_be_looked_at_a_mentor_is_to_be_asked(bench: Bench) -> None:
    for platform in ("geeksforgeeks", "hackerrank"):
        account_id = bench.link(platform, "mona")
        with pytest.raises(Rejected, match="vouch"):
            prove(bench, account_id)
    with pytest.raises(Rejected, match="vouch"):
        prove(bench, bench.link("leetcode", "mona"), "submission")


def test_addresses_that_are_none_stop_the_start() -> None:
    with pytest.raises(Misconfigured, match="QUAD_SYNC_GITHUB_URL"):
        load_settings(_env_file=None, mode="test", sync={"github_url": "ftp://x"})


# --- through the doors -----------------------------------------------------------------------------------------------


@pytest.fixture
def mona(bench: Bench, as_user):
    return as_user(bench.user_id)


def data(answer, status: int = 200):
    assert answer.status_code == status, answer.text
    return answer.json["data"]


@pytest.mark.feature("C36", "C39")
def test_the_page_of_an_account_tells_how_reading_goes(bench: Bench, mona, queries) -> None:
    account_id = bench.link("leetcode", "mona")
    page = f"/coding/accounts/{account_id}/sync"
    assert "This account was not read yet." in mona.get(page).text
    bench.answer(lambda asked: Reply(status=429, headers={"Retry-After": "600"}))
    bench.at(timedelta(minutes=2))
    bench.work()
    shown = mona.get(page).text
    assert "LeetCode asked us to wait. We try again by ourselves." in shown
    assert "The last figures stay" not in shown
    bench.answer(solved(77))
    bench.at(timedelta(hours=1))
    answer = mona.post(page)
    assert answer.status_code == 303
    assert "Being read" in mona.get(page).text
    bench.work()
    queries.clear()
    shown = mona.get(page).text
    assert "The figures were read and handed in as a snapshot." in shown
    assert ">77<" in shown
    assert len(queries) <= 8
    answer = mona.post(page)
    assert "You asked for this just now" in mona.get(answer.location).text


def test_programs_see_the_same_and_may_ask(bench: Bench, mona) -> None:
    account_id = bench.link("leetcode", "mona")
    place = f"/api/v1/platforms/{account_id}/sync"
    told = data(mona.get(place))
    assert (told["state"], told["may_ask"], told["read_at"]) == ("waiting", True, None)
    assert told["proof"]["code"] == bench.account(account_id).proof_code
    assert data(mona.post(place), 202)["may_ask"] is False
    again = mona.post(place)
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) > 0
    bench.answer(solved(12))
    bench.work()
    told = data(mona.get(place))
    assert (told["state"], told["total"], told["counted"]) == ("fine", 12, "solved problems")


def test_programs_prove_an_account(bench: Bench, mona) -> None:
    account_id = bench.link("codeforces")
    place = f"/api/v1/platforms/{account_id}/proof"
    told = data(mona.post(place, json={"method": "profile"}), 202)
    assert told["proof"]["state"] == "waiting"
    assert mona.post(place, json={"method": "profile"}).status_code == 429
    assert mona.post(place, json={"method": "guess"}).status_code == 422
    code = told["proof"]["code"]
    bench.answer(codeforces([], organization=code))
    bench.work()
    told = data(mona.get(f"/api/v1/platforms/{account_id}/sync"))
    assert (told["proof"]["state"], told["proof"]["code"]) == ("proved", "")


def test_only_the_owner_acts_and_only_mentors_look(bench: Bench, as_role) -> None:
    account_id = bench.link("leetcode", "mona")
    page, place = f"/coding/accounts/{account_id}/sync", f"/api/v1/platforms/{account_id}/sync"
    admin, stranger = as_role("admin"), as_role("student")
    shown = admin.get(page)
    assert shown.status_code == 200
    code = bench.account(account_id).proof_code
    assert code not in shown.text, "the code is the student's alone"
    assert data(admin.get(place))["proof"]["code"] == ""
    assert admin.post(place).status_code == 403
    assert (
        admin.post(f"/api/v1/platforms/{account_id}/proof", json={"method": "profile"}).status_code
        == 403
    )
    assert stranger.get(page).status_code == 403
    assert stranger.get(place).status_code == 403
    assert stranger.post(page).status_code == 403
    assert stranger.get("/coding/accounts/999999/sync").status_code == 404


def test_the_page_says_how_to_prove_an_account(bench: Bench, mona) -> None:
    account_id = bench.link("codeforces")
    page = f"/coding/accounts/{account_id}/sync"
    shown = mona.get(page).text
    assert bench.account(account_id).proof_code in shown
    assert "codeforces.com/problemset/problem/" in shown
    answer = mona.post(f"/coding/accounts/{account_id}/proof", data={"method": "submission"})
    assert answer.status_code == 303
    assert "Looking" in mona.get(page).text
    by_hand = bench.link("hackerrank", "mona")
    assert "can vouch for it" in mona.get(f"/coding/accounts/{by_hand}/sync").text
    answer = mona.post(f"/coding/accounts/{by_hand}/proof", data={"method": "profile"})
    assert "offers no way to look" in mona.get(answer.location).text


def test_the_administrator_sees_how_platforms_answer(bench: Bench, as_role) -> None:
    account_id = bench.link("leetcode", "mona")
    bench.answer(lambda asked: Reply(status=429, headers={"Retry-After": "7200"}))
    bench.at(timedelta(minutes=2))
    bench.work()
    shown = as_role("admin").get("/coding/setup/reading").text
    assert "It is left alone until" in shown
    assert "CodeChef has no public interface" in shown
    assert as_role("student").get("/coding/setup/reading").status_code == 403
    told = {one["key"]: one for one in data(as_role("admin").get("/api/v1/coding/platform-health"))}
    assert (told["leetcode"]["state"], told["leetcode"]["went_wrong"]) == ("resting", 1)
    assert told["hackerrank"]["state"] == "manual"
    bench.do(lambda db: kept_settings.change(db, SYSTEM, {ON.key: False}))
    assert "No platform is read." in as_role("admin").get("/coding/setup/reading").text
    state = as_role("admin").get(f"/api/v1/platforms/{account_id}/sync").json["data"]["state"]
    assert state == "off"


def test_operators_see_visits_by_outcome(bench: Bench, client) -> None:
    read_on_leetcode(bench)
    shown = client.get("/metrics").text
    assert 'quad_coding_sync_visits{outcome="went_well",platform="leetcode"} 1.0' in shown
    assert 'quad_coding_platform_resting{platform="leetcode"} 0.0' in shown


def test_mentors_find_the_accounts_in_trouble(bench: Bench, as_user, as_role, queries) -> None:
    read_on_leetcode(bench)
    bench.link("github", "ghost")
    bench.answer(lambda asked: Reply({"message": "Not Found"}, 404))
    bench.at(timedelta(minutes=2))
    bench.work()

    def mentor(db) -> int:
        advisor = person(db, role="advisor").id
        mentored = {"mentee_id": bench.user_id, "mentor_id": advisor, "kind": MentorKind.ADVISOR}
        db.add(MentorAssignment(**mentored))
        return advisor

    advisor = as_user(bench.do(mentor))
    queries.clear()
    shown = advisor.get("/coding/readings").text
    assert len(queries) <= 8
    assert "Mona Sen" in shown
    assert "GitHub knows nobody called “ghost”." in shown
    assert "LeetCode" in shown
    narrowed = advisor.get("/coding/readings?state=failed").text
    assert "ghost" in narrowed
    assert "/accounts/1/sync" not in narrowed
    assert "Mona Sen" in advisor.get("/coding/readings?state=fine&platform=leetcode&name=mona").text
    assert "Mona Sen" not in as_role("advisor").get("/coding/readings").text
    assert as_role("student").get("/coding/readings").status_code == 403
    assert "unknown_handle" in advisor.get("/coding/readings?format=csv").text
    rows = data(advisor.get("/api/v1/coding/readings?state=failed"))
    assert [(row["username"], row["trouble"]) for row in rows] == [("ghost", "unknown_handle")]
