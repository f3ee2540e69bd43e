"""What existing clients of the coding API rely on: paths, roles, statuses, names and types of fields."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.core.settings import change
from tests.coding.conftest import API, days_back
from tests.coding.contract import (
    ACCOUNT,
    ADVISED,
    AT_RISK,
    BOARD,
    COUNSELLED,
    COUNSELLED_RISK,
    COUNSELLOR,
    DEPARTMENT,
    DEPARTMENT_BOARD,
    GROWTH,
    INSTITUTION,
    PENDING,
    SNAPSHOT,
    SUMMARY,
    TOP,
    ok,
    refused,
)


@pytest.mark.feature("C3", "C5", "C6", "C17")
def test_a_student_links_platforms_and_unlinks_them_again(sign_in, world):
    asha, bina = sign_in("asha"), sign_in("bina")
    link = f"{API}/platforms/link"
    made = ok(
        asha.post(link, json={"platform_name": " LeetCode ", "username": "asha_r", "extra": 1}),
        ACCOUNT,
        201,
    )
    assert made["platform_name"] == "leetcode"
    assert made["is_active"] is True
    assert made["created_at"].endswith("Z")
    assert made["student_id"] == str(world.students.asha)
    assert ok(asha.get(f"{API}/platforms/my"), [ACCOUNT]) == [made]
    again = asha.post(link, json={"platform_name": "leetcode", "username": "other"})
    refused(again, 409, "Account for leetcode is already linked.")
    refused(asha.post(link, json={"platform_name": "leetcode"}), 400)
    unknown = asha.post(link, json={"platform_name": "myspace", "username": "x"})
    refused(unknown, 400, "Unsupported platform. Allowed: leetcode, codeforces, github")
    refused(asha.post(link, json={"platform_name": "codeforces", "username": "a b"}), 422)
    refused(asha.post(link, json=[1]), 400)
    refused(asha.post(link, data="x"), 415)
    refused(sign_in("faculty").post(link, json={"platform_name": "github", "username": "f"}), 403)
    one = f"{API}/platforms/{made['id']}"
    refused(bina.delete(one), 403)
    refused(asha.delete(f"{API}/platforms/999999"), 404)
    refused(asha.delete(f"{API}/platforms/nonsense"), 404)
    assert ok(asha.delete(one)) is None
    assert ok(asha.get(f"{API}/platforms/my")) == []
    back = ok(asha.post(link, json={"platform_name": "leetcode", "username": "asha_2"}), status=201)
    assert back["id"] == made["id"]
    assert back["username"] == "asha_2"


@pytest.mark.feature("C7", "C18", "C21")
def test_a_student_hands_in_snapshots(sign_in, linked, approved):
    asha, account = sign_in("asha"), linked()
    body = {"platform_account_id": account, "total_solved": 120, "snapshot_date": days_back(3)}
    extra = {"contest_rating": 1543.6, "global_rank": 9, "easy_solved": 60, "unknown": True}
    made = ok(
        asha.post(f"{API}/snapshots", json={**body, **extra}), SNAPSHOT, 201, "Snapshot created"
    )
    assert (made["status"], made["contest_rating"], made["easy_solved"]) == ("pending", 1544, 60)
    post = lambda **changed: asha.post(f"{API}/snapshots", json={**body, **changed})  # noqa: E731
    refused(post(), 409)
    refused(post(total_solved=None), 400)
    refused(post(snapshot_date="11/21/2026"), 400, "Invalid date format. Use YYYY-MM-DD")
    refused(post(snapshot_date="20261101"), 400, "Invalid date format. Use YYYY-MM-DD")
    for wrong in (-1, 100_001, "many"):
        refused(post(total_solved=wrong, snapshot_date=days_back(1)), 422)
    refused(post(snapshot_date=days_back(-1)), 422)
    refused(post(platform_account_id="999999"), 404)
    refused(sign_in("bina").post(f"{API}/snapshots", json=body), 403)
    approved(account, 130, 2)
    low = {"total_solved": 100, "snapshot_date": days_back(1)}
    refused(post(**low), 422, "130")
    ok(post(**low, remarks="I had counted twice"), status=201)
    for reader in ("asha", "advisor", "counsellor", "hod", "admin"):
        rows = ok(sign_in(reader).get(f"{API}/snapshots/{account}"), [SNAPSHOT])
        assert [row["snapshot_date"] for row in rows] == [days_back(n) for n in (1, 2, 3)]
        found = ok(sign_in(reader).get(f"{API}/snapshots/{account}/latest"), SNAPSHOT)
        assert (found["total_solved"], found["status"]) == (130, "approved")
    for stranger in ("bina", "other", "hod_away"):
        refused(sign_in(stranger).get(f"{API}/snapshots/{account}"), 403)
        refused(sign_in(stranger).get(f"{API}/snapshots/{account}/latest"), 403)
    refused(asha.get(f"{API}/snapshots/999999"), 404)
    empty = linked("asha", "codeforces")
    refused(asha.get(f"{API}/snapshots/{empty}/latest"), 404, "No snapshots found")


@pytest.mark.feature("C3", "C20", "C23")
def test_the_summary_counts_approved_snapshots_only(sign_in, linked, approved, submitted):
    asha, account = sign_in("asha"), linked()
    other = linked("asha", "codeforces")
    growth = f"{API}/analytics/my-growth/{account}"
    before = asha.get(growth)
    assert before.status_code == 200
    assert before.json == {"success": False, "error": "requires at least 2 snapshots"}
    approved(account, 90, 9, contest_rating=1400)
    approved(account, 120, 2, contest_rating=1500)
    submitted(account, 500, 0)
    approved(other, 40, 1)
    found = ok(asha.get(f"{API}/analytics/my-summary"), SUMMARY)
    leetcode, codeforces = found["platform_summary"]
    assert leetcode["latest_total_solved"] == 120
    assert (leetcode["total_growth"], leetcode["growth_percentage"]) == (30, 33.33)
    assert leetcode["latest_rating"] == 1500
    assert leetcode["last_snapshot_date"] == days_back(2)
    assert (codeforces["latest_rating"], codeforces["growth_percentage"]) == (0, 0)
    assert found["overall_aggregation"] == {
        "total_platforms_linked": 2,
        "overall_total_solved": 160,
        "overall_rating_average": 1500,
        "overall_growth": 30,
    }
    grown = ok(asha.get(growth), GROWTH)
    assert (grown["total_growth"], grown["rating_growth"]) == (30, 100)
    for reader in ("advisor", "counsellor", "hod", "admin"):
        assert ok(sign_in(reader).get(growth)) == grown
    refused(sign_in("bina").get(growth), 403)
    refused(sign_in("admin").get(f"{API}/analytics/my-summary"), 403)
    mentee = f"{API}/analytics/advisor/student/{found['student_info']['student_id']}"
    assert ok(sign_in("advisor").get(mentee), SUMMARY) == found
    refused(sign_in("other").get(mentee), 403, "Student not assigned to you")
    refused(sign_in("advisor").get(f"{API}/analytics/advisor/student/999999"), 404)
    asha.delete(f"{API}/platforms/{other}")
    left = ok(asha.get(f"{API}/analytics/my-summary"))["overall_aggregation"]
    assert (left["total_platforms_linked"], left["overall_total_solved"]) == (1, 120)


@pytest.mark.feature("C8", "C9", "C18", "C19")
def test_mentors_review_what_waits(sign_in, linked, submitted):
    mine, foreign = linked(), linked("cara")
    one, two, three = (submitted(mine, 10 + n, n) for n in range(3))
    away = submitted(foreign, 5, 0, by="cara")
    queue = f"{API}/counsellor/pending-snapshots"
    for reader in ("counsellor", "advisor", "hod"):
        rows = ok(sign_in(reader).get(queue), [PENDING])
        assert [row["snapshot_id"] for row in rows] == [one, two, three]
    assert len(ok(sign_in("admin").get(queue))) == 4
    assert len(ok(sign_in("admin").get(f"{queue}?page=2&size=3"))) == 1
    refused(sign_in("asha").get(queue), 403)
    refused(sign_in("faculty").get(queue), 403)
    counsellor, at = sign_in("counsellor"), f"{API}/counsellor/snapshots"
    assert (
        ok(counsellor.put(f"{at}/{one}/approve"), message="Snapshot approved successfully.") is None
    )
    refused(counsellor.put(f"{at}/{one}/approve"), 400, "Snapshot is already approved")
    refused(counsellor.put(f"{at}/{two}/reject"), 415)
    refused(counsellor.put(f"{at}/{two}/reject", json={}), 400)
    ok(
        counsellor.put(f"{at}/{two}/reject", json={"remarks": "Blurred"}),
        message="Snapshot rejected.",
    )
    refused(counsellor.put(f"{at}/{two}/reject", json={"remarks": "x"}), 400, "already rejected")
    refused(counsellor.put(f"{at}/{away}/approve"), 403)
    refused(counsellor.put(f"{at}/999999/approve"), 404)
    refused(sign_in("asha").put(f"{at}/{three}/approve"), 403)
    shown = {row["id"]: row for row in ok(sign_in("asha").get(f"{API}/snapshots/{mine}"))}
    assert shown[two]["remarks"] == "Blurred"
    assert shown[two]["reviewed_by"]
    assert shown[one]["reviewed_at"].endswith("Z")
    assert submitted(mine, 11, 1)  # a rejected day may be handed in again
    batch = {"approve": [three, one, away, "999999"], "reject": [{"id": three, "remarks": "no"}]}
    results = ok(counsellor.post(f"{at}/batch", json=batch))["results"]
    assert [(each["id"], each["status"]) for each in results] == [
        (three, "approved"),
        (one, "skipped"),
        (away, "skipped"),
        ("999999", "skipped"),
    ]
    assert results[1]["error"] == "Snapshot is already approved"
    assert results[0]["error"] is None


def test_a_correction_counts_once_it_is_approved(sign_in, linked, approved, submitted):
    asha, account = sign_in("asha"), linked()
    wrong = approved(account, 500, 2)
    fixed = ok(
        asha.post(f"{API}/snapshots/{wrong}/correct", json={"total_solved": 50}), SNAPSHOT, 201
    )
    assert fixed["snapshot_date"] == days_back(2)
    latest = f"{API}/snapshots/{account}/latest"
    assert ok(asha.get(latest))["total_solved"] == 500
    refused(asha.post(f"{API}/snapshots/{wrong}/correct", json={"total_solved": 51}), 409)
    refused(sign_in("bina").post(f"{API}/snapshots/{wrong}/correct", json={"total_solved": 1}), 403)
    ok(sign_in("counsellor").put(f"{API}/counsellor/snapshots/{fixed['id']}/approve"))
    assert ok(asha.get(latest))["total_solved"] == 50
    summary = ok(asha.get(f"{API}/analytics/my-summary"))
    assert summary["overall_aggregation"]["overall_total_solved"] == 50
    waiting = submitted(account, 60, 0)
    newer = ok(
        asha.post(f"{API}/snapshots/{waiting}/correct", json={"total_solved": 61}), status=201
    )
    refused(sign_in("counsellor").put(f"{API}/counsellor/snapshots/{waiting}/approve"), 400)
    ok(sign_in("counsellor").put(f"{API}/counsellor/snapshots/{newer['id']}/approve"))
    assert [row["total_solved"] for row in ok(asha.get(f"{API}/snapshots/{account}"))] == [61, 50]


@pytest.mark.feature("C4", "C14", "C16", "C25")
def test_summaries_stay_within_the_readers_scope(sign_in, world, linked, approved):
    mine, foreign = linked(), linked("cara", "codeforces")
    approved(mine, 100, 9)
    approved(mine, 130, 2, contest_rating=1500)
    approved(foreign, 40, 1, by="cara", contest_rating=1201)
    at = f"{API}/analytics"
    whole = ok(sign_in("admin").get(f"{at}/institution-summary"), INSTITUTION)
    assert whole == {
        "total_students": 3,
        "total_departments": 2 + 0,
        "total_linked_platforms": 2,
        "total_problems_solved": 170,
        "average_rating": 1350.5,
        "total_growth": 30,
    }
    own = ok(sign_in("hod").get(f"{at}/institution-summary"), INSTITUTION)
    assert (own["total_students"], own["total_departments"], own["total_problems_solved"]) == (
        2,
        1,
        130,
    )
    assigned = ok(sign_in("counsellor").get(f"{at}/institution-summary"), INSTITUTION)
    assert (assigned["total_students"], assigned["total_problems_solved"]) == (1, 130)
    rows = ok(sign_in("admin").get(f"{at}/department-performance"), [DEPARTMENT])
    assert [(row["department_name"], row["total_solved"]) for row in rows] == [
        ("Computing", 130),
        ("Circuits", 40),
    ]
    assert len(ok(sign_in("hod").get(f"{at}/department-performance"))) == 1
    assert ok(sign_in("counsellor").get(f"{at}/department-performance"))[0]["total_students"] == 1
    top = ok(sign_in("admin").get(f"{at}/top-performers?limit=2"), [TOP])
    assert [(row["rank"], row["full_name"]) for row in top] == [(1, "Asha Rao"), (2, "Cara Ito")]
    assert [row["full_name"] for row in ok(sign_in("hod_away").get(f"{at}/top-performers"))] == [
        "Cara Ito"
    ]
    for limit in ("0", "101", "x"):
        refused(sign_in("admin").get(f"{at}/top-performers?limit={limit}"), 422)
    for path in ("institution-summary", "department-performance", "top-performers", "at-risk"):
        for name in ("asha", "advisor", "faculty"):
            refused(sign_in(name).get(f"{at}/{path}"), 403)


@pytest.mark.feature("C24", "C42")
def test_students_at_risk_are_named_with_the_first_reason_that_applies(
    sign_in, linked, approved, world, as_user
):
    fresh, quiet = linked(), linked("bina")
    approved(fresh, 100, 5)
    approved(fresh, 100, 1)
    approved(quiet, 50, 31, by="bina")
    at = f"{API}/analytics"
    rows = ok(sign_in("admin").get(f"{at}/at-risk"), [AT_RISK])
    assert {row["full_name"]: (row["reason"], row["last_snapshot_date"]) for row in rows} == {
        "Asha Rao": ("No Growth / Decline", days_back(1)),
        "Bina Shah": ("No Activity > 30 Days", days_back(31)),
        "Cara Ito": ("No Linked Account", "Never"),
    }
    assert [row["full_name"] for row in ok(sign_in("hod_away").get(f"{at}/at-risk"))] == [
        "Cara Ito"
    ]
    ok(sign_in("counsellor").get(f"{at}/counsellor/at-risk"), [COUNSELLED_RISK])
    summary = ok(sign_in("counsellor").get(f"{at}/counsellor/summary"), COUNSELLOR)
    assert (summary["department_name"], summary["at_risk_count"]) == ("Computing", 1)
    student = ok(sign_in("counsellor").get(f"{at}/counsellor/students"), [COUNSELLED])[0]
    assert student["is_risk"] is True
    approved(fresh, 140, 0)
    assert ok(sign_in("counsellor").get(f"{at}/counsellor/at-risk")) == []
    assert ok(sign_in("counsellor").get(f"{at}/counsellor/students"))[0]["is_risk"] is False
    row = ok(sign_in("advisor").get(f"{at}/advisor/my-students"), [ADVISED])[0]
    assert (row["total_solved"], row["growth"], row["last_active_date"]) == (140, 40, days_back(0))
    sentence = "Access Denied. Advisor role required."
    refused(sign_in("counsellor").get(f"{at}/advisor/my-students"), 403, sentence)
    for name in ("advisor", "admin", "asha"):
        refused(sign_in(name).get(f"{at}/counsellor/summary"), 403)
    with clock.travel(timedelta(days=31)):
        rows = ok(as_user(world.people.admin).get(f"{at}/at-risk"))
        assert {row["full_name"]: row["reason"] for row in rows}[
            "Asha Rao"
        ] == "No Activity > 30 Days"


@pytest.mark.feature("C22", "C23")
def test_leaderboards_share_ranks_among_equals(sign_in, world, linked, approved, database):
    for name, total, platform in (
        ("asha", 50, "leetcode"),
        ("bina", 50, "leetcode"),
        ("cara", 20, "codechef"),
    ):
        approved(linked(name, platform), total, 1, by=name)
    board = f"{API}/analytics/leaderboard"
    found = ok(sign_in("bina").get(board), BOARD)
    assert [(row["rank"], row["full_name"], row["value"]) for row in found["leaderboard"]] == [
        (1, "Asha Rao", 50),
        (1, "Bina Shah", 50),
        (3, "Cara Ito", 20),
    ]
    assert found["me"]["full_name"] == "Bina Shah"
    assert [row["full_name"] for row in found["neighbours"]] == [
        "Asha Rao",
        "Bina Shah",
        "Cara Ito",
    ]
    assert ok(sign_in("admin").get(board))["me"] is None
    for scope, number in (
        ("department", world.departments.cse),
        ("batch", 2024),
        ("class", world.class_id),
    ):
        rows = ok(sign_in("asha").get(f"{board}?scope={scope}&id={number}"), BOARD)["leaderboard"]
        assert [row["rank"] for row in rows] == [1, 1]
    for metric in ("score", "rating", "growth_week", "growth_month"):
        ok(sign_in("asha").get(f"{board}?metric={metric}&platform=leetcode"), BOARD)
    assert (
        ok(sign_in("asha").get(f"{board}?platform=codechef"))["leaderboard"][0]["full_name"]
        == "Cara Ito"
    )
    assert ok(sign_in("asha").get(f"{board}?platform=atcoder"))["leaderboard"] == []
    second = sign_in("admin").get(f"{board}?page=2&size=2").json
    assert [row["rank"] for row in second["data"]["leaderboard"]] == [3]
    assert second["page"]["total"] == 3
    refused(sign_in("cara").get(f"{board}?scope=department&id={world.departments.cse}"), 403)
    refused(sign_in("hod_away").get(f"{board}?scope=class&id={world.class_id}"), 403)
    refused(sign_in("admin").get(f"{board}?scope=department&id=999999"), 404)
    refused(sign_in("admin").get(f"{board}?scope=planet"), 422)
    refused(sign_in("admin").get(f"{board}?platform=myspace"), 422)
    own = f"{API}/analytics/department/{world.departments.cse}/leaderboard"
    whole = ok(sign_in("bina").get(own), DEPARTMENT_BOARD)
    assert (whole["department_name"], whole["total_students"]) == ("Computing", 2)
    refused(sign_in("cara").get(own), 403)
    refused(sign_in("admin").get(f"{API}/analytics/department/999999/leaderboard"), 404)
    with database.writer() as db, unit(db):
        change(db, SYSTEM, {"coding.peers": "department"})
    refused(sign_in("asha").get(board), 403)
    ok(sign_in("asha").get(own), DEPARTMENT_BOARD)


def test_every_door_is_closed_to_who_is_not_signed_in(client, world):
    paths = (
        "analytics/my-summary",
        "analytics/institution-summary",
        "analytics/department-performance",
        "analytics/top-performers",
        "analytics/at-risk",
        "analytics/leaderboard",
        "analytics/advisor/my-students",
        "analytics/counsellor/summary",
        "platforms/my",
        "counsellor/pending-snapshots",
        "snapshots/1",
    )
    for path in paths:
        refused(client.get(f"{API}/{path}"), 401)
    for token in ("", "Bearer", "Bearer x.y.z", "Basic abc"):
        headers = {"Authorization": token}
        refused(client.get(f"{API}/platforms/my", headers=headers), 401)
