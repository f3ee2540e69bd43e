"""Jobs: posted, approved, found, read with every condition by name, closed and deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.careers.kinds import TELL
from quad.careers.models.jobs import Job, PostingState
from quad.careers.service import posting, telling
from quad.core import clock
from quad.core.behind import behind
from quad.core.facts import run, unit
from quad.notifications.models import Notification
from tests.careers.conftest import job_form
from tests.events.conftest import work


@pytest.mark.feature("A6", "A8", "A30", "A31", "A32")
def test_an_alumnus_posts_the_office_approves_and_students_find_the_job(sign_in):
    alumnus, officer, asha = sign_in("karthik"), sign_in("officer"), sign_in("asha")
    assert asha.get("/jobs/create").status_code == 403
    form = job_form(for_min_cgpa="7.5", deadline="2030-01-01T10:00", salary_max="75000.50")
    wrong = alumnus.post("/jobs/create", data=form | {"salary_max": "1"})
    assert wrong.status_code == 422
    assert "Choose a moment within two years." in wrong.text
    assert "The highest salary is below the lowest one." in wrong.text
    form["deadline"] = f"{clock.now() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    made = alumnus.post("/jobs/create", data=form)
    assert made.status_code == 303, made.text
    place = made.location
    assert asha.get(place).status_code == 404, "a draft is nobody else's"
    assert officer.get(place).status_code == 404
    alumnus.post(f"{place}/submit")
    assert "Waiting for approval" in officer.get("/jobs/manage?state=waiting").text
    assert asha.get("/jobs").text.count("Paisa Switch") == 0
    assert sign_in("other").post(f"{place}/approve").status_code == 403
    officer.post(f"{place}/send-back", data={"reason": "Say what is paid."})
    assert "Say what is paid." in alumnus.get(place).text
    alumnus.post(f"{place}/submit")
    officer.post(f"{place}/approve")
    for typed in ("platf", "paisa", "beng", "pyth"):
        assert "Platform engineering intern" in asha.get(f"/jobs?q={typed}").text, typed
    assert "Platform engineering intern" in asha.get("/search?q=pipeline").text
    assert asha.get("/jobs?kind=full_time").text.count("Paisa Switch") == 0
    shown = asha.get(place).text
    for words in (
        "₹60,000–₹75,000.5 a month",
        "What you do</h3>",
        "<em>deploy</em>",
        "Karthik Raman",
    ):
        assert words in shown, words


@pytest.mark.feature("A7", "A32")
def test_everybody_reads_which_condition_they_do_not_meet_and_the_way_there(
    sign_in, post_job, world, database
):
    job = post_job(for_departments=[str(world.departments.home)], for_max_backlogs=0)
    with database.reader() as db:
        reason = posting.department_reason(db, world.departments.home)
    assert reason == "1 job is meant for it."
    bina = sign_in("bina")
    shown = bina.get(f"/jobs/{job}").text
    for words in (
        "Not yet: of 5 conditions 2 are not met.",
        "CGPA 7.50 or more",
        "Yours is 6.90.",
        "Department CSE",
        "You have: Department ECE.",
        "No open backlogs",
    ):
        assert words in shown, words
    assert 'How well it fits you: <span class="num">0 %</span>' in shown
    ways = bina.get(f"/jobs/{job}/ways").text
    assert "No course of yours is under way." in ways
    assert "This is fixed: the job is meant for others." in ways
    answer = bina.post(f"/api/v1/jobs/{job}/applications", json={})
    assert answer.status_code == 409
    assert "CGPA 7.50 or more (Yours is 6.90)" in answer.json["error"]
    fits = sign_in("asha").get(f"/api/v1/jobs/{job}").json["data"]
    assert fits["eligibility"]["eligible"] is True
    assert fits["match"]["score"] == 62, "(3 × 100 + 3 × 45 + 1 × 0) / 7"
    assert [one["part"] for one in fits["match"]["skills"]] == [100, 45, 0]
    assert fits["match"]["skills"][0]["known"] == "Expert, from 24CS33 Python"


@pytest.mark.feature("A6", "A32")
def test_a_job_for_some_only_is_unknown_to_others_in_lists_search_and_by_its_number(
    sign_in, post_job
):
    job = post_job(only_audience=True, title="Secret mission", about="A zebra crossing.")
    for name, there in (("asha", True), ("bina", False), ("other", False)):
        client = sign_in(name)
        assert (client.get(f"/jobs/{job}").status_code == 200) is there
        assert ("Secret mission" in client.get("/jobs").text) is there
        assert ("Secret mission" in client.get("/search?q=secret").text) is there
        assert ("Secret mission" in client.get("/search?q=zebra").text) is there


@pytest.mark.feature("A10", "A65")
def test_only_the_owner_deletes_a_job_and_it_is_hidden_not_gone(
    sign_in, post_job, apply_for, database
):
    job = post_job()
    application = apply_for(job)
    assert sign_in("other").post(f"/jobs/{job}/delete").status_code == 403
    assert sign_in("officer").post(f"/jobs/{job}/delete").status_code == 403
    assert sign_in("karthik").post(f"/jobs/{job}/delete").status_code == 303
    with database.reader() as db:
        row = db.get_one(Job, int(job))
        assert row.deleted_at is not None
        assert row.updated_by is not None
    assert sign_in("asha").get(f"/jobs/{job}").status_code == 404
    assert "Platform engineering intern" in sign_in("asha").get(f"/applications/{application}").text


def test_the_second_save_is_told_and_questions_stay_once_somebody_answered(
    sign_in, post_job, apply_for
):
    job = post_job()
    alumnus = sign_in("karthik")
    seen = alumnus.get(f"/api/v1/jobs/{job}").json["data"]["version"]
    changed = job_form(version=seen, title="Platform intern")
    saved = alumnus.put(f"/api/v1/jobs/{job}", json=changed)
    assert saved.status_code == 200, saved.text
    assert alumnus.put(f"/api/v1/jobs/{job}", json=changed).status_code == 409
    apply_for(job)
    now = alumnus.get(f"/api/v1/jobs/{job}").json["data"]["version"]
    answer = alumnus.put(f"/api/v1/jobs/{job}", json=job_form(version=now, questions="Other?"))
    assert answer.status_code == 422, answer.text
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["questions"])


@pytest.mark.db
def test_views_are_counted_once_a_person_and_day_and_overdue_jobs_close(
    sign_in, post_job, database
):
    job = post_job()
    for name in ("asha", "asha", "bina", "karthik"):
        sign_in(name).get(f"/jobs/{job}")
    behind(database).flush()
    sign_in("asha").get(f"/jobs/{job}")
    behind(database).flush()
    with database.writer() as db, unit(db):
        row = db.get_one(Job, int(job))
        assert row.views_count == 2
        row.deadline = clock.now() - timedelta(minutes=1)
    assert run(database.writer, posting.close_overdue) == 1
    with database.reader() as db:
        assert db.get_one(Job, int(job)).state is PostingState.CLOSED


@pytest.mark.db
@pytest.mark.feature("A32", "A42")
def test_those_a_job_is_for_hear_of_it_once_and_nobody_else(
    post_job, sign_in, world, database, monkeypatch
):
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    job = post_job()

    def told():
        with database.reading() as db:
            rows = db.execute(select(Notification.user_id).where(Notification.kind == "job_for_me"))
            return sorted(rows.scalars())

    work(database, TELL)
    meant = sorted([world.people.asha, world.people.chen])
    assert told() == meant, "Bina's average is too low"
    assert "is open to you. Apply by" in sign_in("asha").get("/notifications").text
    poster = sign_in("karthik")
    poster.post(f"/jobs/{job}/close")
    poster.post(f"/jobs/{job}/reopen")
    poster.post(f"/jobs/{job}/submit")
    sign_in("officer").post(f"/jobs/{job}/approve")
    work(database, TELL)
    assert told() == meant, "a job that opens again tells nobody twice"
    wishes = sign_in("chen").get("/account/notifications").text
    assert "A job opens that I can apply for" in wishes
    other = post_job(title="Another")
    poster.post(f"/jobs/{other}/close")
    work(database, TELL)
    assert told() == meant, "a job that is closed again before the worker came is not told of"
