"""The student's side: choosing, asking, files, tracking, withdrawing and reopening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from quad.academics.models.people import Student, StudentStatus
from quad.core import clock
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.welfare.models.requests import Request
from tests.materials import papers
from tests.materials.clamd import ILL, Clamd
from tests.materials.hostile.making import picture
from tests.welfare.conftest import kinds_of, state_of

API = "/api/v1/welfare"


def png():
    written = BytesIO()
    Image.new("RGB", (8, 8), "green").save(written, "PNG")
    return written.getvalue()


@pytest.mark.feature("L22", "L23")
def test_a_student_chooses_a_category_fills_its_form_and_sees_who_has_it(sign_in, world, database):
    client = sign_in("asha")
    chooser = client.get("/requests/new").text
    assert "Rooms and repairs" in chooser
    assert "Confidential" in chooser
    place = f"/requests/new/{world.categories.hostel}"
    assert 'name="a_room"' in client.get(place).text
    form = {"a_room": "B-12", "a_nights": "2.5", "a_since": "2026-11-20", "a_i_am_in": "true"}
    sent = client.post(place, data=form | {"submit_key": "k1", "file": (BytesIO(png()), "tap.png")})
    assert sent.status_code == 303
    shown = client.get(sent.location).text
    for words in ("Hostel: B-12", "B-12", "2.5", "20 Nov 2026", "Yes", "Hostel office", "tap.png"):
        assert words in shown, words
    again = client.post(place, data=form | {"submit_key": "k1"})
    assert again.location == sent.location, "a second click is the same request"
    with database.reader() as db:
        assert db.scalar(select(func.count(Request.id))) == 1
    assert "Hostel: B-12" in client.get("/requests").text
    assert sign_in("bina").get(sent.location).status_code == 404


@pytest.mark.feature("L22")
def test_wrong_answers_are_named_beside_their_field_and_kept(sign_in, world):
    client = sign_in("asha")
    place = f"/requests/new/{world.categories.leave}"
    day = date(2026, 12, 3)
    form = {"a_reason": "Räume 小明", "first_day": day.isoformat(), "last_day": "2026-12-01"}
    answer = client.post(place, data=form)
    assert answer.status_code == 422
    assert "The last day comes before the first one." in answer.text
    assert "Räume 小明" in answer.text
    assert "Please fill this in." in client.post(place, data={"last_day": "x"}).text
    old = (clock.today() - timedelta(days=90)).isoformat()
    answer = client.post(place, data=form | {"first_day": old, "last_day": old})
    assert "at most 60 days ago" in answer.text
    fake = (BytesIO(b"MZ\x90\x00 program"), "bill.pdf")
    place = f"/requests/new/{world.categories.hostel}"
    answer = client.post(place, data={"a_room": "B-1", "file": fake})
    assert answer.status_code == 422
    assert "bill.pdf" in answer.text
    assert 'value="B-1"' in answer.text


@pytest.mark.feature("L22")
def test_the_api_asks_with_the_same_rules_and_names_answers_by_key(sign_in, world, ask):
    client = sign_in("asha")
    known = client.get(f"{API}/categories").json["data"]
    assert [row["name"] for row in known] == ["Leave", "Bonafide letter", "Hostel", "Grievance"]
    form = client.get(f"{API}/categories/{world.categories.bonafide}").json["data"]
    assert form["fields"][0]["choices"] == ["Bank", "Visa"]
    body = {"category_id": str(world.categories.bonafide), "answers": {"purpose": "Moon", "x": 1}}
    answer = client.post(f"{API}/requests", json=body)
    assert answer.status_code == 422
    assert answer.json["fields"] == {
        "answers.purpose": "Choose one of: Bank, Visa.",
        "answers.x": "There is no such field.",
    }
    made = ask("bonafide", submit_key="mine")
    assert made["title"] == "Bonafide letter: Visa"
    assert made["assignee"] == "Hema Head"
    assert ask("bonafide", submit_key="mine")["id"] == made["id"]
    assert client.get(f"{API}/requests").json["data"][0]["id"] == made["id"]
    assert sign_in("teacher").post(f"{API}/requests", json=body).status_code == 403


@pytest.mark.feature("L22")
def test_files_are_looked_at_and_internal_ones_stay_with_the_staff(sign_in, ask):
    made = ask("hostel")
    place = f"{API}/requests/{made['id']}/attachments"
    asha, clerk = sign_in("asha"), sign_in("clerk")
    assert clerk.post(f"{place}?name=plan.pdf", data=png()).status_code == 422
    assert asha.post(f"{place}?name=a.png", data=png()).status_code == 201
    added = clerk.post(f"{place}?name=quote.png&internal=true", data=png())
    assert [row["name"] for row in added.json["data"]] == ["a.png", "quote.png"]
    assert [row["name"] for row in asha.get(place).json["data"]] == ["a.png"]
    first, second = (row["file"] for row in added.json["data"])
    assert asha.get(first).headers["X-Quad-File"]
    assert asha.get(second).status_code == 404
    assert sign_in("outsider").get(first).status_code == 404
    assert sign_in("bina").get(first).status_code == 404
    page = f"/requests/{made['id']}/attach"
    refused = asha.post(page, data={"file": (BytesIO(b""), "empty.pdf")})
    assert (refused.status_code, "The file is empty." in refused.text) == (422, True)


@pytest.mark.feature("L22")
def test_attachments_are_drawn_anew_and_past_the_scanner(
    app, sign_in, ask, database, settings, monkeypatch
):
    scanner, usual = Clamd(), app.extensions["quad"]
    asked = settings.model_copy(update={"antivirus_url": scanner.url, "antivirus_timeout": 5})
    monkeypatch.setitem(app.extensions, "quad", replace(usual, settings=asked))
    made, asha = ask("hostel"), sign_in("asha")
    given = picture("JPEG", comment=b"where I live")
    place = f"{API}/requests/{made['id']}/attachments"
    assert asha.post(f"{place}?name=a.jpg", data=given).status_code == 201
    page = f"/requests/{made['id']}/attach"
    assert asha.post(page, data={"file": (BytesIO(given), "b.jpg")}).status_code == 303
    assert len(scanner.scanned) == 2
    with database.reading() as db:
        for row in db.scalars(select(StoredFile)):
            with Files.from_settings(settings).open(row.sha256) as stream:
                assert b"where I live" not in stream.read()
    ill = papers.pdf(extra=b"<< /Note (" + ILL + b") >>")
    found = asha.post(f"{place}?name=ill.pdf", data=ill)
    assert found.status_code == 422
    assert "A virus was found" in found.json["fields"]["file"]
    two = {"file": [(BytesIO(given), "c.jpg"), (BytesIO(ill), "ill.pdf")]}
    shown = asha.post(page, data=two)
    assert shown.status_code == 422
    assert "ill.pdf: A virus was found in this file" in shown.text
    scanner.silent = True
    assert asha.post(f"{place}?name=a.jpg", data=given).status_code == 503
    assert [row["name"] for row in asha.get(place).json["data"]] == ["a.jpg", "b.jpg"]
    scanner.close()


@pytest.mark.feature("L23")
def test_a_student_withdraws_and_reopens_within_the_days_for_it(sign_in, ask, database):
    asha, clerk = sign_in("asha"), sign_in("clerk")
    gone = ask("hostel")["id"]
    assert asha.post(f"/requests/{gone}/withdraw", data={"note": "Settled"}).status_code == 303
    assert state_of(database, gone) == "withdrawn"
    assert asha.post(f"{API}/requests/{gone}/reopen", json={}).status_code == 409
    assert asha.post(f"{API}/requests/{gone}/withdraw", json={}).status_code == 409
    made = ask("hostel", submit_key="two")["id"]
    clerk.post(f"/requests/{made}/start")
    clerk.post(f"/requests/{made}/reject", data={"reason": "No rooms left"})
    assert "No rooms left" in asha.get(f"/requests/{made}").text
    assert clerk.post(f"{API}/requests/{made}/start").status_code == 409
    asha.post(f"/requests/{made}/reopen", data={"note": "There is one now"})
    assert state_of(database, made) == "assigned", "it goes back to who had it"
    clerk.post(f"/requests/{made}/resolve", data={"note": "Room B-13"})
    with clock.travel(timedelta(days=15)):
        late = asha.post(f"{API}/requests/{made}/reopen", json={})
        assert (late.status_code, "within 14 days" in late.json["error"]) == (409, True)
    assert kinds_of(database, made) == [
        "submitted",
        "started",
        "rejected",
        "reopened",
        "resolved",
    ]


@pytest.mark.feature("L22")
def test_only_somebody_who_studies_here_asks(sign_in, world, database):
    with database.writer() as db, unit(db):
        row = db.scalars(select(Student).where(Student.user_id == world.people.bina)).one()
        row.status = StudentStatus.GRADUATED
    place = f"/requests/new/{world.categories.hostel}"
    answer = sign_in("bina").post(place, data={"a_room": "B-1"})
    assert "Only students who study here now can ask." in answer.text
    assert sign_in("clerk").get("/requests").location.startswith("/requests/queue")
    assert sign_in("clerk").get("/requests/new").status_code in (303, 403)
