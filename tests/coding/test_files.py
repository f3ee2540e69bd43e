"""Snapshots from a file, reminders, and what is kept about a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.coding.importers.snapshots import SNAPSHOTS
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.figures import ALL, Figure
from quad.coding.models.snapshots import Snapshot, Source, Status
from quad.coding.service import keeping, reminding, rollups, totals
from quad.core import clock
from quad.core.facts import unit
from quad.notifications.models import Notification
from tests.coding.conftest import API, days_back

HEAD = "Register number,Platform,Username,Date,Solved,Easy,Medium,Hard,Rating\n"


def counts(told):
    return told.new, told.changed, told.same, told.errors


@pytest.mark.db
@pytest.mark.feature("C30")
def test_snapshots_from_a_file_count_at_once_and_the_same_file_again_changes_nothing(
    bring, world, database, sign_in
):
    text = HEAD + (
        f"4NV24CS901,LeetCode,asha_r,{days_back(9)},100,60,30,10,1500\n"
        f"4nv24cs901,leetcode,asha_r,{days_back(2)},120,70,38,12,\n"
        f"4NV24CS901,codeforces,asha_cf,{days_back(2)},7,,,,\n"
    )
    assert counts(bring(SNAPSHOTS, text)) == (3, 0, 0, 0)
    summary = sign_in("asha").get(f"{API}/analytics/my-summary").json["data"]
    assert summary["overall_aggregation"]["overall_total_solved"] == 127
    assert summary["overall_aggregation"]["overall_growth"] == 20
    assert counts(bring(SNAPSHOTS, text)) == (0, 0, 3, 0)
    assert counts(bring(SNAPSHOTS, text.replace(",120,70,", ",125,70,"))) == (0, 1, 2, 0)
    wrong = HEAD + (
        f"nobody,leetcode,x,{days_back(1)},5,,,,\n"
        f"4NV24CS901,myspace,x,{days_back(1)},5,,,,\n"
        f"4NV24CS901,atcoder,,{days_back(1)},5,,,,\n"
        f"4NV24CS901,leetcode,,{days_back(-3)},5,,,,\n"
        f"4NV24CS901,leetcode,,{days_back(3)},5,9,,,\n"
        f"4NV24CS901,leetcode,,{days_back(4)},1000000,,,,\n"
    )
    assert counts(bring(SNAPSHOTS, wrong))[3] == 6
    with database.writer() as db, unit(db):
        figure = db.scalars(
            select(Figure).where(
                Figure.student_id == world.students.asha, Figure.platform_id == ALL
            )
        ).one()
        assert (figure.total, figure.accounts) == (132, 2)
        assert set(db.scalars(select(Snapshot.source))) == {Source.IMPORT}
        live = select(func.count()).select_from(Snapshot).where(Snapshot.status == Status.APPROVED)
        assert db.scalar(live) == 3
        codes = set(db.scalars(select(CodingAccount.proof_code)))
        assert len(codes) == 2
        assert "" not in codes
        assert rollups.rebuild(db, [world.students.asha]) == 0
        assert totals.recount(db, [1]) == 0


@pytest.mark.feature("C40")
def test_mentors_are_reminded_once_of_what_waits_for_days(linked, submitted, database, world):
    submitted(linked(), 10)
    with clock.travel(timedelta(days=2)), database.writer() as db, unit(db):
        assert reminding.remind_some(db) == 0
    with clock.travel(timedelta(days=4)), database.writer() as db, unit(db):
        assert reminding.remind_some(db) == 1
        assert reminding.remind_some(db) == 0
        told = set(
            db.scalars(select(Notification.user_id).where(Notification.kind == "coding_waiting"))
        )
        assert told == {world.people.advisor, world.people.counsellor}


def test_what_a_person_told_is_forgotten_and_the_bare_numbers_stay(
    linked, approved, submitted, database, world
):
    account = linked()
    approved(account, 10, 3)
    submitted(account, 5, 1, note="I was ill")
    assert keeping.OWN_DATA.forget is not None
    with database.writer() as db, unit(db):
        tables = keeping.OWN_DATA.load(db, world.people.asha)
        assert len(tables["accounts"]) == 1
        assert len(tables["snapshots"]) == 2
        keeping.OWN_DATA.forget(db, world.people.asha)
    with database.writer() as db, unit(db):
        assert set(db.scalars(select(Snapshot.note))) == {""}
        kept = db.scalars(select(CodingAccount)).one()
        assert (kept.username, kept.is_active) == ("-", False)
        assert rollups.rebuild(db, [world.students.asha]) == 0
