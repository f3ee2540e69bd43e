"""The home page of people who are not signed in: figures, what comes next, the ways in; nothing that is not for all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from quad.careers.models.jobs import Job
from quad.core import clock, cubes
from quad.core.acting import actor_by_id
from quad.core.db.views import VIEWS
from quad.core.facts import unit
from quad.core.settings import change
from quad.events.models.events import Event
from quad.identity.models.accounts import User
from tests.events.conftest import published
from tests.factories.people import person

FIGURE = re.compile(r'class="label">([^<]+)</span><b>([^<]+)</b>')


def figures(page):
    return dict(FIGURE.findall(page))


@pytest.fixture
def busy(post_job, database):
    """A college with one public event and one job for everybody, beside others that are not; its administrator."""
    with database.writer() as db, unit(db):
        teacher = person(db, role="faculty", name="Tara Teacher").id
        published(db, teacher, title="Open day", visibility="public")
        published(db, teacher, title="Staff talk", visibility="members")
        published(db, teacher, title="Inner circle", visibility="audience", for_roles=["alumnus"])
        admin = person(db, role="admin", name="Ada Admin").id
    post_job(title="For everybody")
    post_job(title="For a few", company="Secret Works", only_audience=True)
    post_job(title="Only a draft", company="Nobody yet", opened=False)
    return admin


@pytest.mark.db
@pytest.mark.feature("A1")
def test_the_home_page_shows_what_everybody_may_know_in_few_queries(busy, client, queries):
    queries.clear()
    shown = client.get("/").text
    assert len(queries) <= 4
    for words in (
        "Open day",
        "For everybody",
        "Paisa Switch",
        'href="/student_login"',
        "/register",
    ):
        assert words in shown, words
    for hidden in ("Staff talk", "Inner circle", "For a few", "Only a draft", "Karthik Raman"):
        assert hidden not in shown, hidden
    assert figures(shown) == {
        "Students": "3",
        "Companies": "2",
        "Open jobs": "1",
        "Events to come": "1",
    }


@pytest.mark.feature("A1")
def test_what_changes_is_different_at_once(busy, client, database):
    with database.writer() as db, unit(db):
        db.execute(update(Event).values(starts_at=clock.now() - timedelta(days=30)))
        db.execute(update(Job).where(Job.company == "Secret Works").values(state="draft"))
    shown = client.get("/").text
    assert "Open day" not in shown
    assert figures(shown) == {"Students": "3", "Companies": "1", "Open jobs": "1"}
    with database.reader() as db:
        assert cubes.check(db) == []


@pytest.mark.feature("A1", "C28")
def test_the_institution_chooses_its_words_and_whether_jobs_stand_there(busy, client, database):
    with database.writer() as db, unit(db):
        given = {"institution.welcome": "Learn <here>.", "careers.home_page": False}
        change(db, actor_by_id(db, busy), given)
    shown = client.get("/").text
    assert "Learn &lt;here&gt;." in shown
    assert "For everybody" not in shown


@pytest.mark.feature("A1", "A5")
def test_signed_in_people_find_their_dashboard_there(busy, sign_in):
    shown = sign_in("asha").get("/").text
    assert "Create an account" not in shown
    assert 'hx-get="/cards/' in shown


@pytest.mark.db
@pytest.mark.feature("A56")
def test_the_view_of_the_whole_installation_says_what_there_is(busy, apply_for, database, sign_in):
    """Its numbers are those that counting the tables gives."""
    with database.reader() as db:
        job = db.scalar(select(Job.id).where(Job.title == "For everybody"))
    application = apply_for(job)
    made = sign_in("asha").post(f"/api/v1/jobs/{job}/applications", json={})
    assert made.status_code == 409, "one person, one application"
    poster = sign_in("karthik")
    for stage in ("shortlisted", "offered", "hired"):
        moved = poster.post(f"/api/v1/applications/{application}/move", json={"stage": stage})
        assert moved.status_code == 200, moved.text
    with database.reader() as db:
        shown = dict(db.execute(text("SELECT * FROM vw_dashboard_stats")).mappings().one())
        accounts = db.scalar(select(func.count(User.id)))
    assert list(shown) == list(VIEWS["vw_dashboard_stats"].columns)
    assert {name: int(number) for name, number in shown.items()} == {
        "active_accounts": accounts,
        "students": 3,
        "alumni": 0,
        "teachers": 0,
        "departments": 2,
        "courses": 0,
        "open_jobs": 2,
        "companies": 2,
        "applications": 1,
        "hired": 1,
        "upcoming_events": 3,
        "seats_taken": 0,
        "pending_references": 0,
        "engagements": 0,
        "open_requests": 0,
    }


@pytest.mark.feature("A5")
@pytest.mark.parametrize("name", ["asha", "karthik", "officer", "hod"])
def test_every_card_of_a_dashboard_costs_few_queries(busy, sign_in, queries, name):
    reader = sign_in(name)
    page = reader.get("/").text
    cards = re.findall(r'hx-get="(/cards/[^"]+)"', page)
    assert len(cards) >= 5
    for card in cards:
        queries.clear()
        answer = reader.get(card)
        assert answer.status_code == 200, card
        assert len(queries) <= 8, (card, queries)


@pytest.mark.feature("A5")
def test_a_dashboard_says_what_waits_for_its_reader(busy, sign_in, database, world):
    assert sign_in("asha").get("/dashboard").location == "/"
    officer = sign_in("officer")
    assert dict(FIGURE.findall(officer.get("/").text))["Open jobs"] == "2"
    asked = sign_in("asha").post(
        "/api/v1/references",
        json={
            "writer_id": world.people.karthik,
            "purpose": "Summer school",
            "delivery": "document",
        },
    )
    assert asked.status_code == 201, asked.text
    card = sign_in("karthik").get("/cards/network-references").text
    assert "Summer school" in card
    assert "for Asha Rao" in card
    assert "by Karthik Raman" in sign_in("asha").get("/cards/network-references").text
    assert sign_in("other").get("/cards/network-references").text == ""
    assert "jobs are matched with it" in sign_in("karthik").get("/cards/own-skills").text
    assert "Python" in sign_in("asha").get("/cards/own-skills").text
