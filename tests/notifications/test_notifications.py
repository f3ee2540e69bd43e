"""Notifications: a fact becomes a line in the inbox, a number at the bell, and a mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import emit, unit
from quad.core.live import LiveEvent
from quad.core.mail.models import Mail
from quad.identity.facts.accounts import RoleGranted
from quad.notifications.models import Notification
from quad.web.site import Site
from tests.factories.people import person

AsUser = Callable[[int], FlaskClient]


@pytest.fixture
def told(database: Database, app: Site) -> int:
    """Somebody who was just given a role by somebody else."""
    with database.writer() as db, unit(db):
        user = person(db, role="faculty", name="Ada Lovelace", email="ada@college.example")
        user.last_sign_in_at = clock.now()
        user_id = user.id
        emit(db, RoleGranted(actor_id=None, user_id=user_id, role="hod", department_id=None))
    return user_id


@pytest.mark.db
def test_a_fact_becomes_an_inbox_line_a_live_event_and_a_mail(
    told: int, database: Database
) -> None:
    with database.reading() as db:
        line = db.scalars(select(Notification)).one()
        assert (line.user_id, line.kind, line.read_at) == (told, "role_granted", None)
        event = db.scalars(select(LiveEvent)).one()
        assert (event.audience, event.kind) == (f"user:{told}", "notification")
        mail = db.scalars(select(Mail)).one()
        assert mail.address == "ada@college.example"
        assert "hod" in mail.subject


def test_the_bell_counts_what_is_unread_and_reading_empties_it(told: int, as_user: AsUser) -> None:
    client = as_user(told)
    page = client.get("/notifications")
    assert "You now have the role" in page.text
    assert 'data-badge="notifications"' in page.text
    assert client.get("/api/v1/me/notifications").get_json()["data"][0]["read"] is False
    answer = client.post("/notifications/read", data={})
    assert answer.status_code == 303
    assert client.get("/api/v1/me/notifications").get_json()["data"][0]["read"] is True


@pytest.mark.feature("A42")
def test_the_inbox_has_two_addresses_that_answer_alike_and_are_described_each(
    told: int, as_user: AsUser
) -> None:
    client = as_user(told)
    for name in ("notifications", "notification-preferences"):
        answers = [client.get(f"/api/v1/{start}{name}") for start in ("me/", "")]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].get_json() == answers[1].get_json()
    assert client.post("/api/v1/notifications/read", json={}).get_json()["data"]["count"] == 1
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    for place in ("notifications", "notifications/read", "notifications/unread"):
        one, other = described[f"/api/v1/me/{place}"], described[f"/api/v1/{place}"]
        for method, operation in one.items():
            assert operation.pop("operationId") != other[method].pop("operationId")
        assert one == other


def test_nobody_marks_anothers_notification_read(
    told: int, as_role: Callable[..., FlaskClient], as_user: AsUser
) -> None:
    line = as_user(told).get("/api/v1/me/notifications").get_json()["data"][0]
    stranger = as_role("admin")
    answer = stranger.post("/api/v1/me/notifications/read", json={"ids": [line["id"]]})
    assert answer.get_json()["data"]["count"] == 0
    assert as_user(told).get("/api/v1/me/notifications").get_json()["data"][0]["read"] is False


def test_a_person_chooses_not_to_be_mailed(told: int, as_user: AsUser, database: Database) -> None:
    client = as_user(told)
    chosen = {"in_app": ["role_granted"], "by_mail": []}
    assert client.put("/api/v1/me/notification-preferences", json=chosen).status_code == 200
    with database.writer() as db, unit(db):
        emit(db, RoleGranted(actor_id=None, user_id=told, role="advisor", department_id=None))
    with database.reading() as db:
        assert db.scalar(select(func.count(Notification.id))) == 2
        assert db.scalar(select(func.count(Mail.id))) == 1


def test_a_kind_that_does_not_exist_is_refused_with_a_sentence(told: int, as_user: AsUser) -> None:
    answer = as_user(told).put("/api/v1/me/notification-preferences", json={"in_app": ["x"]})
    assert answer.status_code == 422
    assert answer.get_json()["fields"]["in_app"] == "There is no such kind of notification."


def test_what_is_rolled_back_tells_nobody(database: Database, app: Site) -> None:
    with pytest.raises(RuntimeError), database.writer() as db, unit(db):
        user = person(db)
        user.last_sign_in_at = clock.now()
        emit(db, RoleGranted(actor_id=None, user_id=user.id, role="hod", department_id=None))
        raise RuntimeError
    with database.reading() as db:
        assert db.scalar(select(func.count(Mail.id))) == 0
        assert db.scalar(select(func.count(LiveEvent.id))) == 0


def test_a_new_account_hears_of_its_role_by_the_invitation_alone(
    as_role: Callable[..., FlaskClient], database: Database
) -> None:
    new = {"full_name": "Ada Lovelace", "email": "ada@college.example", "role": "faculty"}
    assert as_role("admin").post("/api/v1/users", json=new).status_code == 201
    with database.reading() as db:
        subjects = list(db.scalars(select(Mail.subject).where(Mail.address == new["email"])))
        assert len(subjects) == 1
        assert db.scalar(select(func.count(Notification.id))) == 0
