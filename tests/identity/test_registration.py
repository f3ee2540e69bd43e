from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.academics.models.people import Student
from quad.audit.models import AuditEntry
from quad.core import clock, settings
from quad.core.facts import unit
from quad.core.jobs.models import Job
from quad.core.policy import SYSTEM
from quad.identity.facts.accounts import UserRegistered
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.service import registration
from tests.factories import academics as make
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

API = "/api/v1/auth/register"
BODY = {"full_name": "Aditi Hegde", "email": "aditi@college.example", "password": PASSWORD}
PAGE = BODY | {"repeat": PASSWORD}
LINK = re.compile(r"/confirm/([\w-]{20,})")


@pytest.fixture
def choose(database):
    """Change a runtime setting."""

    def change(**values):
        with database.writer() as db, unit(db):
            settings.change(
                db, SYSTEM, {f"identity.registration_{k}": v for k, v in values.items()}
            )

    return change


@pytest.fixture
def answered(work, letters):
    """Let the worker answer the registrations, and return the newest confirmation's token."""

    def read():
        work(registration.ANSWER_JOB)
        return found(LINK, letters("identity/confirm")[-1].body_text)

    return read


@pytest.fixture
def applicant(client, adjust, database, answered):
    """Have somebody apply and confirm the address; return the registration's number."""

    def apply(**values):
        adjust(registration="approval", login_code="off")
        given = PAGE | values
        assert client.post("/register", data=given).status_code == 202
        assert client.post(f"/confirm/{answered()}").status_code == 202
        with database.reading() as db:
            query = select(Registration.id).where(Registration.email == given["email"])
            return db.scalars(query).one()

    return apply


@pytest.mark.feature("C1", "M1", "A3")
def test_where_it_tells_a_new_student_may_sign_in_at_once(client, adjust, choose, facts, database):
    adjust(registration="open", login_code="off")
    choose(discloses=True)
    answer = client.post(API, json=BODY | {"extra": 1})
    assert answer.status_code == 201
    user_id = answer.json["data"]["user_id"]
    assert isinstance(user_id, str)
    again = client.post(API, json=BODY)
    assert again.status_code == 409
    assert again.json["error"] == "Email already registered"
    login = client.post("/api/v1/auth/login", json={"email": BODY["email"], "password": PASSWORD})
    assert login.json["data"]["user"]["roles"] == ["student"]
    assert [fact.user_id for fact in facts if isinstance(fact, UserRegistered)] == [int(user_id)]


@pytest.mark.feature("C1")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"password": ""}, 400),
        ({"email": None}, 400),
        ({"full_name": ""}, 400),
        ({"password": "password"}, 422),
        ({"password": "short"}, 422),
        ({"email": "nonsense"}, 422),
    ],
)
def test_what_does_not_fit_is_refused(client, adjust, change, status):
    adjust(registration="open")
    assert client.post(API, json=BODY | change).status_code == status


def test_closed_means_closed_at_both_doors(client):
    assert client.post(API, json=BODY).status_code == 403
    assert client.post("/api/v1/registrations", json=BODY).status_code == 403
    assert client.get("/register").status_code == 403
    assert client.post("/register", data=PAGE).status_code == 403
    assert "Apply for an account" not in client.get("/login").text


def _but_for_one(answer):
    """What differs from request to request by its nature."""
    return {name: value for name, value in answer.headers if name not in ("X-Request-ID", "Date")}


def test_known_and_unknown_addresses_get_the_same_answer_and_write_the_same(
    client, adjust, somebody, database, queries
):
    adjust(registration="open")
    known = somebody(email="known@college.example")
    answers, statements = [], []
    for email in (known.email, "unknown@college.example"):
        queries.clear()
        answers.append(client.post(API, json=BODY | {"email": email}))
        # The settings are read once in a while, whoever asks.
        statements.append([text.split()[:3] for text in queries if "core_setting" not in text])
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].data == answers[1].data
    assert _but_for_one(answers[0]) == _but_for_one(answers[1])
    assert statements[0] == statements[1]
    with database.reading() as db:
        jobs = select(func.count()).select_from(Job).where(Job.kind == registration.ANSWER_JOB)
        entries = select(AuditEntry).where(AuditEntry.action == "registration received")
        assert db.scalar(jobs) == 2
        assert len(db.scalars(entries).all()) == 2


def test_a_taken_user_name_tells_nothing_about_an_address(client, adjust, somebody):
    adjust(registration="open")
    known = somebody(email="known@college.example", username="asha.r")
    bodies = [
        BODY | {"email": email, "username": "Asha.R"}
        for email in (known.email, "unknown@college.example")
    ]
    first, second = (client.post("/api/v1/registrations", json=body) for body in bodies)
    assert first.status_code == second.status_code == 422
    assert first.data == second.data


