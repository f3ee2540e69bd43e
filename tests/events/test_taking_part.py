"""Those who take part: scans, certificates, feedback, reminders, their calendar, and two accounts of one person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.events.forms.events import GiveFeedback, Register
from quad.events.models.attending import CheckIn, Feedback, Registration
from quad.events.models.events import Event
from quad.events.service import feedback, seats, telling
from quad.events.service.keeping import MERGES, OWN_DATA
from tests.events.conftest import published, shift, told


def test_scans_come_late_and_twice_and_the_certificate_can_be_verified(world, as_user, database):
    teacher, asha, bina = (
        as_user(getattr(world.people, name)) for name in ("teacher", "asha", "bina")
    )
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher, capacity=1, certificates=True).id
        for name in ("asha", "bina"):
            seats.register(db, actor_by_id(db, getattr(world.people, name)), event_id, Register())
    place, api = f"/events/{event_id}", f"/api/v1/events/{event_id}"
    own = asha.get(api).json["data"]["registration"]
    assert asha.get(f"{place}/ticket.pdf").data.startswith(b"%PDF")
    scan = {"code": own["ticket"], "key": "scan-1", "at": clock.now().isoformat()}
    assert (
        teacher.post(f"{api}/check-ins", json={"scans": [scan]}).status_code == 409
    )  # days before
    shift(database, event_id, timedelta(days=-3))
    with database.reading() as db:
        waiting = db.scalar(
            select(Registration.code).where(Registration.user_id == world.people.bina)
        )
    forged = own["ticket"][:-1] + ("0" if own["ticket"][-1] != "0" else "1")
    scans = [
        scan,
        scan | {"key": "scan-2"},
        {"code": forged},
        {"code": "nonsense"},
        {"code": waiting},
    ]
    for _again in range(2):
        said = teacher.post(f"{api}/check-ins", json={"scans": scans}).json["data"]
        outcomes = [one["outcome"] for one in said]
        assert outcomes == ["done", "already", "forged", "unknown", "waiting"]
    assert asha.post(f"{api}/check-ins", json={"scans": [scan]}).status_code == 403
    typed = own["code"][:5].lower() + " " + own["code"][5:]
    assert teacher.post(f"{place}/check-in", data={"code": typed, "key": ""}).status_code == 303
    with database.reading() as db:
        assert db.get_one(Event, event_id).attended == 1
    assert "camera=(self)" in teacher.get(f"{place}/check-in").headers["Permissions-Policy"]
    assert asha.post(f"{api}/certificate").status_code == 409  # not over yet
    shift(database, event_id, timedelta(hours=-5))
    assert bina.post(f"{api}/certificate").status_code == 409
    serial = asha.post(f"{api}/certificate").json["data"]["registration"]["certificate"]
    assert re.fullmatch(r"ATT-\d{4}-000001-[0-9A-Z]{4}-[0-9A-Z]{4}", serial)
    assert asha.get(f"{place}/certificate.pdf").headers["X-Quad-File"]
    seen = client_text(as_user, world, f"/verify/{serial.lower()}")
    assert "Asha Rao" in seen
    assert "A talk" in seen


def client_text(as_user, world, path):
    """Return a public page, as somebody of no account would read it."""
    return as_user(world.people.other).get(path).text


def test_feedback_without_a_name_bears_none_and_few_answers_are_not_shown(world, as_user, database):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher).id
        names = ("asha", "bina", "alum", "other", "hod")
        for name in names:
            seats.register(db, actor_by_id(db, getattr(world.people, name)), event_id, Register())
        for row in db.scalars(select(Registration)):
            db.add(
                CheckIn(event_id=event_id, registration_id=row.id, key="", scanned_at=clock.now())
            )
    shift(database, event_id, timedelta(days=-4))
    api = f"/api/v1/events/{event_id}/feedback"
    said = {"rating": 5, "liked": "The coffee", "anonymous": True}
    for number, name in enumerate(names):
        answer = as_user(getattr(world.people, name)).post(
            api, json=said | {"anonymous": bool(number)}
        )
        assert answer.status_code == 201
        shown = as_user(world.people.teacher).get(api).json["data"]
        assert shown["count"] == number + 1
        assert shown["shown"] == (number == len(names) - 1)
        assert bool(shown["words"]) == shown["shown"]
    assert as_user(world.people.asha).post(api, json=said).status_code == 409
    assert "The coffee" in as_user(world.people.teacher).get(f"/events/{event_id}/results").text
    with database.reading() as db:
        rows = db.scalars(select(Feedback).where(Feedback.user_id.is_(None))).all()
        assert len(rows) == len(names) - 1
        ended = db.get_one(Event, event_id).ends_at
        assert {(row.created_by, row.updated_by) for row in rows} == {(None, None)}
        assert {row.created_at for row in rows} == {ended}


def test_reminders_go_once_and_the_calendar_address_can_be_taken_back(
    world, as_user, client, database
):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher).id
        seats.register(db, actor_by_id(db, world.people.asha), event_id, Register())
        assert telling.remind_some(db) == 0
    shift(database, event_id, timedelta(days=-2, hours=-2))
    with database.writer() as db, unit(db):
        assert telling.remind_some(db) == 1
        assert telling.remind_some(db) == 0
    assert told(database, world.people.asha) == ["event_seat", "event_reminder"]
    asha = as_user(world.people.asha)
    address = asha.post("/api/v1/events/feed").json["data"]["address"]
    path = "/events/feed/" + address.rpartition("/")[2]
    calendar = Calendar.from_ical(client.get(path).data)
    assert [str(one["SUMMARY"]) for one in calendar.walk("VEVENT")] == ["A talk"]
    assert client.get("/events/feed/guess.ics").status_code == 404
    asha.post("/events/feed/drop")
    assert client.get(path).status_code == 404


def test_a_page_of_an_event_costs_few_questions(world, as_user, database, queries):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher, capacity=1).id
        for name in ("asha", "bina"):
            seats.register(db, actor_by_id(db, getattr(world.people, name)), event_id, Register())
    for name in ("asha", "bina", "teacher"):
        reader = as_user(getattr(world.people, name))
        for path in (
            f"/events/{event_id}",
            "/events",
            "/events/calendar",
            f"/events/{event_id}/attendees",
        ):
            reader.get(path)
            queries.clear()
            assert reader.get(path).status_code == 200
            assert len(queries) <= 8, (path, len(queries), queries)


def test_two_accounts_of_one_person_have_one_seat(world, as_user, database):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher, capacity=2).id
        for name in ("asha", "bina", "alum"):
            seats.register(db, actor_by_id(db, getattr(world.people, name)), event_id, Register())
        MERGES[0].move(db, world.people.asha, world.people.bina)
    with database.reading() as db:
        rows = db.execute(
            select(Registration.user_id).where(
                Registration.cancelled_at.is_(None), Registration.seated_at.is_not(None)
            )
        ).scalars()
        assert set(rows) == {world.people.asha, world.people.alum}


def test_feedback_needs_attendance(world, database):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher).id
        asha = actor_by_id(db, world.people.asha)
        seats.register(db, asha, event_id, Register())
        with pytest.raises(Exception, match="checked in"):
            feedback.give(db, asha, event_id, GiveFeedback(rating=3))


@pytest.fixture
def certified(world, as_user, database):
    """Let Asha come to an event that is over and get her certificate; return event, registration and number."""
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher, certificates=True).id
        row = seats.register(db, actor_by_id(db, world.people.asha), event_id, Register())
        number, code = row.id, row.code
    shift(database, event_id, timedelta(days=-3))
    api = f"/api/v1/events/{event_id}"
    as_user(world.people.teacher).post(f"{api}/check-ins", json={"scans": [{"code": code}]})
    shift(database, event_id, timedelta(hours=-5))
    asha = as_user(world.people.asha)
    serial = asha.post(f"{api}/certificate").json["data"]["registration"]["certificate"]
    return event_id, number, serial


@pytest.mark.feature("A14")
def test_a_revoked_certificate_says_so_to_everybody_and_a_new_one_has_a_new_number(
    world, as_user, database, certified
):
    event_id, number, serial = certified
    teacher, asha = as_user(world.people.teacher), as_user(world.people.asha)
    place = f"/events/{event_id}/attendees/{number}/certificates"
    assert serial in teacher.get(f"/events/{event_id}/attendees").text
    assert serial in teacher.get(place).text
    assert teacher.post(f"{place}/revoke", data={"reason": ""}).status_code == 422
    assert (
        teacher.post(f"{place}/revoke", data={"reason": "Left after a minute"}).status_code == 303
    )
    checked = client_text(as_user, world, f"/verify/{serial}")
    assert "This document is not valid any more." in checked
    assert "Left after a minute" not in checked, "why is for the holder and the host"
    assert "Left after a minute" in asha.get(f"/events/{event_id}").text
    assert asha.get(f"/events/{event_id}/certificate.pdf").status_code == 409
    assert asha.post(f"/api/v1/events/{event_id}/certificate").status_code == 409
    assert told(database, world.people.asha)[-1] == "event_certificate_revoked"
    api = f"/api/v1/events/{event_id}/registrations/{number}/certificates"
    assert teacher.post(f"{api}/revoke", json={"reason": "Again"}).status_code == 409
    again = teacher.post(f"{api}/reissue")
    assert again.status_code == 201
    fresh = again.json["data"]["serial"]
    assert fresh != serial
    assert teacher.post(f"{api}/reissue").status_code == 409, "it is valid now"
    assert "is valid" in client_text(as_user, world, f"/verify/{fresh}")
    assert "not valid any more" in client_text(as_user, world, f"/verify/{serial}")
    assert asha.get(f"/events/{event_id}/certificate.pdf").headers["X-Quad-File"]
    numbers = teacher.get(api).json["data"]
    assert [(one["serial"], bool(one["revoked_at"])) for one in numbers] == [
        (fresh, False),
        (serial, True),
    ]
    own = asha.get(f"/api/v1/events/{event_id}").json["data"]["registration"]
    assert (own["certificate"], own["certificate_revoked"]) == (fresh, None)


@pytest.mark.feature("A14", "A65")
def test_the_copy_of_ones_own_data_says_which_certificates_are_valid(
    world, as_user, database, certified
):
    event_id, number, serial = certified
    api = f"/api/v1/events/{event_id}/registrations/{number}/certificates"
    teacher = as_user(world.people.teacher)
    assert teacher.post(f"{api}/revoke", json={"reason": "A wrong name"}).status_code == 200
    fresh = teacher.post(f"{api}/reissue").json["data"]["serial"]
    with database.reading() as db:
        copy = OWN_DATA.load(db, world.people.asha)["certificates_of_attendance"]
        others = OWN_DATA.load(db, world.people.bina)["certificates_of_attendance"]
    told_of = [(one["serial"], one["state"], one["revoked_reason"]) for one in copy]
    assert told_of == [(serial, "revoked", "A wrong name"), (fresh, "valid", "")]
    assert others == []


@pytest.mark.feature("A14")
def test_only_who_holds_the_event_revokes_its_certificates(world, as_user, certified):
    event_id, number, _serial = certified
    for who, status in (("asha", 403), ("other", 403), ("admin", 200)):
        client = as_user(getattr(world.people, who))
        page = f"/events/{event_id}/attendees/{number}/certificates"
        assert client.get(page).status_code == status, who
        api = f"/api/v1/events/{event_id}/registrations/{number}/certificates/revoke"
        assert client.post(api, json={"reason": "No"}).status_code == status, who
    teacher = as_user(world.people.teacher)
    assert (
        teacher.get(f"/events/{event_id}/attendees/{number + 99}/certificates").status_code == 404
    )
