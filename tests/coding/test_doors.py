"""What programs can do as the pages can: growth over any time, mentoring, set-up, evidence, filters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.coding.models.accounts import CodingAccount
from quad.coding.service.alerts import ranks
from quad.core import clock
from quad.core.facts import unit
from quad.notifications.kinds.every import KINDS
from quad.notifications.models import Notification
from tests.coding.conftest import API, days_back
from tests.coding.contract import ok, refused
from tests.following import follow
from tests.materials.hostile.making import picture

CODING = f"{API}/coding"


@pytest.mark.feature("C20", "C21")
def test_growth_over_any_time_is_the_same_on_the_page_and_over_the_api(
    sign_in, linked, approved, world
):
    leetcode, codeforces = linked(), linked("asha", "codeforces")
    for total, ago, rating in ((100, 40, 1400), (130, 20, None), (150, 10, 1450), (151, 1, 1440)):
        approved(leetcode, total, ago, contest_rating=rating)
    approved(codeforces, 7, 15)
    approved(codeforces, 12, 5)
    asha, at = sign_in("asha"), f"{API}/analytics/growth"
    whole = ok(asha.get(at))
    assert (whole["since"], whole["until"], whole["growth"]) == (days_back(40), days_back(0), 56)
    span = f"?since={days_back(20)}&until={days_back(5)}"
    part = ok(asha.get(at + span))
    assert (part["growth"], part["growth_percentage"], part["active_days"]) == (55, 51.4, 3)
    first, second = part["accounts"]
    assert (first["total_before"], first["total_after"], first["growth"]) == (100, 150, 50)
    assert (first["rating_before"], first["rating_after"], first["rating_growth"]) == (
        1400,
        1450,
        50,
    )
    assert (second["total_before"], second["growth"], second["rating_growth"]) == (7, 5, None)
    assert [(day["total_solved"], day["growth"]) for day in part["days"]] == [
        (130, 30),
        (137, 0),
        (157, 20),
        (162, 5),
    ]
    of_asha = f"{API}/analytics/students/{world.students.asha}/growth{span}"
    for reader in ("asha", "advisor", "hod", "admin"):
        assert ok(sign_in(reader).get(of_asha)) == part
    for stranger in ("bina", "other", "hod_away"):
        refused(sign_in(stranger).get(of_asha), 404)
    for page, reader in (("", "asha"), (f"/students/{world.students.asha}", "counsellor")):
        shown = sign_in(reader).get(f"/coding{page}{span}").text
        assert "55 new problems (+51.4 %), on 3 active days" in shown
        empty = sign_in(reader).get(f"/coding{page}?since={days_back(0)}").text
        assert "No snapshot was approved for these days." in empty
    for wrong, sentence in (
        (f"?since={days_back(3)}&until={days_back(5)}", "The last day comes before the first one."),
        (f"?until={days_back(-1)}", "This day is in the future."),
        ("?since=yesterday", "Write a date"),
        (f"?until={days_back(5)}&since=2026-02-30", ""),
    ):
        refused(asha.get(at + wrong), 422)
        shown = asha.get(f"/coding{wrong}")
        assert (shown.status_code, sentence in shown.text) == (422, True)
    assert asha.get("/coding?since=0001-01-01").status_code == 200


@pytest.mark.feature("C24", "C25", "C43")
def test_lists_and_trends_for_programs(sign_in, linked, approved, world, database):
    account = linked()
    approved(account, 10, 9)
    approved(account, 42, 1)
    rows = ok(sign_in("counsellor").get(f"{CODING}/students?solved=1"))
    assert [(row["student"], row["total"], row["risk"]) for row in rows] == [
        ("Asha Rao", 42, "none")
    ]
    assert len(ok(sign_in("admin").get(f"{CODING}/students?risk=no_account"))) == 2
    refused(sign_in("asha").get(f"{CODING}/students"), 403)
    weeks = ok(sign_in("hod").get(f"{API}/analytics/trends"))
    assert (len(weeks), sum(week["growth"] for week in weeks)) == (12, 32)
    elsewhere = ok(sign_in("hod").get(f"{API}/analytics/trends?department=999999"))
    assert sum(week["growth"] for week in elsewhere) == 0
    years = ok(sign_in("admin").get(f"{API}/analytics/cohorts"))
    assert [(one["admission_year"], one["total_students"]) for one in years] == [
        (2025, 1),
        (2024, 2),
    ]
    with database.writer() as db, unit(db), clock.travel(timedelta(days=-7)):
        ranks.note(db)
    assert ok(sign_in("asha").get(f"{API}/analytics/my-ranks"))[0]["institution_rank"] == 1
    assert ok(sign_in("asha").put(f"{CODING}/name", json={"hide_name": True})) == {
        "hide_name": True
    }
    assert ok(sign_in("asha").get(f"{CODING}/name")) == {"hide_name": True}
    with database.reader() as db:
        account_id = db.scalars(select(CodingAccount.id)).one()
    proved = ok(sign_in("counsellor").post(f"{API}/platforms/{account_id}/vouch"))
    assert proved["username"] == "asha_codes"
    refused(sign_in("counsellor").post(f"{API}/platforms/{account_id}/vouch"), 409)


@pytest.mark.feature("C24", "C42")
def test_programs_note_what_is_done_about_a_student(sign_in, world):
    counsellor, at = sign_in("counsellor"), f"{CODING}/students/{world.students.asha}/follow-ups"
    body = {"note": "Spoke to her", "task": "Pair her up", "due_on": days_back(-7)}
    made = ok(counsellor.post(at, json=body), status=201)
    assert (made["reason"], made["outcome"], made["author"]) == (
        "no_account",
        "open",
        "Cleo Counsel",
    )
    assert ok(counsellor.get(f"{CODING}/follow-ups"))[0]["task"] == "Pair her up"
    close = f"{CODING}/follow-ups/{made['id']}/close"
    refused(counsellor.post(close, json={"outcome": "open"}), 422)
    done = ok(counsellor.post(close, json={"outcome": "improved", "outcome_note": "Three a day"}))
    assert (done["outcome"], done["outcome_note"]) == ("improved", "Three a day")
    refused(counsellor.post(close, json={"outcome": "unchanged"}), 409)
    assert ok(counsellor.get(f"{CODING}/follow-ups")) == []
    assert ok(sign_in("advisor").get(at)) == [done]
    refused(sign_in("asha").get(at), 403)
    refused(sign_in("other").get(at), 404)


def test_a_deputy_is_named_over_the_api_and_the_badge_counts_what_waits_for_the_deputy(
    sign_in, world, linked, submitted, as_user
):
    submitted(linked(), 10)
    counsellor = sign_in("counsellor")
    names = [one["full_name"] for one in ok(counsellor.get(f"{CODING}/deputies"))]
    assert names == ["Avi Advisor", "Otto Other"]
    days = {"first_day": days_back(0), "last_day": days_back(-3)}

    def lend(deputy):
        return counsellor.post(f"{CODING}/delegations", json={"deputy_id": str(deputy), **days})

    def badge(user_id):
        page = as_user(user_id).get("/account").text
        return 'class="count' in page.partition('href="/coding/review"')[2].partition("</a>")[0]

    assert not badge(world.people.other)
    row = ok(lend(world.people.other), status=201)
    assert (row["mentor"], row["deputy"]) == ("Cleo Counsel", "Otto Other")
    assert ok(sign_in("other").get(f"{CODING}/delegations")) == [row]
    assert badge(world.people.other)
    refused(lend(world.people.asha), 422)
    refused(sign_in("other").delete(f"{CODING}/delegations/{row['id']}"), 404)
    assert ok(counsellor.delete(f"{CODING}/delegations/{row['id']}")) is None
    refused(counsellor.delete(f"{CODING}/delegations/{row['id']}"), 409)
    assert not badge(world.people.other)


@pytest.mark.feature("C22", "C28")
def test_platforms_and_seasons_are_set_up_over_the_api(sign_in, linked, approved):
    admin, asha = sign_in("admin"), sign_in("asha")
    new = {"key": "spoj", "name": "SPOJ", "weight": 50}
    made = ok(admin.post(f"{CODING}/platforms", json=new), status=201)
    refused(admin.post(f"{CODING}/platforms", json=new), 422)
    refused(admin.post(f"{CODING}/platforms", json={**new, "key": "x", "weight": -1}), 422)
    one = f"{CODING}/platforms/spoj"
    changed = {"name": "SPOJ", "weight": 200, "version": made["version"]}
    assert ok(admin.put(one, json=changed))["weight"] == 200
    refused(admin.put(one, json=changed), 409)
    refused(admin.put(f"{CODING}/platforms/nothing", json=changed), 404)
    assert "spoj" in [each["key"] for each in ok(asha.get(f"{CODING}/platforms"))]
    refused(asha.put(one, json=changed), 403)

    account = linked("asha", "spoj")
    approved(account, 10, 9)
    approved(account, 40, 5)
    season = {"name": "Odd term", "starts_on": days_back(30), "ends_on": days_back(0)}
    refused(admin.post(f"{CODING}/seasons", json={**season, "ends_on": days_back(40)}), 422)
    at = f"{CODING}/seasons/{ok(admin.post(f'{CODING}/seasons', json=season), status=201)['id']}"
    assert ok(asha.get(at))["places"] == []
    assert ok(admin.post(f"{at}/freeze"))["frozen_at"]
    refused(admin.post(f"{at}/freeze"), 409)
    (place,) = ok(asha.get(at))["places"]
    assert (place["rank"], place["growth"], place["score"], place["mine"]) == (1, 30, 80, True)
    assert asha.get(f"{at}?page=2").json["page"]["next"] is None
    refused(asha.post(f"{at}/thaw"), 403)
    assert ok(admin.post(f"{at}/thaw"))["frozen_at"] is None


@pytest.mark.feature("C7", "C9")
def test_evidence_is_asked_for_added_and_seen_over_the_api(sign_in, linked, submitted):
    number = submitted(linked(), 10)
    asha, counsellor, at = sign_in("asha"), sign_in("counsellor"), f"{CODING}/snapshots/{number}"
    ask = f"{API}/counsellor/snapshots/{number}/ask-evidence"
    assert ok(counsellor.put(ask, json={"remarks": "Show the whole page"})) is None
    assert ok(asha.get(at))["evidence_asked_at"]
    refused(asha.get(f"{at}/evidence"), 404)
    refused(asha.put(f"{at}/evidence", data=b"", content_type="image/png"), 422)
    refused(asha.put(f"{at}/evidence", data=b"%PDF-1.4 no", content_type="image/png"), 422)
    refused(
        sign_in("bina").put(f"{at}/evidence", data=picture("PNG"), content_type="image/png"), 403
    )
    told = ok(asha.put(f"{at}/evidence", data=picture("PNG"), content_type="image/png"))
    assert (told["has_evidence"], told["evidence_asked_at"]) == (True, None)
    assert [event["kind"] for event in told["events"]] == [
        "submitted",
        "evidence_asked",
        "evidence_added",
    ]
    assert counsellor.get(f"{at}/evidence").headers["X-Quad-File"]
    refused(sign_in("other").get(f"{at}/evidence"), 403)
    refused(asha.post(f"{at}/evidence", json={}), 422)
    assert ok(asha.post(f"{at}/evidence", json={"note": "See my profile"}))["snapshot"]["id"]
    assert ok(counsellor.put(f"{API}/counsellor/snapshots/{number}/approve")) is None
    refused(asha.put(f"{at}/evidence", data=picture("PNG"), content_type="image/png"), 409)


@pytest.mark.feature("C8", "C19")
def test_the_queue_is_narrowed_and_decided_by_filter(sign_in, linked, approved, submitted):
    leetcode, codeforces = linked(), linked("asha", "codeforces")
    for n, total in enumerate((10, 12, 14, 16, 18)):
        approved(leetcode, total, 20 - n)
    jump = submitted(leetcode, 400, 2)
    calm, other = submitted(codeforces, 5, 3), submitted(codeforces, 6, 2)
    counsellor, queue = sign_in("counsellor"), f"{API}/counsellor/pending-snapshots"

    def waiting(**narrowed):
        return {row["snapshot_id"] for row in ok(counsellor.get(queue, query_string=narrowed))}

    assert waiting() == {jump, calm, other}
    assert waiting(flagged="yes") == {jump}
    assert waiting(flagged="no", platform="codeforces") == {calm, other}
    assert waiting(source="sync") == set()
    assert waiting(source="manual", platform="leetcode") == {jump}
    refused(counsellor.get(f"{queue}?source=stars"), 422)
    page = counsellor.get("/coding/review?source=sync").text
    assert "Nothing that waits fits the filters" in page
    batch = f"{API}/counsellor/snapshots/batch-by-filter"
    refused(counsellor.post(batch, json={"decision": "approve", "flagged": "yes"}), 422)
    refused(counsellor.post(batch, json={"decision": "reject"}), 422)
    refused(sign_in("asha").post(batch, json={"decision": "approve"}), 403)
    unseen = "/coding/review/reject-all?platform=codeforces"
    assert "2 snapshots wait that fit the filters." in counsellor.get(unseen).text
    assert counsellor.post(unseen, data={"remarks": ""}).status_code == 422
    counsellor.post(unseen, data={"remarks": "Not your profile"})
    assert waiting() == {jump}
    done = ok(counsellor.post(batch, json={"decision": "approve"}))["results"]
    assert done == []
    body = {"decision": "reject", "flagged": "yes", "remarks": "Show how"}
    assert [one["status"] for one in ok(counsellor.post(batch, json=body))["results"]] == [
        "rejected"
    ]


@pytest.mark.feature("C40", "C49")
def test_every_alert_about_coding_is_muted_by_itself(sign_in, linked, submitted, database):
    wishes, asha = f"{API}/me/notification-preferences", sign_in("asha")
    own = {wish["kind"] for wish in ok(asha.get(wishes))}
    mentors = {wish["kind"] for wish in ok(sign_in("counsellor").get(wishes))}
    alerts = {name for name in KINDS if name.startswith("coding_")}
    assert alerts <= own | mentors
    assert {"coding_digest", "coding_risk", "coding_waiting"} <= mentors
    assert {"coding_approved", "coding_rejected", "coding_rank"} <= own
    heard = sorted(own - {"coding_approved"})
    ok(asha.put(wishes, json={"in_app": heard, "by_mail": heard}))
    account, admin = linked(), sign_in("admin")
    first, second = submitted(account, 10, 2), submitted(account, 12, 1)
    ok(admin.put(f"{API}/counsellor/snapshots/{first}/approve"))
    ok(admin.put(f"{API}/counsellor/snapshots/{second}/reject", json={"remarks": "No"}))
    follow(database)
    with database.reader() as db:
        assert set(db.scalars(select(Notification.kind))) == {"coding_rejected"}
