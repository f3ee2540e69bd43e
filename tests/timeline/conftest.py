"""One student with something of every kind in her years here, and readers of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import null, select

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.promotion import Outcome, Promotion, PromotionLine, PromotionState
from quad.academics.models.reevaluation import Reevaluation, ReevaluationState
from quad.academics.models.teaching import Offering, ResultState
from quad.academics.service import rollups
from quad.alumni.forms.profile import AchievementForm, WorkForm
from quad.alumni.models.members import Member
from quad.alumni.models.references import Reference
from quad.alumni.service import editing, members
from quad.audience.models import Audience
from quad.careers.models.applications import Application
from quad.careers.models.jobs import Job, JobKind, PostingState, Workplace
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Status
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.events.models.attending import Registration as Seat
from quad.events.models.events import Event, EventState, EventVisibility
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.messaging.forms import WriteMessage
from quad.messaging.service import writing
from quad.skills.models import PersonSkill, ProofKind, SkillProof
from quad.welfare.models.requests import Request, State
from quad.welfare.models.setup import Category
from tests.factories import academics as factory
from tests.factories.people import person
from tests.factories.skills import skill

SECRET = "zebra-crossing-secret"


@dataclass
class World:
    """Numbers of people by name, and of the student's record and profile."""

    people: SimpleNamespace
    student_id: int
    member_id: int


def moment(year: int, month: int = 6, day: int = 15) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def studied(db, home, programme):
    teacher = factory.teacher(db, of=home, name="Tara Teacher")
    asha = factory.student(db, name="Asha Rao", on=programme)
    taught = factory.offering(db, taught=factory.course(db, of=home, title="Algebra"), by=teacher)
    part = factory.component(db, taught)
    taken = factory.enrolment(db, asha, taught)
    factory.mark(db, taken, part, 91)
    offering = db.get_one(Offering, taught.id)
    offering.state, offering.published_at = ResultState.PUBLISHED, moment(2026, 9)
    db.flush()
    rollups.refresh(db, [taken.id])
    moved_up(db, asha, home, programme)
    asked_again(db, taken, home)
    learned(db, asha.user_id)
    hidden = factory.offering(db, taught=factory.course(db, of=home, title="Secret draft"))
    factory.mark(db, factory.enrolment(db, asha, hidden), factory.component(db, hidden), 40)
    db.add(
        IssuedDocument(
            serial="TR-1", serial_key="TR-1", kind="transcript", year=2026, number=1,
            student_id=asha.id, holder="Asha Rao", holder_key="Asha Rao",
            issued_on=date(2026, 10, 1),
        )
    )  # fmt: skip
    return asha, teacher


def moved_up(db, student, home, programme):
    """One run that moved her up, one that was undone, one that is not applied yet."""
    batch = factory.batch(db, programme)
    for number, (state, moved) in enumerate(
        (
            (PromotionState.APPLIED, 1),
            (PromotionState.UNDONE, None),
            (PromotionState.PREVIEWED, None),
        )
    ):
        term = factory.term(db)
        run = Promotion(
            batch_id=batch.id, term_id=term.id, department_id=home.id, state=state,
            open=1 if state is PromotionState.PREVIEWED else null(), rule={},
            graduates_on=date(2027, 6, 1), previewed_at=moment(2026, 7),
            applied_at=None if state is PromotionState.PREVIEWED else moment(2026, 7, number + 1),
        )  # fmt: skip
        db.add(run)
        db.flush()
        db.add(
            PromotionLine(
                promotion_id=run.id, student_id=student.id, term_id=term.id, sort_name="asha",
                register_key="1", semester=3, cgpa_order=0, credits_earned=0, credits_needed=0,
                backlogs=0, open_results=0, dues=False, by_rule=Outcome.PROMOTED,
                outcome=Outcome.PROMOTED, moved=moved,
            )
        )  # fmt: skip


def asked_again(db, taken, home):
    """One request that is decided, and one that is withdrawn."""
    for state, decided in (
        (ReevaluationState.CHANGED, moment(2026, 9, 25)),
        (ReevaluationState.WITHDRAWN, None),
    ):
        db.add(
            Reevaluation(
                enrolment_id=taken.id, student_id=taken.student_id,
                offering_id=taken.offering_id, department_id=home.id, state=state, open=null(),
                reason="Please look again", due_on=date(2026, 9, 30), decided_at=decided,
                created_at=moment(2026, 9, 20),
            )
        )  # fmt: skip


def learned(db, person_id):
    """Python by a course and later an endorsement, Go by an own word alone, Rust hidden."""
    for name, hidden, ways in (
        ("Python", False, ((ProofKind.CLAIMED, 1), (ProofKind.COURSE, 2), (ProofKind.ENDORSED, 3))),
        ("Go", False, ((ProofKind.CLAIMED, 1),)),
        ("Rust", True, ((ProofKind.CODING, 4),)),
    ):
        known = skill(db, name)
        db.add(
            PersonSkill(person_id=person_id, skill_id=known.id, level=2, strength=1, hidden=hidden)
        )
        for kind, day in ways:
            db.add(
                SkillProof(
                    person_id=person_id, skill_id=known.id, kind=kind, reference=kind.value,
                    level=0 if kind is ProofKind.ENDORSED else 2,
                    created_at=moment(2026, 8, day),
                )
            )  # fmt: skip


