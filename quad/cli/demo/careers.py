"""A placement season: jobs of invented companies, a drive, and applications that came as far as their stories say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pypdfium2
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.audience.service.meeting import people
from quad.careers.forms.applications import ApplyForJob, Move, Withdraw
from quad.careers.forms.jobs import DriveIn, JobIn
from quad.careers.models.applications import Application, Stage
from quad.careers.models.jobs import Job, JobKind, PayPeriod, Workplace
from quad.careers.service import applying, drives, handling, posting
from quad.cli.demo import plan
from quad.cli.demo.college import STAR_MAILBOX, College
from quad.cli.demo.vacancies import VACANCIES, Vacancy
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.errors import Rejected
from quad.core.files import MEGABYTE
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import SYSTEM, Actor
from quad.core.taking import CV, Taken, take
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.skills.service import finding, loading, own

WAY = ("under_review", "shortlisted", "interview", "offered", "hired")
LETTER = (
    "Dear team,\n\nI would like to work with you. What I have built so far is in my CV; the part I am "
    "proudest of is the one that other people use every day.\n\nKind regards"
)
ABOUT = (
    "You join a small team that people rely on. In the first weeks a colleague sits next to you; after that you "
    "own a piece of the work.\n\n### What you will do\n\n- Build something that is used within a month\n"
    "- Write down how it works\n- Say early when something is in the way\n\n### What helps\n\n{skills}\n"
)
NEWS = {
    "interview": "We would like to talk to you next week. Please bring something you have built.",
    "offered": "Congratulations. The offer is valid for two weeks.",
    "rejected": "Thank you for applying. There were many; others fitted this work better.",
}
STAR_SKILLS = (("Python", 3), ("SQL", 3), ("Java", 2), ("Linux", 2), ("Git", 2))


def build_careers(db: Session, college: College) -> None:
    """Post the jobs on the days they came, and let students apply."""
    if loading.is_empty(db):
        loading.load(db, SYSTEM)
    office = actor_by_id(db, _user(db, "placement"))
    posters = _posters(db, college)
    first_day = clock.now().date() - timedelta(days=60)
    season = drives.add(
        db,
        office,
        DriveIn(
            name="Placement season 2026",
            about="Companies that come to the campus from August to March.",
            starts_on=first_day,
            ends_on=first_day + timedelta(days=210),
        ),
    )
    star = _user(db, STAR_MAILBOX)
    _claim(db, star, dict(STAR_SKILLS))
    cv = _cv(db)
    for number, vacancy in enumerate(VACANCIES):
        by = office if vacancy.office else posters[number % len(posters)]
        posted = clock.now() - timedelta(days=36 - number, hours=number % 7)
        job = _post(db, college, vacancy, by, posted, season.id if vacancy.drive else None)
        if vacancy.state in ("open", "closed"):
            _bring_up(db, job, vacancy, by, office, posted)
            _let_apply(db, college, job, vacancy, by, cv, posted, star if number == 0 else None)
        elif vacancy.state == "waiting":
            with _as(by, posted):
                posting.submit(db, by, job.id)
        if vacancy.state == "closed":
            posting.close(db, by, job.id)
        db.expire_all()


def _user(db: Session, mailbox: str) -> int:
    return db.scalars(select(User.id).where(User.email == f"{mailbox}@{plan.DOMAIN}")).one()


def _posters(db: Session, college: College) -> list[Actor]:
    """Alumni: the one that visitors may be first, then graduates of every department."""
    graduates = sorted(
        db.scalars(select(RoleGrant.user_id).where(RoleGrant.role == Role.ALUMNUS).limit(40))
    )
    visitor = db.scalar(select(User.id).where(User.email == f"alumnus@{plan.DOMAIN}"))
    chosen = [visitor] if visitor is not None else []
    chosen += college.chance.sample(graduates, min(5, len(graduates)))
    return [actor_by_id(db, each) for each in dict.fromkeys(chosen)]


@contextmanager
def _as(actor: Actor, at: datetime) -> Iterator[None]:
    set_acting_user(actor.id)
    try:
        with clock.travel(min(at, clock.now())):
            yield
    finally:
        set_acting_user(None)


def _names(db: Session, names: tuple[str, ...]) -> list[str]:
    """Leave out what the catalogue does not know."""
    known = finding.find(db, names)
    return [name for name in names if " ".join(name.lower().split()) in known]


def _post(
    db: Session,
    college: College,
    vacancy: Vacancy,
    by: Actor,
    at: datetime,
    drive_id: int | None,
) -> Job:
    skills = "\n".join(f"- {name}" for name in (*vacancy.required, *vacancy.nice)) or "- Patience"
    form = JobIn(
        title=vacancy.title,
        company=vacancy.company,
        kind=JobKind(vacancy.kind),
        about=ABOUT.format(skills=skills),
        workplace=Workplace(vacancy.workplace),
        location=f"{vacancy.location}, India" if vacancy.location != "Remote" else "",
        salary_min=Decimal(vacancy.low),
        salary_max=Decimal(vacancy.high),
        currency="INR",
        pay_period=PayPeriod(vacancy.per),
        places=vacancy.places,
        deadline=(at + timedelta(days=62)).replace(hour=18, minute=29, second=0, microsecond=0),
        required_skills=_names(db, vacancy.required),
        nice_skills=_names(db, vacancy.nice),
        questions="Why this work? *\nWhen can you begin?",
        only_audience=vacancy.only,
        drive_id=drive_id,
        for_roles=[Role(role) for role in vacancy.roles],
        for_departments=[college.departments[code] for code in vacancy.departments],
        for_semesters=list(vacancy.semesters),
        for_min_cgpa=vacancy.least,
        for_max_backlogs=vacancy.backlogs,
    )
    with _as(by, at):
        return posting.write(db, by, form)


def _bring_up(
    db: Session, job: Job, vacancy: Vacancy, by: Actor, office: Actor, at: datetime
) -> None:
    with _as(by, at + timedelta(hours=1)):
        posting.submit(db, by, job.id)
    if not vacancy.office:
        with _as(office, at + timedelta(hours=5)):
            posting.approve(db, office, job.id)


def _cv(db: Session) -> Taken:
    """Keep one small CV, which everybody sends."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    written = BytesIO()
    document.save(written)
    written.seek(0)
    runtime = runtime_of(db)
    assert runtime is not None
    return take(runtime.settings, written, "cv.pdf", CV, limit=MEGABYTE)


