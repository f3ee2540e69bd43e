"""Jobs that wait for the placement office, on the page of everything that waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.forms.jobs import SendBack
from quad.careers.models.jobs import Job
from quad.careers.service import posting
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User


def _waiting(actor: Actor) -> Select[Any] | None:
    if not actor.has(*policy.OFFICE):
        return None
    columns = waiting_columns(
        Job.id,
        title=Job.title,
        detail=Job.company,
        person=User.full_name,
        since=Job.updated_at,
    )
    poster = select(*columns).join(User, User.id == Job.poster_id)
    return poster.where(policy.JOB_APPROVE.where(actor))


def _refuse(db: Session, actor: Actor, job_id: int, reason: str) -> Job:
    return posting.send_back(db, actor, job_id, SendBack(reason=reason))


APPROVAL = Approval(
    "jobs",
    _l("Jobs"),
    "briefcase",
    _waiting,
    lambda job_id: f"/jobs/{job_id}",
    "jobs",
    approve=posting.approve,
    refuse=_refuse,
    order=50,
)
