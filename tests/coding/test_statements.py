"""What deciding about a snapshot asks of the database, and what is left to the worker."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, update

from quad.academics.models.people import Student
from quad.audit.models import AuditEntry
from quad.coding.models.figures import ALL, Figure, GroupTotal
from quad.coding.models.snapshots import Snapshot, SnapshotEvent, Status
from quad.coding.service import remaking, rollups, totals
from quad.core.facts import unit
from quad.core.jobs import later
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.notifications.models import Notification
from tests.coding.conftest import API
from tests.following import follow

MOST = 10


def corrected(client, number, total):
    """Hand in other numbers for the day of a snapshot; return the number of the correction."""
    body = {"total_solved": total, "note": "a slip"}
    answer = client.post(f"{API}/snapshots/{number}/correct", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json["data"]["id"]


@pytest.mark.db
@pytest.mark.feature("C18", "C32")
def test_a_decision_takes_ten_statements_at_most_by_page_and_by_api(
    sign_in, linked, submitted, approved, queries
):
    account, counsellor = linked(), sign_in("counsellor")
    asha = sign_in("asha")
    old = approved(account, 10, 20)
    approved(account, 30, 9)
    waiting = [submitted(account, 12 + days, 19 - days) for days in range(6)]
    slip = corrected(asha, old, 9)
    page = counsellor.get("/coding/review").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    token = found[1]

    def by_api(number, verb, **body):
        return counsellor.put(f"{API}/counsellor/snapshots/{number}/{verb}", json=body or None)

    def by_page(number, verb, **data):
        data["csrf_token"] = token
        return counsellor.post(f"/coding/review/{number}/{verb}", data=data)

    acts = [
        (by_api, waiting[0], "approve", {}, MOST),
        (by_api, waiting[1], "approve", {}, MOST),
        (by_page, waiting[2], "approve", {}, MOST),
        (by_api, slip, "approve", {}, MOST),
        (by_api, waiting[3], "reject", {"remarks": "No"}, MOST),
        (by_page, waiting[4], "reject", {"remarks": "No"}, MOST),
    ]
    for door, number, verb, given, most in acts:
        queries.clear()
        answer = door(number, verb, **given)
        assert answer.status_code in (200, 303), answer.text
        assert len(queries) <= most, f"{verb}: {len(queries)}\n" + "\n".join(queries)


@pytest.mark.feature("C18")
def test_many_at_once_take_few_statements_for_each(sign_in, linked, submitted, queries):
    account, admin = linked(), sign_in("admin")
    counts = []
    for first, number in ((40, 2), (30, 12)):
        some = [submitted(account, 100 - first + n, first - n) for n in range(number)]
        queries.clear()
        body = {"approve": some[1:], "reject": [{"id": some[0], "remarks": "No"}]}
        answer = admin.post(f"{API}/counsellor/snapshots/batch", json=body)
        assert {one["status"] for one in answer.json["data"]["results"]} == {"approved", "rejected"}
        counts.append(len(queries))
    # What happened to each, its entry in the audit and what that is about.
    assert counts[1] - counts[0] <= 3 * 10, counts


@pytest.mark.db
@pytest.mark.feature("C18", "C32")
def test_own_numbers_are_right_at_once_and_shared_ones_after_the_worker(
    world, sign_in, linked, submitted, database
):
    account, admin, asha = linked(), sign_in("admin"), sign_in("asha")
    number = submitted(account, 30, 1)
    follow(database)

    def shared():
        with database.reading() as db:
            solved = select(func.sum(GroupTotal.total))
            told = select(func.count(Notification.id)).where(Notification.kind == "coding_approved")
            return db.scalar(solved), db.scalar(told)

    def agree():
        with database.writer() as db, unit(db):
            students = list(db.scalars(select(Student.id)))
            assert rollups.rebuild(db, students) == 0
            assert remaking.remake(db, students) == 0
            assert totals.recount(db, [1]) == 0

    assert admin.put(f"{API}/counsellor/snapshots/{number}/approve").status_code == 200
    summary = asha.get(f"{API}/analytics/my-summary").json["data"]
    assert summary["overall_aggregation"]["overall_total_solved"] == 30
    assert shared() == (0, 0)
    agree()  # a comparison knows what is on its way, and adds nothing twice
    assert shared() == (0, 0)
    with database.reading() as db:
        runtime = runtime_of(db)
        assert runtime is not None
        job_id = db.scalars(
            select(Job.id).where(Job.kind == later.JOB, Job.state == JobState.QUEUED)
        ).one()
    assert perform(runtime, job_id)
    assert perform(runtime, job_id) is False
    assert shared() == (30, 1)
    agree()
    with database.writer() as db, unit(db):
        db.execute(update(GroupTotal).values(total=GroupTotal.total + 5))
        assert totals.recount(db, [1]) > 0
    assert shared() == (30, 1)


@pytest.mark.feature("C18")
def test_a_decision_is_written_down_with_what_it_changed(
    world, sign_in, linked, approved, database
):
    number = approved(linked(), 10, 3)
    slip = corrected(sign_in("asha"), number, 9)
    answer = sign_in("counsellor").put(f"{API}/counsellor/snapshots/{slip}/approve")
    assert answer.status_code == 200
    with database.reading() as db:
        new, old = db.get_one(Snapshot, int(slip)), db.get_one(Snapshot, int(number))
        assert (new.status, new.slot) == (Status.APPROVED, old.slot or 1)
        assert (old.status, old.slot, old.reviewed_by) == (
            Status.SUPERSEDED,
            None,
            world.people.admin,
        )
        assert new.reviewed_by == world.people.counsellor
        assert new.updated_by == world.people.counsellor
        entry = db.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == "snapshot approved")
            .order_by(AuditEntry.id.desc())
        ).first()
        changed = {one["row_id"]: one for one in entry.changes if one["table"] == "coding_snapshot"}
        assert changed[old.id]["before"] == {"status": "approved", "slot": 1}
        assert changed[old.id]["after"] == {"status": "superseded", "slot": None}
        assert changed[new.id]["before"]["status"] == "pending"
        assert changed[new.id]["after"]["status"] == "approved"
        assert changed[new.id]["after"]["reviewed_by"] == world.people.counsellor
        kinds = select(SnapshotEvent.kind).where(SnapshotEvent.snapshot_id == new.id)
        assert sorted(db.scalars(kinds)) == ["approved", "submitted"]
        figure = select(Figure.total).where(
            Figure.student_id == world.students.asha, Figure.platform_id == ALL
        )
        assert db.scalar(figure) == 9
    assert sign_in("other").put(f"{API}/counsellor/snapshots/{slip}/approve").status_code == 403
    missing = sign_in("admin").put(f"{API}/counsellor/snapshots/999999/approve")
    assert missing.status_code == 404
    again = sign_in("admin").put(f"{API}/counsellor/snapshots/{slip}/approve")
    assert again.status_code == 400
    assert again.json["error"] == "Snapshot is already approved"
