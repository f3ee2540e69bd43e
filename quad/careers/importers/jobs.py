"""Jobs from a file, for the placement office: as drafts, or open at once.

A job is known by who posts it, its title and its company. An empty cell leaves what is there; skills, questions and
the state of a job that is there stay as they are.

A whole installation comes in from the command line, where nobody is signed in. Then posters who have no account get
one, without a role: a file gives nobody a right. Skills that are in no catalogue yet are added to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, false, func, insert, literal, select, update
from sqlalchemy.orm import Session

from quad.audience.forms import AudienceIn
from quad.audience.service.keeping import save
from quad.careers.forms.files import FiledState, JobRow
from quad.careers.importers.current import current
from quad.careers.importers.rows import StagedJob, prepare
from quad.careers.models.jobs import Job, JobKind, JobSkill, PayPeriod, PostingState, Workplace
from quad.careers.policy import IMPORT, POSTERS
from quad.careers.service import findable, rules, telling
from quad.core import clock
from quad.core.db.now import database_now
from quad.core.db.types import BigId
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.jobs.runtime import local_moment
from quad.core.search.index import index_many
from quad.core.settings import value
from quad.identity.models.accounts import AccountOrigin, Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.identity.service.directory import index_people
from quad.identity.service.users import sort_name
from quad.skills.models import NAME_LENGTH as SKILL_LENGTH
from quad.skills.service import loading
from quad.skills.service.finding import called, find, pieces

PIECE = 500
NAMES = (
    "about", "kind", "workplace", "location", "salary_min", "salary_max", "currency", "pay_period", "places",
    "starts_on", "deadline",
)  # fmt: skip
# What skills are listed under that only a file knows.
FROM_FILES = "Other"


def _whole(batch: Batch[StagedJob]) -> bool:
    """Tell whether a whole installation comes in: nobody in particular brings the file."""
    return batch.actor.id is None


def _resolve(db: Session, batch: Batch[StagedJob]) -> None:
    staged = batch.rows
    _find_posters(db, batch)
    own = case((staged.poster == "", literal(batch.actor.id, BigId)), else_=staged.poster_id)
    batch.set(db, poster_id=own)
    _find_jobs(db, batch)
    _moments(db, batch)
    _unknown_skills(db, batch)
    _refuse(db, batch)
    pairs = ((getattr(Job, name), getattr(staged, name)) for name in NAMES)
    batch.judge(
        db,
        exists=staged.job_id.is_not(None),
        differs=func.coalesce(batch.outdated(Job.id == staged.job_id, *pairs), False),
    )


def _find_posters(db: Session, batch: Batch[StagedJob]) -> None:
    named = select(User.id).where(User.email == batch.rows.poster, User.live == 1)
    posts = select(RoleGrant.user_id).where(
        RoleGrant.user_id == User.id,
        RoleGrant.role.in_([Role(name) for name in POSTERS]),
        grant_counts(),
    )
    whose = named if _whole(batch) else named.where(posts.exists())
    batch.lookup(db, batch.rows.poster_id, whose)


def _find_jobs(db: Session, batch: Batch[StagedJob]) -> None:
    """Find the jobs that are there, by their titles: MariaDB without statistics else reads all jobs of a poster."""
    staged = batch.rows
    known = select(func.max(Job.id)).where(
        Job.sort_title == staged.sort_title,
        func.coalesce(Job.poster_id, 0) == staged.poster_id,
        Job.company_key == staged.company_key,
        Job.live == 1,
    )
    batch.lookup(db, staged.job_id, known)


def _moments(db: Session, batch: Batch[StagedJob]) -> None:
    """Read each last moment by the institution's clock, unless the file gives its offset."""
    staged = batch.rows
    given = select(staged.deadline_typed).where(batch.mine, staged.deadline_typed.is_not(None))
    ends = [
        {"typed": typed, "ends": local_moment(db, datetime.fromisoformat(typed))}
        for typed in db.scalars(given.distinct())
        if typed is not None
    ]
    if ends:
        table: Any = staged.__table__
        statement = (
            update(table)
            .where(
                table.c.import_id == batch.import_id, table.c.deadline_typed == bindparam("typed")
            )
            .values(deadline=bindparam("ends"))
        )
        db.connection().execute(statement, ends)


