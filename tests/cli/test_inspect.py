"""`quad doctor`, `mail list`, `routes`, `openapi`, `permissions`: what this installation is and did."""

from __future__ import annotations

import pytest

from quad.core.facts import run
from quad.core.jobs.zone import note_zone
from tests.cli.conftest import Installation

CREATE = ("user", "create", "--email", "mira@college.example", "--name", "Mira", "--role", "admin")


@pytest.mark.feature("A72")
def test_the_doctor_finds_a_fresh_installation_sound(bare: Installation) -> None:
    assert bare.quad("db", "upgrade").code == 0
    told = bare.quad("doctor", "--json")
    assert told.code == 0, told.out
    found = {check["check"]: check["ok"] for check in told.json}
    assert set(found) >= {"database", "tables", "counters", "averages", "jobs", "files", "mail"}
    assert all(found.values())


@pytest.mark.feature("A72")
def test_the_doctor_says_what_is_wrong_and_what_to_do(bare: Installation) -> None:
    told = bare.quad("doctor")
    assert told.code == 1
    assert "quad db upgrade" in told.out
    assert "Traceback" not in told.err


@pytest.mark.feature("A72")
def test_the_doctor_finds_an_average_that_a_rebuild_would_change(bare: Installation) -> None:
    bare.quad("db", "upgrade")
    path = bare.folder / "students.csv"
    path.write_text("register_number\n4NV1\n")
    bare.quad("import", "students", str(path))
    bare.quad("rebuild")
    with bare.database() as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE academics_student SET cgpa = 900")
    told = bare.quad("doctor", "--json")
    assert told.code == 1
    (wrong,) = [check for check in told.json if not check["ok"]]
    assert (wrong["check"], "quad rebuild" in wrong["says"]) == ("averages", True)
    assert bare.quad("rebuild", "--check").code == 1
    assert "averages: 1 of 1 were off" in bare.quad("rebuild").out.splitlines()
    again = bare.quad("rebuild", "--check", "--json")
    assert again.code == 0
    assert {"name": "averages", "looked_at": 1, "off": 0} in again.json
    assert {"name": "counters", "looked_at": None, "off": 0} in again.json
    assert bare.quad("doctor").code == 0


@pytest.mark.feature("A72")
def test_commands_count_days_where_the_installation_does(bare: Installation) -> None:
    bare.quad("db", "upgrade")
    days = "ok    days: begin in Asia/Tokyo"
    assert days in bare.quad("doctor", QUAD_TIME_ZONE="Asia/Tokyo").out
    with bare.database() as database:
        run(database.writer, lambda db: note_zone(db, "Europe/Rome"))
        run(database.writer, lambda db: note_zone(db, "Asia/Tokyo"))
    assert days in bare.quad("doctor", QUAD_TIME_ZONE="Europe/Rome").out


@pytest.mark.feature("A72")
def test_the_doctor_finds_a_mail_server_that_does_not_answer(site: Installation) -> None:
    told = site.quad("doctor", "--json", QUAD_MAIL_URL="smtp://127.0.0.1:9")
    assert told.code == 1
    assert {check["check"]: check["ok"] for check in told.json}["mail"] is False


def test_mails_are_listed_newest_first(site: Installation) -> None:
    site.quad(*CREATE)
    site.quad("user", "reset", "--email", "mira@college.example")
    told = site.quad("mail", "list", "--json")
    assert told.code == 0, told.err
    assert {row["address"] for row in told.json} == {"mira@college.example"}
    numbers = [row["id"] for row in told.json]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) >= 2
    assert len(site.quad("mail", "list", "--limit", "1", "--json").json) == 1
    assert site.quad("mail", "list", "--state", "dead", "--json").json == []
    plain = site.quad("mail", "list")
    assert plain.out.splitlines()[0].split("\t")[:3] == ["id", "created_at", "address"]


def test_a_list_of_mails_shows_no_password(site: Installation) -> None:
    one_time = site.quad(*CREATE, "--json").json["one_time_password"]
    assert one_time not in site.quad("mail", "list").out


def test_every_route_is_listed(bare: Installation) -> None:
    told = bare.quad("routes", "--json")
    assert told.code == 0, told.err
    found = {(row["path"], row["methods"]): row["endpoint"] for row in told.json}
    assert ("/students/<int:student_id>", "GET") in found
    assert ("/api/v1/auth/login", "POST") in found
    assert bare.quad("routes").out.splitlines()[0].split("\t") == ["Path", "Methods", "Endpoint"]


@pytest.mark.feature("C12")
def test_the_description_of_the_api_is_printed(bare: Installation) -> None:
    told = bare.quad("openapi")
    assert told.code == 0, told.err
    assert told.json["openapi"].startswith("3.1")
    assert "get" in told.json["paths"]["/api/v1/academics/departments"]


def test_who_may_do_what_is_printed(bare: Installation) -> None:
    told = bare.quad("permissions", "--json")
    assert told.code == 0, told.err
    rows = {row["permission"]: row for row in told.json}
    read = rows["academics.student.read"]
    assert (read["admin"], read["hod"], read["student"]) == ("all", "some", "some")
    assert read["placement"] == "none"
    assert bare.quad("permissions").out.splitlines()[0].startswith("permission\tlabel\tadmin")
