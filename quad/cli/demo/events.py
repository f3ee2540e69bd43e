"""Events of the demo college, through the commands people use, on the days they happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.cli.demo import plan
from quad.cli.demo.college import STAR_MAILBOX, College
from quad.cli.demo.gatherings import BETTER, GATHERINGS, LIKED, REFUSED, Gathering
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.files import Files
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import SYSTEM, Actor
from quad.events.forms.events import (
    AgendaIn,
    CancelEvent,
    GiveFeedback,
    NewEvent,
    Refusal,
    Register,
    Scan,
    SpeakerIn,
)
from quad.events.forms.questions import QuestionIn
from quad.events.models.attending import Registration
from quad.events.models.events import Event
from quad.events.service import certificates, feedback, programme, seats, tickets, writing
from quad.identity.models.accounts import Role, RoleGrant, User

BEFORE = timedelta(days=12)
FEW_CERTIFICATES = 3


def build_events(db: Session, college: College) -> None:
    """Let people meet: what was, what comes, what waits."""
    star = by_mailbox(db, STAR_MAILBOX)
    crowd = _crowd(db, college, star.own_id)
    for number, one in enumerate(GATHERINGS):
        host = star if one.host == "star" else by_mailbox(db, one.host)
        rest = crowd[number * 3 :] + crowd[: number * 3]
        if Role.STUDENT not in (one.roles or (Role.STUDENT,)):
            rest = _graduates(db)
        people = list(rest[: one.people])
        if one.star:
            people.insert(one.star - 1, star)
        _hold(db, one, host, people[: one.people], number)
    db.flush()


def by_mailbox(db: Session, mailbox: str) -> Actor:
    """Return the person with this mailbox at the college."""
    address = f"{mailbox}@{plan.DOMAIN}"
    return actor_by_id(db, db.scalars(select(User.id).where(User.email == address)).one())


def _crowd(db: Session, college: College, star: int) -> list[Actor]:
    """Return students of every department and year in turn, the visitors' one left out."""
    years = [year for year, semester in plan.BATCHES.items() if semester]
    ids = [
        number
        for place in range(3)
        for year in years
        for department in plan.DEPARTMENTS
        for number in college.students[department, year][place : place + 1]
    ]
    found = db.execute(select(Student.id, Student.user_id).where(Student.id.in_(ids)))
    users = {row.id: row.user_id for row in found}
    return [actor_by_id(db, users[one]) for one in ids if users[one] != star]


def _graduates(db: Session) -> list[Actor]:
    """Return some who have graduated."""
    held = select(RoleGrant.user_id).where(RoleGrant.role == Role.ALUMNUS)
    return [actor_by_id(db, one) for one in db.scalars(held.order_by(RoleGrant.user_id).limit(40))]


@contextmanager
def as_at(actor: Actor, at: datetime) -> Iterator[None]:
    """Let somebody act at another moment."""
    set_acting_user(actor.id)
    try:
        with clock.travel(at):
            yield
    finally:
        set_acting_user(None)


def _begin(one: Gathering) -> datetime:
    today = clock.now().astimezone(ZoneInfo(plan.TIME_ZONE))
    start = today.replace(hour=one.hour, minute=0, second=0, microsecond=0)
    return start + timedelta(days=one.day)


def _hold(db: Session, one: Gathering, host: Actor, people: Sequence[Actor], number: int) -> None:
    starts = _begin(one)
    written = min(starts - BEFORE, clock.now() - timedelta(hours=3 + number))
    with as_at(host, written):
        event = writing.create(db, host, _form(one, starts))
        _fill(db, one, host, event)
        if one.fate != "draft":
            writing.publish(db, host, event.id)
    if one.fate == "refused":
        with as_at(SYSTEM, written + timedelta(hours=2)):
            writing.refuse(db, SYSTEM, event.id, Refusal(reason=REFUSED))
    _come(db, event, people, written)
    if one.fate == "cancelled":
        with as_at(host, clock.now() - timedelta(hours=2)):
            writing.cancel(db, host, event.id, CancelEvent(reason="The ground is under water."))
    if one.day < 0:
        _visit(db, one, host, event)


