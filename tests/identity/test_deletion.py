from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from quad.academics.models.people import Student
from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.facts import unit
from quad.core.files import StoredFile
from quad.core.mail.models import Mail
from quad.identity.facts.accounts import UserPurged
from quad.identity.models.accounts import RoleGrant, User, UserSession
from quad.identity.models.profiles import Profile, SecurityEvent
from quad.identity.service import leaving
from quad.notifications.models import Preference
from tests.factories import academics as make
from tests.factories.people import person
from tests.identity.conftest import found, sign_in

STAY = re.compile(r"/stay/([\w-]{20,})")
SURE = {"sure": "true"}
PURGE = "identity.purge"

pytestmark = pytest.mark.feature("A21")


@pytest.fixture
def purge(database):
    """Do what the nightly job does."""

    def run():
        with database.writer() as db, unit(db):
            return [leaving.purge_person(db, number) for number in leaving.due(db, 10)]

    return run


def test_leaving_closes_the_account_at_once(as_user, client, somebody, letters, adjust):
    adjust(login_code="off")
    user = somebody()
    here, there = as_user(user.id), as_user(user.id)
    token = here.post(
        "/account/tokens",
        data={"name": "script", "days": "30", "scopes": "read"},
    )
    assert token.status_code == 200
    page = here.get("/delete_account").text
    assert "audit" in page
    assert here.post("/delete_account", data={}).status_code == 422
    assert here.post("/delete_account", data=SURE).status_code == 303
    assert here.get("/account").status_code == 303
    assert there.get("/account").status_code == 303
    assert [mail.address for mail in letters("identity/leaving")] == [user.email]


def test_signing_in_within_thirty_days_brings_everything_back(
    as_user, client, somebody, adjust, database, purge
):
    adjust(login_code="off")
    user = somebody()
    as_user(user.id).post("/delete_account", data=SURE)
    with clock.travel(timedelta(days=29)):
        assert sign_in(client, user.email).location == "/"
    with clock.travel(timedelta(days=31)):
        assert purge() == []
    with database.reading() as db:
        assert db.get_one(User, user.id).leaves_at is None


def test_the_mailed_link_brings_everything_back(as_user, client, somebody, letters, purge):
    user = somebody()
    as_user(user.id).post("/delete_account", data=SURE)
    token = found(STAY, letters("identity/leaving")[0].body_text)
    assert user.email in client.get(f"/stay/{token}").text
    assert client.post(f"/stay/{token}").location == "/login"
    assert client.post(f"/stay/{token}").status_code == 410
    with clock.travel(timedelta(days=31)):
        assert purge() == []


def test_an_administrator_sees_who_is_leaving_and_may_keep_them(as_user, as_role, somebody, purge):
    user = somebody()
    as_user(user.id).post("/delete_account", data=SURE)
    admin = as_role("admin")
    assert user.email in admin.get("/users?state=leaving").text
    assert "leaving" in admin.get(f"/users/{user.id}").text
    assert admin.post(f"/users/{user.id}/keep").status_code == 303
    assert admin.post(f"/users/{user.id}/keep").status_code == 409
    with clock.travel(timedelta(days=31)):
        assert purge() == []


def test_programs_keep_an_account_by_the_link_or_as_administrator(
    as_user, as_role, client, somebody, letters, purge
):
    users = [somebody(), somebody()]
    for user in users:
        assert as_user(user.id).delete("/api/v1/me").status_code == 200
    body = {"token": found(STAY, letters("identity/leaving")[0].body_text)}
    assert client.post("/api/v1/auth/stay", json=body).status_code == 200
    assert client.post("/api/v1/auth/stay", json=body).status_code == 409
    address = f"/api/v1/users/{users[1].id}/keep"
    assert as_role("hod").post(address).status_code == 404
    admin = as_role("admin")
    assert admin.post(address).status_code == 200
    assert admin.post(address).status_code == 409
    with clock.travel(timedelta(days=31)):
        assert purge() == []


def test_the_last_administrator_stays(as_user, somebody):
    user = somebody(role="admin")
    answer = as_user(user.id).post("/delete_account", data=SURE)
    assert answer.status_code == 422 or "last administrator" in answer.text
    assert as_user(user.id).get("/account").status_code == 200


