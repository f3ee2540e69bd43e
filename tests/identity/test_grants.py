"""Roles from a day to a day: what is over or still to come never counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.identity.models.accounts import UserSession
from tests.factories import academics as make
from tests.factories.people import grant, person

pytestmark = [pytest.mark.feature("C29")]


def dates(start: int | None, end: int | None) -> dict[str, str]:
    today = clock.today()
    found = {"starts_on": start, "ends_on": end}
    return {
        name: (today + timedelta(days=days)).isoformat()
        for name, days in found.items()
        if days is not None
    }


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        (None, None, True),
        (0, 0, True),
        (-5, None, True),
        (None, 3, True),
        (1, None, False),
        (None, -1, False),
        (-9, -1, False),
    ],
)
def test_a_role_counts_from_its_first_to_its_last_day(
    as_role, as_user, somebody, start, end, counts
):
    user = somebody(role="student")
    data = {"role": "placement", **dates(start, end)}
    assert as_role("admin").post(f"/users/{user.id}/grants", data=data).status_code == 303
    roles = as_user(user.id).get("/api/v1/me").json["data"]["roles"]
    assert ("placement" in roles) is counts


def test_the_clock_opens_and_closes_a_role_without_a_new_sign_in(as_user, somebody, database):
    user = somebody(role=None)
    with database.writer() as db, unit(db):
        given = grant(db, db.merge(user), "admin")
        given.starts_on = clock.today() + timedelta(days=2)
        given.ends_on = clock.today() + timedelta(days=3)
    them = as_user(user.id)
    with database.writer() as db, unit(db):
        for session in db.query(UserSession):
            session.expires_at = clock.now() + timedelta(days=30)
    for days, status in ((0, 403), (1, 403), (2, 200), (3, 200), (4, 403)):
        with clock.travel(timedelta(days=days)):
            assert them.get("/users").status_code == status, days


def test_heads_and_lists_know_only_roles_of_today(as_role, database):
    with database.writer() as db, unit(db):
        home = make.department(db, "CSE")
        late = grant(db, person(db, role=None, name="Too Late"), "hod", home.id)
        late.ends_on = clock.today() - timedelta(days=1)
        soon = grant(db, person(db, role=None, name="Too Soon"), "hod", home.id)
        soon.starts_on = clock.today() + timedelta(days=1)
        number = home.id
    admin = as_role("admin")
    assert admin.get(f"/api/v1/academics/departments/{number}").json["data"]["hod_id"] is None
    assert admin.get("/api/v1/users?role=hod").json["data"] == []
    with database.writer() as db, unit(db):
        for session in db.query(UserSession):
            session.expires_at = clock.now() + timedelta(days=9)
    with clock.travel(timedelta(days=1)):
        assert [row["full_name"] for row in admin.get("/api/v1/users?role=hod").json["data"]] == [
            "Too Soon"
        ]


def test_a_role_taken_away_is_gone_at_the_next_request(as_role, as_user, somebody, database):
    user = somebody(role="placement")
    with database.writer() as db, unit(db):
        number = grant(db, db.merge(user), "admin").id
    them = as_user(user.id)
    assert them.get("/users").status_code == 200
    as_role("admin").post(f"/users/{user.id}/grants/{number}/revoke")
    assert them.get("/users").status_code == 403


def test_giving_a_role_asks_for_a_fresh_proof(as_role, somebody, database):
    admin, user = as_role("admin"), somebody()
    with database.writer() as db, unit(db):
        for session in db.query(UserSession):
            session.proved_at = clock.now() - timedelta(hours=2)
    answer = admin.post(f"/users/{user.id}/grants", data={"role": "admin"})
    assert answer.status_code == 307
    assert answer.location.startswith("/prove")
    body = {"role": "admin"}
    assert admin.post(f"/api/v1/users/{user.id}/grants", json=body).status_code == 403
