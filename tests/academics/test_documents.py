"""Documents: numbered, kept, checked by anybody, revoked; one at a time and a thousand at once."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from quad.academics.forms.documents import IssuePaper, Paper
from quad.academics.models.documents import DocumentBatch, DocumentSeries, IssuedDocument
from quad.academics.service import document_batches, documents, issuing
from quad.core import clock
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import SYSTEM
from tests.conftest import make_settings
from tests.factories import academics as factory
from tests.factories.people import person

API = "/api/v1/documents"
SERIAL = re.compile(r"[A-Z]{2,6}-\d{4}-\d{6}-[0-9A-Z]{4}-[0-9A-Z]{4}")
pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("L43")]


@pytest.fixture
def finished(college, database, as_user):
    """Everybody has a published result: 24/30 and 70/100."""
    with database.writer() as db, unit(db):
        for place in college.enrolments:
            factory.mark(db, place, college.components[0], 24)
            factory.mark(db, place, college.components[1], 70)
    published = as_user(college.teacher.user_id).post(f"/offerings/{college.offering.id}/publish")
    assert published.status_code == 303
    return college


@pytest.fixture
def registrar(as_role):
    return as_role("admin")


def issue(client, student, kind="transcript", **more):
    answer = client.post(API, json={"kind": kind, "student_id": student.id, **more})
    return answer.status_code, answer.get_json().get("data")


def content_of(database, settings, document_id):
    with database.reader() as db:
        row = db.get_one(IssuedDocument, document_id)
        stored = db.get_one(StoredFile, row.file_id)
    with Files.from_settings(settings).open(stored.sha256) as content:
        return content.read()


@pytest.mark.db
def test_a_transcript_bears_a_number_and_anybody_who_holds_it_can_check_it(
    finished, registrar, client, database, settings
):
    first, second = finished.students[:2]
    status, told = issue(registrar, first)
    assert status == 201
    assert SERIAL.fullmatch(told["serial"])
    assert told["serial"].startswith(f"TR-{clock.today().year}-000001-")
    _status, next_one = issue(registrar, second)
    assert next_one["serial"].startswith(f"TR-{clock.today().year}-000002-")
    _status, card = issue(registrar, first, "id_card")
    assert card["serial"].startswith(f"ID-{clock.today().year}-000001-")

    # Signed out; as people type it: small letters, spaces, the letter O for the figure.
    typed = told["serial"].lower().replace("-", " ").replace("0", "o", 1)
    found = client.get(f"{API}/verify/{typed}").get_json()["data"]
    assert found == {
        "serial": told["serial"], "kind": "Transcript of records", "institution": "Quad",
        "issued_on": clock.today().isoformat(), "holder": first_name(database, first),
        "revoked": False, "revoked_on": None, "sha256": told["sha256"], "lines": [],
        "matches": None,
    }  # fmt: skip
    page = client.get(f"/verify/{told['serial']}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert first_name(database, first) in text
    assert first.register_number not in text

    pdf = content_of(database, settings, int(told["id"]))
    assert pdf.startswith(b"%PDF-")
    same = client.post(f"{API}/verify", data=pdf, content_type="application/pdf").get_json()
    assert (same["data"]["serial"], same["data"]["matches"]) == (told["serial"], True)
    changed = pdf + b"\n%%EOF"
    upload = {"serial": told["serial"], "file": (BytesIO(changed), "x.pdf")}
    answer = client.post("/verify", data=upload, content_type="multipart/form-data")
    assert "is not the one that was issued" in answer.get_data(as_text=True)

    gone = registrar.post(f"{API}/{told['id']}/revoke", json={"reason": "Wrong programme"})
    assert gone.status_code == 200
    assert registrar.post(f"{API}/{told['id']}/revoke", json={"reason": "x"}).status_code == 409
    again = client.get(f"/verify/{told['serial']}").get_data(as_text=True)
    assert "not valid any more" in again
    assert "Wrong programme" not in again


def first_name(database, student):
    with database.reader() as db:
        return documents.holders(db, [student.id])[0].name


def test_every_number_that_is_not_ours_gets_the_same_answer(finished, registrar, client):
    _status, told = issue(registrar, finished.students[0])
    stem = told["serial"][:-4]
    wrong = "0000" if not told["serial"].endswith("0000") else "1111"
    guesses = [stem + wrong, "TR-2026-999999-AAAA-AAAA", "x", "%F0%9F%8E%93", "A" * 500, "--"]
    answers = [client.get(f"{API}/verify/{guess}") for guess in guesses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1
    pages = [client.get(f"/verify/{guess}") for guess in guesses]
    assert {page.status_code for page in pages} == {404}
    assert all("We know of no such document" in page.get_data(as_text=True) for page in pages)
    unknown = client.post(
        f"{API}/verify", data=b"%PDF-1.7\nother\n%%EOF", content_type="application/pdf"
    )
    assert unknown.get_data() == answers[0].get_data()
    odd = client.post("/verify", data={"file": (BytesIO(b"MZ"), "a.pdf")},
                      content_type="multipart/form-data")  # fmt: skip
    assert odd.status_code == 422


def test_checking_is_limited(app, database, tmp_path):
    limited = make_settings(tmp_path, rate_limits="on")
    app.extensions["quad"] = replace(app.extensions["quad"], settings=limited)
    client = app.test_client()
    answers = [client.get(f"{API}/verify/TR-2026-{n:06}-AAAA-AAAA").status_code for n in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429


def test_the_same_data_is_the_same_file_and_a_student_prints_only_an_unofficial_one(
    finished, registrar, as_user, database, settings
):
    student = finished.students[0]
    own = as_user(student.user_id)
    one, two = (own.get("/record/transcript.pdf").get_data() for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF-")
    assert own.get(f"{API}/transcript").get_data() == one
    assert issue(own, student)[0] == 403
    _status, told = issue(registrar, student)
    with database.reader() as db:
        row = db.get_one(IssuedDocument, int(told["id"]))
        written = issuing.write(db, SYSTEM, student.id, IssuePaper(kind=Paper.TRANSCRIPT))
        set_again = documents.set_in_type(db, row, written.template, written.data)
    assert set_again == content_of(database, settings, row.id)
    assert "Transcript of records" in own.get("/record/documents").get_data(as_text=True)
    assert own.get(f"/documents/{row.id}").status_code == 200
    download = own.get(f"/documents/{row.id}/file")
    assert download.headers["X-Quad-File"].endswith(told["sha256"])
    assert f"{told['serial']}.pdf" in download.headers["Content-Disposition"]
    stranger = as_user(finished.students[1].user_id)
    assert stranger.get(f"/documents/{row.id}").status_code == 404
    assert stranger.get(f"{API}/{row.id}/file").status_code == 404
    assert [item["id"] for item in own.get(API).get_json()["data"]] == [told["id"]]
    assert stranger.get(API).get_json()["data"] == []


def test_a_mark_sheet_is_of_one_term_and_nothing_is_issued_where_nothing_is_published(
    finished, registrar, database
):
    student = finished.students[0]
    assert issue(registrar, student, "marksheet")[0] == 422
    assert issue(registrar, student, "marksheet", term_id=999)[0] == 404
    status, told = issue(registrar, student, "marksheet", term_id=finished.term.id)
    assert (status, told["serial"][:3]) == (201, "MS-")
    with database.writer() as db, unit(db):
        fresh = factory.student(db, on=finished.programme)
    assert issue(registrar, fresh)[0] == 409
    form = {"kind": "transcript", "term_id": ""}
    page = registrar.post(f"/students/{fresh.id}/documents", data=form)
    assert "There are no published results yet." in page.get_data(as_text=True)
    card = registrar.get(f"{API}/cards/{student.id}").get_json()["data"]
    assert card["register_number"] == student.register_number
    listed = registrar.get("/documents?q=" + told["serial"][:14]).get_data(as_text=True)
    assert told["serial"] in listed


@pytest.mark.db
def test_numbers_run_without_a_gap_whoever_asks_and_a_refused_issue_takes_none(finished, database):
    with database.writer() as db:
        form = IssuePaper(kind=Paper.TRANSCRIPT)
        issuing.issue_paper(db, SYSTEM, finished.students[0].id, form)
        db.rollback()
    numbers = []
    for student in finished.students:
        with database.writer() as db, unit(db):
            numbers.append(issuing.issue_paper(db, SYSTEM, student.id, form).number)
    assert numbers == [1, 2, 3]
    with database.reader() as db:
        assert db.scalars(select(DocumentSeries.last)).all() == [3]


@pytest.mark.db
def test_a_batch_goes_on_where_it_was_stopped_and_only_its_owner_gets_the_zip(
    finished, database, settings, as_user, as_role, monkeypatch
):
    with database.writer() as db, unit(db):
        owner = person(db, role="admin").id
        bare = factory.student(db, on=finished.programme).id
    client = as_user(owner)
    ids = [student.id for student in finished.students]
    asked = client.post(f"{API}/batches", json={"student_ids": [*ids, bare]})
    assert asked.status_code == 202
    number = int(asked.get_json()["data"]["id"])
    assert client.post(f"{API}/batches", json={"student_ids": ids}).status_code == 409
    assert client.get(f"/documents/batches/{number}").status_code == 200
    with database.writer() as db:
        job_id = db.scalars(select(DocumentBatch.job_id)).one()
        runtime = runtime_of(db)
        assert runtime is not None

    # The machine stops after the second document: what was reserved and kept stays.
    monkeypatch.setattr(document_batches, "PIECE", 1)
    finish, calls = document_batches.finish_some, []

    def stop(db, *rest):
        calls.append(rest)
        if len(calls) == 2:
            raise OSError("no space left on device")
        finish(db, *rest)

    monkeypatch.setattr(document_batches, "finish_some", stop)
    perform(runtime, job_id)
    with database.reader() as db:
        assert db.get_one(Job, job_id).state is JobState.FAILED
        rows = db.execute(select(IssuedDocument.student_id, IssuedDocument.serial))
        before = {row.student_id: row.serial for row in rows}
        assert len(before) == 2
        assert document_batches.made(db, number) == 1
    monkeypatch.setattr(document_batches, "finish_some", finish)
    with clock.travel(timedelta(hours=1)):
        perform(runtime, job_id)
    with database.reader() as db:
        rows = db.scalars(select(IssuedDocument).order_by(IssuedDocument.number)).all()
        assert [row.number for row in rows] == [1, 2, 3]
        assert {row.student_id: row.serial for row in rows}.items() >= before.items()
        assert {row.created_by for row in rows} == {owner}
    state = client.get(f"{API}/batches/{number}").get_json()["data"]
    assert (state["state"], state["made"], state["skipped"]) == ("done", 3, 1)
    with database.reader() as db:
        stored = db.get_one(StoredFile, db.get_one(DocumentBatch, number).file_id)
    with Files.from_settings(settings).open(stored.sha256) as content:
        archive = zipfile.ZipFile(BytesIO(content.read()))
    assert len(archive.namelist()) == 3
    assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
    assert client.get(f"{API}/batches/{number}/file").headers["X-Quad-File"] == stored.key
    other = as_role("admin")
    assert other.get(f"{API}/batches/{number}/file").status_code == 404
    with clock.travel(timedelta(days=8)), database.writer() as db, unit(db):
        document_batches.purge(db)
    assert client.get(f"{API}/batches/{number}/file").status_code == 404
    with database.reader() as db:
        assert db.scalar(select(func.count(IssuedDocument.id))) == 3


def test_the_list_of_students_leads_to_a_batch(finished, registrar, database):
    ids = [student.id for student in finished.students]
    page = registrar.post("/students/documents", data={"id": ids})
    assert page.get_data(as_text=True).count('name="student_ids"') == 3
    form = {"kind": "marksheet", "student_ids": ids}
    assert registrar.post("/students/documents", data=form).status_code == 422
    form["term_id"] = finished.term.id
    assert registrar.post("/students/documents", data=form).status_code == 303
    with database.reader() as db:
        batch = db.scalars(select(DocumentBatch)).one()
    assert (batch.kind, batch.term_id, batch.total) == ("marksheet", finished.term.id, 3)