def test_the_owner_of_a_known_address_is_told_by_mail_once_a_day(
    client, adjust, somebody, work, letters, database
):
    adjust(registration="open")
    known = somebody(email="known@college.example")
    for _ in range(2):
        client.post(API, json=BODY | {"email": known.email})
    work(registration.ANSWER_JOB)
    assert [mail.address for mail in letters("identity/already-registered")] == [known.email]
    assert not letters("identity/confirm")
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Registration)) == 0


@pytest.mark.feature("M1")
def test_the_link_in_the_mail_makes_the_account(client, adjust, answered, facts, database):
    adjust(registration="open", login_code="off")
    answer = client.post("/register", data=PAGE)
    assert answer.status_code == 202
    assert "Look into your mail" in answer.text
    assert sign_in(client, BODY["email"]).status_code == 401
    with database.reading() as db:
        assert db.scalar(select(User.id).where(User.email == BODY["email"])) is None
    token = answered()
    assert "Aditi Hegde" in client.get(f"/confirm/{token}").text
    assert not [fact for fact in facts if isinstance(fact, UserRegistered)]
    assert client.post(f"/confirm/{token}").location == "/login"
    assert [fact for fact in facts if isinstance(fact, UserRegistered)]
    assert client.post(f"/confirm/{token}").status_code == 410
    assert sign_in(client, BODY["email"]).location == "/"
    with database.reading() as db:
        kept = db.scalars(select(Registration)).one()
        assert (kept.state, kept.password_hash) == (RegistrationState.APPROVED, None)


def test_a_confirmation_ends_after_two_days_and_is_forgotten(client, adjust, answered, work):
    adjust(registration="open")
    client.post(API, json=BODY)
    token = answered()
    with clock.travel(timedelta(days=2, seconds=1)):
        assert client.get(f"/confirm/{token}").status_code == 410
        assert (
            client.post("/api/v1/registrations/confirm", json={"token": token}).status_code == 409
        )


def test_the_newest_registration_of_an_address_counts(client, adjust, answered):
    adjust(registration="open", login_code="off")
    client.post(API, json=BODY | {"full_name": "Somebody Else"})
    first = answered()
    client.post(API, json=BODY)
    second = answered()
    assert client.get(f"/confirm/{first}").status_code == 410
    assert client.post(f"/confirm/{second}").location == "/login"


@pytest.mark.feature("A3")
def test_an_alumnus_registers_as_one_and_gets_no_student_record(client, adjust, answered, database):
    adjust(registration="open")
    page = client.get("/register?as=alumnus").text
    assert "Year of graduation" in page
    assert "Register number" not in page
    assert client.post("/register?as=alumnus", data=PAGE).status_code == 422
    given = PAGE | {"graduation_year": "2014"}
    assert client.post("/register?as=alumnus", data=given).status_code == 202
    client.post(f"/confirm/{answered()}")
    with database.reading() as db:
        user_id = db.scalars(select(User.id).where(User.email == BODY["email"])).one()
        assert list(db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id))) == [
            Role.ALUMNUS
        ]
        assert db.scalar(select(Student.id).where(Student.user_id == user_id)) is None
        assert db.scalars(select(Registration.graduation_year)).one() == 2014


def test_a_student_belongs_to_the_department_that_was_chosen(client, adjust, answered, database):
    adjust(registration="open")
    with database.writer() as db, unit(db):
        home = make.department(db).id
    assert client.post("/register", data=PAGE | {"department_id": "999"}).status_code == 422
    assert client.post("/register", data=PAGE | {"department_id": str(home)}).status_code == 202
    client.post(f"/confirm/{answered()}")
    with database.reading() as db:
        assert db.scalars(select(Student.department_id)).one() == home


def test_an_administrator_approves_and_the_applicant_hears_of_it(
    client, as_role, applicant, letters
):
    number = applicant()
    assert sign_in(client, BODY["email"]).status_code == 401
    admin = as_role("admin")
    assert "Aditi Hegde" in admin.get("/registrations").text
    assert "Approve" in admin.get(f"/registrations/{number}").text
    assert admin.post(f"/registrations/{number}/approve").status_code == 303
    assert len(letters("identity/approved")) == 1
    assert sign_in(client, BODY["email"]).location == "/"
    assert admin.post(f"/registrations/{number}/approve").status_code == 409


def test_who_may_decide_hears_of_the_first_applicant_and_again_after_looking(
    applicant, somebody, as_user, database, letters
):
    with database.writer() as db, unit(db):
        home, away = make.department(db, "CSE").id, make.department(db, "ECE").id
    chief, teacher = somebody(role="admin"), somebody(role="faculty")
    own, far = (somebody(role="hod", department_id=each) for each in (home, away))
    clients = {each.id: as_user(each.id) for each in (chief, own, far, teacher)}

    def told():
        pages = [client.get("/notifications").text for client in clients.values()]
        return [page.count("wait for your decision") for page in pages]

    applicant(department_id=home)
    applicant(department_id=home, email="second@college.example")
    assert told() == [1, 1, 0, 0]
    mailed = [mail.address for mail in letters("notifications/notice")]
    assert sorted(mailed) == sorted([chief.email, own.email])
    assert clients[own.id].post("/notifications/read").status_code == 303
    applicant(department_id=home, email="third@college.example")
    assert told() == [1, 2, 0, 0]
    label = "Somebody applies for an account"
    assert label in clients[own.id].get("/account/notifications").text
    assert label not in clients[teacher.id].get("/account/notifications").text


