"""Following, connections, blocks and reports."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from quad.core.facts import run, unit
from quad.core.policy import Actor, Grant
from quad.identity.models.accounts import User
from quad.relations import policy
from quad.relations.models import Block, Follow
from quad.relations.service import following
from tests.factories.people import person

API = "/api/v1"


@pytest.fixture
def people(app, database):
    with database.writer() as db, unit(db):
        return [person(db, role="alumnus", name=name).id for name in ("Asha", "Bina", "Cora")]


def actor(user_id):
    return Actor(id=user_id, grants=(Grant("alumnus"),), working_role="alumnus")


@pytest.mark.feature("A41")
def test_two_people_who_follow_each_other_are_connected_until_one_stops(people, as_user, database):
    asha, bina = as_user(people[0]), as_user(people[1])
    assert asha.put(f"{API}/users/{people[1]}/follow").get_json()["data"]["connected"] is False
    assert asha.put(f"{API}/users/{people[1]}/follow").status_code == 200, "twice is once"
    assert "Asha" in bina.get("/connections").text
    back = bina.post(f"/people/{people[0]}/follow", headers={"HX-Request": "true"})
    assert "Connected" in back.text
    with database.reading() as db:
        assert following.connected(db, *people[:2])
        clause = policy.connected_with(actor(people[0]), User.id)
        assert list(db.scalars(select(User.id).where(clause))) == [people[1]]
    assert asha.get(f"{API}/me/connections").get_json()["data"]["counts"]["connections"] == 1
    asha.post(f"/people/{people[1]}/unfollow")
    assert bina.get(f"{API}/me/connections").get_json()["data"]["counts"]["connections"] == 0
    assert asha.put(f"{API}/users/{people[0]}/follow").status_code == 404, "not oneself"


def test_a_block_ends_following_both_ways_and_hides_each_from_the_other(people, as_user, database):
    asha, bina = as_user(people[0]), as_user(people[1])
    asha.put(f"{API}/users/{people[1]}/follow")
    bina.put(f"{API}/users/{people[0]}/follow")
    assert asha.put(f"{API}/users/{people[1]}/block").status_code == 200
    assert bina.put(f"{API}/users/{people[0]}/follow").status_code == 404
    assert asha.put(f"{API}/users/{people[1]}/follow").status_code == 404
    with database.reading() as db:
        assert db.scalar(select(func.count(Follow.id))) == 0
        for me, other in (people[:2], people[1::-1]):
            clause = policy.blocked_either_way(actor(me), User.id)
            assert list(db.scalars(select(User.id).where(clause))) == [other]
    told = bina.get(f"{API}/users/{people[0]}/connection").get_json()["data"]
    assert told["blocking"] is False, "nobody is told that they are blocked"
    assert asha.delete(f"{API}/users/{people[1]}/block").status_code == 200
    assert bina.put(f"{API}/users/{people[0]}/follow").status_code == 200


def test_a_report_waits_for_an_administrator_who_answers_it_once(people, as_user, as_role):
    asha, admin = as_user(people[0]), as_role("admin")
    place = f"/people/{people[1]}/report"
    assert "Pretends to be somebody else" in asha.get(place).text
    form = {"reason": "spam", "text": "Sells things"}
    assert asha.post(place, data=form).status_code == 303
    again = asha.post(place, data=form)
    assert again.status_code == 422
    assert "You reported this already" in again.text
    assert asha.get("/reports/people").status_code == 403
    found = admin.get(f"{API}/reports/people").get_json()["data"]
    assert [(each["person"], each["reason"], each["state"]) for each in found] == [
        ("Bina", "spam", "open")
    ]
    report = f"/reports/people/{found[0]['id']}"
    assert "Sells things" in admin.get(report).text
    answer = {"state": "acted", "outcome": "Warned"}
    assert admin.post(report, data=answer).status_code == 303
    assert admin.post(f"{API}{report}/decision", json=answer).status_code == 409
    assert asha.post(place, data=form).status_code == 303, "a new report may come"


@pytest.mark.db
def test_following_and_blocking_at_once_leaves_one_row_or_none(people, database):
    asha, bina = people[:2]

    def act(number):
        def work(db):
            who, whom = (asha, bina) if number % 2 else (bina, asha)
            try:
                following.follow(db, actor(who), whom)
            except Exception as error:
                if type(error).__name__ != "NotFound":
                    raise
            if number == 7:
                following.block(db, actor(asha), bina)

        run(database.writer, work, tries=10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(16)))
    with database.reading() as db:
        assert db.scalar(select(func.count(Block.id))) == 1
        assert db.scalar(select(func.count(Follow.id))) == 0


@pytest.mark.db
def test_following_and_stopping_in_a_storm_leaves_the_numbers_of_the_rows(
    people, as_user, database
):
    asha, bina, *others = people

    def act(number):
        who = (asha, *others)[number % (1 + len(others))]
        do = following.unfollow if number % 3 == 2 else following.follow
        run(database.writer, lambda db: do(db, actor(who), bina), tries=20)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(30)))
    with database.reading() as db:
        rows = db.execute(select(Follow.follower_id, Follow.followed_id)).all()
    assert len(set(rows)) == len(rows), "each follows once"
    counts = as_user(bina).get(f"{API}/me/connections").get_json()["data"]["counts"]
    assert counts["followers"] == len(rows)
