"""References, engagements and mentoring: what graduates and teachers give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text, update

from quad.alumni.forms.giving import BookSlot, OfferSlots
from quad.alumni.models.members import Member, Seen
from quad.alumni.models.mentoring import MentorBooking
from quad.alumni.service import members, mentoring, references
from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import run, unit
from quad.core.mail.models import Mail
from quad.core.policy import Actor, Grant
from tests.factories import academics as factory
from tests.factories.people import person

API = "/api/v1"
WORDS = "She asks the right questions and does not stop at the first answer."


@pytest.fixture
def people(app, database):
    with database.writer() as db, unit(db):
        home = factory.department(db)
        student = factory.student(db, of=home, name="Asha Rao")
        return SimpleNamespace(
            asha=student.user_id,
            bina=factory.student(db, of=home, name="Bina Shah").user_id,
            teacher=factory.teacher(db, of=home, name="Tara Teacher").user_id,
            alumna=person(db, role="alumnus", name="Alia Alumna").id,
            office=person(db, role="placement", name="Pia Placement").id,
            outsider=person(db, role="alumnus", name="Otto Outsider").id,
            department=home.id,
        )


@pytest.fixture
def sign_in(people, as_user):
    return lambda name: as_user(getattr(people, name))


def ask(client, writer_id, **more):
    body = {"writer_id": writer_id, "purpose": "Master’s degree"} | more
    return client.post(f"{API}/references", json=body)


@pytest.mark.feature("A44")
def test_a_reference_is_asked_for_written_and_given_as_a_document_that_can_be_verified(
    sign_in, people, client
):
    asha, teacher = sign_in("asha"), sign_in("teacher")
    assert "Tara Teacher" in asha.get("/references/new").text
    form = {"writer_id": people.teacher, "purpose": "Master’s degree", "delivery": "document"}
    made = asha.post("/references/new", data=form | {"message": "You taught me Algorithms."})
    assert made.status_code == 303
    page = made.location
    assert "You taught me Algorithms." in teacher.get(page).text
    assert sign_in("outsider").get(page).status_code == 404
    write = {"capacity": "Taught two courses", "text": WORDS}
    assert teacher.post(f"{page}/write", data=write).status_code == 422, "accept it first"
    assert teacher.post(f"{page}/accept").status_code == 303
    assert asha.post(f"{API}{page}/accept").status_code == 403
    assert teacher.post(f"{page}/write", data=write).status_code == 303
    assert WORDS not in asha.get(page).text, "a draft is the writer’s alone"
    assert teacher.post(f"{page}/write", data=write | {"give": "1"}).status_code == 303
    shown = asha.get(f"{API}{page}").get_json()["data"]
    assert (shown["state"], shown["text"]) == ("delivered", WORDS)
    assert asha.get(f"{page}/document").headers["X-Quad-File"]
    assert "Tara Teacher" in client.get(f"/verify/{shown['serial']}").text
    assert teacher.post(f"{API}{page}/deliver").status_code == 409
    assert asha.post(f"{API}{page}/withdraw").status_code == 409


@pytest.mark.feature("A44")
def test_a_confidential_reference_is_never_shown_to_who_asked(sign_in, people):
    asha, alumna = sign_in("asha"), sign_in("alumna")
    made = ask(asha, people.alumna, delivery="confidential").get_json()["data"]
    place = f"{API}/references/{made['id']}"
    alumna.post(f"{place}/accept")
    alumna.put(f"{place}/text", json={"capacity": "Her mentor", "text": WORDS})
    assert alumna.post(f"{place}/deliver").status_code == 200
    for path in (place, f"{API}/references", f"/references/{made['id']}", "/references"):
        answer = asha.get(path)
        assert answer.status_code == 200
        assert WORDS not in answer.text
        assert "Her mentor" not in answer.text
    assert asha.get(f"/references/{made['id']}/document").status_code == 404
    office = sign_in("office")
    assert "Asha Rao" in office.get("/references/all").text
    assert WORDS not in office.get(f"/references/{made['id']}").text


def addresses(database):
    """Count the mail addresses that the view of waiting requests tells."""
    with database.reading() as db:
        row = db.execute(text("SELECT * FROM vw_pending_references")).mappings().one()
    return sum("@" in (row[column] or "") for column in ("requester_email", "alumnus_email"))


@pytest.mark.feature("A60")
def test_requests_that_wait_are_in_the_view_and_reminded_of(sign_in, people, database):
    asha = sign_in("asha")
    made = ask(asha, people.alumna, delivery="confidential")
    assert made.status_code == 201
    again = ask(asha, people.alumna, delivery="confidential")
    assert again.status_code == 409
    assert ask(asha, people.bina).status_code == 422, "students write no references"
    with database.reading() as db:
        row = db.execute(text("SELECT * FROM vw_pending_references")).mappings().one()
    assert (row["requester"], row["alumnus"], row["state"]) == (
        "Asha Rao",
        "Alia Alumna",
        "requested",
    )
    assert addresses(database) == 2, "who has no profile hides nothing"
    with database.writer() as db, unit(db):
        members.follow(db, [people.asha, people.alumna])
    assert addresses(database) == 0
    with database.writer() as db, unit(db):
        db.execute(update(Member).values(email_seen=int(Seen.NETWORK)))
    assert addresses(database) == 2
    with clock.travel(timedelta(days=4)), database.writer() as db, unit(db):
        assert references.remind_some(db) == 1
        assert references.remind_some(db) == 0
    assert "Asha Rao waits for your reference" in sign_in("alumna").get("/notifications").text
    reference_id = made.get_json()["data"]["id"]
    declined = sign_in("alumna").post(
        f"/references/{reference_id}/decline", data={"reason": "No time"}
    )
    assert declined.status_code == 303
    assert "No time" in asha.get(f"/references/{reference_id}").text
    with database.reading() as db:
        assert db.execute(text("SELECT * FROM vw_pending_references")).all() == []


@pytest.mark.feature("A45", "A61")
def test_an_engagement_is_confirmed_by_the_other_side_thanked_for_and_reported(
    sign_in, people, database
):
    alumna, office, teacher = sign_in("alumna"), sign_in("office"), sign_in("teacher")
    day = (clock.today() - timedelta(days=3)).isoformat()
    talk = {"kind": "speaking", "title": "Life after college", "held_on": day, "minutes": "90"}
    made = alumna.post("/engagements/new", data=talk)
    assert made.status_code == 303
    place = f"{API}{made.location}"
    assert alumna.post(f"{place}/confirm").status_code == 403, "not one’s own side"
    assert office.post(f"{place}/thank", json={"thanks": "Thank you"}).status_code == 409
    assert office.post(f"{made.location}/confirm").status_code == 303
    assert office.post(f"{place}/refuse", json={"reason": "late"}).status_code == 409
    assert office.post(f"{place}/thank", json={"thanks": "It was great."}).status_code == 200
    judging = talk | {"kind": "judging", "title": "Hackathon", "minutes": 30}
    by_staff = teacher.post(f"{API}/engagements", json=judging | {"alumnus_id": people.alumna})
    assert by_staff.status_code == 201
    other = by_staff.get_json()["data"]["id"]
    assert office.post(f"{API}/engagements/{other}/confirm").status_code == 403
    assert alumna.post(f"{API}/engagements/{other}/confirm").status_code == 200
    nobody = teacher.post(f"{API}/engagements", json=judging | {"alumnus_id": people.bina})
    assert nobody.status_code == 422
    report = office.get(f"{API}/engagements/report").get_json()["data"]["rows"]
    assert [(row["alumnus"], row["total"], row["minutes"]) for row in report] == [
        ("Alia Alumna", 2, 120)
    ]
    assert "Alia Alumna" in office.get("/engagements/report").text
    assert alumna.get("/engagements/report").status_code == 403
    with database.reading() as db:
        rows = db.execute(text("SELECT * FROM vw_alumni_engagements")).mappings().all()
        mails = db.scalars(select(Mail.subject)).all()
    assert {row["kind"] for row in rows} == {"speaking", "judging"}
    assert {row["state"] for row in rows} == {"confirmed"}
    assert any("It was great." in subject for subject in mails)


def test_a_meeting_is_asked_for_confirmed_reminded_of_and_judged_by_both(sign_in, people, database):
    alumna, asha, bina = sign_in("alumna"), sign_in("asha"), sign_in("bina")
    begins = clock.now() + timedelta(days=2)
    offer = {"starts_at": f"{begins:%Y-%m-%dT%H:%M}", "minutes": "30", "weeks": "2"}
    sent = alumna.post("/mentoring", data=offer | {"place": "Room 5", "topic": "Interviews"})
    assert sent.status_code == 303
    assert alumna.post("/mentoring", data=offer).status_code == 422, "it meets another time"
    slots = asha.get(f"{API}/mentoring/slots").get_json()["data"]
    assert len(slots) == 2
    page = f"/mentoring/slots/{slots[0]['id']}"
    booked = asha.post(page, data={"note": "How do I prepare?"})
    assert booked.status_code == 303
    assert bina.post(f"{API}{page}/bookings", json={"note": "me too"}).status_code == 409
    assert len(bina.get(f"{API}/mentoring/slots").get_json()["data"]) == 1
    meeting = booked.location
    assert "Room 5" not in asha.get(meeting).text, "the place is for the confirmed"
    assert bina.get(meeting).status_code == 404
    assert alumna.post(f"{meeting}/confirm").status_code == 303
    assert "Room 5" in asha.get(meeting).text
    calendar = asha.get(f"{meeting}.ics").text
    for words in ("BEGIN:VEVENT", "LOCATION:Room 5", "STATUS:CONFIRMED", "Alia Alumna"):
        assert words in calendar, words
    booking = f"{API}/mentoring/bookings/{meeting.rsplit('/', 1)[1]}"
    assert asha.post(f"{booking}/feedback", json={"rating": 5}).status_code == 409
    with clock.travel(timedelta(days=1, hours=2)):
        for expected in (1, 0):
            with database.writer() as db, unit(db):
                assert mentoring.remind_some(db) == expected
    with clock.travel(timedelta(days=3)):
        asha, alumna = sign_in("asha"), sign_in("alumna")
        assert asha.post(f"{meeting}/judge", data={"rating": 5, "text": "Clear"}).status_code == 303
        assert alumna.post(f"{booking}/feedback", json={"rating": 4}).status_code == 201
        assert alumna.post(f"{booking}/feedback", json={"rating": 1}).status_code == 409
        assert "5 of 5. Clear" in alumna.get(meeting).text


def test_a_cancelled_or_declined_time_is_free_again(sign_in, people):
    alumna, asha, bina = sign_in("alumna"), sign_in("asha"), sign_in("bina")
    begins = (clock.now() + timedelta(days=2)).isoformat()
    alumna.post(f"{API}/mentoring/slots", json={"starts_at": begins, "minutes": 30})
    slot = asha.get(f"{API}/mentoring/slots").get_json()["data"][0]["id"]
    place = f"{API}/mentoring/slots/{slot}"
    first = asha.post(f"{place}/bookings", json={"note": "Please"}).get_json()["data"]["id"]
    assert alumna.delete(place).status_code == 409, "somebody asked for it"
    bookings = f"{API}/mentoring/bookings"
    assert alumna.post(f"{bookings}/{first}/decline", json={"reason": "Ill"}).status_code == 200
    second = bina.post(f"{place}/bookings", json={"note": "Please"}).get_json()["data"]["id"]
    assert bina.post(f"{bookings}/{second}/cancel", json={}).status_code == 200
    assert alumna.delete(place).status_code == 200
    assert asha.post(f"{place}/bookings", json={"note": "Please"}).status_code in (403, 404)


@pytest.mark.db
def test_of_many_who_ask_for_one_time_at_once_one_gets_it(people, database):
    mentor = Actor(id=people.alumna, grants=(Grant("alumnus"),))
    begins = clock.now() + timedelta(days=1)
    with database.writer() as db, unit(db):
        slot_id = mentoring.offer(db, mentor, OfferSlots(starts_at=begins))[0].id

    def book(number):
        student = people.asha if number % 2 else people.bina
        actor = Actor(id=student, grants=(Grant("student"),))
        form = BookSlot(note="Please")
        try:
            run(database.writer, lambda db: mentoring.request(db, actor, slot_id, form), tries=10)
        except Rejected:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(book, range(16))) == 1
    with database.reading() as db:
        assert db.scalar(select(func.count(MentorBooking.id))) == 1
