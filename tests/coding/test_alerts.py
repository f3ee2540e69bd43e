"""What people hear of coding by themselves: decisions, proofs, risks, the week, places. Nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from quad.coding.forms.accounts import LinkAccount
from quad.coding.forms.snapshots import Numbers, RejectSnapshot
from quad.coding.models.sync import MentorDigest
from quad.coding.service import accounts, receiving, review, rollups
from quad.coding.service.alerts.digests import DIGEST
from quad.core import clock, settings
from quad.core.acting import actor_by_id
from quad.core.facts import run
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.mail.models import Mail
from quad.core.policy import SYSTEM
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.notifications.forms import Preferences
from quad.notifications.kinds.every import KINDS, sentence
from quad.notifications.models import Notification
from quad.notifications.service import prefer
from tests.factories import academics as factory
from tests.factories.people import person
from tests.following import follow

MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
RISKS, DIGESTS, RANKS = (f"coding.alerts.{name}" for name in ("risks", "digest", "ranks"))


@dataclass
class Class:
    """Two students of one advisor, one of them with a counsellor too."""

    runtime: Any
    asha: Any
    bina: Any
    advisor: int
    counsellor: int

    def do(self, work: Any) -> Any:
        return run(self.runtime.database.writer, work)

    def work(self, kind: str) -> None:
        """Do a periodic job, as the clock would."""
        self.do(lambda db: enqueue(db, kind, {}))
        perform_due(self.runtime)

    def link(self, student: Any, platform: str = "leetcode") -> int:
        def act(db: Any) -> int:
            form = LinkAccount(platform_name=platform, username=f"u{student.id}")
            return accounts.link(db, actor_by_id(db, student.user_id), form).id

        number: int = self.do(act)
        return number

    def snapshot(self, account_id: int, total: int, *, approved: bool = True) -> int:
        """Hand in figures of today, and approve them as the administrator would."""

        def act(db: Any) -> int:
            row = receiving.receive(db, account_id, Numbers(total_solved=total), clock.today())
            assert row is not None
            if approved:
                review.approve(db, SYSTEM, row.id)
            return row.id

        number: int = self.do(act)
        follow(self.runtime.database)
        return number

    def reckon(self) -> None:
        self.do(lambda db: rollups.rebuild(db, [self.asha.id, self.bina.id]))

    def told(self, user_id: int, kind: str = "") -> list[str]:
        """Return the sentences in somebody's inbox."""
        with self.runtime.database.reader() as db:
            query = (
                select(Notification)
                .where(Notification.user_id == user_id, Notification.kind.contains(kind))
                .order_by(Notification.id)
            )
            return [sentence(row.kind, row.data) for row in db.scalars(query)]

    def mails(self, template: str = "%") -> list[Mail]:
        with self.runtime.database.reader() as db:
            rows = list(
                db.scalars(select(Mail).where(Mail.template.like(template)).order_by(Mail.id))
            )
            db.expunge_all()
        return rows


@pytest.fixture
def college(app, database, settings) -> Iterator[Class]:
    runtime = attach(database, settings)

    def build(db: Any) -> Class:
        home = factory.department(db, "CSE")
        asha = factory.student(db, of=home, name="Asha Rao")
        bina = factory.student(db, of=home, name="Bina Shah")
        advisor = person(db, role="advisor", department_id=home.id, name="Avi Advisor").id
        counsellor = person(db, role="counsellor", department_id=home.id, name="Cara C").id
        pairs = (
            (asha, advisor, "advisor"),
            (bina, advisor, "advisor"),
            (bina, counsellor, "counsellor"),
        )
        for student, mentor, kind in pairs:
            db.add(
                MentorAssignment(mentee_id=student.user_id, mentor_id=mentor, kind=MentorKind(kind))
            )
        db.flush()
        rollups.rebuild(db, [asha.id, bina.id])
        made = Class(runtime, asha, bina, advisor, counsellor)
        db.expunge_all()
        return made

    with clock.travel(MONDAY):
        yield run(database.writer, build)


@pytest.mark.feature("C40")
def test_a_student_hears_of_decisions_about_snapshots(college: Class) -> None:
    account_id = college.link(college.asha)
    college.snapshot(account_id, 10)
    with clock.travel(timedelta(days=1)):
        number = college.snapshot(account_id, 900, approved=False)
        college.do(
            lambda db: review.reject(db, SYSTEM, number, RejectSnapshot(remarks="Too many."))
        )
        follow(college.runtime.database)
    assert college.told(college.asha.user_id) == [
        "Your LeetCode snapshot of 2026-11-16 was approved.",
        "Your LeetCode snapshot of 2026-11-17 was rejected: Too many.",
    ]
    (mail,) = college.mails()
    assert "Too many." in (mail.body_text or "")


@pytest.mark.feature("C40")
def test_who_wants_no_mail_gets_none(college: Class) -> None:
    kinds = [name for name in KINDS if name != "coding_rejected"]

    def mute(db: Any) -> None:
        prefer(db, actor_by_id(db, college.asha.user_id), Preferences(in_app=kinds, by_mail=kinds))

    college.do(mute)
    number = college.snapshot(college.link(college.asha), 10, approved=False)
    college.do(lambda db: review.reject(db, SYSTEM, number, RejectSnapshot(remarks="No.")))
    follow(college.runtime.database)
    assert college.told(college.asha.user_id) == []
    assert college.mails() == []


