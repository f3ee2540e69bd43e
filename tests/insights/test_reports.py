"""Reports: each person sees the rows of the domain's own lists, numbers are exact, and limits are sentences."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from sqlalchemy import literal, select, text, update

from quad.academics.models.people import Student
from quad.core.db.engine import Database
from quad.core.db.time_limit import TookTooLong, time_limit
from quad.core.facts import unit
from quad.core.sources import sources
from quad.identity.models.accounts import User
from quad.insights.models import SavedReport
from quad.insights.service.reports import running, statement
from tests.insights.reporting import API, OPEN, ROLES, As, College, run, saved
from tests.insights.working import perform_all

pytestmark = pytest.mark.feature("C45")
# Every database counts for minutes on this, and MariaDB goes a thousand rounds at most.
SLOW = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 900)"
    " SELECT count(*) AS n FROM c, c AS d, c AS e, c AS f"
)


@pytest.mark.db
def test_each_role_sees_its_own_rows_of_each_source_and_no_others(
    reporting: College, as_one: As
) -> None:
    assert {one.name for one in sources()} == set(OPEN)
    for role in ROLES:
        offered = as_one(role).get(f"{API}/sources").get_json()["data"]
        assert {one["name"] for one in offered} == {s for s in OPEN if role in OPEN[s]}, role
        for source in OPEN:
            expected = reporting.expected(source, role)
            if expected is None:
                run(as_one(role), 403, source=source)
                continue
            asked: dict[str, Any] = {"source": source, "columns": ["register_number"]}
            rows = run(as_one(role), **asked)
            assert sorted(row["register_number"] for row in rows) == expected, (role, source)
            if role not in ("hod", "advisor"):
                continue
            grouped = run(
                as_one(role),
                source=source,
                shape="summary",
                groups=[{"field": "register_number"}],
                measures=[{"by": "count"}],
            )
            counts = {row["register_number"]: row["count"] for row in grouped}
            assert counts == {one: expected.count(one) for one in expected}, (role, source)


def test_students_build_no_reports(reporting: College, as_role: Any) -> None:
    client = as_role("student")
    assert client.get("/reports").status_code == 403
    assert client.get(API).status_code == 403
    run(client, 403, source="academics.students")


@pytest.mark.db
def test_a_field_with_a_permission_of_its_own_is_empty_where_it_does_not_hold(
    reporting: College, database: Database, as_one: As
) -> None:
    with database.writer() as db, unit(db):
        db.execute(update(Student).values(cgpa=8, cgpa_order=8))
    columns = ["register_number", "cgpa"]
    own = run(as_one("counsellor"), source="coding.metrics", columns=columns)
    lent = run(as_one("deputy"), source="coding.metrics", columns=columns)
    assert [row["register_number"] for row in own] == [row["register_number"] for row in lent]
    assert [row["cgpa"] for row in own] == [8, 8]
    assert [row["cgpa"] for row in lent] == [None, None]
    at_least = [{"field": "cgpa", "op": "least", "values": ["1"]}]
    assert run(as_one("deputy"), source="coding.metrics", filters=at_least) == []
    average: dict[str, Any] = {"shape": "summary", "measures": [{"by": "average", "of": "cgpa"}]}
    assert run(as_one("deputy"), source="coding.metrics", **average) == [{"average.cgpa": None}]
    assert run(as_one("counsellor"), source="coding.metrics", **average) == [{"average.cgpa": 8}]


@pytest.mark.db
def test_what_takes_too_long_is_ended_with_a_sentence_and_the_unit_goes_on(
    app: Any, database: Database, as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.reader() as db:
        with pytest.raises(TookTooLong), time_limit(db, 0.2):
            db.execute(text(SLOW)).all()
        assert db.scalar(select(literal(7))) == 7
        with time_limit(db, 5):
            assert db.scalar(select(literal(8))) == 8
    admin = as_role("admin")
    slow = text(SLOW).columns(n=Student.id.type).subquery()
    monkeypatch.setattr(statement, "rows", lambda *_given: select(slow.c.n.label("c0")))
    monkeypatch.setattr(running, "value", lambda *_given: 0.2)
    told = "takes too long"
    assert told in run(admin, 503, source="academics.students")
    page = admin.get("/reports/new?source=academics.students")
    assert page.status_code == 200
    assert told in page.text


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "COUNTED", 4)


def test_a_report_shows_so_many_rows_and_the_worker_writes_the_rest(
    reporting: College, database: Database, as_one: As, small: None, settings: Any
) -> None:
    admin = as_one("admin")
    report = saved(admin, columns=["register_number"])
    first = admin.get(f"{API}/{report['id']}/rows?size=2").get_json()
    second = admin.get(f"{API}/{report['id']}/rows?size=2&page=2").get_json()
    assert (first["page"]["total"], first["page"]["exact"]) == (4, False)
    shown = [row["values"][0] for half in (first, second) for row in half["data"]["rows"]]
    assert len(set(shown)) == 4
    over = admin.get(f"{API}/{report['id']}/rows?size=2&page=3")
    assert over.status_code == 400
    assert "Export it" in over.get_json()["error"]
    assert admin.get(f"{API}/{report['id']}/file?format=csv").status_code == 409
    offer = admin.get(f"/reports/{report['id']}/file?format=csv")
    assert "Write the file" in offer.text
    promised = admin.post(f"/reports/{report['id']}/export", data={"format": "csv"})
    assert promised.status_code == 303
    perform_all(database, settings)
    content = admin.get(f"{promised.location}/file")
    assert content.status_code == 200
    assert content.headers["X-Quad-File"]
    assert "report" in admin.get(promised.location).text


def test_definitions_that_do_not_fit_get_sentences(
    reporting: College, as_one: As, database: Database
) -> None:
    admin = as_one("admin")
    rows, summary = {"source": "academics.students"}, {"shape": "summary"}
    for status, definition, sentence in (
        (409, {"source": "academics.cats"}, "cannot be built from"),
        (409, {**rows, "columns": ["cat"]}, "has no field “cat”"),
        (409, {**rows, "filters": [{"field": "cgpa", "op": "has", "values": ["1"]}]}, "compared"),
        (409, {**rows, "filters": [{"field": "cgpa", "op": "least"}]}, "no value yet"),
        (409, {**rows, "filters": [{"field": "cgpa", "op": "least", "values": ["x"]}]}, "take “x”"),
        (409, {**rows, "filters": [{"field": "status", "op": "any", "values": ["x"]}]}, "“x”"),
        (409, {**rows, **summary, "groups": [{"field": "cgpa"}]}, "put together"),
        (409, {**rows, **summary, "groups": [{"field": "batch", "period": "month"}]}, "together"),
        (409, {**rows, **summary, "measures": [{"by": "sum", "of": "semester"}]}, "has no “Sum”"),
        (409, {**rows, **summary, "measures": [{"by": "sum"}]}, "needs a field"),
        (409, {**rows, "sort": "cat"}, "cannot be sorted by “cat”"),
    ):
        assert sentence in run(admin, status, **definition), definition
    body = {"name": "Bad", "definition": {**rows, "columns": ["cat"]}}
    refused = admin.post(API, json=body)
    assert refused.status_code == 422
    assert "cat" in refused.get_json()["fields"]["definition"]
    bad = admin.get("/reports/new?source=academics.students&f0.field=cgpa&f0.op=least&f0.value=x")
    assert bad.status_code == 200
    assert "take “x”" in bad.text
    assert admin.get("/reports/new?source=academics.cats").status_code == 404
    assert as_one("faculty").get("/reports/new?source=coding.metrics").status_code == 403
    report = saved(admin, columns=["student"])
    for stored, told in (
        ({"source": "academics.students", "columns": ["cat"]}, "has no field “cat”"),
        ({"source": "academics.cats"}, "cannot be built from"),
        ({"version": 9, "source": "academics.students"}, "another version"),
    ):
        with database.writer() as db, unit(db):
            db.execute(update(SavedReport).values(definition=stored))
        shown = admin.get(f"/reports/{report['id']}")
        assert shown.status_code == 200
        assert told in shown.text
        assert told in admin.get(f"{API}/{report['id']}").get_json()["data"]["problem"]
        assert told in admin.get(f"{API}/{report['id']}/rows").get_json()["error"]
        assert admin.get(f"/reports/{report['id']}/edit").status_code in (200, 409)


def test_a_report_is_built_kept_copied_shared_deleted_and_brought_back_on_its_pages(
    reporting: College, as_one: As, queries: list[str]
) -> None:
    hod, faculty, far = as_one("hod"), as_one("faculty"), as_one("hod2")
    address = "/reports/new?source=academics.students&column=student&column=department"
    page = hod.get(f"{address}&add=status&f0.field=semester&f0.op=most&f0.value=8")
    assert "Semester at most 8" in page.text
    assert 'name="f1.field" value="status"' in page.text
    other = hod.get("/reports/new?source=coding.metrics&was=academics.students&column=email")
    assert "Linked accounts" in other.text
    definition = saved(hod, "Kept elsewhere", columns=["student"])["definition"]
    posted = {"name": "My students", "note": "", "definition": orjson.dumps(definition).decode()}
    kept = hod.post("/reports/new", data=posted)
    assert kept.status_code == 303
    place = kept.location
    edit = hod.get(f"{place}/edit")
    version = re.search(r'name="version" value="(\d+)"', edit.text)
    assert version is not None
    changed = {**posted, "name": "Our students", "version": version[1]}
    assert hod.post(f"{place}/edit", data=changed).status_code == 303
    late = hod.post(f"{place}/edit", data=changed)
    assert late.status_code == 422
    assert "Somebody else changed this" in late.text
    assert faculty.get(place).status_code == 404
    told = hod.post(f"{place}/share", data={"roles": ["faculty", "hod"]})
    assert told.status_code == 303
    assert far.get(place).status_code == 404, "a head shares within the own department"
    assert "Our students" in faculty.get("/reports").text
    assert faculty.post(f"{place}/delete").status_code == 403
    assert as_one("advisor").post(f"{place}/share", data={}).status_code == 404
    copied = faculty.post(f"{place}/copy")
    assert "Our students (copy)" in faculty.get(copied.location).text
    assert faculty.post(f"{copied.location}/share", data={"roles": ["hod"]}).status_code == 403
    for kind, start in (("csv", b"Student"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        file = faculty.get(f"{place}/file?format={kind}")
        assert file.data.startswith(start), kind
    for path in ("/reports", place, f"{address}&f0.field=department&f0.op=any&f0.value=1"):
        faculty.get(path)
        queries.clear()
        assert faculty.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)
    gone = hod.post(f"{place}/delete", follow_redirects=True)
    assert "Undo" in gone.text
    assert faculty.get(place).status_code == 404
    assert hod.post(f"{place}/restore").status_code == 303
    assert faculty.get(place).status_code == 200


def test_a_name_that_looks_like_a_formula_is_disarmed_in_files(
    reporting: College, as_one: As, database: Database
) -> None:
    with database.writer() as db, unit(db):
        db.execute(update(User).values(full_name="=1+1"))
    report = saved(as_one("admin"), columns=["student"])
    file = as_one("admin").get(f"/reports/{report['id']}/file?format=csv")
    assert set(file.text.splitlines()[1:]) == {"'=1+1"}