def test_a_rejection_needs_a_reason_and_is_mailed(client, as_role, applicant, letters, database):
    number = applicant()
    admin = as_role("admin")
    assert admin.post(f"/registrations/{number}/reject", data={}).status_code == 422
    reason = {"reason": "You are not on our lists."}
    assert admin.post(f"/registrations/{number}/reject", data=reason).status_code == 303
    assert "not on our lists" in (letters("identity/rejected")[0].body_text or "")
    assert sign_in(client, BODY["email"]).status_code == 401
    with database.reading() as db:
        assert db.scalars(select(Registration.password_hash)).one() is None


def test_a_head_decides_about_the_own_department_only(as_role, applicant, database):
    with database.writer() as db, unit(db):
        home, away = make.department(db).id, make.department(db).id
    own = applicant(department_id=str(home))
    other = applicant(department_id=str(away), email="other@college.example")
    head = as_role("hod", home)
    assert head.get(f"/registrations/{other}").status_code == 404
    assert head.post(f"/registrations/{other}/approve").status_code == 404
    assert "other@college.example" not in head.get("/registrations").text
    assert head.post(f"/registrations/{own}/approve").status_code == 303
    assert as_role("faculty").get("/registrations").status_code == 403


def test_many_are_decided_at_once_and_one_that_cannot_be_leaves_the_others(
    as_role, applicant, database, somebody, letters
):
    numbers = [applicant(email=f"a{n}@college.example") for n in range(3)]
    somebody(email="a1@college.example")
    admin = as_role("admin")
    done = admin.post(
        "/registrations/approve", data={"id": [str(n) for n in numbers]}, follow_redirects=True
    )
    assert "2 people approved." in done.text
    assert "a1@college.example has an account by now" in done.text
    asked = admin.post("/registrations/reject", data={"id": [str(numbers[1])]})
    assert asked.status_code == 200
    assert "Reason" in asked.text
    admin.post("/registrations/reject", data={"id": [str(numbers[1])], "reason": "Twice"})
    assert [mail.address for mail in letters("identity/rejected")] == ["a1@college.example"]


def test_the_api_lists_and_decides(as_role, applicant):
    number = applicant()
    admin = as_role("admin")
    rows = admin.get("/api/v1/registrations?state=waiting").json["data"]
    assert [row["id"] for row in rows] == [str(number)]
    assert admin.get(f"/api/v1/registrations/{number}").json["data"]["state"] == "waiting"
    told = admin.post(f"/api/v1/registrations/{number}/reject", json={"reason": "Twice"})
    assert told.status_code == 200
    assert admin.post(f"/api/v1/registrations/{number}/approve").status_code == 409


def test_who_was_not_decided_about_is_forgotten_after_a_season(applicant, work, database):
    applicant()
    with clock.travel(timedelta(days=91)), database.writer() as db, unit(db):
        registration.purge_registrations(db)
        assert db.scalar(select(func.count()).select_from(Registration)) == 0


def test_by_domain_only_the_institutions_addresses_register(client, adjust, choose):
    adjust(registration="domain")
    choose(discloses=True, domains="college.example, staff.college.example")
    assert client.post(API, json=BODY | {"email": "a@elsewhere.example"}).status_code == 422
    assert client.post(API, json=BODY | {"email": "a@evilcollege.example"}).status_code == 422
    assert client.post(API, json=BODY).status_code == 201


@pytest.mark.feature("M1", "M22", "A3")
def test_the_page_takes_a_user_name_and_repeats_the_password(client, adjust, choose):
    adjust(registration="open", login_code="off")
    choose(discloses=True)
    assert client.get("/register").status_code == 200
    differs = client.post("/register", data=PAGE | {"repeat": "something else"})
    assert differs.status_code == 422
    assert "not the same" in differs.text
    assert PASSWORD not in differs.text
    assert client.post("/register", data=PAGE | {"username": "aditi.h"}).location == "/login"
    assert sign_in(client, "ADITI.H").location == "/"
    taken = client.post(
        "/register", data=PAGE | {"username": "Aditi.H", "email": "other@college.example"}
    )
    assert taken.status_code == 422
    assert "user name is taken" in taken.text


def test_registering_is_throttled(settings, database):
    from quad.app import create_app
    from quad.web.limits import limiter
    from tests.conftest import Client, make_settings

    site = create_app(
        make_settings(settings.data_dir, rate_limits="on", registration="open"), database
    )
    site.test_client_class = Client
    client = site.test_client()
    statuses = [
        client.post(API, json=BODY | {"email": f"n{n}@college.example"}).status_code
        for n in range(11)
    ]
    limiter.reset()
    assert statuses[-1] == 429
