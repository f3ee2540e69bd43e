"""Under which words jobs are found: title, company, place and skills by their beginnings, the text by its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.service.meeting import contains
from quad.careers.models.jobs import Job
from quad.careers.service.matching import asked_by
from quad.core.policy import Actor
from quad.core.search.index import index_many
from quad.core.search.searchable import EVERYONE, Document, Tokens

JOBS = "careers.job"


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these jobs; what is meant for some only is found by them."""
    rows = db.execute(
        select(
            Job.id,
            Job.title,
            Job.company,
            Job.location,
            Job.about,
            Job.only_audience,
            Job.audience_id,
        ).where(Job.id.in_(ids))
    ).all()
    skills = asked_by(db, [row.id for row in rows])
    for row in rows:
        meant = [token(row.audience_id)] if row.only_audience else [EVERYONE]
        names = [one.name for one in skills[row.id]]
        yield Document(
            subject_id=row.id,
            title=row.title,
            sub=", ".join(part for part in (row.company, row.location) if part),
            url=f"/jobs/{row.id}",
            terms=tuple(names),
            body=" ".join([row.title, row.company, row.about, *names]),
            audiences=meant,
        )


_AUDIENCE = "audience"


def token(audience_id: int) -> str:
    """Return what stands for an audience in the index."""
    return f"{_AUDIENCE} {audience_id}"


def tokens(actor: Actor) -> Sequence[Tokens]:
    """Return what stands for the audiences a person is in, as far as jobs are meant for those alone."""
    narrow = (
        select(Job.audience_id)
        .where(Job.only_audience, Job.audience_id.in_(contains(actor)))
        .distinct()
    )
    return [(_AUDIENCE, narrow)]


def index_job(db: Session, job_id: int, *, new: bool = False) -> None:
    """Make a job findable as it is now."""
    db.flush()
    index_many(db, JOBS, documents(db, [job_id]), new=new)
