"""The audit: nothing can forget it, nobody but an administrator reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.audit.models import AuditEntry, AuditSubject
from quad.audit.service import reading
from quad.audit.views import PAGES, thing_href
from quad.core.db.engine import Database
from quad.core.facts import Fact, emit, run, unit
from quad.core.search.index import rebuild
from quad.core.search.searchable import SEARCHABLES
from quad.identity.models.accounts import SEARCHED_AS, User
from quad.web.site import Site
from tests.factories import academics as make
from tests.factories.people import person

SignIn = Callable[..., FlaskClient]


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as db:
        return list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))


@pytest.mark.db
def test_a_command_leaves_its_fact_its_changes_and_where_it_came_from(
    as_role: SignIn, database: Database
) -> None:
    client = as_role("admin")
    answer = client.post(
        "/api/v1/academics/departments",
        json={"name": "Computing", "code": "CS"},
        headers={"User-Agent": "Registry tool 1.0", "X-Request-ID": "abc-123"},
    )
    assert answer.status_code == 201
    entry = entries(database)[-1]
    assert entry.action == "department added"
    assert entry.data == {"department_id": int(answer.get_json()["data"]["id"])}
    assert [change["after"]["name"] for change in entry.changes] == ["Computing"]
    assert (entry.address, entry.user_agent, entry.request_id) == (
        "127.0.0.1",
        "Registry tool 1.0",
        "abc-123",
    )
    assert entry.actor_id is not None


def test_a_change_no_fact_speaks_of_is_still_written_down(database: Database) -> None:
    with database.writer() as db, unit(db):
        number = person(db, name="Ada Lovelace").id
    with database.writer() as db, unit(db):
        db.get_one(User, number).full_name = "Ada King"
    entry = entries(database)[-1]
    assert entry.action == "changed"
    assert entry.changes[0]["before"] == {"full_name": "Ada Lovelace"}
    assert entry.changes[0]["after"] == {"full_name": "Ada King"}


def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    def fail(db: Session) -> None:
        with unit(db):
            person(db)
            raise RuntimeError

    with pytest.raises(RuntimeError), database.writer() as db:
        fail(db)
    assert entries(database) == []


def test_only_an_administrator_reads_the_audit(as_role: SignIn) -> None:
    admin = as_role("admin")
    assert admin.get("/audit").status_code == 200
    for role in ("hod", "faculty", "student"):
        page = as_role(role).get("/audit")
        assert page.status_code == 200 or page.status_code == 403
        assert "signed in" not in page.text


def test_one_entry_shows_each_changed_value_before_and_after(
    as_role: SignIn, database: Database
) -> None:
    with database.writer() as db, unit(db):
        number = person(db, name="Ada Lovelace").id
    with database.writer() as db, unit(db):
        db.get_one(User, number).full_name = "Ada King"
    wanted = entries(database)[-1].id
    page = as_role("admin").get(f"/audit/{wanted}")
    assert "Ada Lovelace" in page.text
    assert "Ada King" in page.text
    assert as_role("student").get(f"/audit/{wanted}").status_code == 404


def test_tables_and_columns_are_shown_in_words(as_role: SignIn, database: Database) -> None:
    client = as_role("admin")
    made = client.post("/api/v1/academics/departments", json={"name": "Computing", "code": "CS"})
    assert made.status_code == 201
    entry = next(each for each in entries(database) if each.action == "department added")
    page = client.get(f"/audit/{entry.id}").text.partition("<main")[2]
    assert "institution_department" not in page
    assert "sort_name" not in page
    assert "code_key" not in page
    assert "Department" in page
    listed = client.get("/audit").text.partition("<main")[2]
    assert "code_key" not in listed
    assert "Department added" in listed


class Trail:
    """A student who was enrolled and renamed, through the API, by an administrator and a head of department."""

    def __init__(self, database: Database, as_user: Callable[[int], FlaskClient]) -> None:
        with database.writer() as db, unit(db):
            self.college = make.college(db, size=2)
            self.admin_id = person(db, role="admin", name="Asha Rao").id
            self.hod_id = person(
                db, role="hod", department_id=self.college.department.id, name="Bela Hegde"
            ).id
            rebuild(db, SEARCHABLES[SEARCHED_AS])
            self.student_id = self.college.students[0].id
            self.other_id = self.college.students[1].id
            self.offering_id = self.college.offering.id
            self.course_id = self.college.course.id
            self.enrolment_id = self.college.enrolments[0].id
            self.component_id = self.college.components[0].id
        self.admin, self.hod = as_user(self.admin_id), as_user(self.hod_id)
        renamed = self.hod.patch(
            f"/api/v1/students/{self.student_id}",
            json={"full_name": "Renamed Person"},
            headers={"X-Request-ID": "rename-1"},
        )
        assert renamed.status_code == 200, renamed.text
        entered = self.admin.put(
            f"/api/v1/academics/offerings/{self.offering_id}/marks",
            json={
                "entries": [
                    {
                        "enrolment_id": self.enrolment_id,
                        "component_id": self.component_id,
                        "value": 21,
                    }
                ]
            },
        )
        assert entered.status_code == 200, entered.text

    def listed(self, **question: str) -> list[dict[str, Any]]:
        answer = self.admin.get("/api/v1/audit/entries", query_string=question)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.get_json()["data"]
        return data


@pytest.fixture
def trail(database: Database, as_user: Callable[[int], FlaskClient]) -> Trail:
    return Trail(database, as_user)


@pytest.mark.db
@pytest.mark.feature("L40")
def test_entries_are_found_by_person_thing_action_date_and_request(trail: Trail) -> None:
    both = trail.listed(person="bela heg")
    renamed = next(one for one in both if one["changes"])
    after = {name: value for one in renamed["changes"] for name, value in one["after"].items()}
    assert (renamed["actor"], renamed["role"], renamed["request_id"]) == (
        "Bela Hegde",
        "hod",
        "rename-1",
    )
    assert after["full_name"] == "Renamed Person"
    assert renamed in trail.listed(request="rename-1")
    assert trail.listed(actor=str(trail.hod_id)) == both
    [marked] = trail.listed(action="marks entered")
    assert marked["role"] == "admin"
    student = trail.listed(about=f"student:{trail.student_id}")
    assert {marked["id"], renamed["id"]} <= {one["id"] for one in student}
    other = trail.listed(about=f"student:{trail.other_id}")
    assert not {marked["id"], renamed["id"]} & {one["id"] for one in other}
    assert marked in trail.listed(about=f"offering:{trail.offering_id}")
    assert marked in trail.listed(kind="enrolment")
    assert trail.listed(until="2020-01-01") == []
    assert trail.admin.get("/api/v1/audit/entries?about=moon:3").status_code == 400
    one = trail.admin.get(f"/api/v1/audit/entries/{marked['id']}").get_json()["data"]
    assert one == marked
    assert trail.hod.get("/api/v1/audit/entries").status_code == 403
    assert trail.hod.get(f"/api/v1/audit/entries/{marked['id']}").status_code == 404


@pytest.mark.feature("L40")
def test_a_thing_has_its_history_on_its_page_for_administrators(
    trail: Trail, queries: list[str]
) -> None:
    for path, kind, number in (
        ("students", "student", trail.student_id),
        ("offerings", "offering", trail.offering_id),
        ("courses", "course", trail.course_id),
        ("users", "user", trail.hod_id),
        ("departments", "department", trail.college.department.id),
    ):
        part = f"/audit/history/{kind}/{number}"
        assert part in trail.admin.get(f"/{path}/{number}").text, path
        assert trail.admin.get(part).status_code == 200
        if path != "users":
            assert part not in trail.hod.get(f"/{path}/{number}").text
    queries.clear()
    history = trail.admin.get(f"/audit/history/student/{trail.student_id}").text
    assert len(queries) <= 8
    assert "Marks entered" in history
    assert "Bela Hegde (Head of department)" in history
    assert trail.hod.get(f"/audit/history/student/{trail.student_id}").status_code == 403
    assert trail.admin.get("/audit/history/moon/1").status_code == 404


@pytest.mark.feature("L40")
def test_the_audit_can_be_had_as_a_file_with_all_it_says(trail: Trail) -> None:
    file = trail.admin.get("/audit?format=csv&person=bela").get_data(as_text=True)
    head, *rows = file.splitlines()
    for name in ("Role", "Address", "Program", "Request", "Details", "Changes"):
        assert name in head
    assert any("rename-1" in row for row in rows)
    assert any("Renamed Person" in row for row in rows)
    assert trail.admin.get("/audit?format=xlsx").data.startswith(b"PK")


@pytest.mark.feature("L40")
def test_a_page_of_an_entry_leads_to_person_things_and_request(trail: Trail) -> None:
    entry = trail.listed(about=f"student:{trail.student_id}", person="bela")[0]
    page = trail.admin.get(f"/audit/{entry['id']}").text
    assert f'href="/audit?actor={trail.hod_id}"' in page
    assert 'href="/audit?request=rename-1"' in page
    assert f'href="/students/{trail.student_id}"' in page
    assert "Head of department" in page


@pytest.mark.feature("L40")
def test_the_audit_leads_to_every_kind_of_thing_that_has_a_page(app: Site) -> None:
    with app.test_request_context():
        assert [kind for kind in PAGES if not thing_href(kind, 1)] == []


@pytest.mark.feature("L40")
def test_what_entries_are_about_can_be_found_out_anew(trail: Trail, database: Database) -> None:
    before = trail.listed(about=f"student:{trail.student_id}")
    with database.writer() as db, unit(db):
        db.execute(delete(AuditSubject))
    assert trail.listed(about=f"student:{trail.student_id}") == []
    last: int | None = 0
    while last is not None:
        last = run(database.writer, partial(reading.index_again, after=last))
    assert trail.listed(about=f"student:{trail.student_id}") == before


@pytest.mark.feature("L40")
def test_what_is_confidential_is_kept_and_shown_to_nobody_here(
    as_role: SignIn, database: Database
) -> None:
    with database.writer() as db, unit(db):
        emit(db, Whispered(actor_id=None, user_id=7))
    [kept] = entries(database)
    assert kept.action == "whispered"
    admin = as_role("admin")
    assert admin.get("/api/v1/audit/entries?action=whispered").get_json()["data"] == []
    assert admin.get(f"/audit/{kept.id}").status_code == 404
    assert "Whispered" not in admin.get("/audit").text
    assert "Whispered" not in admin.get("/audit/history/user/7").text
    assert "whispered" not in admin.get("/audit?format=csv").get_data(as_text=True)


@dataclass(frozen=True, kw_only=True)
class Whispered(Fact):
    """Something that concerns one person only."""

    confidential: ClassVar[bool] = True
    user_id: int
