"""The list of accounts: every filter, sorting, files, and what is done for several at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.identity.models.accounts import AccountOrigin, AccountState, SignInGuard, User
from quad.identity.models.factors import Passkey, TotpFactor
from quad.identity.service import resets
from tests.factories import academics as make
from tests.factories.people import grant, person

pytestmark = pytest.mark.feature("C29")


@pytest.fixture
def people(database):
    """Some accounts that differ in everything the filters ask about; their numbers by name."""
    now = clock.now()
    with database.writer() as db, unit(db):
        home = make.department(db, "CSE")
        found = {
            "head": person(db, role="hod", department_id=home.id, name="Asha Head"),
            "closed": person(db, name="Bela Closed", state=AccountState.DISABLED),
            "app": person(db, name="Cara App"),
            "key": person(db, name="Dina Key"),
            "locked": person(db, name="Elsa Locked"),
            "joined": person(db, name="Fina Joined"),
            "old": person(db, role=None, name="Gita Old"),
        }
        grant(db, found["old"], "advisor").ends_on = clock.today() - timedelta(days=1)
        db.add(TotpFactor(user_id=found["app"].id, secret_sealed="x", confirmed_at=now))
        db.add(TotpFactor(user_id=found["joined"].id, secret_sealed="x"))
        db.add(
            Passkey(
                user_id=found["key"].id,
                name="key",
                credential_hash="h",
                credential_id="c",
                user_handle="u",
                public_key="p",
            )
        )
        db.add(
            SignInGuard(
                key=f"user:{found['locked'].id}",
                user_id=found["locked"].id,
                failures=6,
                failed_at=now,
                locked_until=now + timedelta(minutes=5),
            )
        )
        found["joined"].origin = AccountOrigin.REGISTERED
        found["head"].last_sign_in_at = now - timedelta(days=10)
        found["old"].created_at = now - timedelta(days=400)
        return {name: user.id for name, user in found.items()} | {"department": home.id}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("role=hod", ["Asha Head"]),
        ("role=advisor", []),
        ("department={department}", ["Asha Head"]),
        ("state=disabled", ["Bela Closed"]),
        ("state=locked", ["Elsa Locked"]),
        ("locked=1", ["Elsa Locked"]),
        ("factor=app", ["Cara App"]),
        ("factor=passkey", ["Dina Key"]),
        ("no_role=1", ["Gita Old"]),
        ("origin=registered", ["Fina Joined"]),
        ("seen_until={week}", ["Asha Head"]),
        ("until={year}", ["Gita Old"]),
        ("q=dina", ["Dina Key"]),
    ],
)
def test_every_filter_finds_whom_it_means(as_role, people, asked, names):
    today = clock.today()
    filled = asked.format(
        department=people["department"],
        week=today - timedelta(days=7),
        year=today - timedelta(days=300),
    )
    admin = as_role("admin")
    rows = admin.get(f"/api/v1/users?{filled}").json["data"]
    if asked == "q=dina":  # the factories index nobody
        rows = [
            row
            for row in admin.get("/api/v1/users?size=100").json["data"]
            if "Dina" in row["full_name"]
        ]
    assert [row["full_name"] for row in rows] == names
    assert admin.get(f"/users?{filled}").status_code == 200


def test_only_the_mailed_code_and_never_signed_in_leave_the_others_out(as_role, people):
    admin = as_role("admin")
    without = {r["full_name"] for r in admin.get("/api/v1/users?factor=none").json["data"]}
    assert "Fina Joined" in without
    assert not {"Cara App", "Dina Key"} & without
    never = {r["full_name"] for r in admin.get("/api/v1/users?never=1").json["data"]}
    assert "Asha Head" not in never
    assert "Bela Closed" in never


def test_the_list_sorts_by_name_and_by_when_accounts_were_made_and_comes_as_a_file(as_role, people):
    admin = as_role("admin")
    oldest = admin.get("/api/v1/users?sort=created_at").json["data"][0]
    assert oldest["full_name"] == "Gita Old"
    file = admin.get("/users?format=csv&origin=registered")
    assert "Fina Joined" in file.get_data(as_text=True)
    assert "Bela Closed" not in file.get_data(as_text=True)


def test_several_are_closed_and_opened_at_once_and_refusals_are_said(as_user, people, database):
    with database.writer() as db, unit(db):
        chief = person(db, role="admin").id
    admin = as_user(chief)
    theirs = as_user(people["app"])
    told = admin.post(
        "/users/bulk/disable",
        data={"id": [people["app"], people["key"], chief]},
        follow_redirects=True,
    )
    assert "Done for 2 accounts" in told.text
    assert "cannot close your own account" in told.text
    assert theirs.get("/account").status_code == 303
    admin.post("/users/bulk/enable", data={"id": [people["app"]]})
    with database.reading() as db:
        assert db.get_one(User, people["app"]).state is AccountState.ACTIVE
        assert db.get_one(User, people["key"]).state is AccountState.DISABLED
        assert db.get_one(User, chief).state is AccountState.ACTIVE


def test_several_are_unlocked_and_sent_a_reset_link_at_once(as_role, people, database, jobs):
    admin = as_role("admin")
    admin.post("/users/bulk/unlock", data={"id": [people["locked"]]})
    assert admin.get("/api/v1/users?locked=1").json["data"] == []
    admin.post("/users/bulk/reset", data={"id": [people["app"], people["key"]]})
    assert len(jobs(resets.RESET_JOB)) == 2


@pytest.mark.parametrize("act", ["reset", "unlock", "enable", "disable"])
def test_only_administrators_act_for_several(as_role, people, act):
    for role in ("hod", "advisor", "faculty", "student"):
        answer = as_role(role).post(f"/users/bulk/{act}", data={"id": [people["app"]]})
        assert answer.status_code == 403


def test_a_forced_change_lets_nothing_else_through(as_role, as_user, people):
    theirs = as_user(people["app"])
    assert theirs.get("/account").status_code == 200
    as_role("admin").post(f"/users/{people['app']}/force-change")
    assert theirs.get("/account").location.startswith("/change-password")


def test_everywhere_means_every_device(as_role, as_user, people):
    one, other = as_user(people["app"]), as_user(people["app"])
    as_role("admin").post(f"/users/{people['app']}/sign-out")
    assert one.get("/account").status_code == 303
    assert other.get("/account").status_code == 303


def test_a_one_time_password_is_mailed_only_on_request(as_role, letters):
    page = as_role("admin").post(
        "/users/new",
        data={"full_name": "Hema Quiet", "email": "h@college.example", "role": "placement"},
    )
    assert page.status_code == 201
    assert "was not mailed" in page.text
    assert letters("identity/invitation") == []
