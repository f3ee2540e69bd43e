"""Whether a person may apply for a job, with every condition by name, read from the records of now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.service.conditions import Condition, conditions
from quad.careers.models.jobs import Job, PostingState
from quad.careers.service.reading import ShownJob
from quad.core.db.now import database_now
from quad.core.i18n import gettext as _
from quad.core.i18n import moment

DEADLINE, OWN, STATE = "deadline", "own", "state"


@dataclass(frozen=True)
class Eligibility:
    """Everything that is asked of a person, met or not."""

    conditions: tuple[Condition, ...]

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """What keeps the person from applying."""
        return tuple(one for one in self.conditions if not one.met)

    @property
    def eligible(self) -> bool:
        """Tell whether the person may apply now."""
        return not self.unmet

    def refusal(self) -> str:
        """Return the sentence that names every condition that is not met."""
        named = "; ".join(f"{one.required} ({one.actual.rstrip('.')})" for one in self.unmet)
        return _("You cannot apply for this job. Not met: %(what)s.", what=named)


def of_jobs(db: Session, person_id: int, job_ids: Collection[int]) -> dict[int, Eligibility]:
    """Return what each job asks of a person (four queries however many)."""
    rows = db.execute(
        select(
            Job.id,
            Job.audience_id,
            Job.poster_id,
            Job.state,
            Job.deadline,
            (Job.deadline >= database_now()).label("in_time"),
        ).where(Job.id.in_(sorted(set(job_ids))))
    ).all()
    asked = conditions(db, person_id, {row.audience_id for row in rows})
    return {
        row.id: Eligibility(
            (*asked[row.audience_id], *_of_job(row, person_id, in_time=bool(row.in_time)))
        )
        for row in rows
    }


def of_job(db: Session, person_id: int, job_id: int) -> Eligibility:
    """Return what one job asks of a person."""
    return of_jobs(db, person_id, [job_id])[job_id]


def of_shown(db: Session, person_id: int, shown: ShownJob) -> Eligibility:
    """Return what a job that was read already asks of a person (three queries)."""
    head = shown.head
    asked = conditions(db, person_id, [head.audience_id])[head.audience_id]
    return Eligibility((*asked, *_of_job(head, person_id, in_time=shown.in_time)))


def _of_job(row: Any, person_id: int, *, in_time: bool) -> list[Condition]:
    found = [
        Condition(
            DEADLINE,
            _("Deadline"),
            _("Apply until %(when)s", when=moment(row.deadline)),
            _("There is still time.") if in_time else _("This moment has passed."),
            in_time,
        )
    ]
    if row.state is not PostingState.OPEN:
        found.append(
            Condition(STATE, _("State"), _("The job is open"), _("It is not open."), met=False)
        )
    if row.poster_id == person_id:
        found.append(
            Condition(OWN, _("Poster"), _("Somebody else’s job"), _("It is your own."), met=False)
        )
    return found
