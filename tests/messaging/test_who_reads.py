"""Nobody but the two reads what they write, by no way; and after a block not even the two."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import literal, select

from quad.core.acting import actor_by_id
from quad.core.behind import behind
from quad.core.facts import run, unit
from quad.core.own_data import own_data
from quad.core.search.find import search
from quad.messaging.models.conversations import Attachment
from quad.messaging.service.live import unread_count
from quad.relations.service import following
from tests.messaging.conftest import API, told, write

WORD = "marmalade"


def picture():
    written = BytesIO()
    Image.new("RGB", (8, 8), "green").save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def written(people, as_user, database):
    """A conversation of asha and bina with a word to find and a file."""
    made = write(database, people.asha, people.bina, f"Bring the {WORD}")
    where = f"{API}/conversations/{made.conversation}/attachments?name=a.png"
    sent = as_user(people.asha).post(where, data=picture(), content_type="application/octet-stream")
    assert sent.status_code == 201, sent.text
    made.file = int(sent.get_json()["data"]["files"][0]["id"])
    made.file_message = int(sent.get_json()["data"]["id"])
    return made


def ways(made):
    """Return every address by which a message could be reached: method, address, body."""
    page, api = f"/messages/{made.conversation}", f"{API}/conversations/{made.conversation}"
    return (
        ("GET", page, None),
        ("GET", f"{page}/news?after=0&since=2020-01-01T00:00:00%2B00:00", None),
        ("POST", page, {"text": "x"}),
        ("POST", f"{page}/read", {"until": str(made.id)}),
        ("POST", f"{page}/typing", {}),
        ("POST", f"{page}/accept", {}),
        ("POST", f"{page}/decline", {}),
        ("POST", f"{page}/mute", {}),
        ("GET", f"/messages/items/{made.id}/edit", None),
        ("POST", f"/messages/items/{made.id}/edit", {"text": "x"}),
        ("POST", f"/messages/items/{made.id}/take-back", {}),
        ("GET", f"/messages/items/{made.id}/report", None),
        ("GET", f"/messages/files/{made.file}", None),
        ("GET", api, None),
        ("GET", f"{api}/messages", None),
        ("POST", f"{api}/messages", {"text": "x"}),
        ("POST", f"{api}/attachments?name=a.png", b"x"),
        ("POST", f"{api}/read", {}),
        ("POST", f"{api}/typing", None),
        ("POST", f"{api}/accept", None),
        ("POST", f"{api}/decline", None),
        ("PUT", f"{api}/mute", {"muted": True}),
        ("GET", f"{API}/messages/{made.id}", None),
        ("PATCH", f"{API}/messages/{made.id}", {"text": "x"}),
        ("DELETE", f"{API}/messages/{made.id}", None),
        ("POST", f"{API}/messages/{made.id}/report", {"reason": "spam"}),
        ("GET", f"{API}/attachments/{made.file}", None),
    )


def ask(client, method, address, body):
    if isinstance(body, bytes):
        more = {"data": body, "content_type": "application/octet-stream"}
    elif address.startswith(API):
        more = {"json": body} if body is not None else {}
    else:
        more = {"data": body} if body is not None else {}
    return client.open(address, method=method, **more)


def finds_nothing(database, user):
    """Check search over everything, the copy of one's data, and the number in the bar."""
    with database.reading() as db:
        actor = actor_by_id(db, user)
        assert search(db, actor, WORD) == []
        got = next(part for part in own_data() if part.name == "messages").load(db, user)
        assert [row for row in got["written_to_you"] if row["text"]] == []
        assert not db.scalar(select(unread_count(literal(user))))


