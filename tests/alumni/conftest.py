"""A small network: two departments, one member whose every field is told, and each kind of viewer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student, StudentStatus
from quad.alumni.forms.profile import AchievementForm, EditMember, EducationForm, WorkForm
from quad.alumni.models.members import Member
from quad.alumni.service import editing, members
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.policy import SYSTEM
from quad.identity.forms.profiles import EditProfile
from quad.identity.service import profiles
from quad.identity.service.photos import Photo
from quad.relations.service import following
from quad.skills.models import PersonSkill, Skill, SkillCategory
from tests.factories import academics as factory
from tests.factories.people import person

# What the owner tells, a word for each field that stands nowhere else.
TOLD = {
    "photo": "0123456789abcdef",
    "headline": "Headlinia",
    "bio": "Biographia",
    "work": "Worksmithy",
    "education": "Scholastica",
    "achievements": "Prizewinner",
    "skills": "Skillforge",
    "links": "https://linkland.example/me",
    "location": "Placeville",
    "open": "mentoring",
    "email": "owner@contactland.example",
    "phone": "+91 555 0199",
    "cgpa": "9.37",
}


@dataclass
class World:
    """Numbers of what there is: people by user number, the owner's profile and record."""

    people: SimpleNamespace
    member_id: int
    student_id: int
    departments: SimpleNamespace
    programme_id: int
    skill_id: int


def graduate(db, name, of, *, year=2020, register_number=None):
    """Add somebody who graduated here, followed into the network."""
    row = factory.student(db, name=name, on=of, register_number=register_number)
    row.status, row.graduation_year = StudentStatus.GRADUATED, year
    db.flush()
    members.follow(db, [row.user_id])
    return row


def tell_everything(db, row, files):
    """Let the owner fill in every field; return the number of the skill."""
    owner = actor_by_id(db, row.user_id)
    profiles.set_photo(db, owner, Photo(b"large", b"small", TOLD["photo"]), files)
    row.cgpa = Decimal("9.37")
    profiles.edit_profile(
        db,
        owner,
        EditProfile(
            full_name=owner.name,
            bio=TOLD["bio"],
            phone=TOLD["phone"],
            links=[TOLD["links"]],
            language="en",
            zone="UTC",
        ),
    )
    head = EditMember(headline=TOLD["headline"], city=TOLD["location"], mentoring=True)
    editing.edit_member(db, owner, head)
    work = WorkForm(company=TOLD["work"], title="Engineer", begins_on="2021-03")
    editing.add_entry(db, owner, "work", work)
    school = EducationForm(school=TOLD["education"], begins_in=2015)
    editing.add_entry(db, owner, "education", school)
    prize = AchievementForm(title=TOLD["achievements"], year=2022)
    editing.add_entry(db, owner, "achievements", prize)
    category = SkillCategory(name="Craft", name_key="Craft")
    db.add(category)
    db.flush()
    skill = Skill(name=TOLD["skills"], name_key=TOLD["skills"], category_id=category.id)
    db.add(skill)
    db.flush()
    db.add(PersonSkill(person_id=row.user_id, skill_id=skill.id, level=3, strength=1))
    db.flush()
    return skill.id


def build(db, files):
    home, away = factory.department(db, "CSE"), factory.department(db, "ECE")
    here, there = factory.programme(db, home), factory.programme(db, away)
    owner_user = person(db, role="alumnus", name="Olga Owner", email=TOLD["email"])
    owner = factory.student(db, user=owner_user, on=here)
    owner.status, owner.graduation_year = StudentStatus.GRADUATED, 2020
    db.flush()
    members.follow(db, [owner.user_id])
    skill_id = tell_everything(db, owner, files)
    people = SimpleNamespace(
        owner=owner.user_id,
        stranger=factory.student(db, name="Stefan Stranger", on=there).user_id,
        colleague=factory.student(db, name="Cora Colleague", on=here).user_id,
        connection=factory.student(db, name="Conny Connection", on=there).user_id,
        blocked=factory.student(db, name="Bela Blocked", on=here).user_id,
        teacher=person(db, role="faculty", name="Tilda Teacher").id,
        hod=person(db, role="hod", department_id=home.id, name="Hanna Head").id,
        admin=person(db, role="admin", name="Ada Admin").id,
        unverified=person(db, role="alumnus", name="Ulla Unverified").id,
    )
    members.follow(db, list(vars(people).values()))
    db.scalars(select(Member).where(Member.user_id == people.unverified)).one().standing = "claimed"
    mine, theirs = actor_by_id(db, people.owner), actor_by_id(db, people.connection)
    following.follow(db, mine, people.connection)
    following.follow(db, theirs, people.owner)
    following.block(db, mine, people.blocked)
    member_id = db.scalars(select(Member.id).where(Member.user_id == owner.user_id)).one()
    return World(
        people, member_id, owner.id, SimpleNamespace(home=home.id, away=away.id), here.id, skill_id
    )


@pytest.fixture
def world(app, database, settings):
    """The network, committed."""
    with database.writer() as db, unit(db):
        made = build(db, Files.from_settings(settings))
        db.expunge_all()
    return made


@pytest.fixture
def sign_in(world, as_user):
    """Return a client signed in as one of the world's people, by name."""
    return lambda name: as_user(getattr(world.people, name))


__all__ = ["SYSTEM", "TOLD", "Student", "graduate"]
