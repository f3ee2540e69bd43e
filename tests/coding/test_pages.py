"""The pages of coding, through the front door."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from quad.coding.jobs import seasons as season_jobs
from quad.coding.models.seasons import SeasonPlace
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import freezing
from quad.coding.service.alerts import ranks
from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM
from quad.core.settings import change
from tests.coding.conftest import API, days_back
from tests.materials.hostile.making import picture


def at_once(answer):
    assert answer.status_code in (303, 204), answer.text
    return answer


def status_of(database, number):
    with database.reader() as db:
        return db.get_one(Snapshot, int(number)).status


@pytest.mark.feature("C17", "C18", "C21")
def test_a_student_goes_from_linking_to_an_approved_snapshot(sign_in, world, database):
    asha, counsellor = sign_in("asha"), sign_in("counsellor")
    assert "No account is linked yet" in asha.get("/coding").text
    bad = asha.post("/coding/link", data={"platform_name": "codeforces", "username": "a b"})
    assert bad.status_code == 422
    assert "This is not a username of Codeforces" in bad.text
    assert "a b" in bad.text
    at_once(
        asha.post(
            "/coding/link",
            data={"platform_name": "leetcode", "username": "https://leetcode.com/u/asha_r/"},
        )
    )
    page = asha.get("/coding/accounts/1").text
    assert "asha_r" in page
    assert "quad-" in page
    form = "/coding/accounts/1/snapshots/new"
    wrong = asha.post(form, data={"snapshot_date": days_back(-2), "total_solved": "12"})
    assert wrong.status_code == 422
    assert "This day is in the future." in wrong.text
    shown = (BytesIO(picture("PNG")), "profile.png")
    given = {
        "snapshot_date": days_back(0),
        "total_solved": "12",
        "easy_solved": "5",
        "file": shown,
    }
    at_once(asha.post(form, data=given, content_type="multipart/form-data"))
    assert asha.get("/coding/snapshots/1/evidence").headers["X-Quad-File"]
    queue = counsellor.get("/coding/review").text
    assert "Asha Rao" in queue
    assert 'data-key="a"' in queue
    assert counsellor.post("/coding/review/1/reject", data={"remarks": ""}).status_code == 422
    at_once(counsellor.post("/coding/review/1/ask", data={"remarks": "Show the whole page"}))
    assert "Show the whole page" in asha.get("/coding/snapshots/1").text
    assert asha.post("/coding/snapshots/1/evidence", data={}).status_code == 422
    at_once(asha.post("/coding/snapshots/1/evidence", data={"note": "See my profile"}))
    at_once(counsellor.post("/coding/review/1/approve"))
    assert status_of(database, 1) is Status.APPROVED
    told = counsellor.post("/coding/review/1/approve", follow_redirects=True)
    assert "Snapshot is already approved" in told.text
    story = asha.get("/coding/snapshots/1").text
    assert "Cleo Counsel approved it." in story
    own = asha.get("/coding").text
    assert "12 solved" in own
    assert "q-heat" in own
    at_once(asha.post("/coding/snapshots/1/correct", data={"total_solved": "11", "note": "slip"}))
    assert asha.get("/coding/accounts/1").text.count("/coding/snapshots/") >= 2
    at_once(asha.post("/coding/accounts/1/unlink"))
    assert "not linked any more" in asha.get("/coding/accounts/1").text
    assert "asha_r" in counsellor.get(f"/coding/students/{world.students.asha}").text


@pytest.mark.feature("C19")
def test_all_without_a_flag_are_approved_at_once(sign_in, linked, approved, submitted, database):
    account = linked()
    for n, total in enumerate((10, 12, 14, 16, 18)):
        approved(account, total, 20 - n)
    jump = submitted(account, 400, 2)
    calm = submitted(linked("asha", "codeforces"), 5, 1)
    counsellor = sign_in("counsellor")
    page = counsellor.get("/coding/review?flagged=1").text
    assert "Far more than this student usually solves" in page
    at_once(counsellor.post("/coding/review/approve-all"))
    assert status_of(database, calm) is Status.APPROVED
    assert status_of(database, jump) is Status.PENDING


@pytest.mark.feature("C24", "C25", "C43", "C44")
def test_mentors_and_heads_see_their_students_in_numbers(sign_in, world, linked, approved):
    account = linked()
    approved(account, 10, 9)
    approved(account, 42, 1, contest_rating=1500)
    for name in ("hod", "counsellor", "advisor", "admin"):
        client = sign_in(name)
        rows = client.get("/coding/students?sort=-total").text
        assert "Asha Rao" in rows
        assert "Cara Ito" not in rows or name == "admin"
        assert "No account linked" in client.get("/coding/students?risk=any").text or name in (
            "counsellor",
            "advisor",
        )
        assert client.get("/coding/students?format=csv").status_code == 200
        assert "42" in client.get(f"/coding/students/{world.students.asha}").text
        assert client.get("/coding/students?name=Ash&quiet=3&solved=1&year=2024").status_code == 200
    numbers = sign_in("hod").get(f"/coding/analytics?department={world.departments.cse}").text
    assert "Computing" in numbers
    assert "Circuits" not in numbers
    assert "Circuits" in sign_in("admin").get("/coding/analytics").text
    assert "Asha" not in sign_in("other").get("/coding/students").text
    assert sign_in("other").get(f"/coding/students/{world.students.asha}").status_code == 404
    assert sign_in("asha").get("/coding/students").status_code == 403
    assert sign_in("advisor").get("/coding/analytics").status_code == 403


@pytest.mark.feature("C24", "C42")
def test_a_mentor_notes_what_is_done_about_a_student(sign_in, world):
    counsellor = sign_in("counsellor")
    at = f"/coding/students/{world.students.asha}/follow-ups"
    assert counsellor.post(at, data={"note": ""}).status_code == 422
    at_once(
        counsellor.post(
            at, data={"note": "Spoke to her", "task": "Pair her up", "due_on": days_back(-7)}
        )
    )
    page = counsellor.get(f"/coding/students/{world.students.asha}").text
    assert "Spoke to her" in page
    at_once(counsellor.post("/coding/follow-ups/1/close", data={"outcome": "improved"}))
    assert "Improved" in counsellor.get(f"/coding/students/{world.students.asha}").text
    assert "Spoke to her" not in sign_in("asha").get(f"/coding/students/{world.students.asha}").text
    assert sign_in("other").post(at, data={"note": "x"}).status_code == 404


@pytest.mark.feature("C22", "C23")
def test_a_leaderboard_keeps_the_names_that_students_keep(
    sign_in, linked, approved, world, database
):
    approved(linked("bina"), 50, 1, by="bina")
    approved(linked(), 40, 1)
    at_once(sign_in("bina").post("/coding/name", data={"hide_name": "true"}))
    seen = sign_in("asha").get("/coding/leaderboard").text
    assert "Bina Shah" not in seen
    assert "A student, name withheld" in seen
    assert "Bina Shah" in sign_in("bina").get("/coding/leaderboard").text
    assert "Bina Shah" in sign_in("counsellor").get("/coding/leaderboard").text
    rows = sign_in("asha").get(f"{API}/analytics/leaderboard").json["data"]["leaderboard"]
    assert (rows[0]["full_name"], rows[0]["student_id"]) == (
        "A student, name withheld",
        "0",
    )
    for scope in ("class", "batch", "department"):
        for metric in ("score", "rating", "growth_week", "growth_month"):
            assert (
                sign_in("asha")
                .get(f"/coding/leaderboard?scope={scope}&metric={metric}")
                .status_code
                == 200
            )
    part = sign_in("asha").get(
        "/coding/leaderboard", headers={"HX-Request": "true", "HX-Target": "board"}
    )
    assert "<html" not in part.text
    with database.writer() as db, unit(db):
        with clock.travel(timedelta(days=-7)):
            ranks.note(db)
        ranks.note(db)
    assert "Your rank by week" in sign_in("asha").get("/coding/leaderboard/me").text
    with database.writer() as db, unit(db):
        change(db, SYSTEM, {"coding.peers": "none"})
    assert "This leaderboard is not open to you." in sign_in("asha").get("/coding/leaderboard").text


@pytest.mark.db
@pytest.mark.feature("C22")
def test_a_frozen_season_keeps_who_stood_where(sign_in, linked, approved, world):
    account, other = linked(), linked("bina")
    approved(account, 10, 9)
    approved(account, 40, 5)
    approved(other, 90, 9, by="bina")
    approved(other, 100, 5, by="bina")
    admin = sign_in("admin")
    days = {"starts_on": days_back(30), "ends_on": days_back(0)}
    assert admin.post("/coding/setup/seasons/new", data={"name": "Odd"}).status_code == 422
    at_once(admin.post("/coding/setup/seasons/new", data={"name": "Odd term", **days}))
    assert sign_in("asha").get("/coding/seasons/1").status_code == 404
    at_once(admin.post("/coding/setup/seasons/1/freeze"))
    approved(other, 200, 1, by="bina")
    page = sign_in("asha").get("/coding/seasons/1").text.partition("<main")[2]
    assert page.index("Asha Rao") < page.index("Bina Shah")
    assert "Odd term" in sign_in("asha").get("/coding/leaderboard").text
    at_once(admin.post("/coding/setup/seasons/1/thaw"))
    at_once(admin.post("/coding/setup/seasons/1/freeze"))
    page = sign_in("asha").get("/coding/seasons/1").text.partition("<main")[2]
    assert page.index("Bina Shah") < page.index("Asha Rao")
    assert sign_in("hod").post("/coding/setup/seasons/1/thaw").status_code == 403


@pytest.mark.db
@pytest.mark.feature("C22")
def test_a_large_season_is_frozen_by_a_job_that_gives_the_same_places(
    sign_in, linked, approved, world, database, settings, monkeypatch
):
    runtime = attach(database, settings)
    gains = {"asha": 30, "bina": 10, "cara": 30}
    for name, gain in gains.items():
        account = linked(name)
        approved(account, 5, 9, by=name)
        approved(account, 5 + gain, 5, by=name)
    admin = sign_in("admin")
    days = {"starts_on": days_back(30), "ends_on": days_back(0)}
    admin.post("/coding/setup/seasons/new", data={"name": "Odd term", **days})

    def places():
        names = (SeasonPlace.student_id, SeasonPlace.rank, SeasonPlace.department_rank)
        with database.reading() as db:
            return sorted(map(tuple, db.execute(select(*names, SeasonPlace.growth))))

    at_once(admin.post("/coding/setup/seasons/1/freeze"))
    small = places()
    assert [place[1:] for place in small] == [(1, 1, 30), (3, 2, 10), (1, 1, 30)]
    monkeypatch.setattr(freezing, "AT_ONCE", 0)
    monkeypatch.setattr(season_jobs, "STEP", 2)
    at_once(admin.post("/coding/setup/seasons/1/thaw"))
    at_once(admin.post("/coding/setup/seasons/1/freeze"))
    assert "being written down" in admin.get("/coding/setup").text
    again = admin.post("/coding/setup/seasons/1/thaw", follow_redirects=True)
    assert "being written down" in again.text
    assert places() == small, "they are taken away by a job"
    assert sign_in("asha").get("/coding/seasons/1").status_code == 404
    real = freezing.rank_some

    def dies(*arguments):
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(freezing, "rank_some", dies)
    with pytest.raises(KeyboardInterrupt):
        perform_due(runtime)
    monkeypatch.setattr(freezing, "rank_some", real)
    with clock.travel(timedelta(minutes=3)):
        assert perform_due(runtime) >= 1
    assert places() == small
    assert sign_in("asha").get("/coding/seasons/1").status_code == 200


@pytest.mark.feature("C28")
def test_an_administrator_adds_a_platform_and_weighs_it(sign_in, world, linked, approved, database):
    admin = sign_in("admin")
    new = {"key": "spoj", "name": "SPOJ", "handle_pattern": "[a-z", "weight": "50", "open": "true"}
    assert "not a regular expression" in admin.post("/coding/setup/platforms/new", data=new).text
    at_once(
        admin.post("/coding/setup/platforms/new", data={**new, "handle_pattern": "[a-z_]{3,20}"})
    )
    approved(linked("asha", "spoj"), 100, 1)
    board = f"{API}/analytics/leaderboard?metric=score&platform=spoj"
    assert sign_in("asha").get(board).json["data"]["leaderboard"][0]["value"] == 50
    assert "SPOJ" in admin.get("/coding/setup").text
    at_once(
        admin.post(
            "/coding/setup/platforms/leetcode",
            data={"name": "LeetCode", "weight": "150", "handle_pattern": "[a-z]+"},
        )
    )
    refused = sign_in("asha").post(
        f"{API}/platforms/link", json={"platform_name": "leetcode", "username": "x"}
    )
    assert refused.status_code == 400
    assert admin.get("/coding/setup/platforms/nothing").status_code == 404
    assert sign_in("hod").get("/coding/setup").status_code == 403


def test_a_deputy_reviews_while_the_mentor_is_away(sign_in, world, linked, submitted, as_user):
    number = submitted(linked(), 10)
    assert sign_in("other").put(f"{API}/counsellor/snapshots/{number}/approve").status_code == 403
    days = {"first_day": days_back(0), "last_day": days_back(-3)}
    counsellor = sign_in("counsellor")
    own = counsellor.post(
        "/coding/delegations", data={"deputy_id": str(world.people.counsellor), **days}
    )
    assert own.status_code == 422
    at_once(
        counsellor.post("/coding/delegations", data={"deputy_id": str(world.people.other), **days})
    )
    assert "Asha Rao" in sign_in("other").get("/coding/review").text
    with clock.travel(timedelta(days=4)):
        assert "Asha Rao" not in as_user(world.people.other).get("/coding/review").text
    at_once(counsellor.post("/coding/delegations/1/end"))
    assert "Asha Rao" not in sign_in("other").get("/coding/review").text


def test_the_busy_pages_ask_the_database_a_few_things_only(
    sign_in, world, linked, approved, submitted, queries
):
    account = linked()
    approved(account, 10, 9)
    approved(account, 12, 5)
    submitted(account, 14, 1)
    for name, path in (
        ("asha", "/coding"),
        ("asha", "/coding/leaderboard"),
        ("asha", "/coding/leaderboard/me"),
        ("asha", f"{API}/analytics/my-summary"),
        ("asha", f"{API}/analytics/leaderboard"),
        ("counsellor", "/coding/review"),
        ("counsellor", "/coding/students"),
        ("hod", "/coding/analytics"),
        ("counsellor", f"/coding/students/{world.students.asha}"),
    ):
        client = sign_in(name)
        client.get(path)
        queries.clear()
        assert client.get(path).status_code == 200
        assert len(queries) <= 8, f"{path}: {len(queries)}\n" + "\n".join(queries)


def test_every_snapshot_of_the_queue_has_its_place_in_the_list(
    sign_in, linked, submitted, database
):
    account = linked()
    for n in range(3):
        submitted(account, 10 + n, n)
    with database.reader() as db:
        ids = list(db.scalars(select(Snapshot.id).order_by(Snapshot.id)))
    page = sign_in("advisor").get(f"/coding/review?snapshot={ids[1]}").text
    assert 'data-key="j"' in page
    assert 'data-key="k"' in page
