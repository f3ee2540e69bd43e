"""Everybody's numbers anew while people decide, stopped dead in the middle: nothing is lost, nothing done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from quad.academics.importers.students import STUDENTS
from quad.academics.models.people import Student
from quad.coding.facts import PlatformChanged
from quad.coding.jobs import figures
from quad.coding.models.figures import ALL, DayGain, Figure, RankCount
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import arriving, pushing, remaking, review, rollups, totals
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.facts import emit, run, unit
from quad.core.importing.models import Import
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import attach
from quad.core.live import LiveEvent
from tests.coding.test_concurrency import prepare
from tests.following import follow

STEP = 2
STEPS_BEFORE_IT_DIES = 2


class Killed(BaseException):
    """As kill -9: nothing is recorded, the lease stays."""


def damage(db):
    """Leave some without numbers, others with wrong ones, and the shared counts wrong."""
    db.execute(delete(DayGain).where(DayGain.student_id % 2 == 0))
    db.execute(delete(Figure).where(Figure.student_id % 3 == 0))
    db.execute(update(Figure).values(score_down=-777))
    db.execute(update(RankCount).values(number=RankCount.number + 3))


def promised(db):
    emit(db, PlatformChanged(actor_id=None, platform_id=1, what="changed"))
    return db.scalar(select(func.max(Job.id)).where(Job.kind == rollups.REBUILD_JOB))


def agree(db):
    """Both ways of reckoning, and the count of what is shared, find nothing to change."""
    everybody = list(db.scalars(select(Student.id)))
    found = (
        rollups.rebuild(db, everybody),
        remaking.remake(db, everybody),
        totals.recount(db, [1]),
    )
    assert found == (0, 0, 0)
    return everybody


@pytest.mark.db
@pytest.mark.feature("C32")
def test_a_rebuild_that_is_killed_goes_on_and_loses_no_decision_made_meanwhile(
    world, database, settings, monkeypatch
):
    monkeypatch.setattr(figures, "STEP", STEP)
    runtime = attach(database, settings)
    with database.writer() as db, unit(db):
        waiting = prepare(db, world.departments.cse)
        admin = actor_by_id(db, world.people.admin)
        for number in waiting[::3]:
            review.approve(db, admin, number)
        db.expunge_all()
    with database.writer() as db, unit(db):
        damage(db)
        job_id = promised(db)
    begun = []
    real = remaking.step

    def step(db, last, limit):
        begun.append(last)
        found = real(db, last, limit)
        if len(begun) == STEPS_BEFORE_IT_DIES + 1:
            raise Killed
        return found

    monkeypatch.setattr(remaking, "step", step)

    def approve(number):
        run(database.writer, lambda db: review.approve(db, admin, number), tries=10)

    later = [number for number in waiting if number not in waiting[::3]]
    with ThreadPoolExecutor(4) as pool:
        decided = [pool.submit(approve, number) for number in later[::2]]
        with pytest.raises(Killed):
            perform(runtime, job_id)
        assert perform(runtime, job_id) is False, "the one that died has it until its lease is over"
        with clock.travel(timedelta(minutes=3)):
            decided += [pool.submit(approve, number) for number in later[1::2]]
            assert perform(runtime, job_id)
        for one in decided:
            one.result()
    with database.writer() as db, unit(db):
        job = db.get_one(Job, job_id)
        everybody = agree(db)
        assert job.state is JobState.DONE
        assert job.payload["done"] == len(everybody) == job.progress_total
        assert begun[STEPS_BEFORE_IT_DIES + 1] == begun[STEPS_BEFORE_IT_DIES] > 0
        assert len(set(begun)) == -(-len(everybody) // STEP) + 1
        left = select(func.count()).select_from(Snapshot).where(Snapshot.status == Status.PENDING)
        assert db.scalar(left) == 0
    with clock.travel(timedelta(minutes=4)):
        assert follow(database)
    with database.writer() as db, unit(db):
        agree(db)


@pytest.mark.feature("C32")
def test_after_an_import_of_students_only_they_are_reckoned(world, database, settings, bring):
    runtime = attach(database, settings)
    with database.writer() as db, unit(db):
        db.execute(update(Figure).where(Figure.platform_id == ALL).values(total=99))
    lines = ["register_number,full_name,department,admission_year"]
    lines += [f"4NV26CS{n:03},Student {n},CSE,2026" for n in range(1, 4)]
    bring(STUDENTS, "\n".join(lines))
    with database.reading() as db:
        kinds = list(db.scalars(select(Job.kind)))
        job_id = db.scalar(select(Job.id).where(Job.kind == arriving.IMPORTED_JOB))
    assert rollups.REBUILD_JOB not in kinds
    assert perform(runtime, job_id)
    with database.writer() as db, unit(db):
        count = db.scalar(select(func.count()).select_from(Import))
        assert count == 1
        assert rollups.without_figures(db, 10) == []
        old = list(world.students.__dict__.values())
        kept = select(Figure.total).where(Figure.student_id.in_(old), Figure.platform_id == ALL)
        assert set(db.scalars(kept)) == {99}, "nobody else was touched"


@pytest.mark.feature("C22", "C23")
def test_open_leaderboards_are_told_once_of_what_happened_in_a_few_seconds(
    world, database, settings, linked, submitted, sign_in
):
    runtime = attach(database, settings)
    account = linked()
    numbers = [submitted(account, 10 + days, days) for days in (3, 2, 1)]

    def news(db):
        query = select(func.count()).select_from(LiveEvent).where(LiveEvent.kind == pushing.NEWS)
        return db.scalar(query)

    with clock.travel(timedelta(minutes=1)):
        for number in numbers:
            at = f"/api/v1/counsellor/snapshots/{number}/approve"
            assert sign_in("admin").put(at).status_code == 200
        assert follow(database) == len(numbers)
        slot = int(clock.now().timestamp() // pushing.SLOT.total_seconds())
        with database.reading() as db:
            key = f"{pushing.TELL_JOB}/{slot}"
            job_id = db.scalars(select(Job.id).where(Job.key == key)).one()
            assert news(db) == 0
        assert perform(runtime, job_id) is False, "not before the slot is over"
    with clock.travel(timedelta(minutes=1, seconds=5)):
        assert perform(runtime, job_id)
    with database.reading() as db:
        assert news(db) == 1
    page = sign_in("asha").get("/coding/leaderboard").text
    assert f"live:{pushing.NEWS} from:document" in page
