"""Jobs over the API."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.core.jobs.models import Job, JobState
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.operations import policy

bp = APIBlueprint("operations_api", __name__, url_prefix="/api/v1", tag="Jobs")


class JobOut(Out):
    """How far a job is. `failed` is tried again by itself, `dead` is not."""

    id: WireId
    kind: str
    state: JobState
    attempts: int
    progress_done: int
    progress_total: int
    progress_note: str
    created_at: Moment
    finished_at: Moment | None


@operation(bp, "GET", "/progress/<int:job_id>", answers=JobOut, errors=(403, 404))
def show(job_id: int) -> Job:
    """How far a job is that one asked for."""
    return policy.WATCH_JOB.get(current_db(), current_actor(), job_id)
