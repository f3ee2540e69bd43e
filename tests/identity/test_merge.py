"""Two accounts of one person become one: looked at first, once, for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Enrolment, Offering
from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.db.model import Model
from quad.core.facts import unit
from quad.core.merging import names_of
from quad.identity.facts.accounts import AccountsMerged
from quad.identity.models.accounts import PersonalToken, RoleGrant, User, UserSession
from quad.identity.models.factors import Passkey
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.models.profiles import Profile
from quad.identity.service import merge, tokens
from quad.notifications.models import Notification
from tests.factories import academics as make
from tests.factories.people import PASSWORD, grant, person
from tests.identity.conftest import sign_in

pytestmark = pytest.mark.feature("C29")
SURE = {"sure": "1"}


@pytest.fixture
def twins(database):
    """Two accounts of one name; the one that goes has studies, a role, a profile and more."""
    with database.writer() as db, unit(db):
        kept = person(db, role="student", name="Meera Rao", email="meera@college.example")
        gone = person(db, role="student", name="Meera Rao", email="meera2@college.example")
        grant(db, gone, "placement")
        pupil = make.student(db, user=gone)
        make.enrolment(db, pupil, make.offering(db))
        db.add(Profile(user_id=gone.id, phone="+91 98765 43210", links=[]))
        db.add(Notification(user_id=gone.id, kind="enrolled", data={}))
        db.add(
            MentorAssignment(
                mentee_id=gone.id, kind=MentorKind.ADVISOR, mentor_id=person(db, role="advisor").id
            )
        )
        db.add(
            Passkey(
                user_id=gone.id,
                name="key",
                credential_hash="h",
                credential_id="c",
                user_handle="u",
                public_key="p",
            )
        )
        return kept.id, gone.id


@pytest.mark.db
def test_everything_moves_and_the_other_account_is_over(
    as_role, client, twins, database, facts, adjust
):
    adjust(login_code="off")
    kept, gone = twins
    answer = as_role("admin").post(f"/users/{kept}/merge", data={"gone_id": gone, **SURE})
    assert answer.location == f"/users/{kept}"
    with database.reading() as db:
        assert db.scalars(select(Student.user_id)).all() == [kept]
        roles = db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == kept)).all()
        assert sorted(roles) == ["placement", "student"]
        for column in (Profile.user_id, Notification.user_id, MentorAssignment.mentee_id):
            assert db.scalars(select(column)).all() == [kept]
        assert db.scalars(select(Passkey.id)).all() == []
        over = db.get_one(User, gone)
        assert over.deleted_at is not None
        assert over.merged_into_id == kept
    assert [fact.gone_id for fact in facts if isinstance(fact, AccountsMerged)] == [gone]
    assert sign_in(client, "meera2@college.example", PASSWORD).status_code == 401
    assert sign_in(client, "meera@college.example", PASSWORD).location == "/"


def test_the_preview_counts_what_moves_and_changes_nothing(as_role, twins, database):
    kept, gone = twins
    admin = as_role("admin")
    page = admin.get(f"/users/{kept}/merge?with={gone}")
    assert page.status_code == 200
    assert "Student records" in page.text
    assert "Enrolments with their marks" in page.text
    shown = admin.post(f"/api/v1/users/{kept}/merge/preview", json={"gone_id": gone}).json["data"]
    moving = {each["label"]: (each["kept"], each["coming"]) for each in shown["moving"]}
    assert moving["Roles"] == (1, 2)
    assert moving["Student records"] == (0, 1)
    assert moving["Enrolments with their marks"] == (0, 1)
    assert shown["conflicts"] == []
    with database.reading() as db:
        assert db.get_one(User, gone).deleted_at is None


def test_two_records_become_one_unless_both_are_in_the_same_offering(as_role, twins, database):
    kept, gone = twins
    with database.writer() as db, unit(db):
        theirs = db.scalars(select(Student).where(Student.user_id == gone)).one()
        mine = make.student(db, user=db.get_one(User, kept))
        shared = make.offering(db)
        place = make.enrolment(db, theirs, shared)
        make.enrolment(db, mine, shared)
        make.mark(db, place, make.component(db, shared), 70)
    admin = as_role("admin")
    refused = admin.post(f"/users/{kept}/merge", data={"gone_id": gone, **SURE})
    assert refused.status_code == 409
    assert "same offering" in refused.text
    body = {"gone_id": gone}
    assert admin.post(f"/api/v1/users/{kept}/merge", json=body).status_code == 409
    with database.writer() as db, unit(db):
        assert db.get_one(User, gone).deleted_at is None
        mine = db.scalars(select(Student).where(Student.user_id == kept)).one()
        db.delete(db.scalars(select(Enrolment).where(Enrolment.student_id == mine.id)).one())
    assert admin.post(f"/api/v1/users/{kept}/merge", json=body).status_code == 200
    with database.reading() as db:
        mine = db.scalars(select(Student).where(Student.user_id == kept)).one()
        every = db.scalars(select(Enrolment.student_id)).all()
        assert set(every) == {mine.id}
        assert len(every) == 2
        other = db.scalars(select(Student).where(Student.user_id == gone)).one()
        assert other.deleted_at is not None


def test_what_is_taught_comes_along(as_role, database):
    with database.writer() as db, unit(db):
        kept, gone = make.teacher(db), make.teacher(db)
        make.offering(db, by=gone)
        ids = kept.user_id, gone.user_id
    as_role("admin").post(f"/users/{ids[0]}/merge", data={"gone_id": ids[1], **SURE})
    with database.reading() as db:
        assert db.scalars(select(Offering.faculty_id)).all() == [ids[0]]
        living = select(Teacher.user_id).where(Teacher.deleted_at.is_(None))
        assert db.scalars(living).all() == [ids[0]]


def test_sessions_and_tokens_of_the_account_that_goes_end_at_once(
    as_role, as_user, client, twins, database
):
    kept, gone = twins
    theirs = as_user(gone)
    from quad.core.policy import SYSTEM

    with database.writer() as db, unit(db):
        token = tokens.create_token(db, SYSTEM, gone, name="script", ttl=None)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    as_role("admin").post(f"/users/{kept}/merge", data={"gone_id": gone, **SURE})
    assert theirs.get("/account").status_code == 303
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    with database.reading() as db:
        assert db.scalars(select(PersonalToken.user_id)).all() == [gone]


def test_it_asks_for_a_word_and_for_a_fresh_proof(as_role, twins, database):
    kept, gone = twins
    admin = as_role("admin")
    unsure = admin.post(f"/users/{kept}/merge", data={"gone_id": gone})
    assert unsure.status_code == 422
    assert "cannot be taken back" in unsure.text
    with database.writer() as db, unit(db):
        for session in db.scalars(select(UserSession)):
            session.proved_at = clock.now() - timedelta(hours=2)
    assert admin.post(f"/api/v1/users/{kept}/merge", json={"gone_id": gone}).status_code == 403
    with database.reading() as db:
        assert db.get_one(User, gone).deleted_at is None


def test_one_does_not_merge_oneself_away(as_user, database):
    with database.writer() as db, unit(db):
        chief, other = person(db, role="admin").id, person(db, role="admin").id
    admin = as_user(chief)
    refused = admin.post(f"/users/{other}/merge", data={"gone_id": chief, **SURE})
    assert refused.status_code == 409
    assert "signed in with the account that would go" in refused.text
    same = admin.post(f"/users/{chief}/merge", data={"gone_id": chief, **SURE})
    assert same.status_code == 409


def test_the_audit_tells_who_merged_whom(as_role, twins, database):
    kept, gone = twins
    as_role("admin").post(f"/users/{kept}/merge", data={"gone_id": gone, **SURE})
    with database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "accounts merged")).one()
        assert entry.data == {"user_id": kept, "gone_id": gone}
        assert entry.actor_id is not None


def test_accounts_of_one_name_are_suggested_the_likeliest_first(as_role, twins, database):
    with database.writer() as db, unit(db):
        person(db, name="Asha Das", email="asha.das@college.example")
        person(db, name="Asha Das", email="unrelated@college.example")
        person(db, name="Only Once")
    pairs = as_role("admin").get("/api/v1/users/duplicates").json["data"]
    assert [pair["full_name"] for pair in pairs] == ["Meera Rao", "Asha Das"]
    assert "the same name before the @" in pairs[0]["reasons"]
    assert "Meera Rao" in as_role("admin").get("/users/duplicates").text


def test_the_other_account_is_found_by_address_or_asked_for_again(as_role, twins):
    kept, _gone = twins
    admin = as_role("admin")
    assert admin.get(f"/users/{kept}/merge").status_code == 200
    found = admin.get(f"/users/{kept}/merge?with=MEERA2@college.example")
    assert "meera2@college.example" in found.text
    nobody = admin.get(f"/users/{kept}/merge?with=nobody@college.example")
    assert nobody.status_code == 422
    assert "Nobody has this" in nobody.text


def test_only_administrators_merge(as_role, twins):
    kept, gone = twins
    for role in ("hod", "advisor", "faculty", "student"):
        them = as_role(role)
        assert them.get("/users/duplicates").status_code == 403
        assert them.post(f"/users/{kept}/merge", data={"gone_id": gone, **SURE}).status_code == 403


def test_every_column_that_names_a_person_has_somebody_who_moves_it(app):
    """A new table that belongs to people must say what a merge does with it (`Module.merges`)."""
    told = names_of(merge.declared())
    wanted = {
        f"{table.name}.{key.parent.name}"
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("identity_user", "academics_student")
    }
    assert wanted - told == set()
