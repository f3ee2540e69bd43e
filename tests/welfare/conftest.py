"""A small college that answers requests: two departments, an advisor, an office, a committee, four categories."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import Role
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.welfare.forms.setup import CategoryForm, FieldForm, MemberForm, OfficeForm, RouteForm
from quad.welfare.models.requests import Event, Request
from quad.welfare.models.setup import FieldKind, Letter, Target
from quad.welfare.service import categories, offices
from tests.factories import academics as factory
from tests.factories.people import grant, person


@dataclass
class World:
    """Numbers of what there is: people by user number, categories, offices, departments."""

    people: SimpleNamespace
    categories: SimpleNamespace
    offices: SimpleNamespace
    departments: SimpleNamespace
    student_id: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def _category(db, name, questions=(), **options):
    row = categories.add(db, SYSTEM, CategoryForm(name=name, **options))
    for label, kind, required, choices in questions:
        form = FieldForm(label=label, kind=kind, required=required, choices=list(choices))
        categories.add_field(db, SYSTEM, row.id, form)
    return row.id


def build(db):
    home, away = factory.department(db, "CSE"), factory.department(db, "ECE")
    student = factory.student(db, name="Asha Rao", of=home, register_number="4NV24CS900")
    other = factory.student(db, name="Bina Shah", of=home)
    teacher = factory.teacher(db, of=home, name="Tara Teacher")
    people = SimpleNamespace(
        asha=student.user_id,
        bina=other.user_id,
        teacher=teacher.user_id,
        admin=person(db, role="admin", name="Ada Admin").id,
        hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        hod_away=person(db, role="hod", department_id=away.id).id,
        advisor=person(db, role="advisor", department_id=home.id, name="Avi Advisor").id,
        clerk=person(db, role="faculty", name="Cleo Clerk").id,
        judge=person(db, role="faculty", name="June Judge").id,
        outsider=person(db, role="faculty", name="Otto Outsider").id,
    )
    db.add(
        MentorAssignment(mentee_id=people.asha, mentor_id=people.advisor, kind=MentorKind.ADVISOR)
    )
    places = SimpleNamespace(
        hostel=offices.add(db, SYSTEM, OfficeForm(name="Hostel office")).id,
        committee=offices.add(db, SYSTEM, OfficeForm(name="Committee")).id,
    )
    for office, members in ((places.hostel, ("clerk",)), (places.committee, ("judge", "hod"))):
        for name in members:
            offices.add_member(db, SYSTEM, office, MemberForm(user_id=getattr(people, name)))
    kinds = SimpleNamespace(
        leave=_category(
            db,
            "Leave",
            [("Reason", FieldKind.LONG_TEXT, True, ())],
            with_days=True,
            letter=Letter.LEAVE,
            due_days=2,
        ),
        bonafide=_category(
            db,
            "Bonafide letter",
            [("Purpose", FieldKind.CHOICE, True, ("Bank", "Visa"))],
            letter=Letter.BONAFIDE,
        ),
        hostel=_category(
            db,
            "Hostel",
            [
                ("Room", FieldKind.TEXT, True, ()),
                ("Nights", FieldKind.NUMBER, False, ()),
                ("Since", FieldKind.DATE, False, ()),
                ("I am in", FieldKind.YES_NO, False, ()),
            ],
            about="Rooms and repairs",
        ),
        grievance=_category(
            db,
            "Grievance",
            [("What happened", FieldKind.LONG_TEXT, True, ())],
            confidential=True,
            committee_id=places.committee,
        ),
    )
    rules = (
        RouteForm(category_id=kinds.leave, target=Target.ADVISOR),
        RouteForm(category_id=kinds.hostel, target=Target.OFFICE, office_id=places.hostel),
        RouteForm(category_id=kinds.bonafide, target=Target.ROLE, role=Role.HOD),
    )
    for rule in rules:
        offices.add_route(db, SYSTEM, rule)
    return World(
        people, kinds, places, SimpleNamespace(home=home.id, away=away.id), student_id=student.id
    )


@pytest.fixture
def world(app, database):
    """The college, committed; the installation is attached, so that letters and mails can be written."""
    with database.writer() as db, unit(db):
        made = build(db)
        db.expunge_all()
    return made


@pytest.fixture
def sign_in(world, as_user):
    """Return a client signed in as one of the world's people, by name."""
    return lambda name: as_user(getattr(world.people, name))


@pytest.fixture
def ask(sign_in, world):
    """Let somebody ask over the API and return the request."""

    def send(category, answers=None, by="asha", **more):
        body = {
            "category_id": str(getattr(world.categories, category)),
            "answers": answers if answers is not None else ANSWERS[category],
            **DAYS.get(category, {}),
            **more,
        }
        answer = sign_in(by).post("/api/v1/welfare/requests", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json["data"]

    return send


ANSWERS = {
    "leave": {"reason": "Fever"},
    "bonafide": {"purpose": "Visa"},
    "hostel": {"room": "B-12"},
    "grievance": {"what_happened": "The zebra incident"},
}
DAYS = {"leave": {"first_day": "2026-11-24", "last_day": "2026-11-26"}}


def state_of(database, request_id):
    with database.reader() as db:
        return db.get_one(Request, int(request_id)).state.value


def kinds_of(database, request_id):
    with database.reader() as db:
        query = select(Event.kind).where(Event.request_id == int(request_id)).order_by(Event.id)
        return [kind.value for kind in db.scalars(query)]


__all__ = ["ANSWERS", "grant", "kinds_of", "state_of"]
