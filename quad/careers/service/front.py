"""What careers show to people who are not signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from quad.careers.models.figures import CompanyFigures
from quad.careers.models.jobs import Job, PostingState
from quad.careers.service.rules import ON_THE_HOME_PAGE
from quad.core.db.now import database_now
from quad.core.settings import value

FEW = 4
MOST = 1_000


def _open() -> tuple[Any, ...]:
    return (
        Job.state == PostingState.OPEN,
        Job.deleted_at.is_(None),
        Job.deadline > database_now(),
    )


def _shown() -> tuple[Any, ...]:
    """Hold for open jobs that are not for some people only."""
    return (*_open(), Job.only_audience.is_(False))


def latest(db: Session) -> Sequence[Any]:
    """Return the newest open jobs that everybody may know of; none when the institution shows none."""
    if not value(db, ON_THE_HOME_PAGE):
        return ()
    return db.execute(
        select(Job.id, Job.title, Job.company, Job.location, Job.kind, Job.deadline)
        .where(*_shown())
        .order_by(Job.listed_at.desc(), Job.id.desc())
        .limit(FEW)
    ).all()


def open_jobs(*, hidden: bool = False) -> ScalarSelect[int]:
    """Return the subquery that counts open jobs, up to `MOST`; with `hidden` also those for some people only."""
    some = select(Job.id).where(*(_open() if hidden else _shown())).limit(MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def companies() -> ScalarSelect[int]:
    """Return the subquery that counts companies whose jobs are or were on the board."""
    return (
        select(func.count())
        .select_from(CompanyFigures)
        .where(CompanyFigures.number > 0)
        .scalar_subquery()
    )
