"""What the database keeps: one conversation for a pair, its last moment, and how many are unread."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from quad.core import clock, counters
from quad.core.acting import actor_by_id
from quad.core.facts import run, unit
from quad.messaging.forms import WriteMessage
from quad.messaging.models.conversations import Conversation, Message, Side
from quad.messaging.models.triggers import rebuild
from quad.messaging.service import receipts, writing
from tests.messaging.conftest import write


@pytest.mark.db
@pytest.mark.feature("A66")
def test_two_who_write_to_each_other_at_once_have_one_conversation(people, database):
    pairs = [(people.asha, people.bina), (people.bina, people.asha)] * 5

    def begin(pair):
        number, (sender, to) = pair

        def work(db):
            form = WriteMessage(text=f"text {number}")
            writing.compose(db, actor_by_id(db, sender), to, form)

        run(database.writer, work, tries=20)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(begin, enumerate(pairs)))
    with database.reading() as db:
        there = db.scalars(select(Conversation)).one()
        assert (there.low_id, there.high_id) == tuple(sorted((people.asha, people.bina)))
        assert db.scalar(select(func.count(Side.id))) == 2
        assert db.scalar(select(func.count(Message.id))) == len(pairs)
        unread = dict(db.execute(select(Side.person_id, Side.unread)).all())
        assert unread == {people.asha: 5, people.bina: 5}


@pytest.mark.db
@pytest.mark.feature("A66")
def test_the_database_itself_refuses_a_second_conversation_and_a_pair_in_the_wrong_order(
    people, database
):
    low, high = sorted((people.asha, people.bina))
    for first, second in ((low, high), (high, low), (low, low)):
        with database.writer() as db:
            if (first, second) == (low, high):
                db.add(Conversation(low_id=low, high_id=high, opener_id=low))
                db.flush()
            db.add(Conversation(low_id=first, high_id=second, opener_id=low))
            with pytest.raises(DatabaseError):
                db.flush()
            db.rollback()


@pytest.mark.db
@pytest.mark.feature("A53")
def test_whatever_happens_to_messages_the_last_moment_and_the_unread_numbers_are_true(
    people, database
):
    chance = random.Random(5)
    places = [write(database, people.asha, to).conversation for to in (people.bina, people.teacher)]
    with database.writer() as db, unit(db):
        sides = {
            (side.conversation_id, side.person_id): side.id for side in db.scalars(select(Side))
        }
    for step in range(60):
        with database.writer() as db, unit(db):
            ids = db.scalars(select(Message.id)).all()
            place = chance.choice(places)
            other = people.bina if place == places[0] else people.teacher
            deed = chance.choice(("add", "add", "add", "read", "hide", "date", "move", "purge"))
            one = Message.id == chance.choice(ids or [0])
            if deed == "add":
                moment = clock.now() - timedelta(minutes=chance.randrange(600))
                db.execute(
                    insert(Message).values(
                        conversation_id=place,
                        sender_id=people.asha,
                        side_id=sides[place, other],
                        text=str(step),
                        created_at=moment,
                    )
                )
            elif deed == "read":
                db.execute(update(Message).where(one).values(read_at=clock.now()))
            elif deed == "hide":
                db.execute(update(Message).where(one).values(deleted_at=clock.now()))
            elif deed == "date":
                earlier = clock.now() - timedelta(minutes=chance.randrange(600))
                db.execute(update(Message).where(one).values(created_at=earlier))
            elif deed == "move":
                moved = {"conversation_id": place, "side_id": sides[place, other]}
                db.execute(update(Message).where(one).values(moved))
            else:
                db.execute(delete(Message).where(one))
        with database.writer() as db, unit(db):
            check(db, places, deed)


def check(db, places, deed):
    assert counters.check(db) == [], deed
    assert rebuild(db, places) == 0, deed
    for place in places:
        newest = db.scalar(
            select(func.max(Message.created_at)).where(Message.conversation_id == place)
        )
        if newest is not None:
            there = db.get_one(Conversation, place)
            sides = db.scalars(select(Side.last_message_at).where(Side.conversation_id == place))
            assert {there.last_message_at, *sides} == {newest}, deed


@pytest.mark.db
def test_writing_and_reading_at_once_leaves_the_true_number(people, database):
    where = write(database, people.asha, people.bina).conversation

    def send(number):
        def work(db):
            form = WriteMessage(text=str(number))
            writing.send(db, actor_by_id(db, people.asha), where, form)

        run(database.writer, work, tries=20)

    def read(_number):
        run(
            database.writer,
            lambda db: receipts.read(db, actor_by_id(db, people.bina), where),
            tries=20,
        )

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(send if number % 2 else read, number) for number in range(24)]
        for job in jobs:
            job.result()
    with database.reading() as db:
        assert counters.check(db) == []
        assert db.scalar(select(func.count(Message.id))) == 13