def test_it_needs_a_fresh_proof(as_user, somebody, database):
    user = somebody()
    client = as_user(user.id)
    with database.writer() as db, unit(db):
        db.execute(update(UserSession).values(proved_at=clock.now() - timedelta(days=1)))
    client.post("/delete_account", data=SURE)
    assert client.delete("/api/v1/me").status_code == 403
    with database.reading() as db:
        assert db.get_one(User, user.id).leaves_at is None


@pytest.mark.db
def test_after_thirty_days_what_is_personal_is_gone(app, as_user, somebody, database, purge, facts):
    user = somebody(name="Quentin Farewell", email="quentin@college.example", username="quentin")
    client = as_user(user.id)
    photo = BytesIO()
    Image.new("RGB", (99, 99)).save(photo, "PNG")
    client.post("/profile/photo", data={"file": (BytesIO(photo.getvalue()), "me.png")})
    client.post("/account/notifications", data={"in_app": "enrolled"})
    assert client.delete("/api/v1/me").status_code == 200
    with clock.travel(timedelta(days=30, minutes=1)):
        before = _newest_entry(database)
        assert purge() == [True]
        assert purge() == []
    assert [fact.user_id for fact in facts if isinstance(fact, UserPurged)] == [user.id]
    with database.reading() as db:
        gone = db.get_one(User, user.id)
        assert gone.deleted_at is not None
        assert gone.full_name == "Former member"
        assert (gone.email, gone.username) == (f"{user.id}@left.invalid", None)
        assert (gone.password_hash, gone.photo) == (None, "")
        for model in (Profile, SecurityEvent, Preference, UserSession, RoleGrant):
            mine = select(func.count()).select_from(model).where(model.user_id == user.id)
            assert db.scalar(mine) == 0, model
        assert not db.scalars(select(StoredFile.id).where(StoredFile.owner_id == user.id)).all()
        assert not db.scalars(select(Mail.id).where(Mail.address == user.email)).all()
        later = db.scalars(select(AuditEntry).where(AuditEntry.id > before)).all()
        assert later
        assert "quentin" not in str([(entry.data, entry.changes) for entry in later]).lower()


def _newest_entry(database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.max(AuditEntry.id))) or 0


def test_a_student_with_courses_keeps_the_name_on_the_record(as_user, database, purge):
    with database.writer() as db, unit(db):
        user = person(db, name="Meera Fernandes")
        user_id = user.id
        pupil = make.student(db, user=user)
        make.enrolment(db, pupil, make.offering(db))
        number = pupil.id
    client = as_user(user_id)
    assert "student record" in client.get("/delete_account").text
    client.post("/delete_account", data=SURE)
    with clock.travel(timedelta(days=31)):
        purge()
    with database.reading() as db:
        assert db.get_one(User, user_id).full_name == "Meera Fernandes"
        assert db.get_one(User, user_id).email == f"{user_id}@left.invalid"
        assert db.get_one(Student, number).deleted_at is None


def test_a_student_who_took_nothing_leaves_nothing(as_user, database, purge):
    with database.writer() as db, unit(db):
        user = person(db, name="Meera Fernandes")
        user_id, number = user.id, make.student(db, user=user).id
    as_user(user_id).post("/delete_account", data=SURE)
    with clock.travel(timedelta(days=31)):
        purge()
    with database.reading() as db:
        kept = db.get_one(Student, number)
        assert kept.deleted_at is not None
        assert "fernandes" not in kept.sort_name


def test_the_nightly_job_takes_everybody_who_is_due(as_user, somebody, work, database):
    from quad.core.jobs.outbox import enqueue

    users = [somebody() for _ in range(3)]
    for user in users[:2]:
        as_user(user.id).post("/delete_account", data=SURE)
    with clock.travel(timedelta(days=31)):
        with database.writer() as db, unit(db):
            enqueue(db, PURGE, {})
        work(PURGE)
    with database.reading() as db:
        gone = [db.get_one(User, user.id).deleted_at is not None for user in users]
    assert gone == [True, True, False]


def test_the_photo_of_somebody_who_is_leaving_is_hidden(as_user, as_role, somebody, database):
    user = somebody()
    client = as_user(user.id)
    photo = BytesIO()
    Image.new("RGB", (99, 99)).save(photo, "PNG")
    photo.seek(0)
    client.post("/profile/photo", data={"file": (photo, "me.png")})
    with database.reading() as db:
        mark = db.get_one(User, user.id).photo
    client.post("/delete_account", data=SURE)
    assert as_role("student").get(f"/people/{user.id}/photo/{mark}").status_code == 404
