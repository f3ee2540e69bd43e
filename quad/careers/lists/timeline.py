"""Jobs in the timeline of a person: those applied for and those posted, for those who see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from quad.careers import policy
from quad.careers.models.applications import STAGES, Application
from quad.careers.models.jobs import JOB_STATES, Job
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns


def _applications(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Application.id,
        at=Application.application_date,
        title=Job.title,
        detail=Job.company,
        mark=Application.stage,
    )
    applied = select(*columns).join(Job, Job.id == Application.job_id)
    return applied.where(Application.person_id == person_id, policy.APPLICATION_READ.where(actor))


def _posted(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Job.id, at=Job.listed_at, title=Job.title, detail=Job.company, mark=Job.state
    )
    return select(*columns).where(Job.poster_id == person_id, policy.JOB_READ.where(actor))


TIMELINE = (
    TimelineKind(
        "job-applications",
        _l("Job application"),
        _applications,
        lambda application_id: f"/applications/{application_id}",
        marks=STAGES,
        order=50,
    ),
    TimelineKind(
        "jobs",
        _l("Job posted"),
        _posted,
        lambda job_id: f"/jobs/{job_id}",
        marks=JOB_STATES,
        order=51,
    ),
)
