"""A small college that codes: two departments, mentors, and students who link, submit and are reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.coding.service import rollups
from quad.core import clock
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import run_import
from quad.core.policy import SYSTEM
from quad.identity.models.mentors import MentorAssignment, MentorKind
from tests.factories import academics as factory
from tests.factories.people import grant, person
from tests.following import follow

API = "/api/v1"


@dataclass
class World:
    """Numbers of what there is: people by user number, students, departments, and a class."""

    people: SimpleNamespace
    students: SimpleNamespace
    departments: SimpleNamespace
    class_id: int


def build(db):
    cse, ece = factory.department(db, "CSE", "Computing"), factory.department(db, "ECE", "Circuits")
    batch = factory.batch(db, factory.programme(db, cse), start_year=2024)
    section = factory.group(db, batch)
    asha = factory.student(db, name="Asha Rao", of=cse, register_number="4NV24CS901")
    bina = factory.student(db, name="Bina Shah", of=cse)
    cara = factory.student(db, name="Cara Ito", of=ece, admission_year=2025)
    asha.class_id = bina.class_id = section.id
    people = SimpleNamespace(
        asha=asha.user_id,
        bina=bina.user_id,
        cara=cara.user_id,
        admin=person(db, role="admin", name="Ada Admin").id,
        hod=person(db, role="hod", department_id=cse.id, name="Hema Head").id,
        hod_away=person(db, role="hod", department_id=ece.id, name="Hugo Head").id,
        advisor=person(db, role="advisor", department_id=cse.id, name="Avi Advisor").id,
        counsellor=person(db, role="counsellor", department_id=cse.id, name="Cleo Counsel").id,
        other=person(db, role="counsellor", department_id=ece.id, name="Otto Other").id,
        faculty=person(db, role="faculty", department_id=cse.id, name="Fay Faculty").id,
    )
    db.add_all(
        MentorAssignment(mentee_id=people.asha, mentor_id=mentor, kind=kind)
        for mentor, kind in (
            (people.advisor, MentorKind.ADVISOR),
            (people.counsellor, MentorKind.COUNSELLOR),
        )
    )
    db.flush()
    rollups.rebuild(db, list(db.scalars(select(Student.id))))
    return World(
        people,
        SimpleNamespace(asha=asha.id, bina=bina.id, cara=cara.id),
        SimpleNamespace(cse=cse.id, ece=ece.id),
        section.id,
    )


@pytest.fixture
def world(app, database):
    with database.writer() as db, unit(db):
        made = build(db)
        db.expunge_all()
    return made


@pytest.fixture
def sign_in(world, as_user):
    """Return a client signed in as one of the world's people, by name; one client for each."""
    known = {}

    def client(name):
        if name not in known:
            known[name] = as_user(getattr(world.people, name))
        return known[name]

    return client


@pytest.fixture
def linked(sign_in):
    """Link an account and return its number."""

    def link(by="asha", platform="leetcode", username=""):
        body = {"platform_name": platform, "username": username or f"{by}_codes"}
        answer = sign_in(by).post(f"{API}/platforms/link", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json["data"]["id"]

    return link


@pytest.fixture
def submitted(sign_in):
    """Hand in a snapshot of some days ago and return its number."""

    def submit(account, total, days_ago=0, by="asha", **more):
        body = {
            "platform_account_id": account,
            "total_solved": total,
            "snapshot_date": days_back(days_ago),
            **more,
        }
        answer = sign_in(by).post(f"{API}/snapshots", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json["data"]["id"]

    return submit


@pytest.fixture
def approved(submitted, sign_in, database):
    """Hand in a snapshot, let the administrator approve it, and the worker do the rest; return its number."""

    def approve(*args, **options):
        number = submitted(*args, **options)
        answer = sign_in("admin").put(f"{API}/counsellor/snapshots/{number}/approve")
        assert answer.status_code == 200, answer.text
        follow(database)
        return number

    return approve


def days_back(days):
    return (clock.today() - timedelta(days=days)).isoformat()


__all__ = ["API", "days_back", "grant"]


@pytest.fixture
def bring(app, database, settings, tmp_path):
    """Import text as a file, as the command line does."""

    def run(importer, text, **options):
        path = tmp_path / "rows.csv"
        path.write_text(text)
        return run_import(
            database, Files.from_settings(settings), importer, path, SYSTEM, **options
        )

    return run
