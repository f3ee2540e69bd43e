"""Seats are given once, in the order people came, and who waits longest moves up when one is free."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from quad.core import clock, counters
from quad.core.acting import actor_by_id
from quad.core.facts import run, unit
from quad.core.policy import Actor, Grant
from quad.events.forms.events import EditEvent, Register
from quad.events.models.attending import Registration
from quad.events.models.events import Event
from quad.events.service import seats, writing
from tests.events.conftest import published
from tests.factories.people import person


def crowd(db, size):
    """Return `size` people as actors, by number."""
    rows = [person(db, role="student", password=None) for _each in range(size)]
    return [Actor(id=row.id, name=row.full_name, grants=(Grant("student"),)) for row in rows]


def standing(db, event_id):
    """Return the registrations in their order, as (place, user, has a seat)."""
    query = (
        select(Registration.place, Registration.user_id, Registration.seated_at)
        .where(Registration.event_id == event_id, Registration.cancelled_at.is_(None))
        .order_by(Registration.place)
    )
    return [(row.place, row.user_id, row.seated_at is not None) for row in db.execute(query)]


def storm(database, world, people, seats_there, threads):
    """Let everybody register at once; return the event's number, once everything about it is checked."""
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher, capacity=seats_there).id
        everybody = crowd(db, people)
        db.expunge_all()

    def come(actor):
        run(
            database.writer,
            lambda db: seats.register(db, actor, event_id, Register()).id,
            tries=20,
        )

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(come, [*everybody, *everybody[: people // 10]]))  # some press twice
    with database.writer() as db, unit(db):
        rows = standing(db, event_id)
        assert [place for place, _user, _seat in rows] == list(range(1, people + 1))
        assert {user for _place, user, _seat in rows} == {actor.id for actor in everybody}
        assert [seat for *_rest, seat in rows] == [n < seats_there for n in range(people)]
        event = db.get_one(Event, event_id)
        assert (event.registered, event.waiting) == (seats_there, people - seats_there)
        assert counters.check(db) == []
    return event_id, everybody


def leave_and_come(database, event_id, everybody, seats_there, threads):
    """Let some leave at once, seated and waiting: seats go to who waits longest, and nobody is passed over."""
    leaving = random.Random(5).sample(everybody, len(everybody) // 5)

    def go(actor):
        run(database.writer, lambda db: seats.cancel(db, actor, event_id).id, tries=20)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(go, leaving))
    with database.writer() as db, unit(db):
        rows = standing(db, event_id)
        assert len(rows) == len(everybody) - len(leaving)
        assert [seat for *_rest, seat in rows] == [n < seats_there for n in range(len(rows))]
        event = db.get_one(Event, event_id)
        assert event.registered == min(seats_there, len(rows))
        assert counters.check(db) == []


@pytest.mark.db
@pytest.mark.feature("A13", "A66", "A34")
def test_many_at_once_get_exactly_the_seats_there_are_and_wait_in_order(world, database):
    event_id, everybody = storm(database, world, people=40, seats_there=8, threads=16)
    leave_and_come(database, event_id, everybody, 8, threads=16)


@pytest.mark.db
def test_more_seats_go_to_who_waits_longest_and_coming_again_is_the_end_of_the_line(
    world, database
):
    with database.writer() as db, unit(db):
        event = published(db, world.people.teacher, capacity=1)
        asha, bina, alum = (
            actor_by_id(db, getattr(world.people, name)) for name in ("asha", "bina", "alum")
        )
        for who in (asha, bina, alum):
            seats.register(db, who, event.id, Register())
        assert [seat for *_rest, seat in standing(db, event.id)] == [True, False, False]
        seats.cancel(db, bina, event.id)
        seats.register(db, bina, event.id, Register())
        assert [user for _place, user, _seat in standing(db, event.id)] == [
            asha.id,
            alum.id,
            bina.id,
        ]
        teacher = actor_by_id(db, world.people.teacher)
        db.flush()
        db.refresh(event)
        given = {
            name: getattr(event, name) for name in EditEvent.model_fields if hasattr(event, name)
        }
        changed = EditEvent(**(given | {"capacity": 2, "version": event.version}))
        writing.edit(db, teacher, event.id, changed)
        assert [seat for *_rest, seat in standing(db, event.id)] == [True, True, False]
        seats.cancel(db, asha, event.id)
        assert [seat for *_rest, seat in standing(db, event.id)] == [True, True]
        assert counters.check(db) == []


@pytest.mark.db
def test_the_clock_of_the_database_ends_registration(world, database, as_user):
    with database.writer() as db, unit(db):
        event_id = published(db, world.people.teacher).id
        db.execute(update(Event).where(Event.id == event_id).values(deadline_at=clock.now()))
    answer = as_user(world.people.asha).post(f"/api/v1/events/{event_id}/registrations", json={})
    assert answer.status_code == 409
    assert "over" in answer.json["error"]
