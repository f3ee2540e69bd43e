"""Writing down what happens to an application: its step, and the fact others hear."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.careers import facts
from quad.careers.models.applications import Application, ApplicationStep, Stage
from quad.careers.models.jobs import Job
from quad.core.db.now import database_now
from quad.core.policy import Actor


def step(
    db: Session,
    by: Actor,
    job: Job,
    application: Application,
    kind: type[facts.ApplicationChanged],
    stage: Stage | None = None,
    *,
    before: Stage | None = None,
    text: str = "",
    private: bool = False,
) -> facts.ApplicationChanged:
    """Bring an application to `stage` (None: it stays) and keep the step; return the fact to emit."""
    was = before or application.stage
    if stage is not None and stage is not application.stage:
        application.stage = stage
        application.stage_at = database_now()
    row = ApplicationStep(
        application_id=application.id,
        stage_before=None if kind is facts.ApplicationSent and before is None else was,
        stage_after=application.stage,
        actor_id=by.id,
        text=text,
        private=private,
    )
    db.add(row)
    db.flush()
    return kind(
        actor_id=by.id,
        application_id=application.id,
        job_id=job.id,
        step_id=row.id,
        person_id=application.person_id,
        poster_id=job.poster_id,
        stage=application.stage.value,
    )
