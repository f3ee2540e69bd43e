"""Coding in the demo college: accounts, months of approved snapshots, a queue to review, a season, notes of mentors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.cli.demo import plan
from quad.cli.demo.college import STAR
from quad.cli.demo.visits import build_visits
from quad.coding.forms.accounts import HideName
from quad.coding.forms.mentoring import (
    CloseFollowUp,
    NewDelegation,
    NewFollowUp,
    SeasonForm,
)
from quad.coding.forms.snapshots import AskEvidence, RejectSnapshot, SnapshotForm
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.figures import ALL, Figure, Risk
from quad.coding.models.snapshots import HELD, Snapshot, Source, Status
from quad.coding.service import (
    accounts,
    delegations,
    followups,
    platforms,
    review,
    rollups,
    seasons,
    snapshots,
)
from quad.coding.service.alerts import ranks
from quad.coding.service.evidence import PICTURE
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.bulk import insert_rows
from quad.core.files import MEGABYTE
from quad.core.jobs.runtime import local_today, runtime_of
from quad.core.policy import SYSTEM
from quad.core.taking import Taken, take
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment, MentorKind

WEEKS = 18
# Of ten students: how many have an account there; those with ratings have contests.
COMMON = (("leetcode", 8), ("codeforces", 4), ("github", 4), ("hackerrank", 2), ("codechef", 2))
RATED = ("leetcode", "codeforces", "codechef")
QUEUE, JUMPS, HIDDEN = 34, 3, 6
FALLS, SHOWS_PICTURE = 5, 4
COLUMNS = (
    "account_id",
    "student_id",
    "taken_on",
    "total_solved",
    "easy_solved",
    "medium_solved",
    "hard_solved",
    "contest_rating",
    "contests",
    "source",
    "status",
    "slot",
)
NOTES = (
    (
        "Says that the placement course takes all the time. Agreed on two problems a day.",
        "Look again",
    ),
    ("Could not get into contests. Goes with the Saturday group from now on.", "Ask the group"),
    ("New laptop only since October; starts with easy problems.", ""),
)
CAME_OF_IT: dict[str, Any] = {
    "outcome": "improved",
    "outcome_note": "Has handed in every week since.",
}


@dataclass(frozen=True)
class Coder:
    """One account on a platform and how its student gets on: problems a week, and where the count began."""

    account_id: int
    student_id: int
    platform: str
    pace: float
    began: int


def build_coding(db: Session) -> None:
    """Fill the months before, week by week; then what is going on now."""
    chance = Random(plan.SEED)
    coders = _link(db, chance)
    today = local_today(db)
    rows = [row for coder in coders for row in _history(coder, chance, today)]
    everybody = list(db.scalars(select(Student.id)))
    for until, days_ago in ((today - timedelta(days=14), 14), (today - timedelta(days=7), 7)):
        some = [row for row in rows if row[2] <= until]
        rows = [row for row in rows if row[2] > until]
        insert_rows(db, Snapshot, COLUMNS, some)
        with clock.travel(timedelta(days=-days_ago)):
            rollups.rebuild(db, everybody)
            ranks.note(db)
    insert_rows(db, Snapshot, COLUMNS, rows)
    rollups.rebuild(db, everybody)
    ranks.note(db)
    build_visits(db, chance, today)
    _wait(db, chance, coders, today)
    _look_after(db)
    _stand_in(db, today)
    _compete(db, today)


def _link(db: Session, chance: Random) -> list[Coder]:
    """Link accounts; a tenth of the students has none."""
    numbers = {one.key: platforms.row_of(db, one) for one in platforms.every(db)}
    students = db.execute(
        select(Student.id, User.full_name)
        .join(User, User.id == Student.user_id)
        .where(Student.status == StudentStatus.ACTIVE, Student.deleted_at.is_(None))
        .order_by(Student.id)
    ).all()
    wanted: list[dict[str, Any]] = []
    linked_on = local_today(db) - timedelta(weeks=WEEKS)
    for student in students:
        star = student.full_name == STAR
        if chance.random() < 0.1 and not star:
            continue
        handle = "_".join(student.full_name.lower().split())
        name = "".join(letter for letter in handle if letter.isascii() and letter.isalnum())[:14]
        for platform, of_ten in COMMON:
            if chance.randrange(10) < of_ten or (star and platform in RATED):
                wanted.append(
                    {
                        "student_id": student.id,
                        "platform_id": numbers[platform],
                        "username": f"{name or 'coder'}{student.id}",
                        "username_key": f"{name or 'coder'}{student.id}",
                        "linked_on": linked_on,
                        "proof_code": accounts.new_code(),
                        "proved_at": clock.now() if chance.random() < 0.7 else None,
                    }
                )
    db.execute(insert(CodingAccount), wanted)
    keys = {number: key for key, number in numbers.items()}
    paces = {student.id: max(chance.gauss(5, 4), 0.0) for student in students}
    return [
        Coder(
            row.id,
            row.student_id,
            keys[row.platform_id],
            paces[row.student_id],
            chance.randrange(5, 220),
        )
        for row in db.scalars(select(CodingAccount).order_by(CodingAccount.id))
    ]


def _history(coder: Coder, chance: Random, today: date) -> Iterator[tuple[Any, ...]]:
    """Yield approved snapshots of a coder, a week or two apart; some stopped weeks ago."""
    total, rating, contests = coder.began, chance.randrange(1_100, 1_700), chance.randrange(12)
    rated = coder.platform in RATED and chance.random() < 0.6
    stops = chance.choice((0, 0, 0, 0, 0, 5, 8))
    day = today - timedelta(weeks=WEEKS, days=chance.randrange(7))
    while day <= today - timedelta(weeks=stops, days=1):
        easy, hard = total * 5 // 10, total * 12 // 100
        yield (
            coder.account_id,
            coder.student_id,
            day,
            total,
            easy,
            total - easy - hard,
            hard,
            rating if rated else None,
            contests if rated else None,
            Source.MANUAL,
            Status.APPROVED,
            HELD,
        )
        pause = chance.choice((5, 7, 7, 9, 14))
        day += timedelta(days=pause)
        total += max(round(chance.gauss(coder.pace, coder.pace / 2 + 1) * pause / 7), 0)
        rating += chance.randrange(-40, 60)
        contests += chance.randrange(2)


def _wait(db: Session, chance: Random, coders: list[Coder], today: date) -> None:
    """Let students hand in snapshots that wait, through the command they use; a few look odd."""
    waiting = []
    for place, coder in enumerate(chance.sample(coders, QUEUE)):
        student = db.get_one(Student, coder.student_id)
        last = db.scalar(
            select(func.max(Snapshot.total_solved)).where(Snapshot.account_id == coder.account_id)
        )
        step = 150 + 40 * place if place < JUMPS else chance.randrange(2, 14)
        step = -4 if place == FALLS else step
        form = SnapshotForm(
            total_solved=(last or coder.began) + step,
            snapshot_date=today,
            note="After the camp of the holidays" if place == 0 else "I counted anew",
        )
        who = actor_by_id(db, student.user_id)
        picture = _picture(db, form.total_solved) if place % SHOWS_PICTURE == 0 else None
        waiting.append(snapshots.submit(db, who, coder.account_id, form, picture).id)
    review.ask_evidence(
        db, SYSTEM, waiting[1], AskEvidence(remarks="Please add a picture of the whole page.")
    )
    review.reject(
        db, SYSTEM, waiting[2], RejectSnapshot(remarks="This is the profile of somebody else.")
    )
    for coder in coders[5 :: len(coders) // HIDDEN]:
        user_id = db.get_one(Student, coder.student_id).user_id
        accounts.hide_name(db, actor_by_id(db, user_id), HideName(hide_name=True))


def _picture(db: Session, total: int) -> Taken | None:
    """What a profile looks like, as students take a picture of it."""
    runtime = runtime_of(db)
    if runtime is None:
        return None
    image, written = Image.new("RGB", (480, 240), "#f4f2ee"), BytesIO()
    pen = ImageDraw.Draw(image)
    pen.rectangle((24, 24, 104, 104), fill="#8fa39a")
    pen.text((128, 40), f"{total} problems solved", fill="#2b2b2b")
    for place, width in enumerate((320, 220, 90)):
        pen.rectangle((24, 140 + 28 * place, 24 + width, 156 + 28 * place), fill="#3f6f5f")
    image.save(written, "PNG")
    written.seek(0)
    return take(runtime.settings, written, "profile.png", PICTURE, limit=MEGABYTE)


def _stand_in(db: Session, today: date) -> None:
    """One counsellor is away for some days; the first one reviews for the other."""
    query = (
        select(MentorAssignment.mentor_id)
        .where(MentorAssignment.kind == MentorKind.COUNSELLOR)
        .distinct()
        .order_by(MentorAssignment.mentor_id)
        .limit(2)
    )
    found = db.scalars(query).all()
    if len(found) == 2:
        away = actor_by_id(db, found[1])
        form = NewDelegation(
            deputy_id=found[0],
            first_day=today - timedelta(days=1),
            last_day=today + timedelta(days=5),
        )
        delegations.add(db, away, form)


def _look_after(db: Session) -> None:
    """Let counsellors note something about some of their students at risk."""
    rows = db.execute(
        select(Figure.student_id, MentorAssignment.mentor_id)
        .join(Student, Student.id == Figure.student_id)
        .join(MentorAssignment, MentorAssignment.mentee_id == Student.user_id)
        .where(
            Figure.platform_id == ALL,
            Figure.ranked.is_(True),
            Figure.risk != Risk.NONE,
            MentorAssignment.kind == MentorKind.COUNSELLOR,
        )
        .order_by(Figure.student_id)
        .limit(len(NOTES))
    ).all()
    due_on = local_today(db) + timedelta(days=6)
    for row, (note, task) in zip(rows, NOTES, strict=False):
        form = NewFollowUp(note=note, task=task, due_on=due_on if task else None)
        mentor = actor_by_id(db, row.mentor_id)
        made = followups.add(db, mentor, row.student_id, form)
        if not task:
            followups.close(db, mentor, made.id, CloseFollowUp(**CAME_OF_IT))


def _compete(db: Session, today: date) -> None:
    """A season that is over, and one that runs."""
    over = SeasonForm(
        name="Monsoon sprint",
        starts_on=today - timedelta(weeks=10),
        ends_on=today - timedelta(weeks=4),
    )
    seasons.freeze(db, SYSTEM, seasons.add(db, SYSTEM, over).id)
    runs = SeasonForm(
        name="Winter season",
        starts_on=today - timedelta(weeks=4),
        ends_on=today + timedelta(weeks=8),
    )
    seasons.add(db, SYSTEM, runs)