@pytest.mark.feature("A26")
def test_neither_strangers_nor_administrators_reach_a_message_by_any_way(
    people, written, as_user, client, database
):
    for user in (people.cora, people.admin, people.teacher):
        reader = as_user(user)
        for method, address, body in ways(written):
            answer = ask(reader, method, address, body)
            assert answer.status_code == 404, (method, address, answer.status_code)
            assert WORD not in answer.text
        assert reader.get(f"{API}/messages?q={WORD}").get_json()["data"] == []
        assert reader.get(f"{API}/conversations").get_json()["data"] == []
        assert "No message has these words" in reader.get(f"/messages?q={WORD}").text
        finds_nothing(database, user)
        assert told(database, user, "messages") == []
    for method, address, body in ways(written):
        assert ask(client, method, address, body).status_code in (302, 303, 401), address


@pytest.mark.feature("A26")
def test_after_a_block_neither_of_the_two_reaches_anything_until_it_is_taken_back(
    people, written, as_user, database
):
    asha, bina = as_user(people.asha), as_user(people.bina)
    assert [hit["id"] for hit in bina.get(f"{API}/messages?q={WORD}").get_json()["data"]] == [
        str(written.id)
    ]
    with database.reading() as db:
        assert search(db, actor_by_id(db, people.bina), WORD)[0].label == "Messages"
    before = len(told(database, people.asha, "messages"))
    assert asha.post(f"/people/{people.bina}/block").status_code == 303
    assert told(database, people.bina, "badges")[-1] == {"messages": 0}
    heard = len(told(database, people.asha, "messages"))
    assert heard == before + 1, "open pages ask again, and find nothing"
    for client in (asha, bina):
        for method, address, body in ways(written):
            answer = ask(client, method, address, body)
            assert answer.status_code == 404, (method, address, answer.status_code)
        assert client.get(f"{API}/messages?q={WORD}").get_json()["data"] == []
        assert client.get(f"{API}/conversations").get_json()["data"] == []
        assert "No conversations yet" in client.get("/messages").text
    finds_nothing(database, people.bina)
    for client, other in ((asha, people.bina), (bina, people.asha)):
        assert client.get(f"/messages/compose/{other}").status_code == 404
        assert client.post(f"/messages/compose/{other}", data={"text": "x"}).status_code == 404
        body = {"person_id": str(other), "text": "x"}
        assert client.post(f"{API}/conversations", json=body).status_code == 404
    bina.post("/messages/delivered")
    behind(database).flush()
    assert len(told(database, people.asha, "messages")) == heard, "nothing more is told"
    run(
        database.writer,
        lambda db: following.unblock(db, actor_by_id(db, people.asha), people.bina),
    )
    assert WORD in bina.get(f"/messages/{written.conversation}").text


@pytest.mark.feature("A49")
def test_a_file_is_judged_by_its_content_and_given_to_the_two_alone(
    people, written, as_user, database
):
    bina = as_user(people.bina)
    given = bina.get(f"/messages/files/{written.file}")
    assert given.headers["X-Quad-File"]
    assert given.headers["Content-Disposition"].startswith("attachment")
    where = f"/messages/{written.conversation}"
    for content, name in ((b"<script>", "a.png"), (picture(), "a.pdf"), (b"", "a.png")):
        given_file: Any = {"text": "look", "file": (BytesIO(content), name)}
        refused = bina.post(where, data=given_file, headers={"HX-Request": "true"})
        assert refused.status_code == 422, name
        assert "look" in refused.text, "what was typed stays"
    many: Any = {"file": [(BytesIO(picture()), f"{number}.png") for number in range(6)]}
    assert bina.post(where, data=many).status_code == 422
    data: Any = {"file": [(BytesIO(picture()), "b.png"), (BytesIO(picture()), "c.png")]}
    assert bina.post(where, data=data).status_code == 303
    assert "c.png" in as_user(people.asha).get(where).text
    taken_back = as_user(people.asha).delete(f"{API}/messages/{written.file_message}")
    assert taken_back.status_code == 200
    assert bina.get(f"/messages/files/{written.file}").status_code == 404
    with database.writer() as db, unit(db):
        assert db.get(Attachment, written.file) is None
