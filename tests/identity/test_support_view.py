"""“What can this person see?”, answered by the rules themselves."""

from __future__ import annotations

import pytest

from quad.core.facts import unit
from quad.identity.models.accounts import AccountState
from tests.factories import academics as make
from tests.factories.people import grant, person

pytestmark = pytest.mark.feature("C29")


@pytest.fixture
def head(database):
    """A head of a department with two students; a third is elsewhere. Returns the head's number."""
    with database.writer() as db, unit(db):
        home, away = make.department(db, "CSE", "Computing"), make.department(db, "ECE")
        chief = person(db, role="hod", department_id=home.id, name="Asha Head")
        for name, place in (("Bela One", home), ("Cara Two", home), ("Dina Else", away)):
            make.student(db, name=name, of=place)
        return chief.id


def sights(client, user_id: int, area: str = "academics") -> dict:
    answer = client.get(f"/api/v1/users/{user_id}/sees?area={area}")
    assert answer.status_code == 200
    return {sight["name"]: sight for sight in answer.json["data"]}


def test_each_permission_is_counted_sampled_and_explained(as_role, head):
    admin = as_role("admin")
    seen = sights(admin, head)["academics.student.read"]
    assert seen["count"] == 2
    assert {sample["text"] for sample in seen["samples"]} == {"Bela One", "Cara Two"}
    assert all(sample["href"].startswith("/students/") for sample in seen["samples"])
    assert seen["through"] == ["Head of department in Computing"]
    page = admin.get(f"/users/{head}/sees?area=academics").text
    assert "See a student’s record" in page
    assert "Bela One" in page
    assert "Dina Else" not in page


def test_acts_without_rows_are_listed_and_what_is_not_held_is_not(as_role, head):
    seen = sights(as_role("admin"), head)
    assert seen["academics.student.add"]["count"] is None
    assert "academics.student.import" not in seen


def test_several_roles_are_told_apart(as_role, head, database):
    with database.writer() as db, unit(db):
        grant(db, person(db, role=None), "faculty")
        teacher = make.teacher(db)
        grant(db, db.get_one(type(person(db)), teacher.user_id), "placement")
        number = teacher.user_id
    seen = sights(as_role("admin"), number)
    assert seen["academics.offering.add"]["through"] == ["Faculty"]


def test_what_everybody_may_needs_no_role(as_role, head):
    assert (
        sights(as_role("admin"), head, "institution")["institution.department.read"]["through"]
        == []
    )


def test_a_closed_account_sees_nothing(as_role, somebody):
    user = somebody(state=AccountState.DISABLED)
    admin = as_role("admin")
    assert sights(admin, user.id) == {}
    assert "sees nothing" in admin.get(f"/users/{user.id}/sees").text


def test_the_page_asks_a_fixed_number_of_questions(as_role, head, queries):
    admin = as_role("admin")
    admin.get(f"/users/{head}/sees?area=academics")
    before = len(queries)
    admin.get(f"/users/{head}/sees?area=academics")
    assert len(queries) - before <= 16


def test_only_administrators_look_through_others_eyes(as_role, head):
    for role in ("hod", "advisor", "student"):
        them = as_role(role)
        assert them.get(f"/users/{head}/sees").status_code == 403
        assert them.get(f"/api/v1/users/{head}/sees").status_code == 403


@pytest.mark.db
def test_every_area_can_be_asked_about_on_every_database(as_role, head):
    admin = as_role("admin")
    for area in ("academics", "audit", "identity", "institution", "notifications"):
        assert admin.get(f"/users/{head}/sees?area={area}").status_code == 200
