from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student, Teacher
from quad.core import clock
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import run_import
from quad.core.policy import Actor, Grant
from quad.identity.importers import INVITATIONS
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.models.joining import Invitation, InvitationState
from quad.identity.service import invitations
from tests.factories import academics as make
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

EMAIL = "new@college.example"
LINK = re.compile(r"/invitation/([\w-]{20,})")
ACCEPT = {"full_name": "Asha Rao", "password": PASSWORD, "repeat": PASSWORD}

pytestmark = pytest.mark.feature("C29")


@pytest.fixture
def sent(work, letters):
    """Let the worker send, and return the newest link's token."""

    def read():
        work(invitations.SEND_JOB)
        return found(LINK, letters("identity/invited")[-1].body_text)

    return read


@pytest.fixture
def home(database):
    with database.writer() as db, unit(db):
        return make.department(db, "CSE", "Computing").id


def test_an_invited_teacher_makes_the_account_with_the_link(
    client, as_role, adjust, sent, letters, database, home
):
    adjust(login_code="off")
    admin = as_role("admin")
    given = {"email": EMAIL, "role": "faculty", "department_id": home, "message": "See you soon"}
    assert admin.post("/invitations/new", data=given).status_code == 303
    token = sent()
    letter = letters("identity/invited")[0]
    assert "See you soon" in (letter.body_text or "")
    assert "Computing" in (letter.body_html or "")
    assert letter.secret
    page = client.get(f"/invitation/{token}")
    assert EMAIL in page.text
    assert client.post(f"/invitation/{token}", data=ACCEPT | {"repeat": "no"}).status_code == 422
    assert client.post(f"/invitation/{token}", data=ACCEPT).location == "/login"
    assert client.post(f"/invitation/{token}", data=ACCEPT).status_code == 410
    assert sign_in(client, EMAIL).location == "/"
    with database.reading() as db:
        user = db.scalars(select(User).where(User.email == EMAIL)).one()
        grant = db.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).one()
        assert (grant.role, grant.department_id) == ("faculty", home)
        assert user.email_confirmed_at is not None
        assert db.scalars(select(Teacher.user_id)).one() == user.id
    assert "Accepted" in admin.get("/invitations").text


def test_an_invited_student_gets_a_record_in_the_department(client, as_role, sent, database, home):
    body = {"email": EMAIL, "role": "student", "department_id": str(home)}
    assert as_role("admin").post("/api/v1/invitations", json=body).status_code == 201
    accept = {"token": sent(), "full_name": "Asha Rao", "password": PASSWORD}
    assert client.post("/api/v1/invitations/accept", json=accept).status_code == 201
    assert client.post("/api/v1/invitations/accept", json=accept).status_code == 409
    with database.reading() as db:
        assert db.scalars(select(Student.department_id)).one() == home


def test_a_head_invites_to_the_own_department_only(as_role, database, home):
    with database.writer() as db, unit(db):
        away = make.department(db).id
    head, body = as_role("hod", home), {"email": EMAIL, "role": "faculty"}
    assert head.post("/api/v1/invitations", json=body).status_code == 422
    assert head.post("/api/v1/invitations", json=body | {"department_id": away}).status_code == 422
    refused = head.post("/api/v1/invitations", json={"email": EMAIL, "role": "admin"})
    assert refused.status_code == 403
    assert head.post("/api/v1/invitations", json=body | {"department_id": home}).status_code == 201
    assert EMAIL in head.get("/invitations").text
    assert EMAIL not in as_role("hod", away).get("/invitations").text
    assert as_role("student").get("/invitations").status_code == 403


def test_it_can_be_sent_again_and_only_the_newest_link_works(client, as_role, sent, database):
    admin = as_role("admin")
    admin.post("/api/v1/invitations", json={"email": EMAIL, "role": "placement"})
    first = sent()
    with database.reading() as db:
        number = db.scalars(select(Invitation.id)).one()
    assert admin.post(f"/invitations/{number}/resend").status_code == 409
    with clock.travel(timedelta(minutes=2)):
        assert admin.post(f"/invitations/{number}/resend").status_code == 303
        second = sent()
        assert client.get(f"/invitation/{first}").status_code == 410
        assert client.get(f"/invitation/{second}").status_code == 200


