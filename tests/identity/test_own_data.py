from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.core.own_data import own_data
from quad.identity.models.profiles import OwnDataCopy
from quad.identity.service import copies
from tests.factories import academics as make
from tests.factories.people import person


@pytest.fixture
def pupil(database):
    """A student with one published and one hidden mark; the user's number."""
    with database.writer() as db, unit(db):
        user = person(db, name="Meera <b>Fernandes</b>", email="meera@college.example")
        student = make.student(db, user=user)
        offering = make.offering(db)
        place = make.enrolment(db, student, offering)
        shown, hidden = make.component(db, offering), make.component(db, offering)
        shown.published_at = clock.now()
        make.mark(db, place, shown, 61)
        make.mark(db, place, hidden, 17)
        return user.id


@pytest.fixture
def archive(as_user, work, database, settings):
    """Ask for a copy, let the worker write it, and open it."""

    def read(user_id):
        client = as_user(user_id)
        assert client.post("/account/data").status_code == 303
        work(copies.COPY_JOB)
        with database.reading() as db:
            row = db.scalars(select(OwnDataCopy).where(OwnDataCopy.user_id == user_id)).one()
            stored = db.get_one(StoredFile, row.file_id)
            with Files.from_settings(settings).open(stored.sha256) as content:
                return client, row.id, zipfile.ZipFile(BytesIO(content.read()))

    return read


def test_every_domain_that_keeps_something_adds_its_part(pupil, archive, letters):
    client, number, copy = archive(pupil)
    assert {"index.html", "account.json", "academics.json", "audit.json"} <= set(copy.namelist())
    account = json.loads(copy.read("account.json"))
    assert account["account"][0]["email"] == "meera@college.example"
    assert account["roles"][0]["role"] == "student"
    assert "password_hash" not in copy.read("account.json").decode()
    studies = json.loads(copy.read("academics.json"))
    assert [mark["value"] for mark in studies["marks"]] == ["61.00"]
    assert len(studies["courses_taken"]) == 1
    page = copy.read("index.html").decode()
    assert "Studies and teaching" in page
    assert "<b>Fernandes" not in page
    assert [mail.address for mail in letters("identity/own-data")] == ["meera@college.example"]
    answer = client.get(f"/account/data/{number}/file")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert f"/account/data/{number}/file" in client.get("/account/data").text


def test_the_roof_knows_of_every_part(app):
    assert {part.name for part in own_data()} >= {"account", "academics", "notifications", "audit"}


def test_only_the_owner_opens_it_and_only_for_a_week(as_role, as_user, pupil, archive):
    _client, number, _copy = archive(pupil)
    assert as_role("admin").get(f"/account/data/{number}/file").status_code == 404
    assert as_role("admin").get(f"/api/v1/me/export/{number}/file").status_code == 404
    with clock.travel(timedelta(days=7, minutes=1)):
        assert as_user(pupil).get(f"/account/data/{number}/file").status_code == 404


def test_another_copy_is_made_after_a_while(pupil, archive, as_user, jobs):
    client, _number, _copy = archive(pupil)
    client.post("/account/data")
    assert len(jobs(copies.COPY_JOB)) == 1
    with clock.travel(timedelta(minutes=11)):
        as_user(pupil).post("/account/data")
    assert len(jobs(copies.COPY_JOB)) == 2


def test_old_copies_are_removed_with_their_files(pupil, archive, database):
    archive(pupil)
    with clock.travel(timedelta(days=8)), database.writer() as db, unit(db):
        copies.purge_copies(db)
        assert not db.scalars(select(OwnDataCopy)).all()
        assert not db.scalars(select(StoredFile)).all()


def test_the_api_asks_and_tells_when_it_is_ready(pupil, as_user, work):
    client = as_user(pupil)
    assert client.get("/api/v1/me/export").json["data"] is None
    asked = client.post("/api/v1/me/export")
    assert asked.status_code == 202
    assert asked.json["data"]["ready"] is False
    assert client.post("/api/v1/me/export").status_code == 409
    work(copies.COPY_JOB)
    ready = client.get("/api/v1/me/export").json["data"]
    assert ready["ready"] is True
    assert client.get(ready["file"]).mimetype == "application/zip"