def _form(one: Gathering, starts: datetime) -> NewEvent:
    return NewEvent(
        title=one.title,
        summary=one.summary,
        about=one.about,
        starts_at=starts,
        ends_at=starts + timedelta(hours=one.hours),
        zone=plan.TIME_ZONE,
        venue=one.venue,
        is_online=bool(one.link),
        online_link=one.link,
        capacity=one.seats,
        visibility=one.visibility,
        for_roles=list(one.roles),
        certificates=one.certificates,
        repeat=one.repeat,
        times=one.times,
    )


def _fill(db: Session, one: Gathering, host: Actor, event: Event) -> None:
    """Add speakers, agenda, a question and a picture."""
    for name, headline in one.speakers:
        programme.save_speaker(db, host, event.id, SpeakerIn(name=name, headline=headline))
    for at, title in one.agenda:
        item = AgendaIn.model_validate({"at": at, "title": title}, strict=False)
        programme.save_item(db, host, event.id, item)
    if one.question:
        programme.add_question(db, host, event.id, QuestionIn(label=one.question))
    runtime = runtime_of(db)
    if one.cover and runtime is not None:
        files = Files.from_settings(runtime.settings)
        kept = programme.prepare_picture(files, _picture(one.cover), "cover.png", programme.COVER)
        programme.set_cover(db, host, event.id, kept)


def _picture(colour: str) -> BytesIO:
    """Draw the square of the college on a ground of one colour."""
    picture = Image.new("RGB", (1600, 900), colour)
    draw = ImageDraw.Draw(picture)
    for step in range(6):
        inset = 90 * step
        box = (350 + inset // 2, 100 + inset // 2, 1250 - inset // 2, 800 - inset // 2)
        draw.rectangle(box, outline="#f4f1e6", width=10 - step)
    written = BytesIO()
    picture.save(written, "PNG")
    written.seek(0)
    return written


def _come(db: Session, event: Event, people: Sequence[Actor], written: datetime) -> None:
    """Let people register one after the other. The clock of the database cannot be turned back, so a past event is
    open for as long.
    """
    closes = event.deadline_at
    _set_deadline(db, event, clock.now() + timedelta(days=1))
    answers = {one["key"]: "We will see" for one in event.questions}
    for number, who in enumerate(people):
        with as_at(who, written + timedelta(minutes=41 * (number + 1))):
            hidden = number % 7 == 5
            seats.register(db, who, event.id, Register(answers=answers, name_hidden=hidden))
    _set_deadline(db, event, closes)


def _set_deadline(db: Session, event: Event, closes: datetime) -> None:
    db.execute(update(Event).where(Event.id == event.id).values(deadline_at=closes))
    db.refresh(event)


def _visit(db: Session, one: Gathering, host: Actor, event: Event) -> None:
    """Check in those who came, let some say what they thought, and give out a few certificates."""
    rows = db.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.seated_at.is_not(None))
        .order_by(Registration.place)
    ).all()
    came = [row for number, row in enumerate(rows) if number % 10 < one.came]
    with as_at(host, event.starts_at + timedelta(minutes=5)):
        tickets.check_in(db, host, event.id, [Scan(code=row.code) for row in came])
    star = by_mailbox(db, STAR_MAILBOX).id
    others = [row for row in came if row.user_id != star]
    for number, row in enumerate(others[:9]):
        who = actor_by_id(db, row.user_id)
        with as_at(who, event.ends_at + timedelta(hours=2 + number)):
            said = GiveFeedback(
                rating=5 - number % 3,
                would_come_again=number % 4 != 1,
                liked=LIKED[number % len(LIKED)],
                better=BETTER[number % len(BETTER)],
                anonymous=number % 3 != 0,
            )
            feedback.give(db, who, event.id, said)
    if one.certificates:
        for row in others[:FEW_CERTIFICATES]:
            who = actor_by_id(db, row.user_id)
            with as_at(who, event.ends_at + timedelta(days=1)):
                certificates.issue_own(db, who, event.id)
