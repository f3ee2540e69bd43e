"""The same materials on an object store: moto's server speaks S3 on this machine."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr
from sqlalchemy import func, select

from quad.core import arriving, clock
from quad.core.errors import NotFound
from quad.core.facts import run, unit
from quad.core.files import GRACE, Files, StoredFile
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.looking.viruses import TEST_VIRUS
from quad.materials.service import uploads
from tests.conftest import free_port
from tests.materials import papers, samples
from tests.materials.conftest import API
from tests.materials.hostile.making import pack, word

BUCKET = "quad-files"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.put(f"{address}/{BUCKET}").raise_for_status()
    yield address
    server.stop()


@pytest.fixture
def bucket(endpoint, monkeypatch):
    """The address of the files, with what an operator sets beside it."""
    for name, value in (KEYS | {"AWS_ENDPOINT": endpoint, "AWS_ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}"


@pytest.fixture
def remote(bucket, settings):
    return Files.from_settings(settings.model_copy(update={"files_url": SecretStr(bucket)}))


@pytest.fixture
def on_bucket(bucket, app, database, settings):
    """The whole installation with its files in the bucket."""
    changed = settings.model_copy(update={"files_url": SecretStr(bucket)})
    extension = app.extensions["quad"]
    app.extensions["quad"] = replace(extension, settings=changed)
    yield attach(database, changed)
    app.extensions["quad"] = extension


@pytest.mark.feature("M17")
def test_content_is_kept_opened_copied_and_swept_in_a_bucket(remote, database):
    def put(content):
        with database.writer() as db, unit(db):
            return remote.put(
                db, io.BytesIO(content), name="a.pdf", media_type="application/pdf", owner_id=None
            )

    one, two = put(b"hello" * 500_000), put(b"hello" * 500_000)
    assert one.sha256 == two.sha256
    assert remote.folder is None
    with remote.open(one.sha256) as stream:
        assert stream.read(5) == b"hello"
        stream.seek(2_499_995)
        assert stream.read() == b"hello"
    with remote.local(one.sha256) as path:
        assert path.stat().st_size == 2_500_000
    assert not path.exists()
    assert remote.path_or_key(one) == one.key
    gone = put(b"gone")
    with database.writer() as db, unit(db):
        db.delete(db.get_one(StoredFile, gone.id))
    with database.reading() as db:
        assert remote.sweep(db) == 0
        with clock.travel(clock.now().replace(year=clock.now().year + 1)):
            assert remote.sweep(db) == 1
    with pytest.raises(NotFound), remote.open(gone.sha256):
        pass
    with remote.open(one.sha256) as stream:
        assert stream.read(1) == b"h"


@pytest.mark.feature("M17", "M20")
def test_a_material_in_a_bucket_is_read_and_summed_up_like_any_other(
    on_bucket, remote, add, sign_in
):
    made = add(papers.pdf(["A bucket holds water. " + papers.PAGES[0]]), "bucket.pdf")
    perform_due(on_bucket)
    found = sign_in("asha").get(f"{API}/materials/{made['id']}/summary").json["data"]
    assert found["state"] == "ready"
    key = sign_in("asha").get(f"/materials/{made['id']}/content").headers["X-Quad-File"]
    with remote.open(key.rpartition("/")[2]) as content:
        assert content.read(5) == b"%PDF-"


@pytest.fixture
def announce(on_bucket, sign_in, school):
    """Announce a file; return who sends it and what was answered."""

    def begin(size, name="talk.mp3", **more):
        client = sign_in("teacher")
        body = {"name": name, "size": size, "offering_id": str(school.offering)} | more
        answer = client.post(f"{API}/courses/{school.course}/materials/uploads", json=body)
        assert answer.status_code == 201, answer.text
        return client, answer.json["data"]

    return begin


def arrived(remote, shown):
    """Return the size of what lies in the temporary place of an upload, None when nothing does."""
    return arriving.size_of(remote, shown["key"])


@pytest.mark.feature("M17")
def test_a_file_sent_straight_to_the_bucket_is_judged_before_it_gets_its_address(
    announce, remote, database, sign_in
):
    content = samples.mp3(300)
    client, shown = announce(len(content))
    key, place = shown["key"], f"{API}/materials/uploads/{shown['key']}"
    address = urlsplit(shown["put_url"])
    assert address.path == f"/{BUCKET}/arriving/{key}", "a temporary place, not the content's"
    asked = parse_qs(address.query)
    assert 0 < int(asked["X-Amz-Expires"][0]) <= 3600
    assert client.post(f"{place}/finish").status_code == 409, "nothing has arrived"
    httpx.put(shown["put_url"], content=content).raise_for_status()
    assert arrived(remote, shown) == len(content)
    with database.reader() as db:
        assert db.scalar(select(func.count(StoredFile.id))) == 0
    made = client.post(f"{place}/finish")
    assert made.status_code == 201, made.text
    assert client.post(f"{place}/finish").json["data"]["id"] == made.json["data"]["id"]
    assert arrived(remote, shown) is None, "the temporary place is empty again"
    with database.reader() as db:
        stored = db.scalar(select(StoredFile))
    with remote.open(stored.sha256) as kept:
        assert kept.read() == content
    assert client.get(place).json["data"]["put_url"] is None, "there is nothing more to send"
    answer = sign_in("asha").get(f"/materials/{made.json['data']['id']}/content")
    assert answer.headers["X-Quad-File"] == stored.key


@pytest.mark.feature("M17")
@pytest.mark.parametrize(
    ("name", "make", "announced", "said"),
    [
        ("talk.mp3", lambda: b"MZ" + bytes(4_000), None, "This kind of file is not taken here"),
        ("talk.mp3", samples.pdf, None, "does not end in .pdf"),
        ("talk.mp3", lambda: samples.mp3(90), 500, "but 500 were announced"),
        (
            "ill.pdf",
            lambda: papers.pdf(extra=b"<< /Note (" + TEST_VIRUS + b") >>"),
            None,
            "A virus",
        ),
        ("m.docx", lambda: pack(word({"word/vbaProject.bin": b"x"})), None, "has macros"),
        (
            "bomb.docx",
            lambda: pack(word({"word/a.xml": b" " * 260_000_000})),
            None,
            "far too large when opened",
        ),
    ],
)
def test_what_is_refused_does_not_stay_in_the_bucket_and_may_be_sent_again(
    announce, remote, database, name, make, announced, said
):
    sent = make()
    client, shown = announce(announced or len(sent), name)
    httpx.put(shown["put_url"], content=sent).raise_for_status()
    refused = client.post(f"{API}/materials/uploads/{shown['key']}/finish")
    assert refused.status_code == 422, refused.text
    assert said in refused.json["fields"]["file"]
    assert arrived(remote, shown) is None
    with database.reader() as db:
        assert db.scalar(select(func.count(StoredFile.id))) == 0
    again = client.get(f"{API}/materials/uploads/{shown['key']}").json["data"]
    assert again["put_url"]


@pytest.mark.feature("M17")
def test_what_was_cancelled_or_abandoned_leaves_the_bucket(announce, remote, database):
    content = samples.mp3(40)
    client, cancelled = announce(len(content))
    _client, left = announce(len(content))
    for one in (cancelled, left):
        httpx.put(one["put_url"], content=content).raise_for_status()
    assert client.delete(f"{API}/materials/uploads/{cancelled['key']}").status_code == 200
    assert arrived(remote, cancelled) is None
    assert arrived(remote, left) == len(content)
    with clock.travel(uploads.LIFETIME + timedelta(minutes=1)):
        assert run(database.writer, lambda db: uploads.sweep(db, remote)) == 1
    assert arrived(remote, left) is None
    # The address outlives the upload by minutes: what somebody sends then, the sweep of the files takes.
    httpx.put(cancelled["put_url"], content=content).raise_for_status()
    with clock.travel(GRACE + timedelta(hours=1)), database.reading() as db:
        assert remote.sweep(db) >= 1
    assert arrived(remote, cancelled) is None


def test_pieces_go_on_as_pieces_on_a_bucket_too(announce, remote):
    content = samples.mp3(40)
    client, shown = announce(len(content))
    place = f"{API}/materials/uploads/{shown['key']}"
    sent = client.put(
        place,
        data=content,
        query_string={"offset": 0},
        content_type="application/octet-stream",
    )
    assert sent.json["data"]["put_url"] is None
    assert client.get(place).json["data"]["put_url"] is None
    assert client.post(f"{place}/finish").status_code == 201
