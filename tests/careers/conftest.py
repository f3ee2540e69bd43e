"""A small placement season: an alumnus who posts, an office that approves, students who may apply or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.skills.models import PersonSkill, ProofKind, SkillProof
from tests.factories import academics as factory
from tests.factories.people import person
from tests.factories.skills import skill


@dataclass
class World:
    """User numbers by name, and numbers of departments."""

    people: SimpleNamespace
    departments: SimpleNamespace


def pdf() -> bytes:
    """Return a small real PDF."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def job_form(**more: Any) -> dict[str, Any]:
    """Return a job as the API takes it."""
    return {
        "title": "Platform engineering intern",
        "company": "Paisa Switch",
        "kind": "internship",
        "about": "## What you do\n\nBuild a piece of the *deploy* pipeline.",
        "workplace": "hybrid",
        "location": "Bengaluru, India",
        "salary_min": 60000,
        "salary_max": 75000.5,
        "currency": "INR",
        "pay_period": "month",
        "deadline": (clock.now() + timedelta(days=9)).isoformat(),
        "required_skills": ["Python", "SQL"],
        "nice_skills": ["Go"],
        "questions": "Why us? *\nWhen can you begin?",
        "for_roles": ["student"],
        "for_min_cgpa": 7.5,
        **more,
    }


def _student(db: Any, name: str, home: Any, cgpa: str, **more: Any) -> Any:
    row = factory.student(db, name=name, of=home, semester=7, **more)
    row.cgpa = row.cgpa_order = Decimal(cgpa)
    return row


@pytest.fixture
def world(app, database):
    with database.writer() as db, unit(db):
        home, away = factory.department(db, "CSE"), factory.department(db, "ECE")
        asha = _student(db, "Asha Rao", home, "8.42")
        bina = _student(db, "Bina Shah", away, "6.90")
        chen = _student(db, "Chen Li", home, "9.10")
        people = SimpleNamespace(
            asha=asha.user_id,
            bina=bina.user_id,
            chen=chen.user_id,
            karthik=person(db, role="alumnus", name="Karthik Raman").id,
            other=person(db, role="alumnus", name="Olga Other").id,
            officer=person(db, role="placement", name="Padma Placement").id,
            hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        )
        python, sql, _go = skill(db, "Python"), skill(db, "SQL"), skill(db, "Go")
        for one, kind, level in ((python, ProofKind.COURSE, 4), (sql, ProofKind.CLAIMED, 2)):
            db.add(
                PersonSkill(
                    person_id=people.asha, skill_id=one.id, level=level, strength=4, hidden=False
                )
            )
            db.add(
                SkillProof(
                    person_id=people.asha,
                    skill_id=one.id,
                    kind=kind,
                    level=level,
                    reference="course 1" if kind is ProofKind.COURSE else "",
                    told="24CS33 Python",
                )
            )
        return World(people, SimpleNamespace(home=home.id, away=away.id))


@pytest.fixture
def sign_in(world, as_user):
    """Return a client signed in as one of the world's people, by name."""
    return lambda name: as_user(getattr(world.people, name))


@pytest.fixture
def post_job(sign_in):
    """Let somebody post a job over the API and bring it to the board; return its number."""

    def post(by="karthik", *, opened=True, **more):
        client = sign_in(by)
        answer = client.post("/api/v1/jobs", json=job_form(**more))
        assert answer.status_code == 201, answer.text
        number = answer.json["data"]["id"]
        if opened:
            assert client.post(f"/api/v1/jobs/{number}/submit").status_code == 200
            sign_in("officer").post(f"/api/v1/jobs/{number}/approve")
        return number

    return post


@pytest.fixture
def apply_for(sign_in):
    """Let a student apply through the page with a CV; return the number of the application."""

    def send(job, by="asha", **more):
        client = sign_in(by)
        data = {"a_q1": "Because", "cover_letter": "Dear team", **more}
        answer = client.post(f"/jobs/{job}/apply", data=data | {"file": (BytesIO(pdf()), "cv.pdf")})
        assert answer.status_code == 303, answer.text
        return answer.location.rsplit("/", 1)[1]

    return send