def asked(db, student, home):
    category = Category(name="Hostel", name_key="Hostel", position=1)
    db.add(category)
    db.flush()
    for title, confidential in (("A broken window", False), ("A grievance", True)):
        db.add(
            Request(
                category_id=category.id, student_id=student.id, user_id=student.user_id,
                department_id=home.id, title=title, answers=[], state=State.SUBMITTED,
                asked_on=date(2026, 10, 2), due_on=date(2026, 10, 9), submit_key=title,
                confidential=confidential, created_at=moment(2026, 10, 2),
            )
        )  # fmt: skip


def coded(db, student):
    platform = Platform(key="leetcode", name="LeetCode", handle_pattern=".*")
    db.add(platform)
    db.flush()
    account = CodingAccount(
        student_id=student.id, platform_id=platform.id, username="asha", username_key="asha",
        linked_on=date(2026, 1, 1), proof_code="x",
    )  # fmt: skip
    db.add(account)
    db.flush()
    for day, status in ((3, Status.APPROVED), (4, Status.PENDING)):
        db.add(
            Snapshot(
                account_id=account.id, student_id=student.id, taken_on=date(2026, 10, day),
                total_solved=100 + day, status=status,
            )
        )  # fmt: skip


def applied(db, person_id, poster_id):
    everybody = Audience(fingerprint="all", kinds=0)
    db.add(everybody)
    db.flush()
    job = Job(
        title="Compiler engineer", sort_title="Compiler engineer", company="Parsing Ltd",
        company_key="Parsing Ltd", kind=JobKind.FULL_TIME, about="Parsers",
        workplace=Workplace.ON_SITE, deadline=moment(2027), audience_id=everybody.id,
        poster_id=poster_id, state=PostingState.OPEN, listed_at=moment(2026, 9),
    )  # fmt: skip
    db.add(job)
    db.flush()
    db.add(Application(job_id=job.id, person_id=person_id, application_date=moment(2026, 10, 5)))


def attended(db, person_id, owner_id, *, hidden=False, title="A talk on lexers"):
    event = Event(
        slug=title, title=title, sort_title=title, owner_id=owner_id, state=EventState.PUBLISHED,
        starts_at=moment(2026, 10, 6), ends_at=moment(2026, 10, 6) + timedelta(hours=1),
        deadline_at=moment(2026, 10, 6), visibility=EventVisibility.MEMBERS, venue="Hall 2",
    )  # fmt: skip
    db.add(event)
    db.flush()
    db.add(
        Seat(
            event_id=event.id, user_id=person_id, sort_name="asha", place=1, code="C1",
            came_at=moment(2026), seated_at=moment(2026), name_hidden=hidden,
        )
    )  # fmt: skip


def build(db):
    home = factory.department(db, "CSE")
    programme = factory.programme(db, home)
    asha, teacher = studied(db, home, programme)
    members.follow(db, [asha.user_id])
    people = SimpleNamespace(
        asha=asha.user_id,
        teacher=teacher.user_id,
        advisor=person(db, role="advisor", department_id=home.id, name="Avi Advisor").id,
        other_advisor=person(db, role="advisor", department_id=home.id, name="Otto Advisor").id,
        hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        placement=person(db, role="placement", name="Pia Placement").id,
        alum=factory.student(
            db, user=person(db, role="alumnus", name="Alma Alumna"), on=programme
        ).user_id,
        bina=factory.student(db, name="Bina Shah", on=programme).user_id,
        admin=person(db, role="admin", name="Ada Admin").id,
        poster=person(db, role="faculty", name="Paul Poster").id,
    )
    members.follow(db, [people.alum, people.bina])
    db.add(
        MentorAssignment(mentee_id=people.asha, mentor_id=people.advisor, kind=MentorKind.ADVISOR)
    )
    db.add(
        Registration(
            full_name="Asha Rao", sort_name="Asha Rao", email="asha@example.org",
            email_as_typed="asha@example.org", state=RegistrationState.APPROVED,
            expires_at=moment(2030), user_id=people.asha, created_at=moment(2019),
        )
    )  # fmt: skip
    asked(db, asha, home)
    coded(db, asha)
    applied(db, people.asha, people.poster)
    attended(db, people.asha, people.teacher)
    attended(db, people.asha, people.poster, hidden=True, title="A quiet circle")
    db.add(
        Reference(
            asker_id=people.asha, writer_id=people.teacher, purpose="A place in Delft",
            purpose_key="a", created_at=moment(2026, 10, 7),
        )
    )  # fmt: skip
    own = actor_by_id(db, people.asha)
    editing.add_entry(
        db, own, "work", WorkForm(company="Workshop Ltd", title="Intern", begins_on="2025-05")
    )
    editing.add_entry(db, own, "achievements", AchievementForm(title="First prize", year=2024))
    writing.compose(db, own, people.advisor, WriteMessage(text=SECRET))
    member = db.scalars(select(Member).where(Member.user_id == people.asha)).one()
    return World(people, asha.id, member.id)


@pytest.fixture
def world(app, database):
    with database.writer() as db, unit(db):
        return build(db)
