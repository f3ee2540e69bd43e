"""The staff's side: who may, what happens, who hears of it, and what comes due."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.academics.models.attendance import AbsenceExcuse
from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.notifications.models import Notification
from quad.welfare.models.requests import Request
from quad.welfare.service import chasing
from tests.factories import academics as factory
from tests.welfare.conftest import grant, kinds_of, state_of

API = "/api/v1/welfare"


def told(database, user_id):
    with database.reader() as db:
        query = select(Notification.kind).where(Notification.user_id == user_id)
        return list(db.scalars(query.order_by(Notification.id)))


@pytest.mark.feature("L30", "L42", "L23")
def test_a_request_goes_from_hand_to_hand_and_everybody_hears_of_their_part(
    sign_in, ask, world, database
):
    made = ask("hostel")["id"]
    people = world.people
    assert told(database, people.clerk) == ["request_waiting"], "its office hears of it"
    clerk, teacher, asha = sign_in("clerk"), sign_in("teacher"), sign_in("asha")
    assert "Hostel: B-12" in clerk.get("/requests/queue?waits=open").text
    clerk.post(f"/requests/{made}/assign", data={"to": f"person:{people.teacher}", "note": "Yours"})
    assert state_of(database, made) == "assigned"
    teacher.post(f"/requests/{made}/start")
    teacher.post(f"/requests/{made}/comment", data={"text": "Ask the plumber", "internal": "true"})
    teacher.post(f"/requests/{made}/comment", data={"text": "Since when?"})
    page = asha.get(f"/requests/{made}").text
    assert "Since when?" in page
    assert "Ask the plumber" not in page
    assert "Ask the plumber" in clerk.get(f"/requests/{made}").text
    events = asha.get(f"{API}/requests/{made}/events").json["data"]
    assert "Ask the plumber" not in str(events)
    asha.post(f"/requests/{made}/comment", data={"text": "Since Monday"})
    teacher.post(f"/requests/{made}/resolve", data={"note": "Repaired."})
    assert "Repaired." in asha.get(f"/requests/{made}").text
    assert kinds_of(database, made) == [
        "submitted", "assigned", "started", "commented", "commented", "commented", "resolved",
    ]  # fmt: skip
    assert told(database, people.asha) == [
        "request_received",
        "request_assigned",
        "request_started",
        "request_commented",
        "request_resolved",
    ]
    assert told(database, people.teacher) == ["request_waiting", "request_news"]
    with database.reader() as db:
        subjects = list(db.scalars(select(Mail.subject)))
        assert "Your request “Hostel: B-12” is resolved." in subjects
        actions = set(db.scalars(select(AuditEntry.action)))
    assert {"request submitted", "request assigned", "request resolved"} <= actions


@pytest.mark.feature("L30")
def test_strangers_neither_see_nor_decide(sign_in, ask, world, database):
    made = ask("hostel")["id"]
    expected = {"outsider": 404, "hod_away": 404, "bina": 404, "advisor": 403, "asha": 403}
    for name, status in expected.items():
        client = sign_in(name)
        body = {"reason": "No"}
        answer = client.post(f"{API}/requests/{made}/reject", json=body)
        assert answer.status_code == status, name
        listed = client.get(f"{API}/queue")
        if listed.status_code == 200:
            seen = [row["id"] for row in listed.json["data"]]
            assert (made in seen) == (name == "advisor"), name
    for name in ("hod", "admin", "clerk"):
        assert sign_in(name).get(f"{API}/requests/{made}").json["data"]["may_handle"], name
    with database.writer() as db, unit(db):
        grant(db, db.get_one(User, world.people.asha), "admin")
    answer = sign_in("asha").post(f"{API}/requests/{made}/resolve", json={})
    assert answer.status_code == 403, "nobody takes care of their own request"


@pytest.mark.feature("L22", "L30")
def test_an_approved_leave_excuses_absence_and_ends_in_a_letter_anybody_can_check(
    sign_in, ask, world, database
):
    made = ask("leave")
    assert made["assignee"] == "Avi Advisor", "the student's advisor gets it"
    advisor, asha = sign_in("advisor"), sign_in("asha")
    assert asha.get(f"/requests/{made['id']}/letter").status_code == 404
    answer = advisor.post(f"{API}/requests/{made['id']}/resolve", json={"note": "Get well"})
    assert answer.status_code == 200, answer.text
    serial = answer.json["data"]["serial"]
    assert re.fullmatch(r"LEA-\d{4}-000001-[0-9A-Z]{4}-[0-9A-Z]{4}", serial)
    with database.reader() as db:
        excuse = db.scalars(select(AbsenceExcuse)).one()
        assert (excuse.student_id, str(excuse.first_day)) == (world.student_id, "2026-11-24")
        assert "leave approved" in set(db.scalars(select(AuditEntry.action)))
    letter = asha.get(f"/requests/{made['id']}/letter")
    assert (letter.status_code, letter.mimetype) == (200, "application/pdf")
    assert sign_in("outsider").get(f"/requests/{made['id']}/letter").status_code == 404
    public = sign_in("outsider").application.test_client().get(f"/verify/{serial}").text
    assert "Asha Rao" in public
    assert "Fever" not in public
    again = asha.post(f"{API}/requests/{made['id']}/reopen", json={})
    assert (again.status_code, "Ask anew" in again.json["error"]) == (409, True)


@pytest.mark.feature("L30", "L42", "L41")
def test_several_are_passed_on_declined_and_exported_at_once(sign_in, ask, world, database):
    ids = [ask("hostel", {"room": f"R{n}"}, submit_key=f"k{n}")["id"] for n in range(3)]
    clerk, chosen = sign_in("clerk"), {"id": ids}
    asked = clerk.post("/requests/queue/assign", data=chosen)
    assert (asked.status_code, "3 requests are chosen." in asked.text) == (200, True)
    wrong = clerk.post("/requests/queue/assign", data=chosen | {"to": ""})
    assert wrong.status_code == 422
    clerk.post("/requests/queue/assign", data=chosen | {"to": f"person:{world.people.teacher}"})
    assert {state_of(database, each) for each in ids} == {"assigned"}
    clerk.post("/requests/queue/start", data={"id": ids[:1]})
    assert state_of(database, ids[0]) == "in_progress"
    needs = clerk.post("/requests/queue/reject", data=chosen | {"reason": " "})
    assert (needs.status_code, "Please fill this in." in needs.text) == (422, True)
    clerk.post("/requests/queue/resolve", data={"id": ids[2:], "note": "Done"})
    clerk.post("/requests/queue/reject", data=chosen | {"reason": "Not this year"})
    assert [state_of(database, each) for each in ids] == ["rejected", "rejected", "resolved"]
    assert sign_in("outsider").post("/requests/queue/start", data=chosen).status_code == 403
    csv = clerk.get("/requests/queue?format=csv").text
    assert "Hostel: R1" in csv
    assert "rejected" in csv
    assert sign_in("outsider").get("/requests/queue?format=csv").text.count("\n") <= 1


@pytest.mark.feature("L30")
def test_what_comes_due_is_reminded_of_and_then_goes_to_the_head(ask, world, database):
    made = ask("hostel")["id"]
    secret = ask("grievance", submit_key="g")["id"]

    def morning(days):
        with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
            escalated = chasing.escalate_some(db, SYSTEM)
            return escalated, chasing.remind_some(db, SYSTEM)

    assert morning(3) == (0, 0)
    assert morning(4) == (0, 2)
    assert morning(4) == (0, 0), "once"
    assert told(database, world.people.clerk) == ["request_waiting", "request_due"]
    assert morning(8) == (2, 0)
    assert "request_overdue" in told(database, world.people.hod)
    assert "request_overdue" not in told(database, world.people.admin)
    assert kinds_of(database, made) == ["submitted", "reminded", "escalated"]
    assert told(database, world.people.judge).count("request_overdue") == 1
    assert kinds_of(database, secret) == ["submitted", "reminded", "escalated"]


def test_the_due_day_moves_and_the_queue_and_a_page_ask_little(
    sign_in, ask, world, database, queries
):
    for number in range(12):
        ask("hostel", {"room": f"R{number}"}, submit_key=f"k{number}")
    made = ask("leave")["id"]
    clerk = sign_in("admin")
    day = (clock.today() + timedelta(days=20)).isoformat()
    clerk.post(f"/requests/{made}/due", data={"due_on": day})
    assert clerk.get(f"{API}/requests/{made}").json["data"]["due_on"] == day
    past = clerk.post(f"{API}/requests/{made}/due", json={"due_on": "2020-01-01"})
    assert past.status_code == 422
    for path in ("/requests/queue?waits=open", f"/requests/{made}", "/requests/numbers"):
        clerk.get(path)
        queries.clear()
        assert clerk.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)


@pytest.mark.feature("L42")
def test_the_most_particular_rule_counts_and_one_that_leads_to_nobody_is_passed_over(
    sign_in, world, ask, database
):
    admin, routes = sign_in("admin"), f"{API}/setup/routes"
    rule = {"category_id": str(world.categories.hostel), "target": "advisor"}
    taken = admin.post(routes, json=rule)
    assert (taken.status_code, "a rule for these requests" in taken.json["error"]) == (409, True)
    particular = rule | {"department_id": str(world.departments.home)}
    assert admin.post(routes, json=particular).status_code == 201
    assert ask("hostel")["assignee"] == "Avi Advisor"
    without = ask("hostel", by="bina")
    assert (without["assignee"], without["office"]) == (None, "Hostel office")
    with database.writer() as db, unit(db):
        second = factory.person(
            db, role="hod", department_id=world.departments.home, name="Second Head"
        )
        assert second.id
    holders = [ask("bonafide", submit_key=f"b{n}")["assignee"] for n in range(3)]
    assert set(holders) == {"Hema Head", "Second Head"}, "who has the fewest gets the next"
    with database.reader() as db:
        assert db.scalar(select(func.count(Request.id)).where(Request.assignee_id.is_(None))) == 1
