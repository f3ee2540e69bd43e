"""List pages through the front door: HTML, parts for htmx, files, the API, and what a person chose to see."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIBlueprint
from flask import Blueprint
from flask.testing import FlaskClient
from sqlalchemy import select

from quad.app import create_app
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.export.models import Export
from quad.core.files import Files, StoredFile
from quad.core.jobs.models import Job
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import attach
from quad.core.listing import query
from quad.core.listing.declaration import LISTINGS
from quad.core.search.searchable import SEARCHABLES, Searchable
from quad.web.api import Out, WireId, operation
from quad.web.lists import list_json, list_page
from quad.web.site import Site
from tests.conftest import Client
from tests.core.listing_college import READ, STUDENTS, SUBJECT, found_college

SignIn = Callable[..., FlaskClient]


class SampleStudentOut(Out):
    id: WireId
    name: str


@pytest.fixture
def app(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The application with a list page of its own."""
    monkeypatch.setitem(LISTINGS, STUDENTS.name, STUDENTS)
    bp, api = Blueprint("test", __name__), APIBlueprint("test_api", __name__, url_prefix="/api/v1")
    bp.add_url_rule("/test-students", view_func=lambda: list_page(STUDENTS), endpoint="students")
    bp.add_url_rule(
        "/test-departments/<number>",
        view_func=lambda number: list_page(STUDENTS, fixed={"department": number}),
        endpoint="department",
    )

    @operation(api, "GET", "/test-students", answers=list[SampleStudentOut], paged=True)
    def test_students() -> Any:
        return list_json(STUDENTS, lambda row: {"id": row.id, "name": row.full_name})

    app = create_app(settings, database)
    app.test_client_class = Client
    app.register_blueprint(bp)
    app.register_blueprint(api)
    return app


@pytest.fixture
def college(database: Database) -> None:
    with database.writer() as db:
        found_college(db)


@pytest.fixture
def admin(college: None, as_role: SignIn) -> FlaskClient:
    return as_role("admin")


@pytest.fixture
def kind() -> Iterator[None]:
    before = dict(SEARCHABLES)
    SEARCHABLES.clear()
    Searchable(SUBJECT, "Students", READ, lambda db, ids: [], list_url="/test-students")
    yield
    SEARCHABLES.clear()
    SEARCHABLES.update(before)


@pytest.mark.feature("M6")
def test_the_page_shows_rows_chips_pages_and_exports(admin: FlaskClient) -> None:
    html = admin.get("/test-students?semester=3&sort=-cgpa&size=2").get_data(as_text=True)
    assert "8 of the 60 students you may see match the filters." in html
    assert "Semester: 3" in html
    assert 'aria-sort="descending"' in html
    assert "format=csv" in html
    assert "CSV, 8 rows" in html
    assert "4NV24CS0002" in html


def test_a_page_without_matches_says_which_filter_to_drop(admin: FlaskClient) -> None:
    html = admin.get("/test-students?q=wu&semester=7").get_data(as_text=True)
    assert "No student matches all of this" in html
    assert "Without “Semester: 7”: 1 student" in html


def test_htmx_gets_the_list_alone(admin: FlaskClient) -> None:
    part = admin.get(
        "/test-students", headers={"HX-Request": "true", "HX-Target": "list-test-students"}
    )
    assert "<html" not in part.get_data(as_text=True)
    assert 'id="list-test-students"' in part.get_data(as_text=True)
    assert "HX-Target" in part.headers["Vary"]
    assert "<html" in admin.get("/test-students", headers={"HX-Request": "true"}).get_data(
        as_text=True
    )


def test_signed_out_people_and_wrong_roles_are_sent_away(
    client: FlaskClient, as_role: SignIn, college: None
) -> None:
    assert client.get("/test-students").status_code in (302, 303)
    assert as_role("student").get("/test-students").status_code == 403
    assert client.get("/api/v1/test-students").status_code == 401
    assert as_role("student").get("/api/v1/test-students").status_code == 403


@pytest.mark.parametrize(
    "question",
    ["sort=password", "page=0", "page=51", "page=x", "after=x", "format=exe", "q=" + "x" * 300],
)
def test_bad_questions_get_a_page_with_a_sentence(admin: FlaskClient, question: str) -> None:
    assert admin.get(f"/test-students?{question}").status_code == 400


def test_unknown_filters_are_dropped_on_the_page_and_refused_by_the_api(admin: FlaskClient) -> None:
    assert admin.get("/test-students?colour=red&semester=x").status_code == 200
    for question in ("colour=red", "semester=x", "size=0", "size=101"):
        answer = admin.get(f"/api/v1/test-students?{question}")
        assert answer.status_code == 400
        assert answer.get_json()["success"] is False


@pytest.mark.feature("C13")
def test_the_api_walks_through_all_rows_by_next_and_back_by_previous(admin: FlaskClient) -> None:
    seen: list[str] = []
    address = "/api/v1/test-students?sort=-cgpa&size=25&q=4nv"
    pages = []
    while address:
        answer = admin.get(address)
        assert answer.status_code == 200
        assert (answer.get_json()["page"]["total"], answer.get_json()["page"]["exact"]) == (
            60,
            True,
        )
        pages.append([row["id"] for row in answer.get_json()["data"]])
        seen += pages[-1]
        last, address = address, answer.get_json()["page"]["next"]
    assert sorted(seen, key=int) == [str(number) for number in range(1, 61)]
    previous = admin.get(last).get_json()["page"]["previous"]
    assert [row["id"] for row in admin.get(previous).get_json()["data"]] == pages[1]
    first = admin.get(admin.get(previous).get_json()["page"]["previous"]).get_json()
    assert [row["id"] for row in first["data"]] == pages[0]
    assert first["page"]["previous"] is None


