"""A college whose people write to each other: two who share a course, a stranger, staff, graduates."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from quad.core.acting import actor_by_id
from quad.core.facts import run, unit
from quad.core.live import LiveEvent
from quad.messaging.forms import WriteMessage
from quad.messaging.models.conversations import Message
from quad.messaging.service import writing
from tests.factories import academics as factory
from tests.factories.people import person

API = "/api/v1"


def build(db) -> SimpleNamespace:
    home = factory.department(db, "CSE")
    asha = factory.student(db, name="Asha Rao", of=home)
    bina = factory.student(db, name="Bina Shah", of=home)
    cora = factory.student(db, name="Cora Das", of=home)
    course = factory.offering(db)
    for one in (asha, bina):
        factory.enrolment(db, one, course)
    return SimpleNamespace(
        asha=asha.user_id,
        bina=bina.user_id,
        cora=cora.user_id,
        teacher=person(db, role="faculty", name="Tara Teacher").id,
        alum=person(db, role="alumnus", name="Alma Alumna").id,
        admin=person(db, role="admin", name="Ada Admin").id,
    )


@pytest.fixture
def people(app, database):
    """Numbers of people, committed: asha and bina take a course together, cora takes none."""
    with database.writer() as db, unit(db):
        return build(db)


def write(database, sender: int, to: int, text: str = "Hello", **more: Any) -> SimpleNamespace:
    """Write to a person; return the numbers of the message and its conversation."""

    def work(db):
        made = writing.compose(db, actor_by_id(db, sender), to, WriteMessage(text=text, **more))
        return SimpleNamespace(id=made.id, conversation=made.conversation_id)

    return run(database.writer, work)


def said(database, conversation: int) -> list[str]:
    """Return what stands in a conversation, in its order."""
    with database.reading() as db:
        query = select(Message.text).where(Message.conversation_id == conversation)
        return list(db.scalars(query.order_by(Message.id)))


def told(database, user: int, kind: str) -> list[dict[str, Any]]:
    """Return the live events of a kind that somebody's pages got."""
    with database.reading() as db:
        query = select(LiveEvent.data).where(
            LiveEvent.audience == f"user:{user}", LiveEvent.kind == kind
        )
        return list(db.scalars(query.order_by(LiveEvent.id)))
