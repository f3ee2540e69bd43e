"""Random sign-ins, marks and files, all of them meant to hurt: every one gets an answer that is no fault of ours."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from quad.core.config import Settings
from quad.web.security import SESSION_COOKIE
from quad.web.site import Site
from tests.databases import Workshop
from tests.factories.people import PASSWORD
from tests.matrix.stage import Stage, staged
from tests.torture.nasty import XLSX, Nasty

pytestmark = pytest.mark.feature("L5", "L53")

SEED = 20_261_121
SOME, MANY = 1_000, 100_000
PUT_BACK_EVERY = 200
LARGEST_FORM = 400_000  # the test client puts larger forms into a file that it does not close
TABLES: dict[str, tuple[str, ...]] = {
    "students": (
        "register_number", "first_name", "last_name", "email", "department", "programme", "admission_year",
        "semester",
    ),
    "marks": ("register_number", "course", "term", "section", "component", "value"),
    "enrolments": ("register_number", "course", "term", "section"),
    "departments": ("code", "name"),
}  # fmt: skip
FINE = {
    "register_number": "4NV24CS",
    "first_name": "Asha",
    "last_name": "Rao",
    "email": "asha@college.example",
    "department": "CSE",
    "admission_year": "2024",
    "semester": "3",
    "section": "A",
    "value": "27.5",
    "code": "MEC",
    "name": "Mechanics",
}
Send = Callable[[FlaskClient, Nasty, SimpleNamespace], Any]


@pytest.fixture(scope="module")
def stage(
    _site: Site, workshop: Workshop, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    with staged(_site, workshop, settings, tmp_path_factory.mktemp("random")) as stage:
        yield stage


def sign_in_page(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    portal = nasty.chance.choice(["login", "student_login", "admin_login", "faculty_login"])
    given = {"email": nasty.text(v.email), "password": nasty.text(PASSWORD)}
    for name in ("remember", "next", "csrf_token"):
        if nasty.chance.random() < 0.3:
            given[name] = nasty.text()
    return client.post(f"/{portal}", data=encodable(given))


def code_page(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    client.post("/login", data={"email": v.email, "password": PASSWORD})
    return client.post("/sign-in/code", data=encodable({"code": nasty.text("123456")}))


def sign_in_program(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    path, fine = nasty.chance.choice(
        [
            ("login", {"email": v.email, "password": PASSWORD}),
            ("verify", {"challenge": v.challenge, "code": "123456"}),
            ("resend", {"challenge": v.challenge}),
            ("refresh", {"refresh_token": v.refresh_token}),
        ]
    )
    return post_json(client, f"/api/v1/auth/{path}", nasty.body(fine), nasty)


def token(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    """A header that is no token."""
    word = (
        nasty.text("eyJhbGciOiJub25lIn0.eyJzdWIiOjF9.")
        .encode("latin-1", "replace")
        .decode("latin-1")
    )
    word = "".join(letter for letter in word if letter not in "\r\n")
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {word}"})


def marks_page(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    cell = f"{v.enrolment}-{v.component}"
    given = {
        f"mark-{cell}": nasty.number("61") if nasty.chance.random() < 0.6 else nasty.text("61")
    }
    given["was"] = nasty.text(f'{{"{cell}": [{v.mark}, "60"]}}')
    if nasty.chance.random() < 0.3:
        given["reason"] = nasty.text()
    return client.post(f"/offerings/{v.offering}/marks", data=encodable(given))


def one_mark_page(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    path = f"/enrolments/{v.enrolment}/components/{v.component}/mark"
    return client.post(
        path, data=encodable({"value": nasty.number("61"), "reason": nasty.text("A slip")})
    )


def marks_program(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    entry = {"enrolment_id": v.enrolment, "component_id": v.component, "value": 61, "absent": False}
    body = nasty.body({"entries": [entry], "reason": "A slip"})
    return post_json(
        client, f"/api/v1/academics/offerings/{v.offering}/marks", body, nasty, method="PUT"
    )


def one_mark_program(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    path = f"/api/v1/enrolments/{v.enrolment}/components/{v.component}/mark"
    return post_json(client, path, nasty.body({"value": 61, "reason": "A slip"}), nasty)


def import_program(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    kind = nasty.chance.choice(list(TABLES))
    data, media_type = nasty.table(TABLES[kind], FINE)
    answer = client.post(f"/api/v1/imports/{kind}", data=data, content_type=media_type)
    if answer.status_code == 201 and nasty.chance.random() < 0.8:
        number = answer.get_json()["data"]["id"]
        return client.post(f"/api/v1/imports/{number}/apply", json={"skip_bad": True})
    return answer


def import_page(client: FlaskClient, nasty: Nasty, v: SimpleNamespace) -> Any:
    kind = nasty.chance.choice(list(TABLES))
    data, media_type = nasty.table(TABLES[kind], FINE)
    usual = "table.xlsx" if media_type == XLSX else "table.csv"
    name = "".join(letter for letter in nasty.text(usual) if letter.isprintable() and letter != '"')
    file = (io.BytesIO(data[:LARGEST_FORM]), name.encode("utf-8", "replace").decode(), media_type)
    answer = client.post(f"/imports/{kind}", data={"file": file})
    if answer.status_code == 303:
        return client.get(answer.headers["Location"])
    return answer


# Who sends what; a sign-in is sent by nobody.
SENDERS: tuple[tuple[str, Send], ...] = (
    ("nobody", sign_in_page),
    ("nobody", code_page),
    ("nobody", sign_in_program),
    ("nobody", token),
    ("fac", marks_page),
    ("fac", one_mark_page),
    ("fac", marks_program),
    ("fac", one_mark_program),
    ("admin", import_program),
    ("admin", import_page),
)


def encodable(given: dict[str, str]) -> dict[str, str]:
    """Return what a form can carry: lone surrogates have no bytes."""
    return {name: text.encode("utf-8", "replace").decode() for name, text in given.items()}


def post_json(
    client: FlaskClient, path: str, body: bytes, nasty: Nasty, method: str = "POST"
) -> Any:
    usual = "application/json"
    kind = (
        usual
        if nasty.chance.random() < 0.95
        else nasty.chance.choice(["", "text/plain", "application/xml"])
    )
    return client.open(path, method=method, data=body, content_type=kind)


def send_random(stage: Stage, count: int) -> Counter[tuple[str, int]]:
    """Send `count` inputs; return how often each kind got each status. A fault raises at once, with its input."""
    nasty = Nasty(SEED)
    clients = {role: member_client(stage, role) for role in ("fac", "admin")}
    seen = {role: stage.world.seen_by(role) for role in ("admin", "fac")} | {
        "nobody": stage.world.seen_by("stu")
    }
    answers: Counter[tuple[str, int]] = Counter()
    for number in range(count):
        if number % PUT_BACK_EVERY == 0:
            stage.restored.put_back()
        role, send = SENDERS[number % len(SENDERS)]
        client = clients.get(role) or stage.app.test_client()
        answer = send(client, nasty, seen[role])
        answers[send.__name__, answer.status_code] += 1
        assert answer.status_code < 500, (
            f"input {number} ({send.__name__}): {answer.status_code}\n{answer.request.path}\n"
            f"{answer.get_data(as_text=True)[:500]}"
        )
    return answers


def member_client(stage: Stage, role: str) -> FlaskClient:
    client = stage.app.test_client()
    client.set_cookie(SESSION_COOKIE, stage.world.members[role].cookie)
    return client


def check(stage: Stage, answers: Counter[tuple[str, int]]) -> None:
    """The database is whole, and the inputs reached more than the first refusal."""
    with closing(sqlite3.connect(stage.restored.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    reached = {status for _name, status in answers}
    assert {200, 201, 303, 400, 401, 415, 422} <= reached, sorted(answers.items())


@pytest.mark.slow
def test_a_thousand_bad_inputs_get_an_answer_each(stage: Stage) -> None:
    check(stage, send_random(stage, SOME))


@pytest.mark.torture
def test_a_hundred_thousand_bad_inputs_get_an_answer_each(stage: Stage) -> None:
    check(stage, send_random(stage, MANY))
