"""Late writes: what reading requests want to remember."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.behind import Buffer, WriteBehind, behind, forget
from quad.core.db.engine import Database
from quad.core.settings import StoredSetting
from quad.identity.models.accounts import UserSession


def _write(db: Session, values: Mapping[str, int]) -> None:
    for key, value in values.items():
        db.add(StoredSetting(key=key, value=value))


NOTES: Buffer[str, int] = Buffer("test.notes", _write)


def _kept(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {row.key: row.value for row in db.scalars(select(StoredSetting))}


@pytest.mark.db
def test_the_newest_value_of_each_key_is_written_in_one_go(database: Database) -> None:
    later = WriteBehind(database)
    for value in range(5):
        later.put(NOTES, "a", value)
    later.put(NOTES, "b", 7)
    assert _kept(database) == {}
    assert later.flush() == 2
    assert _kept(database) == {"a": 4, "b": 7}
    assert later.flush() == 0


def test_it_writes_by_itself_after_a_while(database: Database) -> None:
    later = WriteBehind(database, every=0.02)
    later.put(NOTES, "a", 1)
    for _turn in range(500):
        if _kept(database):
            break
        threading.Event().wait(0.01)
    assert _kept(database) == {"a": 1}
    later.close()


def test_closing_writes_what_is_left(database: Database) -> None:
    later = WriteBehind(database, every=60)
    later.put(NOTES, "a", 1)
    later.close()
    assert _kept(database) == {"a": 1}


def test_nothing_is_lost_between_many_threads(database: Database) -> None:
    later = WriteBehind(database)

    def work(number: int) -> None:
        for turn in range(50):
            later.put(NOTES, f"{number}-{turn}", turn)
            if turn % 20 == 0:
                later.flush()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    later.flush()
    assert len(_kept(database)) == 200


def test_a_failed_write_is_tried_again_with_newer_values_first(database: Database) -> None:
    broken = True

    def write(db: Session, values: Mapping[str, int]) -> None:
        if broken:
            raise RuntimeError("not now")
        _write(db, values)

    buffer: Buffer[str, int] = Buffer("test.broken", write)
    later = WriteBehind(database)
    later.put(buffer, "a", 1)
    later.put(buffer, "b", 1)
    assert later.flush() == 0
    later.put(buffer, "a", 2)
    broken = False
    assert later.flush() == 2
    assert _kept(database) == {"a": 2, "b": 1}


def test_there_is_one_buffer_for_a_database(database: Database) -> None:
    first = behind(database)
    assert behind(database) is first
    forget(database)
    assert behind(database) is not first


def test_a_page_view_notes_the_session_without_writing(
    as_role, database: Database, queries
) -> None:
    client = as_role("student")
    with clock.travel(timedelta(minutes=5)) as later:
        queries.clear()
        assert client.get("/account").status_code == 200
        assert not [statement for statement in queries if not statement.startswith("SELECT")]
        assert behind(database).flush() == 1
        with database.reading() as db:
            assert db.scalars(select(UserSession)).one().last_seen_at >= later - timedelta(
                seconds=1
            )
        client.get("/account")
        assert behind(database).flush() == 0
