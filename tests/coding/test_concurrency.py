"""Fifty at once: each snapshot is decided once, and nothing is lost from the shared counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from quad.academics.models.people import Student
from quad.coding.forms.accounts import LinkAccount
from quad.coding.forms.snapshots import RejectSnapshot, SnapshotForm
from quad.coding.models.snapshots import Snapshot, SnapshotEvent, SnapshotEventKind, Status
from quad.coding.service import accounts, remaking, review, rollups, snapshots, totals
from quad.coding.service.review import Decided
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.engine import Database
from quad.core.errors import Rejected
from quad.core.facts import run, unit
from quad.core.jobs import later
from quad.core.jobs.models import Job
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import attach, runtime_of
from tests.factories import academics as factory
from tests.following import follow

STUDENTS, PLATFORMS, THREADS = 5, ("leetcode", "codeforces", "codechef", "github", "atcoder"), 50
WORKERS = 4


def prepare(db, department_id, students=STUDENTS):
    """Students with five snapshots each that wait."""
    ids = []
    for number in range(students):
        student = factory.student(db, name=f"Student {number}")
        student.department_id = department_id
        db.flush()
        rollups.rebuild(db, [student.id])
        who = actor_by_id(db, student.user_id)
        for platform in PLATFORMS:
            form = LinkAccount(platform_name=platform, username=f"coder{number}")
            account = accounts.link(db, who, form)
            given = SnapshotForm(total_solved=7, snapshot_date=clock.today())
            ids.append(snapshots.submit(db, who, account.id, given).id)
    return ids


@pytest.mark.db
@pytest.mark.feature("C18", "C32")
def test_of_two_reviewers_at_once_exactly_one_decides_each_snapshot(world, database):
    with database.writer() as db, unit(db):
        waiting = prepare(db, world.departments.cse)
        admin, hod = actor_by_id(db, world.people.admin), actor_by_id(db, world.people.hod)
        db.expunge_all()
    barrier = Barrier(THREADS)

    def decide(task):
        number, actor, approves = task
        barrier.wait(60)
        try:
            if approves:
                run(database.writer, lambda db: review.approve(db, actor, number), tries=10)
            else:
                form = RejectSnapshot(remarks="no")
                run(database.writer, lambda db: review.reject(db, actor, number, form), tries=10)
        except Decided:
            return 0
        return 1

    tasks = [(n, who, n % 5 != 0 or who is admin) for n in waiting for who in (admin, hod)]
    with ThreadPoolExecutor(THREADS) as pool:
        done = sum(pool.map(decide, tasks))
    assert len(tasks) == THREADS
    assert done == len(waiting)
    with database.writer() as db, unit(db):
        kinds = (SnapshotEventKind.APPROVED, SnapshotEventKind.REJECTED)
        events = (
            select(func.count()).select_from(SnapshotEvent).where(SnapshotEvent.kind.in_(kinds))
        )
        assert db.scalar(events) == len(waiting)
        left = select(func.count()).select_from(Snapshot).where(Snapshot.status == Status.PENDING)
        assert db.scalar(left) == 0
        assert rollups.rebuild(db, list(db.scalars(select(Student.id)))) == 0
        assert totals.recount(db, [1]) == 0
    assert follow(database)
    with database.writer() as db, unit(db):
        assert totals.recount(db, [1]) == 0


def storm(database, settings, world, students):
    """Fifty threads approve, reject and hand in again the same snapshots; return how many were decided, and by whom."""
    with database.writer() as db, unit(db):
        waiting = prepare(db, world.departments.cse, students)
        admin, hod = actor_by_id(db, world.people.admin), actor_by_id(db, world.people.hod)
        rows = db.scalars(select(Snapshot).where(Snapshot.id.in_(waiting)).order_by(Snapshot.id))
        accounts_of = [(row.account_id, row.student_id) for row in rows]
        owners = {
            student_id: actor_by_id(db, db.get_one(Student, student_id).user_id)
            for _account, student_id in accounts_of
        }
        db.expunge_all()

    # A connection for each thread, so that they meet in the database and not before it.
    crowd = Database(database.url.render_as_string(hide_password=False), pool=THREADS)
    attach(crowd, settings)

    def approve(number):
        run(crowd.writer, lambda db: review.approve(db, admin, number), tries=20)

    def reject(number):
        form = RejectSnapshot(remarks="no")
        run(crowd.writer, lambda db: review.reject(db, hod, number, form), tries=20)

    def again(account_id, student_id):
        form = SnapshotForm(total_solved=9, snapshot_date=clock.today())
        who = owners[student_id]
        run(crowd.writer, lambda db: snapshots.submit(db, who, account_id, form).id, tries=20)

    def attempted(act, *values):
        try:
            act(*values)
        except Rejected:
            return 0
        return 1

    tasks = []
    for number, (account_id, student_id) in zip(waiting, accounts_of, strict=True):
        three = [(approve, number), (reject, number), (again, account_id, student_id)]
        tasks += three[number % 3 :] + three[: number % 3]
    with ThreadPoolExecutor(THREADS) as pool:
        done = [pool.submit(attempted, *task) for task in tasks]
        decided = sum(
            one.result() for one, task in zip(done, tasks, strict=True) if task[0] is not again
        )
        entered = sum(
            one.result() for one, task in zip(done, tasks, strict=True) if task[0] is again
        )
    crowd.dispose()
    with database.writer() as db, unit(db):
        kinds = (SnapshotEventKind.APPROVED, SnapshotEventKind.REJECTED)
        each = select(SnapshotEvent.snapshot_id).where(SnapshotEvent.kind.in_(kinds))
        assert sorted(db.scalars(each)) == sorted(waiting), "each is decided once"
        by_status = select(Snapshot.status, func.count()).group_by(Snapshot.status)
        found = dict(db.execute(by_status).all())
        assert decided == len(waiting)
        assert found.get(Status.APPROVED, 0) + found.get(Status.REJECTED, 0) == len(waiting)
        assert found.get(Status.PENDING, 0) == entered <= found.get(Status.REJECTED, 0)
        everybody = list(db.scalars(select(Student.id)))
        assert rollups.rebuild(db, everybody) == 0
        assert remaking.remake(db, everybody) == 0
        assert totals.recount(db, [1]) == 0
    assert work(database) == len(waiting)
    with database.writer() as db, unit(db):
        assert rollups.rebuild(db, everybody) == 0
        assert totals.recount(db, [1]) == 0
    return found


def work(database):
    """Let several workers do what was promised, at once; return how many jobs they did."""
    with database.reading() as db:
        runtime = runtime_of(db)
        assert runtime is not None
        jobs = list(db.scalars(select(Job.id).where(Job.kind == later.JOB).order_by(Job.id)))
    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(lambda job_id: perform(runtime, job_id), jobs))


@pytest.mark.db
@pytest.mark.feature("C18", "C32")
def test_approving_rejecting_and_handing_in_at_once_leave_one_truth(world, database, settings):
    storm(database, settings, world, students=4)
