"""Requests of the demo college in every state, through the commands people use, on the days they happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.cli.demo import plan
from quad.cli.demo.college import REGISTRAR, College
from quad.cli.demo.stories import STORIES
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.files import MEGABYTE
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import SYSTEM, Actor
from quad.core.taking import Taken, take
from quad.identity.models.accounts import Role, User
from quad.welfare.forms.requests import Assign, Comment, NewRequest, RejectRequest, Resolve, Why
from quad.welfare.forms.setup import MemberForm, OfficeForm, RouteForm
from quad.welfare.models.requests import Request, State
from quad.welfare.models.setup import Category, Target
from quad.welfare.service import (
    asking,
    attachments,
    chasing,
    handling,
    offices,
    people,
    usual,
)

STARS = 6
QUESTION = "Thank you. Could you tell us since when, and send a picture?"
ANSWERS = {
    "resolved": "Done. Come by if anything is still missing.",
    "rejected": "We cannot do this: it is not covered by the rules of the college.",
}


@dataclass(frozen=True)
class Told:
    """One story with what it needs: who asks, when, and its place in the list."""

    student: Student
    category: Category
    answers: dict[str, object]
    asked: datetime
    outcome: str
    number: int


def build_requests(db: Session, college: College) -> None:
    """Set the categories up and let the students ask; the last step is what the worker does every morning."""
    registrar = actor_by_id(
        db, db.scalars(select(User.id).where(User.full_name == REGISTRAR)).one()
    )
    usual.start(db, registrar)
    _set_up(db, college, registrar)
    known = {row.name: row for row in db.scalars(select(Category))}
    for number, student in enumerate(_students(db, college)):
        name, answers, ago, outcome = STORIES[number]
        asked = clock.now().replace(hour=4, minute=10) - timedelta(days=ago, minutes=7 * number)
        _tell(db, Told(student, known[name], answers, asked, outcome, number))
    for some in (chasing.escalate_some, chasing.remind_some):
        some(db, SYSTEM)


def _set_up(db: Session, college: College, registrar: Actor) -> None:
    """Offices with their people, and the rules of who gets what."""
    teachers, found = college.teachers, dict[str, int]()
    wanted = {
        "Student affairs office": [registrar.own_id, teachers["ECE"][4]],
        "Hostel office": [teachers["CSE"][1], teachers["MEC"][4]],
        "Accounts office": [registrar.own_id, teachers["CIV"][4]],
    }
    for name, members in wanted.items():
        found[name] = offices.add(db, registrar, OfficeForm(name=name)).id
        for user_id in members:
            offices.add_member(db, registrar, found[name], MemberForm(user_id=user_id))
    category = {row.name: row for row in db.scalars(select(Category))}
    committee = category["Grievance"].committee_id
    assert committee is not None
    for user_id in (teachers["CSE"][0], college.counsellors["CSE"]):
        offices.add_member(db, registrar, committee, MemberForm(user_id=user_id))
    offices.remove_member(db, registrar, committee, registrar.own_id)
    rules = (
        RouteForm(category_id=category["Leave"].id, target=Target.ADVISOR),
        RouteForm(
            category_id=category["Bonafide letter"].id,
            target=Target.OFFICE,
            office_id=found["Student affairs office"],
        ),
        RouteForm(
            category_id=category["Hostel"].id,
            target=Target.OFFICE,
            office_id=found["Hostel office"],
        ),
        RouteForm(
            category_id=category["Fee"].id, target=Target.OFFICE, office_id=found["Accounts office"]
        ),
        RouteForm(category_id=category["Scholarship"].id, target=Target.ROLE, role=Role.HOD),
        RouteForm(target=Target.ADVISOR),
    )
    for rule in rules:
        offices.add_route(db, registrar, rule)


def _students(db: Session, college: College) -> Iterator[Student]:
    """The visitors' student first, then others of every department that still studies."""
    star = db.get_one(Student, college.students["CSE", plan.STAR_BATCH][0])
    years = [year for year, semester in plan.BATCHES.items() if semester]
    for number in range(len(STORIES)):
        if number < STARS:
            yield star
            continue
        # Computing asks more than the others, so that its head and mentors have something to do.
        department = ("CSE", "CSE", "ECE", "MEC", "CSE", "CIV")[number % 6]
        people_there = college.students[department, years[number % len(years)]]
        yield db.get_one(Student, people_there[(number * 5 + 2) % len(people_there)])


