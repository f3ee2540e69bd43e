"""A college that is told things: people of several roles, and helpers that let the worker work."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from quad.core.facts import unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.notifications.models import Notification
from tests.factories import academics as factory
from tests.factories.people import person


@dataclass
class College:
    """Numbers of people, departments and a course."""

    people: SimpleNamespace
    home: int
    away: int
    offering: int


def build(db):
    home, away = factory.department(db, "CSE"), factory.department(db, "CIV")
    asha = factory.student(db, name="Asha Rao", of=home)
    bina = factory.student(db, name="Bina Shah", of=away)
    teacher = factory.teacher(db, of=home, name="Tara Teacher")
    offering = factory.offering(db, by=teacher)
    factory.enrolment(db, asha, offering)
    people = SimpleNamespace(
        asha=asha.user_id,
        bina=bina.user_id,
        alma=person(db, role="alumnus", name="Alma Alumna").id,
        otto=person(db, role="alumnus", name="Otto Alumnus").id,
        teacher=teacher.user_id,
        hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        placement=person(db, role="placement", name="Paul Placement").id,
        admin=person(db, role="admin", name="Ada Admin").id,
    )
    return College(people, home.id, away.id, offering.id)


@pytest.fixture
def college(app, database):
    """The college, committed; the installation is attached, so that jobs can be promised."""
    with database.writer() as db, unit(db):
        return build(db)


def told(database, user_id):
    """Return the kinds of notifications a person has, the newest last."""
    with database.reading() as db:
        query = select(Notification.kind).where(Notification.user_id == user_id)
        return list(db.scalars(query.order_by(Notification.id)))


def work(database, kind="announcements.tell"):
    """Let the worker perform what waits of one kind."""
    with database.reading() as db:
        ids = db.scalars(select(Job.id).where(Job.kind == kind, Job.state == JobState.QUEUED)).all()
        runtime = runtime_of(db)
    assert runtime is not None
    for one in ids:
        perform(runtime, one)
    return len(ids)
