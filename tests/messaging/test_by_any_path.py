"""No address of the whole site shows a message to anybody but the two, and no trace of it holds its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Text, cast, func, select, update
from werkzeug.routing import Rule

from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.facts import run, unit
from quad.core.jobs.models import Job
from quad.core.live import LiveEvent
from quad.core.mail.models import Mail
from quad.core.own_data import own_data
from quad.messaging.models.conversations import Message, Side
from quad.messaging.service import telling
from quad.notifications.models import Held, Notification
from tests.messaging.conftest import write

pytestmark = [pytest.mark.slow, pytest.mark.feature("A26")]

WORD = "marmalade"
# One number for everything: the conversation, the message and its file are the first of their tables.
NUMBER = "1"


def addresses(rules: Iterator[Rule]) -> list[str]:
    """Return every address that can be asked for, with `NUMBER` in each place."""
    found = []
    for rule in rules:
        if "GET" in (rule.methods or ()):
            parts = [NUMBER if part.startswith("<") else part for part in rule.rule.split("/")]
            found.append("/".join(parts).replace("<token>", NUMBER))
    return sorted(set(found))


def shown_at(reader, places: list[str]) -> list[str]:
    """Ask for every address; return where the word stood."""
    found = []
    for place in places:
        answer = reader.get(place)
        assert answer.status_code < 500, place
        if WORD.encode() in answer.data:
            found.append(place)
    return found


@pytest.fixture
def message(people, database):
    """A message of asha to bina; bina is told by mail that something waits."""
    made = write(database, people.asha, people.bina, f"Bring the {WORD}")
    assert (made.id, made.conversation) == (1, 1)
    return made


def wait_for_mail(database) -> None:
    """Let the message be old enough for a letter, and let the worker tell of it."""
    with database.writer() as db, unit(db):
        earlier = clock.now() - timedelta(hours=2)
        db.execute(update(Message).values(created_at=earlier))
        db.execute(
            update(Side).where(Side.waiting_since.is_not(None)).values(waiting_since=earlier)
        )
    after: int | None = 0
    while after is not None:
        after = run(database.writer, lambda db, last=after: telling.tell_some(db, last))  # type: ignore[misc]


@pytest.mark.timeout(600)
def test_nobody_else_finds_a_message_at_any_address_of_the_site(
    people, message, as_user, app, database
):
    wait_for_mail(database)
    places = addresses(app.url_map.iter_rules())
    assert len(places) > 500
    assert (
        len(shown_at(as_user(people.asha), [p for p in places if "messag" in p or "conv" in p])) > 2
    )
    for user in (people.cora, people.admin):
        reader = as_user(user)
        assert shown_at(reader, places) == []
        assert reader.get("/account").status_code == 200, "and was signed in all the time"


@pytest.mark.timeout(600)
def test_the_receiver_finds_it_at_no_address_any_more_once_one_blocks_the_other(
    people, message, as_user, app
):
    places = addresses(app.url_map.iter_rules())
    bina = as_user(people.bina)
    assert as_user(people.asha).post(f"/people/{people.bina}/block").status_code == 303
    assert shown_at(bina, places) == []


def test_the_words_of_a_message_stand_in_the_message_alone(people, message, database):
    """Not in live news, notifications, mail, the audit, jobs, nor in anybody else's copy of their data."""
    wait_for_mail(database)
    columns = (
        *(LiveEvent.data, Notification.data, Held.data, AuditEntry.data, AuditEntry.changes),
        *(Job.payload, Mail.subject, Mail.body_text, Mail.body_html),
    )
    with database.reading() as db:
        assert db.scalar(select(func.count(LiveEvent.id))), "there are traces to look at"
        for column in columns:
            held = select(func.count()).where(cast(column, Text).contains(WORD))
            assert db.scalar(held) == 0, column
        for user in (people.cora, people.admin, people.teacher):
            for part in own_data():
                assert WORD not in str(part.load(db, user)), part.name


def test_no_letter_tells_of_what_was_blocked_before_it_went(people, message, as_user, database):
    assert as_user(people.bina).post(f"/people/{people.asha}/block").status_code == 303
    wait_for_mail(database)
    with database.reading() as db:
        assert db.scalar(select(func.count(Mail.id))) == 0
        told = select(Notification.kind).where(Notification.user_id == people.bina)
        assert "messages_waiting" not in set(db.scalars(told))
