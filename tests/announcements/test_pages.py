"""Announcements through the front door: written, approved, scheduled, read, confirmed, commented, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from quad.announcements.models import Announcement, Recipient
from quad.announcements.service import standing, telling
from quad.core import clock
from quad.core.behind import behind
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from tests.announcements.conftest import told, work
from tests.factories.people import person
from tests.matrix.events import PICTURE

GIVEN = {
    "title": "Library hours",
    "body": "# Longer\n\nOpen until **ten**. <script>alert(1)</script>",
    "priority": "normal",
}


def publish(client, **values):
    """Publish an announcement over the pages and return its address."""
    answer = client.post("/announcements/create", data={**GIVEN, "publish": "true", **values})
    assert answer.status_code == 303, answer.text
    return answer.location


@pytest.mark.feature("A22", "A23")
def test_a_draft_is_its_authors_and_once_published_those_who_are_meant_read_it_and_are_told_once(
    college, as_user, database
):
    admin, asha, bina, alma = (
        as_user(getattr(college.people, name)) for name in ("admin", "asha", "bina", "alma")
    )
    place = admin.post(
        "/announcements/create", data={**GIVEN, "for_departments": [college.home]}
    ).location
    assert asha.get(place).status_code == 404
    assert "Draft" in admin.get(place).text
    admin.post(f"{place}/publish")
    assert told(database, college.people.asha) == []  # not in the request
    for _again in range(2):
        work(database)
    assert told(database, college.people.asha) == ["announcement"]
    assert told(database, college.people.bina) == []
    page = asha.get(place).text
    assert "<h3>Longer</h3>" in page
    assert "<script>alert" not in page
    assert "Library hours" in asha.get("/announcements").text
    assert "Library hours" in asha.get("/search?q=library").text
    for stranger in (bina, alma):
        assert stranger.get(place).status_code == 404
        assert "Library hours" not in stranger.get("/announcements").text
        assert "Library hours" not in stranger.get("/search?q=library").text
    with database.reading() as db:
        address = db.scalar(select(User.email).where(User.id == college.people.asha))
        (mail,) = db.scalars(select(Mail).where(Mail.address == address))
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.feature("A37")
def test_pinned_ones_come_first_then_the_pressing_then_the_newest_and_the_past_is_elsewhere(
    college, as_user, database
):
    admin, asha = as_user(college.people.admin), as_user(college.people.asha)
    for title, more in (
        ("First", {"priority": "urgent"}),
        ("Second", {"pinned": "true"}),
        ("Third", {}),
        ("Fourth", {}),
        ("Fifth", {"priority": "important"}),
    ):
        publish(admin, title=title, **more)
    rows = asha.get("/api/v1/announcements").json["data"]
    assert [row["title"] for row in rows] == ["Second", "First", "Fifth", "Fourth", "Third"]
    with database.writer() as db, unit(db):
        gone = update(Announcement).where(Announcement.title == "Fourth")
        db.execute(gone.values(ends_at=clock.now() - timedelta(minutes=1)))
    assert "Fourth" not in asha.get("/announcements").text
    assert "Fourth" in asha.get("/announcements/past").text


def test_each_role_announces_to_whom_it_may_and_to_nobody_else(college, as_user, database):
    hod, teacher, asha = (
        as_user(getattr(college.people, name)) for name in ("hod", "teacher", "asha")
    )
    refused = hod.post("/announcements/create", data={**GIVEN, "for_departments": [college.away]})
    assert "Choose your own department." in refused.text
    both = {"for_departments": [college.home, college.away]}
    assert hod.post("/announcements/create", data={**GIVEN, **both}).status_code == 422
    assert hod.post("/announcements/create", data=GIVEN).status_code == 422
    publish(hod, for_departments=[college.home])
    everyone = teacher.post("/announcements/create", data=GIVEN)
    assert "Choose one of your courses." in everyone.text
    place = publish(teacher, title="Bring a ruler", offering_id=str(college.offering))
    work(database)
    assert "Bring a ruler" in asha.get(place).text
    assert as_user(college.people.bina).get(place).status_code == 404
    assert told(database, college.people.asha) == ["announcement", "announcement"]
    assert (
        as_user(college.people.alma)
        .post("/announcements/create", data={**GIVEN, "offering_id": str(college.offering)})
        .status_code
        == 422
    )
    assert asha.get("/announcements/create").status_code == 403
    assert asha.post("/api/v1/announcements", json=GIVEN).status_code == 403


def mentored(database, mentor_id, *mentees, kind=MentorKind.ADVISOR):
    with database.writer() as db, unit(db):
        for mentee_id in mentees:
            db.add(MentorAssignment(mentee_id=mentee_id, mentor_id=mentor_id, kind=kind))


@pytest.mark.db
@pytest.mark.feature("A23")
def test_a_mentor_announces_to_the_own_students_alone(college, as_user, as_role, database):
    with database.writer() as db, unit(db):
        advisor = person(db, role="advisor", department_id=college.home, name="Avi Advisor").id
        other = person(db, role="counsellor", name="Otto Counsellor").id
    mentored(database, advisor, college.people.asha)
    mentored(database, other, college.people.bina, kind=MentorKind.COUNSELLOR)
    mentor = as_user(advisor)
    assert "The students I mentor" in mentor.get("/announcements/create").text
    for given in ({}, {"for_departments": [college.home]}, {"offering_id": college.offering}):
        assert mentor.post("/announcements/create", data={**GIVEN, **given}).status_code == 422, (
            given
        )
    both = {"mentees": "true", "for_departments": [college.home]}
    refused = mentor.post("/announcements/create", data={**GIVEN, **both})
    assert "one of them." in refused.text
    place = publish(mentor, title="Bring your plans", mentees="true")
    work(database)
    assert told(database, college.people.asha) == ["announcement"]
    assert "Bring your plans" in as_user(college.people.asha).get(place).text
    assert "Bring your plans" in as_user(college.people.asha).get("/search?q=plans").text
    for stranger in (college.people.bina, college.people.teacher, college.people.hod, other):
        assert as_user(stranger).get(place).status_code == 404
        assert told(database, stranger) == []
        assert "Bring your plans" not in as_user(stranger).get("/search?q=plans").text
    assert "The students of Avi Advisor" in mentor.get(place).text
    assert "Asha Rao" in mentor.get(f"{place}/readers").text
    mentored(database, advisor, college.people.bina)  # from now on
    assert as_user(college.people.bina).get(place).status_code == 200


def test_nobody_but_a_mentor_announces_to_mentees_and_the_administration_goes_on_with_one(
    college, as_user, database
):
    with database.writer() as db, unit(db):
        advisor = person(db, role="advisor", department_id=college.home, name="Avi Advisor").id
    mentored(database, advisor, college.people.asha)
    for name in ("admin", "hod", "teacher", "alma"):
        client = as_user(getattr(college.people, name))
        answer = client.post("/api/v1/announcements", json={**GIVEN, "mentees": True})
        assert answer.status_code == 422, name
        assert "mentees" in answer.json["fields"], name
        assert "The students I mentor" not in client.get("/announcements/create").text
    made = as_user(advisor).post("/api/v1/announcements", json={**GIVEN, "mentees": True})
    assert made.status_code == 201
    assert made.json["data"]["mentees"] is True
    number, version = made.json["data"]["id"], made.json["data"]["version"]
    admin = as_user(college.people.admin)
    assert "The students I mentor" in admin.get(f"/announcements/{number}/edit").text
    changed = {**GIVEN, "title": "Later", "mentees": True, "version": version}
    assert admin.put(f"/api/v1/announcements/{number}", json=changed).status_code == 200
    assert admin.post(f"/api/v1/announcements/{number}/publish").status_code == 200
    with database.reading() as db:
        row = db.get_one(Announcement, int(number))
        assert (row.mentor_id, row.title) == (advisor, "Later")


def test_a_graduate_announces_to_graduates_once_approved_and_a_change_asks_again(
    college, as_user, database
):
    alma, otto, placement, asha = (
        as_user(getattr(college.people, name)) for name in ("alma", "otto", "placement", "asha")
    )
    wide = alma.post("/announcements/create", data={**GIVEN, "for_roles": ["student"]})
    assert "You can announce to graduates only." in wide.text
    place = publish(alma, title="Reunion")
    assert otto.get(place).status_code == 404
    assert told(database, college.people.placement) == ["announcement_waiting"]
    assert "Reunion" in placement.get("/announcements/approvals").text
    for nobody in (alma, otto, asha):
        assert nobody.post(f"{place}/approve").status_code in (403, 404)
    placement.post(f"{place}/refuse", data={"reason": "Say where."})
    assert "Say where." in alma.get(place).text
    alma.post(f"{place}/publish")
    placement.post(f"{place}/approve")
    work(database)
    assert "Reunion" in otto.get(place).text
    assert asha.get(place).status_code == 404
    assert told(database, college.people.alma) == ["announcement_refused", "announcement_approved"]
    assert told(database, college.people.otto) == ["announcement"]
    version = alma.get(f"/api/v1{place}").json["data"]["version"]
    changed = {**GIVEN, "title": "Buy my book", "version": str(version)}
    assert alma.post(f"{place}/edit", data=changed).status_code == 303
    assert otto.get(place).status_code == 404
    assert alma.get(f"{place}/readers").status_code == 403


def test_one_that_begins_later_is_published_by_the_worker_at_its_time(college, as_user, database):
    admin, asha = as_user(college.people.admin), as_user(college.people.asha)
    begins = clock.now() + timedelta(hours=2)
    place = publish(admin, begins_at=begins.isoformat())
    late = {**GIVEN, "ends_at": (clock.now() - timedelta(days=1)).isoformat()}
    assert admin.post("/announcements/create", data=late).status_code == 422
    assert work(database) == 0
    assert asha.get(place).status_code == 404
    with database.writer() as db, unit(db):
        assert standing.open_one_due(db) == 0
    with clock.travel(timedelta(hours=3)):
        with database.writer() as db, unit(db):
            assert standing.open_one_due(db) == 1
        with database.writer() as db, unit(db):
            assert standing.open_one_due(db) == 0
        work(database)
        assert asha.get(place).status_code == 200
    assert told(database, college.people.asha) == ["announcement"]


def test_who_opened_and_confirmed_is_counted_and_listed_for_the_author(college, as_user, database):
    admin, asha = as_user(college.people.admin), as_user(college.people.asha)
    place = publish(admin, acknowledge="true", for_roles=["student"])
    work(database)
    assert "waiting: </span>1</span>" in asha.get("/announcements").text
    assert "Please confirm" in asha.get("/cards/announcements").text
    asha.get(place)
    behind(database).flush()
    numbers = admin.get(f"/api/v1{place}").json["data"]
    assert (numbers["told"], numbers["seen"], numbers["acknowledged"]) == (2, 1, 0)
    for _again in range(2):
        assert asha.post(f"{place}/acknowledge").status_code == 303
    assert asha.get("/cards/announcements").text.strip() == ""
    rows = admin.get(f"/api/v1{place}/readers?standing=acknowledged").json["data"]
    assert [row["name"] for row in rows] == ["Asha Rao"]
    csv = admin.get(f"{place}/readers?format=csv").text
    assert "Asha Rao" in csv
    assert "Bina Shah" in csv
    assert asha.get(f"{place}/readers").status_code == 403
    plain = publish(admin, title="Nothing to confirm")
    assert asha.post(f"/api/v1{plain}/acknowledge").status_code == 409


def test_comments_are_off_unless_the_author_wants_them_and_several_are_one_line(
    college, as_user, database
):
    admin, asha, bina = (
        as_user(getattr(college.people, name)) for name in ("admin", "asha", "bina")
    )
    silent = publish(admin)
    assert asha.post(f"/api/v1{silent}/comments", json={"text": "Why?"}).status_code == 409
    place = publish(admin, title="Canteen", comments="true", for_departments=[college.home])
    for text in ("One", "Two", "<b>Three</b>"):
        said = asha.post(f"/api/v1{place}/comments", json={"text": text}).json["data"]
    assert "&lt;b&gt;Three" in admin.get(place).text
    assert bina.post(f"/api/v1{place}/comments", json={"text": "Me"}).status_code == 404
    lines = admin.get("/api/v1/me/notifications").json["data"]
    assert [line["text"] for line in lines] == ["3 new comments on “Canteen”."]
    number = said[0]["id"]
    assert as_user(college.people.hod).delete(f"/api/v1{place}/comments/{number}").status_code in (
        403,
        404,
    )
    assert asha.post(f"{place}/comments/{number}/delete").status_code == 303
    assert [one["text"] for one in asha.get(f"/api/v1{place}/comments").json["data"]] == [
        "Two",
        "<b>Three</b>",
    ]


def test_a_withdrawn_one_is_kept_from_readers_and_undoing_tells_nobody_again(
    college, as_user, database
):
    admin, asha = as_user(college.people.admin), as_user(college.people.asha)
    place = publish(admin)
    work(database)
    assert asha.post(f"{place}/withdraw").status_code == 403
    assert admin.post(f"{place}/withdraw").status_code == 303
    page = asha.get(place).text
    assert "withdrawn" in page
    assert "until <strong>ten" not in page
    assert asha.get(f"/api/v1{place}").json["data"]["body"] is None
    assert "Library hours" not in asha.get("/announcements").text
    admin.post(f"{place}/restore")
    work(database)
    assert "until <strong>ten" in asha.get(place).text
    assert told(database, college.people.asha) == ["announcement"]
    admin.post(f"{place}/delete")
    assert asha.get(place).status_code == 404
    assert admin.get(place).status_code == 404


def test_files_go_with_it_for_those_who_may_read_it(college, as_user, database):
    admin, asha, bina = (
        as_user(getattr(college.people, name)) for name in ("admin", "asha", "bina")
    )
    with_file = {"file": (BytesIO(PICTURE), "plan.png"), "for_departments": [college.home]}
    place = publish(admin, **with_file)
    (file,) = asha.get(f"/api/v1{place}").json["data"]["files"]
    assert asha.get(file["url"]).headers["X-Quad-File"]
    assert bina.get(file["url"]).status_code == 404
    wrong = {**GIVEN, "file": (BytesIO(b"MZ..."), "plan.exe")}
    assert admin.post("/announcements/create", data=wrong).status_code == 422
    assert asha.post(f"{place}/files/{file['id']}/delete").status_code == 403
    admin.post(f"{place}/files/{file['id']}/delete")
    assert asha.get(file["url"]).status_code == 404


def test_two_people_editing_are_told_and_new_readers_alone_are_told(college, as_user, database):
    admin = as_user(college.people.admin)
    place = publish(admin, for_departments=[college.home])
    work(database)
    version = admin.get(f"/api/v1{place}").json["data"]["version"]
    wider = {**GIVEN, "version": str(version), "for_departments": [college.home, college.away]}
    assert admin.post(f"{place}/edit", data=wider).status_code == 303
    assert admin.post(f"{place}/edit", data=wider).status_code in (409, 422)
    work(database)
    assert told(database, college.people.asha) == ["announcement"]
    assert told(database, college.people.bina) == ["announcement"]


def test_the_preview_shows_what_was_typed_and_keeps_nothing(college, as_user, database):
    admin = as_user(college.people.admin)
    page = admin.post("/announcements/preview", data=GIVEN)
    assert "<strong>ten</strong>" in page.text
    with database.reading() as db:
        assert db.scalar(select(Announcement.id)) is None
    assert as_user(college.people.asha).post("/announcements/preview").status_code == 403


@pytest.mark.db
def test_a_job_that_stops_in_the_middle_goes_on_and_tells_nobody_twice(
    college, as_user, database, monkeypatch
):
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    admin = as_user(college.people.admin)
    place = publish(admin)
    number = int(place.rpartition("/")[2])
    with database.writer() as db, unit(db):
        assert telling.tell_some(db, number, 0)[1] == 2
    work(database)
    with database.reading() as db:
        row = db.get_one(Announcement, number)
        ids = list(db.scalars(select(Recipient.user_id)))
        assert row.told == row.unseen == row.unacknowledged == len(ids) == len(set(ids)) == 7
    for user_id in ids:
        assert told(database, user_id) == ["announcement"]


def test_pages_ask_few_questions(college, as_user, database, queries):
    admin, asha = as_user(college.people.admin), as_user(college.people.asha)
    place = publish(admin, comments="true", acknowledge="true")
    work(database)
    for address in ("/announcements", place):
        asha.get(address)
        queries.clear()
        asha.get(address)
        assert len(queries) <= 8, queries
