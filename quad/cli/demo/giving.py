"""Skills of the demo college, who follows whom, references, engagements and times to meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course
from quad.alumni.forms.giving import (
    AskReference,
    BookSlot,
    LogEngagement,
    OfferSlots,
    WriteReference,
)
from quad.alumni.models.engagements import EngagementKind
from quad.alumni.models.references import Delivery
from quad.alumni.service import engagements, mentoring, references
from quad.cli.demo.college import STAR
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.jobs.runtime import local_today
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.relations.models import Follow
from quad.relations.service import following
from quad.skills.models import LOWEST
from quad.skills.service import courses, finding, loading, own

WHO_CLAIMS, WHO_GIVES = 120, 12
CLAIMED = (
    "Python",
    "JavaScript",
    "Git",
    "Oracle Java",
    "C++",
    "React",
    "Docker",
    "PostgreSQL",
    "Linux",
    "Microsoft Excel",
    "The MathWorks MATLAB",
    "Autodesk AutoCAD",
    "Public speaking",
    "Teamwork",
    "Technical writing",
    "German",
)
# A word in the title of a course, and what passing it shows.
TAUGHT = (
    ("Data Structures", ("Data structures", "Algorithms")),
    ("Algorithm", ("Algorithms",)),
    ("Database", ("Database design", "Structured query language (SQL)")),
    ("Network", ("Computer networks",)),
    ("Operating", ("Operating systems",)),
    ("Machine", ("Machine learning",)),
    ("Python", ("Python",)),
    ("Software", ("Software engineering",)),
    ("Mathematics", ("Discrete mathematics",)),
    ("Digital", ("Digital design",)),
    ("Signal", ("Signal processing",)),
    ("Thermo", ("Thermodynamics",)),
    ("Fluid", ("Fluid mechanics",)),
    ("Control", ("Control systems",)),
)
TALKS = (
    (EngagementKind.SPEAKING, "Life after the last semester", 90),
    (EngagementKind.TRAINING, "Two days of Git and code review", 600),
    (EngagementKind.JUDGING, "Hackathon of the spring term", 240),
    (EngagementKind.MENTORING, "Mock interviews", 180),
)
PRAISE = (
    "I have known this student for two years, in class and in the project of the sixth semester.",
    "The work was careful, on time, and explained so well that others built on it.",
)


def build_giving(db: Session, *, chance: Random) -> None:
    """Load the catalogue, then let students, graduates and teachers use all of it a little."""
    loading.load(db, SYSTEM)
    _teach(db)
    star = db.scalars(select(User.id).where(User.full_name == STAR)).one()
    students = _students(db, star)
    graduates = _holders(db, Role.ALUMNUS)[:WHO_GIVES]
    teachers = _holders(db, Role.FACULTY)[:WHO_GIVES]
    _claim(db, chance, [star, *students, *graduates])
    _endorse(db, chance, [star, *students[:10]], [*graduates, *teachers])
    _follow(db, chance, [star, *students[:20], *graduates])
    _refer(db, star, graduates, teachers)
    _engage(db, graduates)
    _meet(db, star, students, graduates)


def _students(db: Session, star: int) -> list[int]:
    query = (
        select(Student.user_id)
        .join(RoleGrant, RoleGrant.user_id == Student.user_id)
        .where(RoleGrant.role == Role.STUDENT, Student.user_id != star)
        .order_by(Student.id)
        .limit(WHO_CLAIMS)
    )
    return list(db.scalars(query))


def _holders(db: Session, role: Role) -> list[int]:
    query = select(RoleGrant.user_id).where(RoleGrant.role == role).order_by(RoleGrant.user_id)
    return list(dict.fromkeys(db.scalars(query)))


def _teach(db: Session) -> None:
    ids = finding.find(db, [name for _word, names in TAUGHT for name in names])
    for course_id, title in db.execute(select(Course.id, Course.title).order_by(Course.id)):
        names = [name for word, names in TAUGHT if word in title for name in names]
        given = {ids[name.lower()]: 2 for name in names if name.lower() in ids}
        if given:
            courses.set_course(db, SYSTEM, course_id, given.items())


def _claim(db: Session, chance: Random, people: Sequence[int]) -> None:
    ids = finding.find(db, CLAIMED)
    for person_id in people:
        names = chance.sample(CLAIMED, chance.randint(2, 6))
        claimed = [(ids[name.lower()], chance.randint(LOWEST, 3)) for name in names]
        own.set_own(db, SYSTEM, person_id, claimed)


def _endorse(db: Session, chance: Random, people: Sequence[int], endorsers: Sequence[int]) -> None:
    for place, person_id in enumerate(people):
        actor = actor_by_id(db, endorsers[place % len(endorsers)])
        held = sorted(own.claims(db, person_id))
        for skill_id in chance.sample(held, min(2, len(held))):
            own.endorse(db, actor, person_id, skill_id)


def _follow(db: Session, chance: Random, people: Sequence[int]) -> None:
    if db.scalar(select(Follow.id).limit(1)) is not None:
        return
    for person_id in people:
        actor = actor_by_id(db, person_id)
        others = [other for other in people if other != person_id]
        for other in chance.sample(others, min(4, len(others))):
            following.follow(db, actor, other)


def _refer(db: Session, star: int, graduates: Sequence[int], teachers: Sequence[int]) -> None:
    student = actor_by_id(db, star)
    writer = actor_by_id(db, teachers[0])
    soon = local_today(db) + timedelta(days=20)
    given = references.ask(
        db, student, AskReference(writer_id=teachers[0], purpose="Exchange semester in Delft")
    )
    references.accept(db, writer, given.id)
    text = WriteReference(capacity="Teacher of two courses", text="\n\n".join(PRAISE))
    references.write(db, writer, given.id, text)
    references.deliver(db, writer, given.id)
    asked = AskReference(
        writer_id=graduates[0],
        purpose="Internship at a research lab",
        message="You saw my project at the open day.",
        delivery=Delivery.CONFIDENTIAL,
        due_on=soon,
    )
    references.ask(db, student, asked)


def _engage(db: Session, graduates: Sequence[int]) -> None:
    today = local_today(db)
    for place, (kind, title, minutes) in enumerate(TALKS * 2):
        alumnus_id = graduates[place % min(4, len(graduates))]
        form = LogEngagement(
            kind=kind, title=title, minutes=minutes, held_on=today - timedelta(days=20 + place * 60)
        )
        row = engagements.log(db, actor_by_id(db, alumnus_id), form)
        if place % 4:
            engagements.confirm(db, SYSTEM, row.id)
        if place % 4 == 1:
            engagements.thank(db, SYSTEM, row.id, "The students still talk about it.")


def _meet(db: Session, star: int, students: Sequence[int], graduates: Sequence[int]) -> None:
    begins = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=3)
    topics = ("Interviews", "Going abroad", "The first year at work")
    slots = []
    for place, mentor_id in enumerate(graduates[:3]):
        form = OfferSlots(
            starts_at=begins + timedelta(days=place),
            weeks=4,
            topic=topics[place],
            place="Room 204, main building",
        )
        slots.append(mentoring.offer(db, actor_by_id(db, mentor_id), form))
    note = BookSlot(note="I would like to talk about my application.")
    booked = mentoring.request(db, actor_by_id(db, star), slots[0][0].id, note)
    mentoring.confirm(db, actor_by_id(db, graduates[0]), booked.id)
    mentoring.request(db, actor_by_id(db, students[0]), slots[0][1].id, note)
    mentoring.request(db, actor_by_id(db, star), slots[1][0].id, note)