@contextmanager
def _as(actor: Actor, at: datetime) -> Iterator[None]:
    set_acting_user(actor.id)
    try:
        with clock.travel(min(at, clock.now())):
            yield
    finally:
        set_acting_user(None)


def _tell(db: Session, told: Told) -> None:
    student = actor_by_id(db, told.student.user_id)
    with _as(student, told.asked):
        request = asking.submit(db, student, told.category.id, _form(db, told))
    if told.outcome == "withdrawn":
        with _as(student, told.asked + timedelta(hours=20)):
            handling.withdraw(db, student, request.id, Why(note="It has settled itself."))
    elif told.outcome != "new":
        _work(db, told, request, student)
    db.flush()


def _form(db: Session, told: Told) -> NewRequest:
    first = last = None
    if told.category.with_days:
        first = told.asked.date() + timedelta(days=1 + told.number % 3)
        last = first + timedelta(days=told.number % 4)
    people_asked = []
    if told.category.committee_id is not None:
        people_asked = people.of_office(db, told.category.committee_id)
    return NewRequest(
        first_day=first,
        last_day=last,
        answers=told.answers,
        people=people_asked,
        submit_key=f"demo-{told.number}",
    )


def _work(db: Session, told: Told, request: Request, student: Actor) -> None:
    """Let whoever has the request take it as far as the story says."""
    owner = actor_by_id(db, people.responsible(db, request)[0])
    with _as(owner, told.asked + timedelta(hours=5)):
        if request.state is State.SUBMITTED:
            handling.assign(db, owner, request.id, Assign(to=f"person:{owner.id}"))
    if told.outcome == "assigned":
        return
    with _as(owner, told.asked + timedelta(hours=22)):
        handling.start(db, owner, request.id)
    if told.outcome in ("asked back", "reopened"):
        _ask_back(db, told, request, student, owner)
    if told.outcome in ("working", "asked back"):
        if told.number % 2:
            with _as(owner, told.asked + timedelta(hours=26)):
                note = Comment(text="Waits for the signature of the principal.", internal=True)
                handling.comment(db, owner, request.id, note)
        return
    with _as(owner, told.asked + timedelta(hours=20 + 9 * (told.number % 7))):
        if told.outcome == "rejected":
            handling.reject(db, owner, request.id, RejectRequest(reason=ANSWERS["rejected"]))
        else:
            handling.resolve(db, owner, request.id, Resolve(note=ANSWERS["resolved"]))
    if told.outcome == "reopened":
        with _as(student, told.asked + timedelta(days=6)):
            why = Why(note="Nothing has changed since; please look again.")
            handling.reopen(db, student, request.id, why)


def _ask_back(db: Session, told: Told, request: Request, student: Actor, owner: Actor) -> None:
    with _as(owner, told.asked + timedelta(hours=23)):
        handling.comment(db, owner, request.id, Comment(text=QUESTION))
    with _as(student, told.asked + timedelta(hours=25)):
        handling.comment(db, student, request.id, Comment(text="Since Monday. Here it is."))
        picture = _picture(db)
        if picture is not None:
            attachments.attach(db, student, request.id, [picture])


def _picture(db: Session) -> Taken | None:
    """A small picture, as people send them."""
    runtime = runtime_of(db)
    if runtime is None:
        return None
    written = BytesIO(_png())
    name = "what-it-looks-like.png"
    return take(runtime.settings, written, name, attachments.FILE, limit=MEGABYTE)


def _png() -> bytes:
    """Return one grey square of 64 pixels."""
    written = BytesIO()
    Image.new("RGB", (64, 64), "#8fa39a").save(written, "PNG")
    return written.getvalue()
