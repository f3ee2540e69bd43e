"""Whatever happens in whatever order, the kept numbers equal what the rows say."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update

from quad.academics.facts.base import StudentChanged, StudentDeleted, StudentRestored
from quad.academics.models.people import Student
from quad.coding.forms.accounts import LinkAccount
from quad.coding.forms.snapshots import BatchReview, RejectOne, RejectSnapshot, SnapshotForm
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.figures import ALL, DayGain, Figure, GroupTotal, Metric, RankCount, Scope
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import accounts, ranking, remaking, review, rollups, snapshots, totals
from quad.coding.service.ranking import Board
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import QuadError
from quad.core.facts import attempt, emit, unit
from tests.factories import academics as factory
from tests.following import follow

TURNS = 130


def a_student(db, chance):
    return chance.choice(list(db.scalars(select(Student))))


def submit(db, chance, _world):
    account = chance.choice(list(db.scalars(select(CodingAccount))) or [None])
    if account is None:
        return
    who = actor_by_id(db, db.get_one(Student, account.student_id).user_id)
    total = chance.choice([5, 20, 40, 60, 61, 90])
    form = SnapshotForm(
        total_solved=total,
        easy_solved=chance.choice([None, 3]),
        hard_solved=chance.choice([None, 2]),
        contest_rating=chance.choice([None, 1200, 1501]),
        snapshot_date=clock.today() - timedelta(days=chance.randrange(40)),
        note="because",
    )
    snapshots.submit(db, who, account.id, form)


def decide(db, chance, world):
    admin = actor_by_id(db, world.people.admin)
    waiting = list(db.scalars(select(Snapshot.id).where(Snapshot.status == Status.PENDING)))
    if not waiting:
        return
    chance.shuffle(waiting)
    match chance.randrange(4):
        case 0:
            review.reject(db, admin, waiting[0], RejectSnapshot(remarks="no"))
        case 1:
            refused = [RejectOne(id=one, remarks="no") for one in waiting[3:5]]
            review.batch(db, admin, BatchReview(approve=waiting[:3], reject=refused))
        case _:
            review.approve(db, admin, waiting[0])


def correct(db, chance, _world):
    live = list(db.scalars(select(Snapshot).where(Snapshot.slot.is_not(None))))
    if live:
        row = chance.choice(live)
        who = actor_by_id(db, db.get_one(Student, row.student_id).user_id)
        form = SnapshotForm(total_solved=chance.randrange(100), note="a slip")
        snapshots.correct(db, who, row.id, form)


def link(db, chance, _world):
    who = actor_by_id(db, a_student(db, chance).user_id)
    platform = chance.choice(["leetcode", "codeforces", "github"])
    accounts.link(db, who, LinkAccount(platform_name=platform, username="someone"))


def unlink(db, chance, _world):
    found = list(db.scalars(select(CodingAccount)))
    if found:
        account = chance.choice(found)
        who = actor_by_id(db, db.get_one(Student, account.student_id).user_id)
        accounts.unlink(db, who, account.id)


def move(db, chance, world):
    student = a_student(db, chance)
    student.department_id = chance.choice([world.departments.cse, world.departments.ece, None])
    student.admission_year = chance.choice([2024, 2025])
    emit(db, StudentChanged(actor_id=None, student_id=student.id))


def leave_or_return(db, chance, _world):
    student = chance.choice(list(db.scalars(select(Student))))
    gone = student.deleted_at is None
    student.deleted_at = clock.now() if gone else None
    kind = StudentDeleted if gone else StudentRestored
    emit(db, kind(actor_id=None, student_id=student.id, user_id=student.user_id))


def pass_a_night(db, _chance, _world):
    while ids := rollups.due(db, 50):
        rollups.rebuild(db, ids)
    totals.sweep(db)


ACTS = (
    *(submit,) * 5,
    *(decide,) * 5,
    *(correct,) * 2,
    *(link,) * 3,
    unlink,
    move,
    leave_or_return,
    pass_a_night,
)


def brute_rank(db, board, value):
    better = select(Figure.id).where(board.members, board.order < -value)
    return 1 + len(db.scalars(better).all())


@pytest.mark.db
@pytest.mark.feature("C20", "C22", "C23")
@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_order_of_acts_the_numbers_equal_a_rebuild(world, database, seed):
    chance = Random(seed)
    days = 0
    for _turn in range(TURNS):
        days += chance.choice([0, 0, 0, 1, 3])
        act = chance.choice(ACTS)
        with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
            try:
                with attempt(db):
                    act(db, chance, world)
            except QuadError:
                pass
        if chance.randrange(9) == 0:
            with clock.travel(timedelta(days=days)):
                follow(database)
    with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
        pass_a_night(db, chance, world)
        students = list(db.scalars(select(Student.id)))
        assert rollups.rebuild(db, students) == 0
        assert remaking.remake(db, students) == 0
        assert totals.recount(db, [1]) == 0, "what is on its way is not missing"
    with clock.travel(timedelta(days=days)):
        assert follow(database)
    with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
        assert totals.recount(db, [1]) == 0
        for platform_id in (ALL, 1, 2):
            for scope, scope_id in (
                (Scope.INSTITUTION, 0),
                (Scope.DEPARTMENT, world.departments.cse),
                (Scope.BATCH, 2024),
                (Scope.CLASS, world.class_id),
            ):
                for metric in Metric:
                    board = Board(scope, scope_id, metric, platform_id)
                    values = [
                        -down for down in db.scalars(select(board.order).where(board.members))
                    ]
                    found = ranking.ranks(db, board, values)
                    assert found == {value: brute_rank(db, board, value) for value in values}
        db.execute(update(RankCount).values(number=RankCount.number + 1))
        db.execute(update(GroupTotal).values(total=GroupTotal.total - 7))
        db.execute(update(Figure).where(Figure.platform_id == ALL).values(total=123_456))
        for one in db.scalars(select(DayGain).limit(1)):
            db.execute(delete(DayGain).where(DayGain.account_id == one.account_id))
        db.execute(update(DayGain).values(gain=77, rating=None))
    with database.writer() as db, unit(db):
        assert remaking.remake(db, students) > 0
        assert remaking.remake(db, students) == 0
        assert totals.recount(db, [1]) > 0
        assert rollups.rebuild(db, students) == 0
        assert totals.recount(db, [1]) == 0


def test_a_night_moves_only_those_whose_numbers_move(world, database, linked, approved):
    account, other = linked(), linked("bina")
    approved(account, 10, 9)
    approved(account, 30, 0)
    approved(other, 10, 0, by="bina")
    with database.writer() as db, unit(db):
        assert rollups.due(db, 10) == []
    asha = [world.students.asha]
    for days, week, month, moved in ((6, 20, 20, []), (7, 0, 20, asha), (30, 0, 0, asha)):
        with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
            ids = rollups.due(db, 10)
            assert ids == moved
            rollups.rebuild(db, ids)
            figure = db.scalars(
                select(Figure).where(
                    Figure.student_id == world.students.asha, Figure.platform_id == ALL
                )
            ).one()
            assert (figure.week, figure.month) == (week, month)
    with clock.travel(timedelta(days=31)), database.writer() as db, unit(db):
        assert rollups.due(db, 10) == [*asha, world.students.bina]


@pytest.mark.feature("C32")
def test_people_who_come_past_every_door_are_found_at_night(world, database):
    with database.writer() as db, unit(db):
        late = factory.student(db, name="Late Lee").id
    with database.writer() as db, unit(db):
        assert rollups.without_figures(db, 5) == [late]
        rollups.rebuild(db, [late])
        assert rollups.without_figures(db, 5) == []


@pytest.mark.feature("C3", "C32")
def test_whoever_joins_moves_or_leaves_is_counted_where_they_are(world, sign_in, linked, approved):
    api, admin = "/api/v1", sign_in("admin")
    made = admin.post(
        f"{api}/students",
        json={
            "first_name": "Nia",
            "last_name": "Nair",
            "email": "nia@college.example",
            "register_number": "4NV24CS999",
            "admission_year": 2024,
            "department_id": str(world.departments.cse),
        },
    )
    assert made.status_code == 201, made.text

    def numbers():
        rows = admin.get(f"{api}/analytics/department-performance").json["data"]
        return {
            row["department_name"]: (row["total_students"], row["total_solved"]) for row in rows
        }

    approved(linked(), 30, 1)
    assert numbers() == {"Computing": (3, 30), "Circuits": (1, 0)}
    risky = admin.get(f"{api}/analytics/at-risk").json["data"]
    assert "Nia Nair" in [row["full_name"] for row in risky]
    at = f"{api}/students/{world.students.asha}"
    body = {"department_id": str(world.departments.ece)}
    assert admin.put(f"{at}/assign-department", json=body).status_code == 200
    assert numbers() == {"Computing": (2, 0), "Circuits": (2, 30)}
    assert admin.put(f"{at}/unassign-department").status_code == 200
    assert numbers() == {"Computing": (2, 0), "Circuits": (1, 0)}
    assert admin.delete(at).status_code == 200
    whole = admin.get(f"{api}/analytics/institution-summary").json["data"]
    assert (whole["total_students"], whole["total_problems_solved"]) == (3, 0)
