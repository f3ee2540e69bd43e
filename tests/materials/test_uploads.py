"""Large files in pieces: gone on with after a break, refused where they must be, swept when nobody comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.academics.models.teaching import Enrolment
from quad.core import clock, pieces
from quad.core.facts import run, unit
from quad.core.files import GRACE, StoredFile
from quad.materials.models.materials import MaterialVersion, Upload, UploadPiece
from quad.materials.service import uploads
from tests.materials import samples
from tests.materials.conftest import API, titles, versions_of


@pytest.fixture
def begin(sign_in, school):
    """Announce a file; return its address and who sends it."""

    def announce(content, name="talk.mp3", by="teacher", **more):
        client = sign_in(by)
        body = {"name": name, "size": len(content), "offering_id": str(school.offering)} | more
        answer = client.post(f"{API}/courses/{school.course}/materials/uploads", json=body)
        return client, answer

    return announce


def place_of(answer):
    return f"{API}/materials/uploads/{answer.json['data']['key']}"


def send(client, place, content, start, end):
    return client.put(
        place,
        data=content[start:end],
        query_string={"offset": start},
        content_type="application/octet-stream",
    )


def left_in_store(files, place):
    """Return what of an upload lies in the store; others may have left theirs."""
    key = place.rpartition("/")[2]
    return [path for path in files.folder.glob(f"pieces/{key}/**/*") if path.is_file()]


@pytest.mark.db
@pytest.mark.feature("M17")
def test_a_file_comes_in_pieces_and_goes_on_after_a_break(begin, sign_in, school, database, files):
    content = samples.mp3(900)
    client, announced = begin(content)
    assert announced.status_code == 201, announced.text
    place, half = place_of(announced), len(content) // 2
    assert send(client, place, content, 0, half).json["data"]["received"] == half
    assert client.post(f"{place}/finish").status_code == 409, "half a file is no file"
    later = sign_in("teacher")
    page = later.get(f"/courses/{school.course}/materials?offering={school.offering}").text
    assert "talk.mp3" in page
    assert "Interrupted" in page
    (waiting,) = later.get(f"{API}/courses/{school.course}/materials/uploads").json["data"]
    assert waiting["received"] == half
    again = send(later, place, content, 0, half)
    assert again.status_code == 409
    assert str(half) in again.json["error"], "it says where to go on"
    assert send(later, place, content, half, len(content)).status_code == 200
    made = later.post(f"{place}/finish")
    assert made.status_code == 201, made.text
    twice = later.post(f"{place}/finish")
    assert twice.json["data"]["id"] == made.json["data"]["id"], "finishing twice is harmless"
    assert titles(database) == ["talk"]
    with database.reader() as db:
        stored = db.scalar(select(StoredFile))
        assert db.scalar(select(func.count(UploadPiece.id))) == 0
    with files.open(stored.sha256) as kept:
        assert kept.read() == content
    assert left_in_store(files, place) == []
    assert later.get(f"{API}/courses/{school.course}/materials/uploads").json["data"] == []


def test_an_upload_is_ones_own_and_is_judged_before_and_after_it_comes(begin, sign_in, school):
    content = samples.mp3(40)
    client, announced = begin(content)
    place = place_of(announced)
    for name in ("colleague", "admin", "asha"):
        assert sign_in(name).get(place).status_code == 404, name
        assert send(sign_in(name), place, content, 0, 10).status_code == 404, name
    for bad in ({"name": "run.exe"}, {"name": "none"}, {"size": 30 * 1024 * 1024}):
        _client, answer = begin(content, **({"name": "talk.mp3"} | bad))
        assert answer.status_code in (413, 422), bad
        assert answer.json["error"]
    assert begin(content, by="asha")[1].status_code == 403
    assert begin(content, by="stranger")[1].status_code == 403
    assert (
        begin(content, offering_id=str(school.other_offering), by="teacher")[1].status_code == 422
    )
    assert send(client, place, content + b"more", 0, len(content) + 4).status_code == 422
    fake = b"MZ" + bytes(len(content) - 2)
    assert send(client, place, fake, 0, len(fake)).status_code == 200
    refused = client.post(f"{place}/finish")
    assert refused.status_code == 422, "the content decides, not the name"
    assert client.delete(place).status_code == 200
    assert client.get(place).status_code == 404


def test_an_upload_may_be_the_next_version_of_a_material(begin, add, database, sign_in, school):
    made = add(samples.mp3(40), "talk.mp3")
    content = samples.mp3(60)
    client, announced = begin(content, material_id=made["id"])
    place = place_of(announced)
    send(client, place, content, 0, len(content))
    assert client.post(f"{place}/finish").status_code == 201
    assert [row.current for row in versions_of(database, made["id"])] == [None, 1]


@pytest.mark.feature("M14")
def test_deleting_a_course_while_an_upload_runs_loses_nothing_else(
    begin, sign_in, school, database, add
):
    content = samples.mp3(40)
    kept = add(offering_id=None, course=school.other_course, by="admin")
    with database.writer() as db, unit(db):
        for row in db.scalars(select(Enrolment)):
            db.delete(row)
    client, announced = begin(content)
    place = place_of(announced)
    send(client, place, content, 0, 1000)
    assert sign_in("admin").post(f"/courses/{school.course}/delete").status_code == 303
    send(client, place, content, 1000, len(content))
    assert client.post(f"{place}/finish").status_code in (404, 422)
    assert titles(database) == [kept["title"]]
    assert sign_in("admin").get(f"/materials/{kept['id']}").status_code == 200
    sign_in("admin").post(f"/courses/{school.course}/restore")
    assert client.post(f"{place}/finish").status_code == 201, "nothing of it was lost"


def test_uploads_nobody_came_back_for_are_swept_with_their_pieces(begin, database, files):
    content = samples.mp3(40)
    client, announced = begin(content)
    place = place_of(announced)
    send(client, place, content, 0, 1000)
    with clock.travel(uploads.LIFETIME + timedelta(minutes=1)):
        assert client.get(place).status_code in (401, 404)
        assert run(database.writer, lambda db: uploads.sweep(db, files)) == 1
    with database.reader() as db:
        assert db.scalar(select(func.count(Upload.id))) == 0
    assert left_in_store(files, place) == []


def test_a_crash_between_bytes_and_row_leaves_neither_orphans_nor_dangling_rows(
    begin, database, files, monkeypatch
):
    content = samples.mp3(40)
    client, announced = begin(content)
    place = place_of(announced)

    def crash(*_given, **_more):
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(uploads, "take_piece", crash)
    assert send(client, place, content, 0, 500).status_code == 500
    monkeypatch.undo()
    assert send(client, place, content, 0, len(content)).status_code == 200, "it goes on"
    monkeypatch.setattr(uploads, "finish", crash)
    assert client.post(f"{place}/finish").status_code == 500
    monkeypatch.undo()
    with database.reader() as db:
        assert db.scalar(select(func.count(StoredFile.id))) == 0, "no row without its material"
    assert client.post(f"{place}/finish").status_code == 201
    with database.reader() as db:
        (named,) = db.scalars(select(StoredFile.sha256))
        assert db.scalar(select(func.count(MaterialVersion.id))) == 1
    with clock.travel(GRACE + timedelta(hours=1)), database.reader() as db:
        files.sweep(db)
    left = {path.name for path in files.folder.rglob("*") if path.is_file()}
    assert left == {named}, "what the crashes left behind is gone, what a row names is there"


def test_a_lifetime_is_shorter_than_the_grace_of_content_nobody_names(database, files):
    assert uploads.LIFETIME < GRACE
    key = pieces.keep_piece(files, "some", b"piece")
    with database.reader() as db:
        files.sweep(db)
    with pieces.joined(files, [key, key]) as whole:
        assert whole.read() == b"piecepiece"
    pieces.forget_pieces(files, [key, key])
    assert not list(files.folder.rglob(key.rpartition("/")[2]))


def test_too_many_unfinished_uploads_are_refused(begin, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    content = samples.mp3(4)
    answers = [begin(content)[1].status_code for _number in range(3)]
    assert answers == [201, 201, 409]
