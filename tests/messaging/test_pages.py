"""Two people write to each other through the pages, with and without scripts."""

from __future__ import annotations

import re

import pytest

from quad.core.behind import behind
from tests.messaging.conftest import said, told, write


def found(pattern, text):
    """Return what the first group of a pattern matches in a page."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1]


def place(response):
    assert response.status_code == 303, response.text[:2000]
    return response.headers["Location"]


@pytest.mark.feature("A25", "A26")
def test_a_first_message_makes_a_conversation_that_both_go_on_with(people, as_user, database):
    asha, bina = as_user(people.asha), as_user(people.bina)
    address = f"/messages/compose/{people.bina}"
    assert "This is a request" not in asha.get(address).text
    where = place(asha.post(address, data={"text": "Shall we study <b>together</b>?"}))
    assert place(asha.get(address)) == where, "there is one conversation of the two"
    shown = bina.get("/messages").text
    assert "Asha Rao" in shown
    assert 'data-badge="messages" data-value="1"' in shown
    opened = bina.get(where).text
    assert "Shall we study &lt;b&gt;together&lt;/b&gt;?" in opened
    assert 'data-badge="messages" data-value="0"' in opened, "what is shown is read with it"
    assert behind(database).flush() >= 1
    assert 'data-badge="messages" data-value="0"' in bina.get("/messages").text
    assert "Read " in asha.get(where).text
    assert place(bina.post(where, data={"text": "Yes"})) == where
    number = int(where.rpartition("/")[2])
    assert said(database, number) == ["Shall we study <b>together</b>?", "Yes"]


@pytest.mark.feature("A24")
def test_the_list_shows_the_newest_first_with_what_is_unread_and_empty_lists_say_what_to_do(
    people, as_user, database
):
    asha = as_user(people.asha)
    assert "No conversations yet" in asha.get("/messages").text
    write(database, people.bina, people.asha, "First")
    write(database, people.teacher, people.asha, "Second")
    write(database, people.bina, people.asha, "Third")
    shown = asha.get("/messages").text
    assert shown.index("Bina Shah") < shown.index("Tara Teacher")
    assert "Third" in shown
    assert "First" not in shown
    part = asha.get("/messages", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Third" in part


def test_an_empty_message_and_one_too_long_are_refused_beside_the_field(people, as_user, database):
    asha = as_user(people.asha)
    address = f"/messages/compose/{people.bina}"
    assert "Write something, or attach a file." in asha.post(address, data={"text": " "}).text
    long = asha.post(address, data={"text": "a" * 5_001})
    assert long.status_code == 422
    where = write(database, people.asha, people.bina).conversation
    empty = asha.post(f"/messages/{where}", data={"text": ""}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    assert "<html" not in empty.text
    assert said(database, where) == ["Hello"]


def test_sending_the_same_form_twice_sends_once(people, as_user, database):
    asha = as_user(people.asha)
    where = write(database, people.asha, people.bina).conversation
    page = asha.get(f"/messages/{where}").text
    key = found(r'name="key" value="([0-9a-f]+)"', page)
    for _each in range(2):
        asha.post(f"/messages/{where}", data={"text": "Once", "key": key})
    assert said(database, where) == ["Hello", "Once"]


def test_long_conversations_are_read_page_by_page_without_gap(people, as_user, database):
    for number in range(120):
        last = write(database, people.asha, people.bina, f"number {number:03}")
    bina = as_user(people.bina)
    address = f"/messages/{last.conversation}"
    seen: list[str] = []
    while address:
        page = bina.get(address).text
        seen = re.findall(r"<p>number (\d+)</p>", page) + seen
        older = re.search(r'href="(/messages/\d+\?before=\d+)"', page)
        address = older[1] if older else ""
    assert seen == [f"{number:03}" for number in range(120)]
    hits = bina.get("/messages?q=number 017").text
    hit = found(r'href="(/messages/\d+\?at=\d+)"', hits)
    around = bina.get(hit).text
    assert "number 017" in around
    assert "number 030" in around
    assert "To the newest messages" in around


@pytest.mark.feature("A35")
def test_an_open_page_asks_for_what_is_new_and_different_and_gets_each_message_by_its_number(
    people, as_user, database
):
    first = write(database, people.asha, people.bina, "One")
    asha, bina = as_user(people.asha), as_user(people.bina)
    page = asha.get(f"/messages/{first.conversation}").text
    since = found(r'data-since="([^"]+)"', page)
    second = write(database, people.bina, people.asha, "Two")
    assert told(database, people.asha, "messages")[-1]["new"] is True
    assert told(database, people.bina, "messages")[-1]["new"] is False
    address = f"/messages/{first.conversation}/news"
    for _each in range(2):  # asked again after a lost connection it is the same
        part = asha.get(address, query_string={"after": first.id, "since": since}).text
        assert re.findall(r'id="message-(\d+)"', part) == [str(first.id), str(second.id)]
    bina.post(f"/messages/{first.conversation}/read", data={"until": first.id})
    part = asha.get(address, query_string={"after": second.id, "since": since}).text
    assert "Read " in part
    for odd in ({}, {"after": "x", "since": "never"}, {"after": "9" * 18, "since": "2020-01-01"}):
        assert asha.get(address, query_string=odd).status_code == 200


def test_pages_cost_few_queries(people, as_user, database, queries):
    for number in range(8):
        last = write(database, people.asha, people.bina, f"text {number}")
    bina = as_user(people.bina)
    bina.get("/messages")
    for address in ("/messages", f"/messages/{last.conversation}"):
        queries.clear()
        assert bina.get(address).status_code == 200
        assert len(queries) <= 8, queries
    with_badge = [statement for statement in queries if "messaging_side" in statement]
    assert "identity_session" in with_badge[0], "the number in the bar comes with the person"