@pytest.mark.feature("L41")
def test_the_export_has_all_matching_rows_and_a_good_name(admin: FlaskClient) -> None:
    answer = admin.get("/test-students?semester=3&format=csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="students-20')
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert len(list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))) == 8
    assert admin.get("/test-students?format=xlsx").data.startswith(b"PK")


def test_an_address_can_fix_a_filter_and_cannot_be_talked_out_of_it(
    admin: FlaskClient, database: Database
) -> None:
    with database.reading() as db:
        number = db.scalar(select(READ.model.department_id).where(READ.model.id == 1))
    for question in ("", "?department=999"):
        html = admin.get(f"/test-departments/{number}{question}").get_data(as_text=True)
        assert "You may see 30 students." in html
    assert admin.get("/test-departments/x").status_code == 400


def test_columns_are_kept_for_the_person_who_chose_them(
    admin: FlaskClient, as_role: SignIn
) -> None:
    answer = admin.post(
        "/lists/test-students/columns",
        data={"column": ["name", "number"], "next": "/test-students?q=wu"},
    )
    assert (answer.status_code, answer.location) == (303, "/test-students?q=wu")
    assert "sort-test-students-cgpa" not in admin.get("/test-students").get_data(as_text=True)
    assert "sort-test-students-number" in admin.get("/test-students").get_data(as_text=True)
    assert "sort-test-students-cgpa" in as_role("admin").get("/test-students").get_data(
        as_text=True
    )
    admin.post("/lists/test-students/columns", data={})
    assert "sort-test-students-cgpa" in admin.get("/test-students").get_data(as_text=True)


def test_choices_of_columns_are_checked(admin: FlaskClient, client: FlaskClient) -> None:
    assert admin.post("/lists/nowhere/columns", data={"column": "name"}).status_code == 404
    assert admin.post("/lists/test-students/columns", data={"column": "secret"}).status_code == 422
    assert client.post("/lists/test-students/columns", data={"column": "name"}).status_code in (
        302,
        303,
        401,
    )
    away = admin.post(
        "/lists/test-students/columns", data={"column": "name", "next": "//evil.example"}
    )
    assert away.location == "/"


def test_a_large_list_becomes_a_file_in_the_background_that_only_its_owner_opens(
    admin: FlaskClient,
    as_role: SignIn,
    database: Database,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(query, "COUNTED", 40)
    offer = admin.get("/test-students?format=csv&sort=-cgpa")
    assert "written in the background" in offer.get_data(as_text=True)
    asked = admin.post(
        "/lists/test-students/export", data={"format": "csv", "query": "sort=-cgpa", "fixed": ""}
    )
    assert asked.status_code == 303
    assert "Waiting for its turn" in admin.get(asked.location).get_data(as_text=True)
    assert admin.get(asked.location + "/file").status_code == 404
    with database.reading() as db:
        job = db.scalars(select(Job).where(Job.kind == "export.list")).one()
    assert perform(attach(database, settings), job.id)
    assert "Save the file" in admin.get(asked.location).get_data(as_text=True)
    answer = admin.get(asked.location + "/file")
    with database.reading() as db:
        export = db.scalars(select(Export)).one()
        stored = db.get_one(StoredFile, export.file_id)
    assert answer.headers["X-Quad-File"] == stored.key
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    with Files.from_settings(settings).open(stored.sha256) as content:
        assert len(content.read().decode().splitlines()) == 61
    assert export.rows == 60
    for address in (asked.location, asked.location + "/progress", asked.location + "/file"):
        assert as_role("admin").get(address).status_code == 404


def test_the_search_page_groups_what_the_person_may_see(
    admin: FlaskClient, kind: None, as_role: SignIn, client: FlaskClient
) -> None:
    html = admin.get("/search?q=jose").get_data(as_text=True)
    assert "José Álvarez" in html
    assert "Jose Brown" in html
    assert "Nothing found" in admin.get("/search?q=nobodyatall").get_data(as_text=True)
    assert "Jose Brown" not in as_role("student").get("/search?q=jose").get_data(as_text=True)
    assert client.get("/search?q=jose").status_code in (302, 303)
    assert admin.get("/search?q=%00").status_code == 200


def test_suggestions_are_a_part_of_a_page_with_links(admin: FlaskClient, kind: None) -> None:
    html = admin.get("/search/suggestions?q=小明").get_data(as_text=True)
    assert "<html" not in html
    assert 'href="/students/2"' in html


def test_the_api_searches_too(admin: FlaskClient, kind: None, client: FlaskClient) -> None:
    answer = admin.get("/api/v1/search?q=o'neil")
    assert answer.get_json()["data"] == [
        {
            "kind": SUBJECT,
            "label": "Students",
            "more": False,
            "hits": [
                {"id": "5", "title": "Siobhán O'Neil", "sub": "4NV24CS0005", "url": "/students/5"}
            ],
        }
    ]
    assert admin.get("/api/v1/search?q=" + "x" * 300).status_code == 422
    assert client.get("/api/v1/search?q=x").status_code == 401
