"""A college that meets: people of several roles, and helpers that write events down through the commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.events.forms.events import NewEvent
from quad.events.models.events import Event
from quad.events.service import writing
from quad.notifications.models import Notification
from tests.factories import academics as factory
from tests.factories.people import person


@dataclass
class World:
    """Numbers of people, and of the department they belong to."""

    people: SimpleNamespace
    department: int


def build(db):
    home = factory.department(db, "CSE")
    asha = factory.student(db, name="Asha Rao", of=home)
    bina = factory.student(db, name="Bina Shah", of=home)
    people = SimpleNamespace(
        asha=asha.user_id,
        bina=bina.user_id,
        alum=person(db, role="alumnus", name="Alma Alumna").id,
        teacher=person(db, role="faculty", name="Tara Teacher").id,
        other=person(db, role="faculty", name="Otto Other").id,
        hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        admin=person(db, role="admin", name="Ada Admin").id,
    )
    return World(people, home.id)


@pytest.fixture
def world(app, database):
    """The college, committed; the installation is attached, so that letters and tickets can be written."""
    with database.writer() as db, unit(db):
        return build(db)


def form(**values: Any) -> NewEvent:
    """Return a talk in three days, in room 5; `values` say what is different."""
    starts = (clock.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    given = {
        "title": "A talk",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "venue": "Room 5",
    }
    return NewEvent(**(given | values))


def published(db, owner: int, **values: Any) -> Event:
    """Write an event of somebody of the staff down and publish it."""
    actor = actor_by_id(db, owner)
    event = writing.create(db, actor, form(**values))
    return writing.publish(db, actor, event.id)


GIVEN = {
    "title": "Résumé clinic",
    "starts_at": "2030-05-01T10:00",
    "ends_at": "2030-05-01T12:00",
    "zone": "Asia/Kolkata",
    "venue": "Hall 2",
    "visibility": "members",
    "about": "# What to bring\n\n**Paper** <script>alert(1)</script> [map](javascript:alert)",
    "times": "1",
}


def told(database, user_id):
    """Return the kinds of notifications a person has, the newest last."""
    with database.reading() as db:
        query = select(Notification.kind).where(Notification.user_id == user_id)
        return list(db.scalars(query.order_by(Notification.id)))


def work(database, kind):
    """Let the worker perform what waits of one kind."""
    with database.reading() as db:
        ids = db.scalars(select(Job.id).where(Job.kind == kind, Job.state == JobState.QUEUED)).all()
        runtime = runtime_of(db)
    assert runtime is not None
    for one in ids:
        perform(runtime, one)
    return len(ids)


def shift(database, event_id, by):
    """Move an event in time behind everybody's back."""
    with database.writer() as db, unit(db):
        event = db.get_one(Event, event_id)
        moved = {
            name: getattr(event, name) + by for name in ("starts_at", "ends_at", "deadline_at")
        }
        db.execute(update(Event).where(Event.id == event_id).values(**moved))
