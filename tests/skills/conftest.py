"""A small college with a few skills, a course that gives one, an alumnus and a teacher."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.skills.service import finding, loading
from tests.factories import academics as factory
from tests.factories.people import person

SKILLS = (
    ("Python", "Object or component oriented development software"),
    ("JavaScript", "Web platform development software"),
    ("Java Script", "Web platform development software"),
    ("Git", "File versioning software"),
    ("Budgeting, forecasting, and planning software", "Financial analysis software"),
    ("C++", "Object or component oriented development software"),
    ("Data structures", "Computer science"),
)


@dataclass
class World:
    people: SimpleNamespace
    college: factory.College
    skills: dict[str, int]


def build(db):
    loading.load(db, SYSTEM, SKILLS, [("JS", "JavaScript"), ("Py", "Python")])
    college = factory.college(db)
    people = SimpleNamespace(
        asha=college.students[0].user_id,
        bina=college.students[1].user_id,
        teacher=college.teacher.user_id,
        admin=person(db, role="admin", name="Ada Admin").id,
        alumnus=person(db, role="alumnus", name="Alia Alumna").id,
    )
    ids = finding.find(db, [name for name, _category in SKILLS])
    skills = {name: ids[name.lower()] for name, _category in SKILLS}
    return World(people, college, skills)


@pytest.fixture
def world(app, database):
    with database.writer() as db, unit(db):
        made = build(db)
        db.expunge_all()
    return made


@pytest.fixture
def sign_in(world, as_user):
    return lambda name: as_user(getattr(world.people, name))
