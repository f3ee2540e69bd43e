"""The page of what waits: everybody's own, decided through the domains' own commands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.approving import APPROVALS
from quad.core.facts import unit
from quad.core.settings import StoredSetting
from quad.events.forms.events import NewEvent
from quad.events.models.events import Event, EventState
from quad.events.service import writing
from quad.identity.models.joining import Registration, RegistrationState
from tests.events.conftest import build, form


@pytest.fixture
def world(app, database):
    """A college, committed."""
    with database.writer() as db, unit(db):
        return build(db)


def propose(database, owner, title):
    with database.writer() as db, unit(db):
        actor = actor_by_id(db, owner)
        given: NewEvent = form(title=title)
        return writing.publish(db, actor, writing.create(db, actor, given).id).id


def applied(database, name="Nina New", department=None):
    with database.writer() as db, unit(db):
        address = f"{name.split()[0].lower()}@example.org"
        row = Registration(
            full_name=name,
            sort_name=name,
            email=address,
            email_as_typed=address,
            department_id=department,
            state=RegistrationState.WAITING,
            password_hash="x",
            expires_at=clock.now() + timedelta(days=9),
        )
        db.add(row)
        db.flush()
        return row.id


def state(database, event_id):
    with database.reading() as db:
        return db.scalar(select(Event.state).where(Event.id == event_id))


def test_the_page_holds_what_waits_for_oneself_and_nothing_else(world, as_user, database):
    propose(database, world.people.asha, "Quiz night")
    applied(database, department=world.department)
    applied(database, "Otto Elsewhere")
    admin, hod, student = (
        as_user(getattr(world.people, name)) for name in ("admin", "hod", "asha")
    )
    seen = admin.get("/approvals").text
    assert seen.index("Quiz night") < seen.index("Nina New") < seen.index("Otto Elsewhere")
    assert "Asha Rao" in seen
    mine = hod.get("/approvals").text
    assert "Quiz night" in mine
    assert "Nina New" in mine
    assert "Otto Elsewhere" not in mine
    assert "Nothing waits for you" in student.get("/approvals").text
    narrowed = admin.get("/approvals?kind=applications").text
    assert "Nina New" in narrowed
    assert "Quiz night" not in narrowed
    assert admin.get("/approvals?kind=nonsense").status_code == 404


def test_the_bar_counts_what_the_page_holds(world, as_user, database):
    propose(database, world.people.asha, "Quiz night")
    applied(database)
    admin = as_user(world.people.admin)
    counts = {
        row["kind"]: row["count"] for row in admin.get("/api/v1/approvals/counts").json["data"]
    }
    assert counts == {"events": 1, "applications": 1}
    side = admin.get("/").text
    place = side.index('href="/approvals"')
    assert "</span>2</span>" in side[place : side.index("</li>", place)]


def test_one_is_decided_by_its_own_button_and_the_rest_stays(world, as_user, database):
    first, second = (propose(database, world.people.asha, title) for title in ("One", "Two"))
    hod = as_user(world.people.hod)
    answer = hod.post(
        "/approvals", data={"one": f"approve|events:{first}"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "1 thing is approved." in answer.headers["HX-Trigger"]
    assert ">Two<" in answer.text
    assert ">One<" not in answer.text
    assert "<html" not in answer.text
    assert (state(database, first), state(database, second)) == (
        EventState.PUBLISHED,
        EventState.WAITING,
    )


def test_several_are_refused_with_a_reason_and_never_without(world, as_user, database):
    event, applicant = propose(database, world.people.asha, "One"), applied(database)
    admin = as_user(world.people.admin)
    items = [f"events:{event}", f"applications:{applicant}"]
    bare = admin.post("/approvals", data={"items": items, "deed": "refuse"})
    assert bare.status_code == 422
    assert "Say why." in bare.text
    assert state(database, event) is EventState.WAITING
    answer = admin.post(
        "/approvals", data={"items": items, "deed": "refuse", "reason": "Not this term."}
    )
    assert answer.status_code == 303
    assert state(database, event) is EventState.DRAFT
    with database.reading() as db:
        assert db.get(Registration, applicant).reason == "Not this term."
        assert db.get(Event, event).refusal == "Not this term."


def test_what_a_domain_refuses_leaves_the_others_standing(world, as_user, database):
    event, other = (propose(database, world.people.asha, title) for title in ("One", "Two"))
    admin, hod = as_user(world.people.admin), as_user(world.people.hod)
    admin.post("/approvals", data={"items": [f"events:{event}"], "deed": "approve"})
    answer = hod.post(
        "/api/v1/approvals/decide",
        json={
            "items": [f"events:{event}", f"events:{other}", "reports:1", "nothing:1"],
            "deed": "approve",
        },
    )
    found = {row["item"]: row for row in answer.json["data"]}
    assert not found[f"events:{event}"]["done"]
    assert found[f"events:{event}"]["error"]
    assert found[f"events:{other}"]["done"]
    assert not found["reports:1"]["done"]
    assert not found["nothing:1"]["done"]
    assert state(database, other) is EventState.PUBLISHED


def test_nobody_decides_what_is_not_theirs(world, as_user, database):
    event = propose(database, world.people.asha, "One")
    for name in ("asha", "teacher", "alum"):
        client = as_user(getattr(world.people, name))
        client.post("/approvals", data={"items": [f"events:{event}"], "deed": "approve"})
        assert state(database, event) is EventState.WAITING, name


@pytest.mark.parametrize(
    "given",
    [
        {"deed": "approve"},
        {"items": ["events"], "deed": "approve"},
        {"items": ["events:1; drop"], "deed": "approve"},
        {"items": ["events:1"], "deed": "burn"},
        {"items": [f"events:{n}" for n in range(101)], "deed": "approve"},
    ],
)
def test_what_cannot_be_understood_is_said(world, as_user, given):
    assert as_user(world.people.admin).post("/approvals", data=given).status_code == 422


def test_the_page_costs_two_statements_and_the_one_of_every_page(world, as_user, database, queries):
    propose(database, world.people.asha, "One")
    client = as_user(world.people.admin)
    queries.clear()
    client.get("/approvals")
    assert len(queries) <= 4


@pytest.mark.db
@pytest.mark.parametrize("role", ["admin", "faculty"])
def test_every_kind_can_be_asked_for(app, database, as_role, role):
    """All kinds are one statement: their columns must fit each other on every database."""
    client = as_role(role)
    assert client.get("/approvals").status_code == 200
    assert client.get("/api/v1/approvals/counts").status_code == 200
    for name in APPROVALS:
        assert client.get(f"/api/v1/approvals?kind={name}").status_code == 200


@pytest.mark.db
def test_announcements_and_what_a_moderator_looks_at_wait_here_as_well(world, as_user, database):
    people = world.people
    with database.writer() as db, unit(db):
        db.add(StoredSetting(key="community.watched_words", value="casino"))
    alum, asha, admin = (as_user(getattr(people, name)) for name in ("alum", "asha", "admin"))
    told = {"title": "Reunion", "body": "Come", "priority": "normal", "publish": "true"}
    announced = alum.post("/announcements/create", data=told).location
    places = [
        asha.post("/community", data={"text": f"A casino, the {which}"}).location
        for which in ("first", "second")
    ]
    first, second = (int(place.rpartition("/")[2]) for place in places)
    seen = admin.get("/approvals").text
    for words in ("Reunion", "A casino, the first", "A casino, the second"):
        assert words in seen
    counts = {one["kind"]: one["count"] for one in _counted(admin)}
    assert counts == {"announcements": 1, "community-post": 2}
    side = admin.get("/").text
    place = side.index('href="/approvals"')
    assert "</span>3</span>" in side[place : side.index("</li>", place)]
    assert "Nothing waits for you" in alum.get("/approvals").text
    number = announced.rpartition("/")[2]
    items = [f"announcements:{number}", f"community-post:{first}"]
    answer = admin.post("/api/v1/approvals/decide", json={"items": items, "deed": "approve"})
    assert all(one["done"] for one in answer.json["data"]), answer.json
    refused = {"items": [f"community-post:{second}"], "deed": "refuse", "reason": "Not here."}
    assert admin.post("/api/v1/approvals/decide", json=refused).json["data"][0]["done"]
    assert _counted(admin) == []
    assert alum.get(places[0]).status_code == 200
    assert alum.get(places[1]).status_code == 404
    assert "Not here." in asha.get(places[1]).text
    asha.post(f"/api/v1/moderation/post/{second}/appeal", json={"text": "It is a word in a poem"})
    assert "It is a word in a poem" in admin.get("/approvals").text
    admin.post("/api/v1/approvals/decide", json=refused)
    again = asha.post(f"/api/v1/moderation/post/{second}/appeal", json={"text": "Once more"})
    assert again.status_code == 409, "one can ask once"
    asha.post("/community", data={"text": "Fine"})
    fine = asha.get("/api/v1/posts").json["data"][0]["id"]
    report = {"reason": "spam", "text": ""}
    assert alum.post(f"/api/v1/moderation/post/{fine}/report", json=report).status_code == 201
    assert [one["kind"] for one in _counted(admin)] == ["reports"], "once, not twice"


def _counted(client):
    return client.get("/api/v1/approvals/counts").json["data"]