def _skilled(db: Session, batch: Batch[StagedJob], *more: Any) -> Iterator[list[Any]]:
    """Yield the lines that name skills, some at a time."""
    staged = batch.rows
    query = (
        select(staged.line, staged.job_id, staged.required_skills, staged.nice_skills)
        .where(batch.mine, *more)
        .where(staged.required_skills.is_not(None) | staged.nice_skills.is_not(None))
        .order_by(staged.line)
    )
    rows = db.execute(query).all()
    for start in range(0, len(rows), PIECE):
        yield list(rows[start : start + PIECE])


def _asked(row: Any) -> tuple[tuple[str, bool], tuple[str, bool]]:
    """Return what a line names, and whether it is required; a skill in both is required."""
    return (row.nice_skills or "", False), (row.required_skills or "", True)


def _known(db: Session, rows: list[Any]) -> dict[str, int]:
    return find(
        db, [name for row in rows for text, _needed in _asked(row) for name in pieces(text)]
    )


def _unknown(row: Any, known: dict[str, int]) -> list[str]:
    return [name for text, _needed in _asked(row) for name in called(text, known)[1]]


def _unknown_skills(db: Session, batch: Batch[StagedJob]) -> None:
    """Note the first name of each line that stands for no skill and cannot become one."""
    table: Any = batch.rows.__table__
    for rows in _skilled(db, batch):
        known = _known(db, rows)
        wrong = [
            {"at": row.line, "name": name}
            for row in rows
            if (name := next((n for n in _unknown(row, known) if not _addable(batch, n)), None))
        ]
        if wrong:
            statement = (
                update(table)
                .where(table.c.import_id == batch.import_id, table.c.line == bindparam("at"))
                .values(unknown_skill=bindparam("name"))
            )
            db.connection().execute(statement, wrong)


def _addable(batch: Batch[StagedJob], name: str) -> bool:
    return _whole(batch) and len(name) <= SKILL_LENGTH


def _refuse(db: Session, batch: Batch[StagedJob]) -> None:
    staged = batch.rows
    fresh = staged.job_id.is_(None)
    named = staged.poster_name.is_not(None) & (staged.poster != "")
    batch.refuse(
        db,
        staged.poster_id.is_(None) & ~(named if _whole(batch) else false()),
        _("Nobody who may post jobs has the address “%(value)s”."),
        field="poster",
        value=staged.poster,
    )
    for field, empty in (
        ("about", staged.about.is_(None)),
        ("deadline", staged.deadline_typed.is_(None)),
    ):
        batch.refuse(db, fresh & empty, _("A new job needs this."), field=field)
    batch.refuse(
        db,
        fresh & (staged.deadline <= clock.now()),
        _("This day is over. Choose a later one."),
        field="deadline",
    )
    batch.refuse(
        db,
        staged.salary_max < staged.salary_min,
        _("The highest salary is below the lowest one."),
        field="salary_max",
    )
    batch.refuse(
        db,
        staged.unknown_skill.is_not(None),
        _("The catalogue has no skill “%(value)s”."),
        field="required_skills",
        value=staged.unknown_skill,
    )
    whose = staged.poster if _whole(batch) else staged.poster_id
    batch.refuse_doubles(db, whose, staged.sort_title, staged.company_key, field="title")


def _apply(db: Session, batch: Batch[StagedJob]) -> None:
    staged = batch.rows
    if _whole(batch):
        _add_posters(db, batch)
        _add_to_catalogue(db, batch)
    _add(db, batch)
    _find_jobs(db, batch)
    _add_skills(db, batch)
    batch.change(
        db, Job, Job.id == staged.job_id, **batch.given(Job, *NAMES), version=Job.version + 1
    )
    written = batch.having(Outcome.NEW, Outcome.CHANGED)
    ids = db.scalars(select(staged.job_id).where(written).order_by(staged.job_id)).all()
    for start in range(0, len(ids), PIECE):
        piece = [number for number in ids[start : start + PIECE] if number is not None]
        index_many(db, findable.JOBS, findable.documents(db, piece))
    opened = select(staged.job_id).where(
        batch.having(Outcome.NEW), staged.state == FiledState.OPEN.value
    )
    for job in db.scalars(select(Job).where(Job.id.in_(opened)).order_by(Job.id)):
        telling.promise(db, job)


