"""Announcements of the demo college: what stands, what comes, what was, and what waits for approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.announcements.forms import CommentIn, NewAnnouncement
from quad.announcements.models import Announcement, AnnouncementState, Priority, Recipient
from quad.announcements.service import comments, telling, writing
from quad.cli.demo import plan
from quad.cli.demo.college import STAR_MAILBOX
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.mail.models import MailAddress
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.mentors import MentorAssignment, MentorKind

EXAMS = """The end-of-term examinations begin in three weeks.

- Bring your **identity card** and your hall ticket
- Be seated fifteen minutes before the hour
- Telephones stay outside

The rooms are announced two days before each paper."""
LIBRARY = """The reading room stays open **until ten** on working days, and until six on Saturdays.

Please return borrowed books before you ask for more."""
WATER = "There is no water in block C today between ten and two. Use the taps of block B."
RULER = "Bring a ruler and a calculator on Monday; we do the second half of the exercise together."
ROLLS = """Please check the lists of your advisees and tell the office of anyone who is missing.

Confirm here once you have done so."""
REUNION = """We meet on the lawn behind the library, with families. Tea and a walk through the new laboratories.

Write to me if you can lend a hand."""
MENTEES = """I keep two hours for you on Thursday afternoon, room 214.

Bring your plan for the next semester, and whatever keeps you from sleeping."""
OLD = "The registration for electives has closed. Late requests go to the head of the department."


@dataclass(frozen=True)
class Said:
    """One announcement: by whom (a role), `days` ago, and to whom by role; the star's course or department else.

    One of a counsellor is for the students they mentor.
    """

    title: str
    body: str
    by: Role
    days: float
    roles: tuple[Role, ...] = ()
    priority: Priority = Priority.NORMAL
    pinned: bool = False
    acknowledge: bool = False
    comments: bool = False
    ended: bool = False


SAID = (
    Said("Elective registration is closed", OLD, Role.HOD, 40, ended=True),
    Said("Longer library hours", LIBRARY, Role.ADMIN, 9, comments=True),
    Said(
        "End-of-term examinations",
        EXAMS,
        Role.ADMIN,
        4,
        (Role.STUDENT,),
        Priority.IMPORTANT,
        pinned=True,
        acknowledge=True,
    ),
    Said("Lists of advisees", ROLLS, Role.HOD, 3, (Role.FACULTY, Role.ADVISOR), acknowledge=True),
    Said("Two hours for you on Thursday", MENTEES, Role.COUNSELLOR, 1.5, comments=True),
    Said("Bring a ruler", RULER, Role.FACULTY, 2),
    Said("No water in block C", WATER, Role.ADMIN, 0.1, priority=Priority.URGENT),
    Said("A reunion in spring", REUNION, Role.ALUMNUS, 0.2),
)
THANKS = "Thank you, that helps a lot before the tests."


def build_announcements(db: Session) -> None:
    """Let the college say things to its people, and some of them read them."""
    star = actor_by_id(
        db,
        db.scalars(select(User.id).where(User.email == f"{STAR_MAILBOX}@{plan.DOMAIN}")).one(),
    )
    for one in SAID:
        _say(db, one, star)
    db.add(
        MailAddress(
            address="no.longer@example.org",
            refusals=3,
            reason="550 5.1.1 The address does not exist any more",
            last_at=clock.now() - timedelta(days=1),
            suppressed_at=clock.now() - timedelta(days=1),
        )
    )


def _say(db: Session, one: Said, star: Actor) -> None:
    offering = _course(db, star) if one.by is Role.FACULTY else None
    author = actor_by_id(db, offering.faculty_id or 0) if offering else _holder(db, one.by, star)
    departments = list(author.departments("hod")) if one.by is Role.HOD else []
    form = NewAnnouncement(
        title=one.title,
        body=one.body,
        priority=one.priority,
        pinned=one.pinned,
        acknowledge=one.acknowledge,
        comments=one.comments,
        offering_id=offering.id if offering else None,
        mentees=one.by is Role.COUNSELLOR,
        for_departments=departments,
        for_roles=list(one.roles),
        publish=True,
    )
    set_acting_user(author.id)
    with clock.travel(timedelta(days=-one.days)):
        row = writing.create(db, author, form)
        after, count = 0, 1
        while count:
            after, count = telling.tell_some(db, row.id, after)
    if one.comments:
        comments.add(db, star, row.id, CommentIn(text=THANKS))
    _let_read(db, row, star)
    if one.ended:
        row.ends_at = clock.now() - timedelta(days=10)
    set_acting_user(None)


def _course(db: Session, star: Actor) -> Offering:
    """Return a course the visitors' student takes now."""
    return db.scalars(
        select(Offering)
        .join(Enrolment, Enrolment.offering_id == Offering.id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Student.user_id == star.own_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Offering.faculty_id.is_not(None),
        )
        .order_by(Offering.id.desc())
        .limit(1)
    ).one()


def _holder(db: Session, role: Role, star: Actor) -> Actor:
    """Return somebody who holds a role; the head and the counsellor are those of the visitors' student."""
    held = select(RoleGrant.user_id).where(RoleGrant.role == role).order_by(RoleGrant.id).limit(1)
    if role is Role.HOD:
        home = select(Student.department_id).where(Student.user_id == star.own_id)
        held = held.where(RoleGrant.department_id == home.scalar_subquery())
    if role is Role.COUNSELLOR:
        mentors = select(MentorAssignment.mentor_id).where(
            MentorAssignment.mentee_id == star.own_id,
            MentorAssignment.kind == MentorKind.COUNSELLOR,
        )
        held = held.where(RoleGrant.user_id.in_(mentors))
    return actor_by_id(db, db.scalars(held).one())


def _let_read(db: Session, row: Announcement, star: Actor) -> None:
    """Let two of three have opened it, and one of two have confirmed; not the visitors' student."""
    if row.state is not AnnouncementState.PUBLISHED:
        return
    mine = (Recipient.announcement_id == row.id, Recipient.user_id != star.own_id)
    seen = clock.now() - timedelta(hours=1)
    quiet = {"synchronize_session": False}
    opened = update(Recipient).where(*mine, Recipient.user_id % 3 != 0).values(seen_at=seen)
    db.execute(opened, execution_options=quiet)
    if row.acknowledge:
        confirmed = (
            update(Recipient)
            .where(*mine, Recipient.seen_at.is_not(None), Recipient.user_id % 2 == 0)
            .values(acknowledged_at=seen)
        )
        db.execute(confirmed, execution_options=quiet)