def _claim(db: Session, user_id: int, levels: dict[str, int]) -> None:
    known = finding.find(db, levels)
    person = actor_by_id(db, user_id)
    pairs = [
        (known[name.lower()], level) for name, level in levels.items() if name.lower() in known
    ]
    own.add_own(db, person, user_id, pairs)


def _let_apply(
    db: Session,
    college: College,
    job: Job,
    vacancy: Vacancy,
    by: Actor,
    cv: Taken,
    at: datetime,
    star: int | None,
) -> None:
    meant = sorted(db.scalars(people(job.audience_id)))
    college.chance.shuffle(meant)
    if star is not None:
        meant = [star, *(each for each in meant if each != star)]
    for place, (user_id, end) in enumerate(zip(meant, vacancy.story, strict=False)):
        if user_id != star and vacancy.required:
            levels = {
                name: 1 + (place + at) % 4
                for at, name in enumerate(vacancy.required[: 1 + place % 2])
            }
            _claim(db, user_id, levels)
        sent = at + timedelta(days=1 + place % 6, hours=3 + place)
        reached = "interview" if user_id == star else end
        _apply(db, job, by, user_id, cv, sent, reached, vacancy)


def _apply(
    db: Session,
    job: Job,
    by: Actor,
    user_id: int,
    cv: Taken,
    sent: datetime,
    end: str,
    vacancy: Vacancy,
) -> None:
    person = actor_by_id(db, user_id)
    form = ApplyForJob(
        cover_letter=LETTER, answers={"q1": "I have used your product since school."}
    )
    try:
        with _as(person, sent):
            row = applying.apply(db, person, job.id, form, cv)
    except Rejected:
        return
    # The database wrote down that they applied just now; in the story it was that day.
    db.execute(update(Application).where(Application.id == row.id).values(application_date=sent))
    if end == "withdrawn":
        with _as(person, sent + timedelta(days=2)):
            applying.withdraw(db, person, row.id, Withdraw(note="I found something else."))
        return
    steps = ["under_review", "rejected"] if end == "rejected" else list(_until(end))
    for day, stage in enumerate(steps, start=1):
        with _as(by, sent + timedelta(days=2 * day)):
            offer = Decimal(vacancy.low + (vacancy.high - vacancy.low) * (row.id % 5) // 4)
            form_ = Move(
                stage=Stage(stage),
                note=NEWS.get(stage, ""),
                offer=offer if stage == "offered" else None,
            )
            handling.move(db, by, row.id, form_)
            moved = min(sent + timedelta(days=2 * day), clock.now())
        db.execute(update(Application).where(Application.id == row.id).values(stage_at=moved))


def _until(end: str) -> tuple[str, ...]:
    return WAY[: WAY.index(end) + 1] if end in WAY else ()