def test_a_student_hears_that_an_account_is_proved(college: Class) -> None:
    account_id = college.link(college.asha)
    actor = college.advisor
    college.do(lambda db: accounts.vouch(db, actor_by_id(db, actor), account_id))
    (told,) = college.told(college.asha.user_id)
    assert told.endswith("on LeetCode is your account.")


@pytest.mark.db
@pytest.mark.feature("C49")
def test_mentors_hear_once_of_each_new_reason(college: Class) -> None:
    college.work(RISKS)
    assert college.told(college.advisor) == [
        "Students who may need help now: 2. Asha Rao, Bina Shah"
    ]
    assert college.told(college.counsellor) == ["Students who may need help now: 1. Bina Shah"]
    college.work(RISKS)
    assert len(college.told(college.advisor)) == 1, "nothing is told twice"

    account_id = college.link(college.asha)
    college.snapshot(account_id, 10)
    college.work(RISKS)
    assert len(college.told(college.advisor)) == 1, "good news is no alarm"
    with clock.travel(timedelta(days=40)):
        college.reckon()
        college.work(RISKS)
    assert college.told(college.advisor)[1:] == ["Students who may need help now: 1. Asha Rao"]
    assert college.told(college.asha.user_id, "risk") == [], "that is for mentors"


@pytest.mark.feature("C49")
def test_who_lost_the_role_of_a_mentor_hears_nothing(college: Class) -> None:
    from sqlalchemy import delete

    from quad.identity.models.accounts import RoleGrant

    college.do(
        lambda db: db.execute(delete(RoleGrant).where(RoleGrant.user_id == college.counsellor))
    )
    college.work(RISKS)
    college.work(DIGESTS)
    assert college.told(college.counsellor) == []
    assert len(college.told(college.advisor)) == 2


@pytest.mark.feature("C40")
def test_each_mentor_gets_one_digest_a_week(college: Class) -> None:
    account_id = college.link(college.asha)
    with clock.travel(timedelta(days=-3)):
        college.snapshot(account_id, 10)
    college.snapshot(account_id, 45)
    college.snapshot(college.link(college.bina), 5, approved=False)
    college.work(DIGESTS)
    college.work(DIGESTS)
    with clock.travel(timedelta(days=1)):
        college.work(DIGESTS)
    mails = {mail.name: mail for mail in college.mails("coding/digest")}
    assert set(mails) == {"Avi Advisor", "Cara C"}
    mail = mails["Avi Advisor"]
    assert mail.subject == "Your students’ week in coding"
    for body in (mail.body_text or "", mail.body_html or ""):
        assert "1 of your 2 students solved 35 problems together" in body
        assert "Asha Rao: 35" in body
        assert "1 snapshot waits for a review." in body
    assert "Bina Shah" in (mails["Cara C"].body_text or "") or "0 of your 1" in (
        mails["Cara C"].body_text or ""
    )
    assert college.told(college.advisor, "digest") == [
        "Your students solved 35 problems last week."
    ]
    with clock.travel(timedelta(days=7)):
        college.work(DIGESTS)
    assert len(college.mails("coding/digest")) == 4


def test_no_digest_late_in_the_week_nor_when_it_is_switched_off(college: Class) -> None:
    with clock.travel(timedelta(days=3)):
        college.work(DIGESTS)
    college.do(lambda db: settings.change(db, SYSTEM, {DIGEST.key: False}))
    college.work(DIGESTS)
    assert college.mails("coding/digest") == []


def test_old_digests_go(college: Class) -> None:
    college.work(DIGESTS)
    with clock.travel(timedelta(days=63)):
        college.work(DIGESTS)
    with college.runtime.database.reader() as db:
        assert db.scalar(select(func.min(MentorDigest.week))) > date(2026, 12, 1)


@pytest.mark.db
@pytest.mark.feature("C40")
def test_a_student_hears_when_the_place_in_the_department_moves(college: Class) -> None:
    first, second = college.link(college.asha), college.link(college.bina)
    college.snapshot(first, 10)
    college.snapshot(second, 20)
    college.work(RANKS)
    assert college.told(college.asha.user_id, "rank") == []
    with clock.travel(timedelta(days=7)):
        college.snapshot(first, 30)
        college.work(RANKS)
        college.work(RANKS)
    assert college.told(college.asha.user_id, "rank") == [
        "You are number 1 of your department now; a week ago you were number 2."
    ]
    assert len(college.told(college.bina.user_id, "rank")) == 1
    with clock.travel(timedelta(days=14)):
        college.work(RANKS)
    assert len(college.told(college.asha.user_id, "rank")) == 1


def test_every_kind_about_coding_belongs_to_a_role() -> None:
    assert all(kind.roles for name, kind in KINDS.items() if name.startswith("coding_"))