def _add_posters(db: Session, batch: Batch[StagedJob]) -> None:
    """Give posters who have no account one, so that their jobs stay theirs; who may do what is decided elsewhere."""
    staged = batch.rows
    missing = db.execute(
        select(staged.poster, func.min(staged.poster_name).label("name"))
        .where(batch.having(Outcome.NEW), staged.poster_id.is_(None))
        .group_by(staged.poster)
        .order_by(staged.poster)
    ).all()
    if not missing:
        return
    people = [
        {
            "full_name": row.name,
            "sort_name": sort_name(row.name),
            "email": row.poster,
            "email_as_typed": row.poster,
            "origin": AccountOrigin.IMPORTED,
        }
        for row in missing
    ]
    db.execute(insert(User), people)
    addresses = [row.poster for row in missing]
    index_people(db, db.scalars(select(User.id).where(User.email.in_(addresses))).all(), new=True)
    _find_posters(db, batch)


def _add_to_catalogue(db: Session, batch: Batch[StagedJob]) -> None:
    """Have every skill that the file names: those that come with Quad where there are none, then the others."""
    new = batch.rows.outcome == Outcome.NEW
    if next(_skilled(db, batch, new), None) is not None and loading.is_empty(db):
        loading.load(db, batch.actor)
    unknown: dict[str, str] = {}
    for rows in _skilled(db, batch, new):
        known = _known(db, rows)
        unknown |= {name: FROM_FILES for row in rows for name in _unknown(row, known)}
    if unknown:
        loading.load(db, batch.actor, unknown.items(), ())


def _add(db: Session, batch: Batch[StagedJob]) -> None:
    staged = batch.rows
    empty = literal("")
    paid = staged.salary_min.is_not(None) | staged.salary_max.is_not(None)
    usual = literal(value(db, rules.CURRENCY))
    values: dict[str, Any] = {
        **{name: getattr(staged, name) for name in ("title", "sort_title", "company")},
        **{name: getattr(staged, name) for name in ("company_key", "about", "deadline", "places")},
        **{name: getattr(staged, name) for name in ("salary_min", "salary_max", "starts_on")},
        "kind": func.coalesce(staged.kind, literal(JobKind.FULL_TIME.value)),
        "workplace": func.coalesce(staged.workplace, literal(Workplace.ON_SITE.value)),
        "pay_period": func.coalesce(staged.pay_period, literal(PayPeriod.YEAR.value)),
        "location": func.coalesce(staged.location, empty),
        "currency": case((paid, func.coalesce(staged.currency, usual)), else_=empty),
        "audience_id": literal(save(db, AudienceIn())),
        "poster_id": staged.poster_id,
        "state": case(
            (staged.state == FiledState.OPEN.value, literal(PostingState.OPEN.value)),
            else_=literal(PostingState.DRAFT.value),
        ),
        "listed_at": database_now(),
    }
    fresh = (
        select(*(expression.label(name) for name, expression in values.items()))
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    db.execute(insert(Job).from_select(list(values), fresh))


def _add_skills(db: Session, batch: Batch[StagedJob]) -> None:
    for rows in _skilled(db, batch, batch.rows.outcome == Outcome.NEW):
        known = _known(db, rows)
        asked = {
            (row.job_id, skill_id): required
            for row in rows
            for text, required in _asked(row)
            for skill_id in called(text, known)[0]
        }
        if asked:
            db.execute(
                insert(JobSkill),
                [
                    {"job_id": job_id, "skill_id": skill_id, "required": required}
                    for (job_id, skill_id), required in asked.items()
                ],
            )


JOBS = Importer(
    kind="jobs",
    label=_l("Jobs"),
    hint=_l(
        "One job a line, known by poster, title and company. New ones are drafts unless the state says open; "
        "an empty cell leaves what is there."
    ),
    permission=IMPORT,
    form=JobRow,
    staged=StagedJob,
    prepare=prepare,
    resolve=_resolve,
    apply=_apply,
    aliases={
        "title": ("job title", "position", "role"),
        "company": ("employer", "organisation", "organization"),
        "about": ("description", "job description"),
        "deadline": ("last date", "closing date", "apply by"),
        "location": ("city", "place"),
        "salary_min": ("ctc from", "minimum salary"),
        "salary_max": ("ctc to", "maximum salary", "ctc"),
        "places": ("openings", "vacancies"),
        "required_skills": ("skills",),
        "poster": ("posted by", "recruiter"),
    },
    example={
        "title": "Platform engineer",
        "company": "Paisa Switch",
        "about": "Build and run the deploy pipeline.",
        "deadline": "2030-01-31",
        "kind": "full_time",
        "location": "Bengaluru, India",
        "salary_min": "900000",
        "salary_max": "1200000",
        "required_skills": "Python, SQL",
        "state": "draft",
    },
    endpoint="careers.manage",
    order=80,
    current=current,
)
