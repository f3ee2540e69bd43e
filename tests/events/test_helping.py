"""Co-hosts: what they may do with an event, what they may not, and who chooses them; and pictures of speakers."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.events.forms.events import Register
from quad.events.service import seats, writing
from quad.identity.service.directory import index_people
from tests.events.conftest import form, published, told

API = "/api/v1/events"


@pytest.fixture(autouse=True)
def findable(world, database):
    """People are found by name."""
    with database.writer() as db, unit(db):
        index_people(db, list(vars(world.people).values()))


@pytest.fixture
def event_id(world, database):
    with database.writer() as db, unit(db):
        number = published(db, world.people.teacher).id
        seats.register(db, actor_by_id(db, world.people.asha), number, Register())
        return number


def edited(client, event_id):
    """Return the body that saves an event as it is, under another title."""
    shown = client.get(f"{API}/{event_id}").json["data"]
    names = ("starts_at", "ends_at", "zone", "venue", "version")
    return {"title": "Another title", **{name: shown[name] for name in names}}


@pytest.mark.feature("A12", "A14")
def test_a_co_host_changes_the_event_and_checks_in_and_the_rest_stays_with_the_owner(
    world, as_user, database, event_id
):
    teacher, other = as_user(world.people.teacher), as_user(world.people.other)
    place, api = f"/events/{event_id}", f"{API}/{event_id}"
    assert other.get(f"{place}/check-in").status_code == 403
    found = teacher.get(f"{place}/co-hosts?q=otto")
    assert "Add Otto Other" in found.text
    assert (
        teacher.post(f"{place}/co-hosts", data={"user_id": world.people.other}).status_code == 303
    )
    assert told(database, world.people.other) == ["event_co_host"]
    assert "with Otto Other" in as_user(world.people.asha).get(place).text
    assert place in other.get("/events/mine").text
    assert "A talk" in other.get("/cards/hosted-events").text
    for path in ("check-in", "attendees", "edit", "programme", "results", "co-hosts"):
        assert other.get(f"{place}/{path}").status_code == 200, path
    assert "asha" in other.get(f"{api}/registrations").text.lower()
    assert other.put(api, json=edited(other, event_id)).status_code == 200
    shown = other.get(api).json["data"]
    assert (shown["title"], shown["may_host"], shown["may_lead"]) == ("Another title", True, False)
    assert "Cancel the event" not in other.get(place).text
    for path in ("publish", "cancel"):
        assert other.post(f"{api}/{path}", json={"reason": "No"}).status_code == 403, path
    assert other.delete(api).status_code == 403
    body = {"user_id": str(world.people.hod)}
    assert other.post(f"{api}/co-hosts", json=body).status_code == 403, "the owner chooses"
    names = [one["name"] for one in teacher.get(f"{api}/co-hosts").json["data"]]
    assert names == ["Otto Other"]
    assert teacher.post(f"{place}/co-hosts/{world.people.other}/remove").status_code == 303
    assert other.get(f"{place}/check-in").status_code == 403
    assert other.get(f"{api}/registrations").status_code == 403
    assert other.get(f"{api}/co-hosts").status_code == 403
    assert teacher.delete(f"{api}/co-hosts/{world.people.other}").status_code == 404


@pytest.mark.feature("A12")
def test_a_co_host_may_leave_and_nobody_is_asked_twice(world, as_user, event_id):
    teacher, other = as_user(world.people.teacher), as_user(world.people.other)
    place = f"{API}/{event_id}/co-hosts"
    body = {"user_id": str(world.people.other)}
    assert teacher.post(place, json=body).status_code == 201
    assert teacher.post(place, json=body).status_code == 409
    own = teacher.post(place, json={"user_id": str(world.people.teacher)})
    assert own.json["fields"] == {"user_id": "Choose one of the people that are offered."}
    assert other.delete(f"{place}/{world.people.other}").status_code == 200
    assert other.get(f"/events/{event_id}/edit").status_code == 403


@pytest.mark.feature("A12")
def test_a_student_asks_the_staff_and_connections_and_finds_nobody_else(world, as_user, database):
    with database.writer() as db, unit(db):
        number = writing.create(db, actor_by_id(db, world.people.asha), form()).id
    asha, bina = as_user(world.people.asha), as_user(world.people.bina)
    place = f"{API}/{number}/co-hosts"
    assert "Add Bina Shah" not in asha.get(f"/events/{number}/co-hosts?q=bina").text
    assert asha.post(place, json={"user_id": str(world.people.bina)}).status_code == 422
    assert "Add Tara Teacher" in asha.get(f"/events/{number}/co-hosts?q=tara").text
    asha.put(f"/api/v1/users/{world.people.bina}/follow")
    bina.put(f"/api/v1/users/{world.people.asha}/follow")
    assert asha.post(place, json={"user_id": str(world.people.bina)}).status_code == 201
    assert bina.get(f"/events/{number}").status_code == 200, "a draft is there for who helps"


@pytest.mark.feature("A34")
def test_nobody_approves_what_they_help_to_hold(world, as_user, database):
    with database.writer() as db, unit(db):
        number = writing.create(db, actor_by_id(db, world.people.asha), form()).id
    asha, hod = as_user(world.people.asha), as_user(world.people.hod)
    asha.post(f"{API}/{number}/co-hosts", json={"user_id": str(world.people.hod)})
    assert asha.post(f"{API}/{number}/publish").status_code == 200
    assert hod.post(f"{API}/{number}/approve").status_code == 403
    assert str(number) not in [one["id"] for one in hod.get(f"{API}/approvals").json["data"]]
    assert as_user(world.people.admin).post(f"{API}/{number}/approve").status_code == 200


@pytest.mark.feature("A12")
def test_who_helps_with_one_event_of_a_series_changes_no_other(world, as_user, database):
    with database.writer() as db, unit(db):
        actor = actor_by_id(db, world.people.teacher)
        first = writing.create(db, actor, form(repeat="weekly", times=3))
        writing.publish(db, actor, first.id)
        number = first.id
    teacher, other = as_user(world.people.teacher), as_user(world.people.other)
    body = {"user_id": str(world.people.other)}
    teacher.post(f"{API}/{number}/co-hosts", json=body)
    saved = other.put(f"{API}/{number}", json=edited(other, number) | {"following": True})
    assert saved.status_code == 200, saved.text
    titles = [one["title"] for one in teacher.get(f"{API}/mine").json["data"]]
    assert sorted(titles) == ["A talk", "A talk", "Another title"]
    teacher.post(
        f"{API}/{number}/co-hosts", json={"user_id": str(world.people.hod), "following": True}
    )
    held = [one["id"] for one in as_user(world.people.hod).get(f"{API}/mine").json["data"]]
    assert len(held) == 3


@pytest.mark.feature("A12")
def test_a_speaker_has_a_picture_that_is_drawn_anew_and_can_be_taken_away(world, as_user, event_id):
    teacher, other = as_user(world.people.teacher), as_user(world.people.other)
    made = teacher.post(f"{API}/{event_id}/speakers", json={"name": "Grace Guest"})
    place = f"{API}/{event_id}/speakers/{made.json['data'][0]['id']}/photo"
    written = BytesIO()
    Image.new("RGB", (400, 300), "green").save(written, "JPEG")
    given = {"data": written.getvalue(), "content_type": "application/octet-stream"}
    assert other.post(f"{place}?name=a.jpg", **given).status_code == 403
    assert teacher.get(place).status_code == 404
    answer = teacher.post(f"{place}?name=a.jpg", **given)
    assert answer.status_code == 200, answer.text
    assert answer.json["data"][0]["photo"] == place
    assert other.get(place).headers["Content-Type"] == "image/webp"
    wrong = teacher.post(f"{place}?name=a.jpg", **given | {"data": b"no picture"})
    assert wrong.status_code in (415, 422)
    assert "Remove the photo" in teacher.get(f"/events/{event_id}/programme").text
    assert other.delete(place).status_code == 403
    assert teacher.delete(place).status_code == 200
    assert teacher.get(place).status_code == 404