def test_it_can_be_taken_back(client, as_role, sent, database):
    admin = as_role("admin")
    made = admin.post("/api/v1/invitations", json={"email": EMAIL, "role": "placement"})
    number, token = made.json["data"]["id"], sent()
    assert admin.delete(f"/api/v1/invitations/{number}").status_code == 200
    assert admin.delete(f"/api/v1/invitations/{number}").status_code == 409
    assert client.post(f"/invitation/{token}", data=ACCEPT).status_code == 410
    again = admin.post("/api/v1/invitations", json={"email": EMAIL, "role": "placement"})
    assert again.status_code == 201


def test_it_expires_and_says_so_and_the_address_may_be_invited_anew(client, as_role, sent):
    admin, body = as_role("admin"), {"email": EMAIL, "role": "placement"}
    admin.post("/api/v1/invitations", json=body)
    token = sent()
    assert admin.post("/api/v1/invitations", json=body).status_code == 422
    with clock.travel(timedelta(days=14, minutes=1)):
        assert client.get(f"/invitation/{token}").status_code == 410
        admin = as_role("admin")
        states = [row["state"] for row in admin.get("/api/v1/invitations").json["data"]]
        assert states == ["expired"]
        assert admin.post("/api/v1/invitations", json=body).status_code == 201


def test_a_known_address_is_not_invited(as_role, somebody):
    known = somebody(email=EMAIL)
    answer = as_role("admin").post(
        "/invitations/new", data={"email": known.email.upper(), "role": "placement"}
    )
    assert answer.status_code == 422
    assert "has an account already" in answer.text


@pytest.mark.db
def test_a_file_of_invitations_is_checked_and_sent(
    database, app, settings, tmp_path, work, letters
):
    with database.writer() as db, unit(db):
        make.department(db, "CSE", "Computing")
    file = tmp_path / "people.csv"
    file.write_text(
        "name,e-mail,role,department\n"
        "Asha Rao,asha@college.example,faculty,CSE\n"
        "Ravi Shah,ravi@college.example,student,\n"
        "No Place,place@college.example,hod,\n"
        "Twice,ASHA@college.example,faculty,CSE\n"
        "Wrong,wrong@college.example,faculty,XYZ\n"
    )
    admin = Actor(id=1, grants=(Grant("admin"),))
    files = Files.from_settings(settings)
    told = run_import(database, files, INVITATIONS, file, admin, skip_bad=True)
    assert (told.new, told.errors) == (2, 3)
    assert {(p.line, p.column) for p in told.problems} == {
        (4, "department"),
        (5, "e-mail"),
        (6, "department"),
    }
    work(invitations.SEND_JOB)
    assert {mail.address for mail in letters("identity/invited")} == {
        "asha@college.example",
        "ravi@college.example",
    }
    again = run_import(database, files, INVITATIONS, file, admin, skip_bad=True)
    assert (again.new, again.same) == (0, 2)
    work(invitations.SEND_JOB)
    assert len(letters("identity/invited")) == 2
    with database.reading() as db:
        assert set(db.scalars(select(Invitation.state))) == {InvitationState.WAITING}


def test_a_heads_file_may_not_reach_beyond_the_department(database, app, settings, tmp_path, home):
    file = tmp_path / "people.csv"
    file.write_text("email,role,department\na@x.example,admin,\nb@x.example,faculty,CSE\n")
    head = Actor(id=1, grants=(Grant("hod", home),))
    told = run_import(
        database, Files.from_settings(settings), INVITATIONS, file, head, dry_run=True
    )
    assert (told.new, told.errors) == (1, 1)
