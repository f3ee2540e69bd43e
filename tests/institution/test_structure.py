"""Campuses, degrees, batches and classes: pages, API, and what stands against deleting them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from quad.audit.models import AuditEntry
from quad.core.db.engine import Database
from quad.core.errors import Invalid, Rejected
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.institution.forms import BatchForm, CampusForm, ClassForm
from quad.institution.models import Batch, Campus, ClassGroup, Degree, Department, Programme
from quad.institution.service import batches, campuses, classes
from tests.factories import academics as make

Role = Callable[..., FlaskClient]
API = "/api/v1/academics"


@pytest.fixture
def programme(database: Database) -> Programme:
    """A programme of eight terms."""
    with database.writer() as session, unit(session):
        made = make.programme(session)
        session.expunge_all()
    return made


def row_of(database: Database, kind: type[Any], **where: Any) -> Any:
    with database.reading() as db:
        return db.scalars(select(kind).filter_by(**where)).one()


KINDS: dict[str, tuple[type[Any], dict[str, str], dict[str, str]]] = {
    "campuses": (
        Campus,
        {"code": "MAIN", "name": "Main campus", "city": "Mysuru"},
        {"code": "MAIN", "name": "Old campus", "city": "Mysuru"},
    ),
    "degrees": (
        Degree,
        {"code": "B.Tech.", "name": "Bachelor of Technology", "level": "bachelor"},
        {"code": "B.E.", "name": "Bachelor of Engineering", "level": "bachelor"},
    ),
}


@pytest.mark.feature("A48")
@pytest.mark.parametrize("path", KINDS)
def test_an_admin_adds_changes_deletes_and_restores(
    path: str, as_role: Role, database: Database
) -> None:
    kind, form, other = KINDS[path]
    admin = as_role("admin")
    added = admin.post(f"/{path}/new", data=form, follow_redirects=True)
    assert f"{form['name']} is added." in added.text
    row = row_of(database, kind)
    place = f"/{path}/{row.id}"
    assert form["name"] in admin.get(f"/{path}").text
    assert form["code"] in as_role("student").get(place).text
    edited = admin.post(f"{place}/edit", data=other | {"version": "1"}, follow_redirects=True)
    assert "The change is saved." in edited.text
    late = admin.post(f"{place}/edit", data=form | {"version": "1"})
    assert (late.status_code, "Somebody else changed this" in late.text) == (422, True)
    assert "You can restore it here." in admin.post(f"{place}/delete", follow_redirects=True).text
    assert as_role("student").get(place).status_code == 404
    admin.post(f"/{path}/new", data=other)
    refused = admin.post(f"{place}/restore")
    assert (refused.status_code, "code already exists" in refused.text) == (409, True)
    assert row_of(database, kind, id=row.id).deleted_at is not None


@pytest.mark.feature("A48")
def test_a_department_stands_on_a_campus_which_then_stays(
    as_role: Role, database: Database
) -> None:
    admin = as_role("admin")
    admin.post("/campuses/new", data=KINDS["campuses"][1])
    campus = row_of(database, Campus)
    form = {"code": "CSE", "name": "Computing", "campus_id": str(campus.id)}
    assert admin.post("/departments/new", data=form).status_code == 303
    department = row_of(database, Department)
    assert "Main campus" in admin.get(f"/departments/{department.id}").text
    assert "Computing" in admin.get(f"/departments?campus={campus.id}").text
    assert "Computing" in admin.get(f"/campuses/{campus.id}").text
    refused = admin.post(f"/campuses/{campus.id}/delete", follow_redirects=True).text
    assert "Departments are on this campus." in refused
    assert admin.delete(f"{API}/campuses/{campus.id}").status_code == 409
    wrong = admin.post("/departments/new", data=form | {"code": "X", "campus_id": "999"})
    assert (wrong.status_code, "There is no such campus." in wrong.text) == (422, True)
    shown = admin.get(f"{API}/departments/{department.id}").get_json()["data"]
    assert shown["campus_id"] == str(campus.id)


def test_a_deleted_department_waits_for_its_campus(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    admin.post("/campuses/new", data=KINDS["campuses"][1])
    campus = row_of(database, Campus)
    admin.post(
        "/departments/new", data={"code": "C", "name": "Computing", "campus_id": str(campus.id)}
    )
    place = f"/departments/{row_of(database, Department).id}"
    admin.post(f"{place}/delete")
    admin.post(f"/campuses/{campus.id}/delete")
    assert "Restore its campus first." in admin.post(f"{place}/restore").text
    admin.post(f"/campuses/{campus.id}/restore")
    assert admin.post(f"{place}/restore").status_code == 303


@pytest.mark.feature("A48")
def test_a_programme_ends_in_a_degree_and_has_one_grading_scheme(
    as_role: Role, database: Database, programme: Programme
) -> None:
    admin = as_role("admin")
    admin.post("/degrees/new", data=KINDS["degrees"][1])
    degree = row_of(database, Degree)
    form = {
        "code": programme.code,
        "name": programme.name,
        "department_id": str(programme.department_id),
        "grading_scheme_id": str(programme.grading_scheme_id),
        "degree_id": str(degree.id),
        "credits_required": "160",
        "duration_terms": "8",
    }
    place = f"/programmes/{programme.id}"
    assert admin.post(f"{place}/edit", data=form).status_code == 303
    assert "Bachelor of Technology" in admin.get(place).text
    assert programme.name in admin.get(f"/degrees/{degree.id}").text
    assert "Programmes end in this degree." in (
        admin.post(f"/degrees/{degree.id}/delete", follow_redirects=True).text
    )
    none = admin.post(f"{place}/edit", data=form | {"grading_scheme_id": ""})
    assert none.status_code == 422


def test_a_batch_gets_its_name_and_last_year_from_the_programme(
    as_role: Role, database: Database, programme: Programme
) -> None:
    admin = as_role("admin")
    assert f'value="{programme.id}" selected' in (
        admin.get(f"/batches/new?programme_id={programme.id}").text
    )
    form = {"programme_id": str(programme.id), "start_year": "2024"}
    assert admin.post("/batches/new", data=form).status_code == 303
    batch = row_of(database, Batch)
    assert (batch.name, batch.graduation_year) == (f"{programme.code} 2024", 2028)
    again = admin.post("/batches/new", data=form)
    assert "This programme has a batch of this name already." in again.text
    wrong = admin.post("/batches/new", data=form | {"graduation_year": "2020", "name": "x"})
    assert "cannot graduate before the year of admission" in wrong.text
    assert admin.post(
        "/classes/new", data={"batch_id": str(batch.id), "name": "A"}
    ).location.startswith("/classes/")
    assert ">A<" in admin.get(f"/batches/{batch.id}").text
    assert batch.name in admin.get(f"/programmes/{programme.id}").text
    assert batch.name in admin.get("/classes").text
    assert "Batches belong to this programme." in (
        admin.post(f"/programmes/{programme.id}/delete", follow_redirects=True).text
    )
    assert "Classes belong to this batch." in (
        admin.post(f"/batches/{batch.id}/delete", follow_redirects=True).text
    )


@pytest.mark.db
def test_names_are_taken_in_any_spelling_and_free_again_after_deleting(
    database: Database,
) -> None:
    with database.writer() as db, unit(db):
        programme = make.programme(db)
        form = BatchForm(programme_id=programme.id, start_year=2024, name="Evening")
        batch = batches.add(db, SYSTEM, form)
        with pytest.raises(Invalid):
            batches.add(db, SYSTEM, form.model_copy(update={"name": " EVENING"}))
        group = classes.add(db, SYSTEM, ClassForm(batch_id=batch.id, name="A"))
        with pytest.raises(Invalid):
            classes.add(db, SYSTEM, ClassForm(batch_id=batch.id, name="a"))
        classes.delete(db, SYSTEM, group.id)
        classes.add(db, SYSTEM, ClassForm(batch_id=batch.id, name="a"))
        with pytest.raises(Rejected):
            classes.restore(db, SYSTEM, group.id)
        first = campuses.add(db, SYSTEM, CampusForm(code="N", name="North"))
        with pytest.raises(Rejected, match="Campus code already exists"):
            campuses.add(db, SYSTEM, CampusForm(code="n", name="Other"))
        campuses.delete(db, SYSTEM, first.id)
        campuses.add(db, SYSTEM, CampusForm(code="n", name="Other"))


def test_a_batch_with_students_keeps_its_programme_and_stays(
    as_role: Role, database: Database, programme: Programme
) -> None:
    with database.writer() as db, unit(db):
        batch = batches.add(db, SYSTEM, BatchForm(programme_id=programme.id, start_year=2024))
        group = classes.add(db, SYSTEM, ClassForm(batch_id=batch.id, name="A"))
        other = make.programme(db)
        pupil = make.student(db, on=programme)
        pupil.batch_id, pupil.class_id = batch.id, group.id
        batch_id, group_id, other_id = batch.id, group.id, other.id
    admin = as_role("admin")
    for place in (f"{API}/classes/{group_id}", f"{API}/batches/{batch_id}"):
        refused = admin.delete(place)
        assert refused.status_code == 409
        assert "1 student belongs to it." in refused.text
    moved = admin.put(
        f"{API}/batches/{batch_id}", json={"programme_id": other_id, "start_year": 2024}
    )
    assert moved.status_code == 409
    assert "1 student" in admin.get(f"/classes/{group_id}").text
    assert row_of(database, ClassGroup).deleted_at is None


def test_the_api_offers_all_four_kinds_whole(
    as_role: Role, database: Database, programme: Programme
) -> None:
    admin, student = as_role("admin"), as_role("student")
    bodies: dict[str, dict[str, Any]] = {
        "campuses": {"code": "N", "name": "North"},
        "degrees": {"code": "M.A.", "name": "Master of Arts", "level": "master"},
        "batches": {"programme_id": programme.id, "start_year": 2025},
    }
    ids: dict[str, str] = {}
    for kind, body in bodies.items():
        assert student.post(f"{API}/{kind}", json=body).status_code == 403
        ids[kind] = admin.post(f"{API}/{kind}", json=body).get_json()["data"]["id"]
    body = {"batch_id": ids["batches"], "name": "A"}
    ids["classes"] = admin.post(f"{API}/classes", json=body).get_json()["data"]["id"]
    for kind in ("classes", "batches", "degrees", "campuses"):
        one = f"{API}/{kind}/{ids[kind]}"
        shown = student.get(one).get_json()["data"]
        assert student.get(f"{API}/{kind}").get_json()["data"] == [shown]
        assert admin.put(one, json=bodies.get(kind, body)).status_code == 200
        assert admin.delete(one).status_code == 200
        assert student.get(one).status_code == 404
        assert student.post(f"{one}/restore").status_code == 404
    for kind in ("batches", "classes", "degrees", "campuses"):
        assert admin.post(f"{API}/{kind}/{ids[kind]}/restore").status_code == 200
    with database.reading() as db:
        told = set(db.scalars(select(AuditEntry.action)))
    assert any("campus" in action.casefold() for action in told), told


def test_the_new_lists_cost_at_most_eight_statements(
    as_role: Role, programme: Programme, queries: list[str]
) -> None:
    admin = as_role("admin")
    admin.get("/departments")
    for path in ("/campuses", "/degrees", "/batches", "/classes", f"/programmes/{programme.id}"):
        queries.clear()
        assert admin.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)
