"""Acts nobody waits for: promised with the unit, done once each, however often the worker is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.facts import attempt, unit
from quad.core.jobs import later
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import attach
from quad.core.settings import StoredSetting


class Killed(BaseException):
    """As kill -9: nothing is recorded, the lease stays."""


@pytest.fixture
def acts(monkeypatch):
    """Acts that write their word down; `broken` stops the worker dead as long as it stands there."""
    broken = {"two"}

    def write(db, payload):
        db.add(StoredSetting(key=payload["word"], value=1))
        db.flush()
        if payload["word"] in broken:
            raise Killed

    monkeypatch.setitem(later._acts, "test.write", write)
    return broken


def words(database):
    with database.reading() as db:
        return list(db.scalars(select(StoredSetting.key).order_by(StoredSetting.id)))


@pytest.mark.db
@pytest.mark.feature("C38")
def test_acts_are_promised_once_and_each_is_done_once_though_the_worker_dies(
    database, settings, acts
):
    runtime = attach(database, settings)
    with database.writer() as db, unit(db):
        for word in ("one", "two", "three"):
            later.later(db, "test.write", {"word": word})
    with database.reading() as db:
        assert db.scalar(select(func.count(Job.id))) == 1, "one job for all of them"
        job_id = db.scalars(select(Job.id)).one()
    with pytest.raises(Killed):
        perform(runtime, job_id)
    assert words(database) == ["one"]
    acts.clear()
    with clock.travel(timedelta(minutes=3)):  # its lease is over
        assert perform(runtime, job_id)
    assert words(database) == ["one", "two", "three"]
    with database.reading() as db:
        assert db.get_one(Job, job_id).state is JobState.DONE
        assert list(db.scalars(later.unfinished())) == []


@pytest.mark.feature("C38")
def test_what_is_taken_back_promises_nothing(database, settings, acts):
    attach(database, settings)
    with database.writer() as db, unit(db):
        later.later(db, "test.write", {"word": "kept"})
        with pytest.raises(ValueError, match="no"), attempt(db):
            later.later(db, "test.write", {"word": "taken back"})
            raise ValueError("no")
    with pytest.raises(ValueError, match="all"), database.writer() as db, unit(db):
        later.later(db, "test.write", {"word": "gone"})
        raise ValueError("all of it")
    with database.reading() as db:
        (payload,) = db.scalars(later.unfinished())
    assert payload["acts"] == [["test.write", {"word": "kept"}]]
    assert list(later.undone(payload, "test.write")) == [{"word": "kept"}]
