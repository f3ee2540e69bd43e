"""How far a job is, in the words of the progress macro and of the API."""

from __future__ import annotations

from typing import Any

from flask import url_for

from quad.core.jobs.models import Job, JobState

STATES = {
    JobState.QUEUED: "waiting",
    JobState.FAILED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.DEAD: "failed",
}


def shown(row: Job, label: str = "") -> dict[str, Any]:
    """Return what `m.progress` draws for a job."""
    state = STATES[row.state]
    return {
        "id": row.id,
        "label": label or row.kind,
        "state": state,
        "done": row.progress_done,
        "total": row.progress_total,
        "message": row.last_error if state == "failed" else row.progress_note,
        "poll_href": url_for("operations.watch", job_id=row.id),
    }
