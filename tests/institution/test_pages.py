"""Departments, programmes, terms and grading schemes through their pages and the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.errors import Invalid, Rejected
from quad.core.facts import unit
from quad.core.policy import SYSTEM, Actor
from quad.institution.forms import BandForm, GradingSchemeForm, TermForm
from quad.institution.models import Department, GradingScheme, Programme, Term
from quad.institution.service import departments, grading, heads, terms
from quad.institution.service.heads import Head

Role = Callable[..., FlaskClient]
API = "/api/v1/academics/departments"


@pytest.fixture
def seeded(database: Database) -> None:
    with database.writer() as db, unit(db):
        grading.seed(db)


def row_of(database: Database, kind: type[Any], **where: Any) -> Any:
    with database.reading() as db:
        return db.scalars(select(kind).filter_by(**where)).one()


# Departments


@pytest.mark.feature("L35", "C26")
def test_an_admin_adds_changes_deletes_and_restores_a_department(
    as_role: Role, database: Database
) -> None:
    admin = as_role("admin")
    form = {"code": "CSE", "name": "Computer Science"}
    added = admin.post("/departments/new", data=form, follow_redirects=True)
    assert "Computer Science is added." in added.text
    row = row_of(database, Department)
    place = f"/departments/{row.id}"
    edited = admin.post(
        f"{place}/edit",
        data={"code": "CS", "name": "Computing", "version": "1"},
        follow_redirects=True,
    )
    assert "The change is saved." in edited.text
    assert "Computing" in admin.get("/departments").text
    deleted = admin.post(f"{place}/delete", follow_redirects=True)
    assert "You can restore it here." in deleted.text
    assert "Computing" not in admin.get("/departments").text
    assert as_role("student").get(place).status_code == 404
    assert "The department is back." in admin.post(f"{place}/restore", follow_redirects=True).text
    assert row_of(database, Department).deleted_at is None


def test_the_second_editor_is_told_and_keeps_what_was_typed(
    as_role: Role, database: Database
) -> None:
    admin = as_role("admin")
    admin.post("/departments/new", data={"code": "CSE", "name": "Old"})
    place = f"/departments/{row_of(database, Department).id}/edit"
    page = admin.get(place).text
    assert re.search(r'name="version"[^>]*value="1"', page)
    admin.post(place, data={"code": "CSE", "name": "First", "version": "1"})
    late = admin.post(place, data={"code": "CSE", "name": "Second", "version": "1"})
    assert late.status_code == 422
    assert "Somebody else changed this in the meantime." in late.text
    assert 'value="Second"' in late.text
    assert row_of(database, Department).name == "First"


@pytest.mark.db
def test_a_code_is_taken_in_any_spelling_and_free_again_after_deleting(database: Database) -> None:
    from quad.institution.forms import DepartmentForm

    with database.writer() as db, unit(db):
        first = departments.add(db, SYSTEM, DepartmentForm(code="CSE", name="One"))
        with pytest.raises(Rejected, match="Department code already exists"):
            departments.add(db, SYSTEM, DepartmentForm(code=" ｃse", name="Two"))
        departments.delete(db, SYSTEM, first.id)
        departments.add(db, SYSTEM, DepartmentForm(code="cse", name="Three"))
        with pytest.raises(Rejected):
            departments.restore(db, SYSTEM, first.id)


@pytest.mark.db
def test_two_at_once_cannot_take_one_code_even_past_the_rule(database: Database) -> None:
    def twice() -> None:
        with database.writer() as db, unit(db):
            db.add_all(
                Department(code=code, code_key=code, name="x", sort_name="x")
                for code in ("A", "a ")
            )

    with pytest.raises(Rejected, match="Department code already exists"):
        twice()


def test_a_department_with_programmes_stays(
    as_role: Role, database: Database, seeded: None
) -> None:
    admin = as_role("admin")
    admin.post("/departments/new", data={"code": "CSE", "name": "Computing"})
    department = row_of(database, Department)
    add_programme(admin, database, department.id)
    refused = admin.post(f"/departments/{department.id}/delete", follow_redirects=True)
    assert "Programmes belong to this department." in refused.text
    assert row_of(database, Department).deleted_at is None


def test_wrong_input_is_said_in_words(as_role: Role) -> None:
    answer = as_role("admin").post("/departments/new", data={"code": "", "name": "x" * 121})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "Use at most 120 characters." in answer.text


@pytest.mark.parametrize(
    "path",
    ["/departments/new", "/programmes/new", "/terms/new", "/grading-schemes/new"],
)
def test_only_the_administration_adds_anything(as_role: Role, path: str) -> None:
    for role in ("hod", "faculty", "student"):
        client = as_role(role)
        assert client.get(path).status_code == 403
        assert client.post(path, data={"code": "X", "name": "Y"}).status_code == 403
        assert client.get(path.removesuffix("/new")).status_code == 200


@pytest.fixture
def staff() -> Iterator[dict[int, Head]]:
    """Heads as the floor above would give them."""
    known: dict[int, Head] = {}

    def find(_db: Session, ids: Any) -> dict[int, Head]:
        return {key: head for key, head in known.items() if key in ids}

    def appoint(_db: Session, _actor: Actor, department_id: int, user_id: int) -> None:
        if user_id != 7:
            from quad.core.errors import NotFound

            raise NotFound
        known[department_id] = Head(user_id, "Grace")

    before = (list(heads._find), list(heads._appoint))
    heads.provide_heads(find=find, appoint=appoint)
    yield known
    heads._find[:], heads._appoint[:] = before


@pytest.mark.feature("C12", "C13")
def test_departments_answer_as_the_coding_contract_says(as_role: Role, staff: Any) -> None:
    admin, student = as_role("admin"), as_role("student")
    added = admin.post(API, json={"name": "Computing", "code": "CSE", "hod_id": "7", "extra": 1})
    assert added.status_code == 201, added.text
    data = added.get_json()["data"]
    assert set(data) >= {"id", "name", "code", "hod_id", "hod_name", "created_at"}
    assert isinstance(data["id"], str)
    assert (data["hod_id"], data["hod_name"]) == ("7", "Grace")
    assert data["created_at"].endswith("Z")
    assert student.get(API).get_json()["data"] == [data]
    assert student.get(f"{API}/{data['id']}").get_json()["data"] == data
    for body, status, said in (
        ({"name": "x"}, 400, "Department name and code are required"),
        ({"name": "x", "code": ""}, 400, "Department name and code are required"),
        ({"name": "x", "code": "cse"}, 409, "Department code already exists"),
        ({"name": "x", "code": "ME", "hod_id": 8}, 404, "Invalid HOD user id"),
    ):
        answer = admin.post(API, json=body)
        assert (answer.status_code, answer.get_json()["error"]) == (status, said)
    refused = student.post(API, json={"name": "x", "code": "ME"})
    assert (refused.status_code, refused.get_json()["error"]) == (403, "Admin access required")
    assert student.delete(f"{API}/{data['id']}").status_code == 403
    gone = admin.delete(f"{API}/{data['id']}")
    assert (gone.status_code, gone.get_json()["data"]) == (200, None)
    assert admin.delete(f"{API}/{data['id']}").status_code == 404
    assert admin.get(API).get_json()["data"] == []


# Programmes


def add_programme(admin: FlaskClient, database: Database, department_id: int) -> Programme:
    scheme = row_of(database, GradingScheme, is_default=True)
    form = {
        "code": "BT-CS",
        "name": "B.Tech. Computing",
        "department_id": str(department_id),
        "grading_scheme_id": str(scheme.id),
        "credits_required": "160.5",
        "duration_terms": "8",
    }
    answer = admin.post("/programmes/new", data=form)
    assert answer.status_code == 303, answer.text
    found: Programme = row_of(database, Programme)
    return found


def test_a_programme_has_its_department_and_scheme(
    as_role: Role, database: Database, seeded: None
) -> None:
    admin = as_role("admin")
    admin.post("/departments/new", data={"code": "CSE", "name": "Computing"})
    row = add_programme(admin, database, row_of(database, Department).id)
    page = as_role("student").get(f"/programmes/{row.id}").text
    for words in ("B.Tech. Computing", "10-point scale", "160.5", "Computing"):
        assert words in page
    assert "Delete" not in page
    assert "160.5" in admin.get("/programmes").text
    wrong = admin.post("/programmes/new", data={"code": "A", "name": "B", "department_id": "999"})
    assert wrong.status_code == 422
    admin.post(f"/programmes/{row.id}/delete")
    assert row_of(database, Programme).deleted_at is not None
    admin.post(f"/programmes/{row.id}/restore")
    assert row_of(database, Programme).deleted_at is None


# Terms


def term(code: str, *, current: bool = False) -> TermForm:
    return TermForm.model_validate(
        {
            "code": code,
            "name": f"Term {code}",
            "starts_on": "2026-08-01",
            "ends_on": "2026-12-20",
            "is_current": current,
        }
    )


@pytest.mark.db
def test_exactly_one_term_is_current_from_the_first_on(database: Database) -> None:
    with database.writer() as db, unit(db):
        assert terms.current(db) is None
        first = terms.add(db, SYSTEM, term("1"))
        assert terms.current(db) is first
        second = terms.add(db, SYSTEM, term("2", current=True))
        assert terms.current(db) is second
        with pytest.raises(Rejected):
            terms.delete(db, SYSTEM, second.id)
        with pytest.raises(Invalid):
            terms.change(db, SYSTEM, second.id, term("2"))
        terms.change(db, SYSTEM, first.id, term("1", current=True))
        db.flush()
        assert db.scalars(select(Term.code).where(Term.is_current)).all() == ["1"]
        terms.delete(db, SYSTEM, second.id)


def test_a_term_ends_after_it_starts_and_the_page_says_so(
    as_role: Role, database: Database
) -> None:
    admin = as_role("admin")
    form = {"code": "1", "name": "One", "starts_on": "2026-08-01", "ends_on": "2026-08-01"}
    wrong = admin.post("/terms/new", data=form)
    assert wrong.status_code == 422
    assert "The last day must come after the first day." in wrong.text
    admin.post("/terms/new", data=form | {"ends_on": "2026-12-20"})
    row = row_of(database, Term)
    page = admin.get(f"/terms/{row.id}").text
    assert "Current term" in page
    assert "1 Aug 2026" in page
    refused = admin.post(f"/terms/{row.id}/delete", follow_redirects=True).text
    assert "This is the current term." in refused


# Grading schemes


def test_the_two_usual_schemes_are_there_once(database: Database) -> None:
    with database.writer() as db, unit(db):
        first = grading.seed(db)
        assert grading.seed(db).id == first.id
        ten = grading.with_bands(db, SYSTEM, first.id)
        assert [band.letter for band in ten.bands] == ["O", "A+", "A", "B+", "B", "C", "P", "F"]
        assert db.scalars(select(GradingScheme.name).order_by(GradingScheme.id)).all() == [
            "10-point scale",
            "4.0 scale",
        ]


def scheme(*bands: tuple[str, str, str, bool], maximum: str = "10") -> GradingSchemeForm:
    forms = [
        BandForm.model_validate({"letter": a, "minimum": b, "points": c, "passes": d})
        for a, b, c, d in bands
    ]
    return GradingSchemeForm.model_validate({"name": "Own", "maximum": maximum, "bands": forms})


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ((("A", "50", "5", True), ("F", "10", "0", False)), "must start at 0 percent"),
        ((("A", "50", "5", True), ("a", "0", "0", False)), "the same letter"),
        ((("A", "0", "5", True), ("F", "0", "0", False)), "overlap"),
        ((("A", "40", "5", True), ("B", "50", "4", True), ("F", "0", "0", False)), "must go down"),
        ((("A", "50", "5", True), ("F", "0", "6", False)), "more grade points than “A” above"),
        ((("A", "50", "5", False), ("F", "0", "0", True)), "“F” passes although"),
        ((("A", "50", "11", True), ("F", "0", "0", False)), "more grade points than the scale"),
        ((("A", "50", "5", False), ("F", "0", "0", False)), "At least the best band must pass"),
    ],
)
def test_bands_without_sense_are_refused_in_one_sentence(
    database: Database, bands: Any, said: str
) -> None:
    with database.writer() as db, pytest.raises(Invalid) as refused:
        grading.add(db, SYSTEM, scheme(*bands))
    assert said in refused.value.fields["bands"]


@pytest.mark.db
def test_changing_a_scheme_replaces_its_bands_and_tells_the_second_editor(
    database: Database,
) -> None:
    with database.writer() as db, unit(db):
        grading.seed(db)
        row = grading.add(db, SYSTEM, scheme(("A", "50", "9.5", True), ("F", "0", "0", False)))
    longer = scheme(("A", "70", "10", True), ("B", "40", "6", True), ("F", "0", "0", False))
    with database.writer() as db, unit(db):
        grading.change(db, SYSTEM, row.id, longer.model_copy(update={"version": row.version}))
    with database.reading() as db:
        now = grading.with_bands(db, SYSTEM, row.id)
        assert [(b.letter, str(b.minimum), str(b.points)) for b in now.bands] == [
            ("A", "70.00", "10.00"),
            ("B", "40.00", "6.00"),
            ("F", "0.00", "0.00"),
        ]
    late = longer.model_copy(update={"version": row.version})
    with database.writer() as db, pytest.raises(Rejected), unit(db):
        grading.change(db, SYSTEM, row.id, late)


def test_a_scheme_is_made_on_its_page_row_by_row(
    as_role: Role, database: Database, seeded: None
) -> None:
    admin = as_role("admin")
    assert 'value="A+"' in admin.get("/grading-schemes/new").text
    form = {
        "name": "Pass or fail",
        "maximum": "4",
        "rounding_places": "1",
        "retake_rule": "latest",
        "pass_rule": "overall",
        "band-0-letter": "P",
        "band-0-minimum": "50",
        "band-0-points": "4",
        "band-0-passes": "true",
        "band-5-letter": "F",
        "band-5-minimum": "0",
        "band-5-points": "0",
    }
    wrong = admin.post("/grading-schemes/new", data=form | {"band-5-minimum": "many"})
    assert wrong.status_code == 422
    assert "Band 2, From percent: Write a number" in wrong.text
    assert 'value="many"' in wrong.text
    done = admin.post("/grading-schemes/new", data=form, follow_redirects=True)
    assert "Pass or fail is added." in done.text
    row = row_of(database, GradingScheme, name="Pass or fail")
    edit = admin.get(f"/grading-schemes/{row.id}/edit").text
    assert 'name="band-1-letter" value="F"' in edit
    usual = row_of(database, GradingScheme, is_default=True)
    refused = admin.post(f"/grading-schemes/{usual.id}/delete", follow_redirects=True).text
    assert "This is the usual scheme." in refused


# The API of the rest


def test_terms_and_schemes_and_programmes_have_the_same_six_operations(
    as_role: Role, seeded: None, database: Database
) -> None:
    admin, student = as_role("admin"), as_role("student")
    body = {"code": "1", "name": "One", "starts_on": "2026-08-01", "ends_on": "2026-12-20"}
    added = admin.post("/api/v1/academics/terms", json=body)
    assert added.status_code == 201, added.text
    place = f"/api/v1/academics/terms/{added.get_json()['data']['id']}"
    assert student.get(place).get_json()["data"]["is_current"] is True
    assert student.get("/api/v1/academics/terms").get_json()["page"]["total"] == 1
    assert student.put(place, json=body).status_code == 403
    assert admin.put(place, json=body | {"is_current": True, "name": "Two"}).status_code == 200
    assert admin.put(place, json=body | {"version": 1}).status_code == 409
    assert admin.delete(place).status_code == 409
    assert (
        admin.post("/api/v1/academics/terms", json=body | {"starts_on": "soon"}).status_code == 422
    )
    listed = student.get("/api/v1/academics/grading-schemes").get_json()["data"]
    shown = student.get(f"/api/v1/academics/grading-schemes/{listed[0]['id']}").get_json()["data"]
    assert shown["bands"][0] == {"letter": "O", "minimum": 90.0, "points": 10.0, "passes": True}
    department = admin.post(API, json={"name": "Computing", "code": "CSE"}).get_json()["data"]
    programme = {
        "code": "BT",
        "name": "B.Tech.",
        "department_id": department["id"],
        "grading_scheme_id": listed[0]["id"],
        "credits_required": 160,
        "duration_terms": 8,
    }
    made = admin.post("/api/v1/academics/programmes", json=programme)
    assert made.status_code == 201, made.text
    assert made.get_json()["data"]["department_id"] == department["id"]
    blocked = admin.delete(f"{API}/{department['id']}")
    assert blocked.status_code == 400
    one = f"/api/v1/academics/programmes/{made.get_json()['data']['id']}"
    assert admin.delete(one).status_code == 200
    assert student.get(one).status_code == 404
    assert admin.post(f"{one}/restore").status_code == 200
    assert (
        student.get("/api/v1/academics/programmes").get_json()["data"][0]["credits_required"]
        == 160.0
    )


def test_a_list_page_costs_at_most_eight_statements(
    as_role: Role, seeded: None, queries: list[str]
) -> None:
    admin = as_role("admin")
    for path in (
        "/departments",
        "/programmes",
        "/terms",
        "/grading-schemes",
        "/settings",
        "/imports",
    ):
        queries.clear()
        assert admin.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)
