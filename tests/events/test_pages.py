"""Events through the front door: proposed, approved, found, changed, moved and deleted."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.events.forms.events import EditEvent, Register
from quad.events.kinds import TELL
from quad.events.models.events import Event
from quad.events.service import seats, writing
from tests.events.conftest import GIVEN, form, published, shift, told, work


@pytest.mark.feature("A14", "A34", "A11", "A12")
def test_a_proposal_is_refused_with_a_reason_changed_approved_and_found(world, as_user, database):
    alum, hod, asha = (as_user(getattr(world.people, name)) for name in ("alum", "hod", "asha"))
    place = alum.post("/events/create", data=GIVEN).location
    assert as_user(world.people.bina).get(place).status_code == 404
    assert asha.get(place).status_code == 404
    assert alum.post(f"{place}/publish").status_code == 303
    assert told(database, world.people.hod) == ["event_waiting"]
    assert "Résumé clinic" in hod.get("/events/approvals").text
    assert asha.get("/events/approvals").status_code == 403
    assert alum.post(f"{place}/approve").status_code == 403
    assert hod.post(f"{place}/refuse", data={"reason": "Say who may come."}).status_code == 303
    assert "Say who may come." in alum.get(place).text
    with database.reading() as db:
        mail = db.scalars(select(Mail).order_by(Mail.id.desc())).first()
        assert "Say who may come." in mail.body_text
    alum.post(f"{place}/publish")
    hod.post(f"{place}/approve")
    assert told(database, world.people.alum) == ["event_refused", "event_approved"]
    page = asha.get(place).text
    assert "<h3>What to bring</h3>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "Résumé clinic" in asha.get("/events").text
    assert asha.get("/events/résumé-clinic").status_code == 200
    again = as_user(world.people.teacher).post("/events/create", data=GIVEN).location
    assert again != place
    assert as_user(world.people.teacher).get("/events/résumé-clinic-2").status_code == 200
    assert "Résumé clinic" in asha.get("/search?q=clinic").text
    assert "Résumé clinic" in asha.get("/search?q=paper").text


@pytest.mark.feature("A11")
def test_signed_out_people_see_public_events_and_nothing_else(world, client, database):
    with database.writer() as db, unit(db):
        teacher = world.people.teacher
        shown = published(
            db,
            teacher,
            title="Open day",
            visibility="public",
            is_online=True,
            online_link="https://meet.example/secret",
        ).id
        hidden = published(db, teacher, title="Staff meeting", visibility="members").id
    page = client.get("/events").text
    assert "Open day" in page
    assert "Staff meeting" not in page
    one = client.get(f"/events/{shown}")
    assert one.status_code == 200
    assert "secret" not in one.text
    assert "secret" not in client.get(f"/events/{shown}/event.ics").text
    assert "secret" not in str(client.get(f"/api/v1/events/{shown}").json)
    assert client.get(f"/events/{hidden}").status_code == 303
    assert client.get("/events/staff-meeting").status_code == 303


@pytest.mark.feature("A13")
def test_questions_are_asked_the_link_is_for_seats_and_names_can_be_hidden(
    world, as_user, database
):
    teacher, asha, bina = (
        as_user(getattr(world.people, name)) for name in ("teacher", "asha", "bina")
    )
    with database.writer() as db, unit(db):
        event_id = published(
            db,
            world.people.teacher,
            is_online=True,
            capacity=1,
            online_link="https://meet.example/secret",
        ).id
    place = f"/events/{event_id}"
    ask = {"label": "T-shirt", "kind": "choice", "choices": "S\nM", "required": "true"}
    assert teacher.post(f"{place}/questions", data=ask).status_code == 303
    key = teacher.get(f"/api/v1{place}").json["data"]["questions"][0]["key"]
    assert asha.post(f"{place}/register", data={}).status_code == 422
    wrong = asha.post(f"{place}/register", data={f"a_{key}": "XL"})
    assert "Choose one of: S, M." in wrong.text
    assert asha.post(f"{place}/register", data={f"a_{key}": "M"}).status_code == 303
    strange = {"answers": {key: 10**40, "nothing": {}}}
    assert bina.post(f"/api/v1{place}/registrations", json=strange).status_code == 422
    bina.post(f"/api/v1{place}/registrations", json={"answers": {key: "S"}})
    assert "meet.example/secret" in asha.get(place).text
    assert "meet.example/secret" not in bina.get(place).text
    assert bina.get(f"{place}/ticket").status_code == 409
    assert "Asha Rao" in bina.get(place).text
    asha.post(f"{place}/name", data={"name_hidden": "true"})
    for address in (place, f"{place}/attendees", f"/api/v1{place}/participants"):
        assert "Asha Rao" not in bina.get(address).text
    assert "Asha Rao" in teacher.get(f"{place}/attendees").text
    csv = teacher.get(f"{place}/attendees?format=csv").text
    assert "T-shirt: M" in csv
    assert bina.get(f"/api/v1{place}/registrations").status_code == 403
    assert asha.post(f"{place}/unregister").status_code == 303
    assert told(database, world.people.bina) == ["event_queued", "event_promoted"]
    assert "meet.example/secret" in bina.get(place).text


@pytest.mark.db
@pytest.mark.feature("A13")
def test_an_event_for_some_is_found_by_them_and_says_to_others_why_not(world, as_user, database):
    with database.writer() as db, unit(db):
        teacher = world.people.teacher
        secret = published(db, teacher, title="Heads", visibility="audience", for_roles=["hod"]).id
        open_one = published(db, teacher, title="Alumni night", for_roles=["alumnus"]).id
    asha, hod, alum = (as_user(getattr(world.people, name)) for name in ("asha", "hod", "alum"))
    assert asha.get(f"/events/{secret}").status_code == 404
    assert "Heads" not in asha.get("/events").text + asha.get("/search?q=heads").text
    assert asha.post(f"/api/v1/events/{secret}/registrations", json={}).status_code == 404
    assert "Heads" in hod.get("/events").text
    assert "Heads" in hod.get("/search?q=heads").text
    assert hod.post(f"/api/v1/events/{secret}/registrations", json={}).status_code == 201
    assert "Why you cannot register" in asha.get(f"/events/{open_one}").text
    refused = asha.post(f"/api/v1/events/{open_one}/registrations", json={})
    assert refused.status_code == 403
    assert "lumn" in refused.json["error"]
    assert alum.post(f"/events/{open_one}/register", data={}).status_code == 303
    edit = as_user(world.people.teacher).get(f"/events/{open_one}/edit").text
    assert 'value="alumnus" checked' in edit


@pytest.mark.feature("A15", "A65")
def test_only_the_owner_deletes_and_whoever_registered_hears_of_it(world, as_user, database):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher).id
        seats.register(db, actor_by_id(db, world.people.asha), event_id, Register())
    place = f"/events/{event_id}"
    assert as_user(world.people.other).post(f"{place}/delete").status_code == 403
    assert as_user(world.people.teacher).post(f"{place}/delete").status_code == 303
    assert as_user(world.people.asha).get(place).status_code == 404
    assert work(database, TELL) == 1
    assert told(database, world.people.asha) == ["event_seat", "event_cancelled"]
    with database.reading() as db:
        row = db.get_one(Event, event_id)
        assert row.deleted_at is not None
        assert row.updated_by == world.people.teacher


def test_a_series_keeps_its_hour_and_is_changed_from_one_on(world, as_user, database):
    teacher = as_user(world.people.teacher)
    given = GIVEN | {
        "zone": "Europe/Berlin",
        "starts_at": "2030-10-20T18:00",
        "ends_at": "2030-10-20T19:00",
        "repeat": "weekly",
        "times": "3",
    }
    place = teacher.post("/events/create", data=given).location
    teacher.post(f"{place}/publish")
    with database.reading() as db:
        rows = db.scalars(select(Event).order_by(Event.starts_at)).all()
        assert [row.starts_at.isoformat() for row in rows] == [
            "2030-10-20T16:00:00+00:00",
            "2030-10-27T17:00:00+00:00",  # clocks went back; it is six in the evening all the same
            "2030-11-03T17:00:00+00:00",
        ]
        assert {row.state.value for row in rows} == {"published"}
        second = rows[1]
    with database.writer() as db, unit(db):
        seats.register(db, actor_by_id(db, world.people.asha), rows[2].id, Register())
    changed = GIVEN | {
        "zone": "Europe/Berlin",
        "starts_at": "2030-10-28T19:00",
        "ends_at": "2030-10-28T20:00",
        "version": str(second.version),
        "following": "true",
        "venue": "Hall 9",
    }
    changed.pop("times")
    assert teacher.post(f"/events/{second.id}/edit", data=changed).status_code == 303
    assert teacher.post(f"/events/{second.id}/edit", data=changed).status_code == 422
    with database.reading() as db:
        rows = db.scalars(select(Event).order_by(Event.starts_at)).all()
        assert [row.starts_at.isoformat()[:16] for row in rows] == [
            "2030-10-20T16:00",
            "2030-10-28T18:00",
            "2030-11-04T18:00",
        ]
        assert [row.venue for row in rows] == ["Hall 2", "Hall 9", "Hall 9"]
    assert work(database, TELL) == 2
    assert told(database, world.people.asha)[-1] == "event_moved"
    month = teacher.get("/events/calendar?month=2030-11")
    assert "Résumé clinic" in month.text
    assert teacher.get("/events/calendar?month=soon").status_code == 400


@pytest.mark.db
@pytest.mark.feature("A57")
def test_the_view_of_coming_events_counts_and_leaves_out_what_is_not_for_all(world, database):
    with database.writer() as db, unit(db):
        teacher = world.people.teacher
        one = published(db, teacher, title="Seen", capacity=1).id
        published(db, teacher, title="For some", visibility="audience", for_roles=["hod"])
        past = published(db, teacher, title="Past").id
        writing.create(db, actor_by_id(db, teacher), form(title="Draft"))
        for name in ("asha", "bina"):
            seats.register(db, actor_by_id(db, getattr(world.people, name)), one, Register())
    shift(database, past, timedelta(days=-9))
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT title, host, registered, waiting, max_attendees FROM vw_upcoming_events"
        ).all()
    assert [tuple(row) for row in rows] == [("Seen", "Tara Teacher", 1, 1, 1)]


def test_pictures_are_drawn_anew_and_the_programme_is_kept(world, as_user, database):
    teacher = as_user(world.people.teacher)
    place = teacher.post("/events/create", data=GIVEN).location
    picture = BytesIO()
    Image.new("RGB", (400, 300), "green").save(picture, "JPEG")
    photo = (BytesIO(picture.getvalue()), "me.jpg")
    speaker = {"name": "Grace Guest", "headline": "Engineer", "file": photo}
    assert teacher.post(f"{place}/speakers/new", data=speaker).status_code == 303
    cover = {"file": (BytesIO(picture.getvalue()), "cover.jpg")}
    assert teacher.post(f"{place}/cover", data=cover).status_code == 303
    wrong = teacher.post(f"{place}/cover", data={"file": (BytesIO(b"no picture"), "x.jpg")})
    assert wrong.status_code == 422
    shown = teacher.get(f"/api/v1{place}").json["data"]
    number = shown["speakers"][0]["id"]
    item = {"at": "10:30", "title": "Welcome", "speaker_id": number}
    assert teacher.post(f"{place}/agenda/new", data=item).status_code == 303
    page = teacher.get(place).text
    assert "Grace Guest" in page
    assert "Welcome" in page
    answer = teacher.get(f"{place}/cover")
    assert answer.headers["Content-Type"] == "image/webp"
    assert teacher.get(f"{place}/speakers/{number}/photo").status_code == 200


def test_a_second_editor_is_told_and_seats_cannot_fall_below_those_taken(world, database):
    with database.writer() as db, unit(db):
        event = published(db, world.people.teacher, capacity=3)
        teacher = actor_by_id(db, world.people.teacher)
        for name in ("asha", "bina"):
            seats.register(db, actor_by_id(db, getattr(world.people, name)), event.id, Register())
        db.refresh(event)
        version = event.version
        given = {
            name: getattr(event, name) for name in EditEvent.model_fields if hasattr(event, name)
        }
    with database.writer() as db, pytest.raises(Exception, match="correct"):
        writing.edit(db, teacher, event.id, EditEvent(**(given | {"capacity": 1})))
    with database.writer() as db, pytest.raises(Exception, match="Somebody else"):
        writing.edit(db, teacher, event.id, EditEvent(**(given | {"version": version + 1})))
