"""Placement drives: jobs of one season together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.facts import DriveChanged
from quad.careers.forms.jobs import DriveEdit, DriveIn
from quad.careers.models.applications import Application, Stage
from quad.careers.models.jobs import Drive, Job
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor


def add(db: Session, actor: Actor, form: DriveIn) -> Drive:
    """Begin a drive. Raises Forbidden, Invalid."""
    policy.RUN_DRIVES.require(actor)
    drive = Drive()
    _fill(drive, form)
    db.add(drive)
    db.flush()
    emit(db, DriveChanged(actor_id=actor.id, drive_id=drive.id, what="added"))
    return drive


def edit(db: Session, actor: Actor, drive_id: int, form: DriveEdit) -> Drive:
    """Change a drive. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    drive = policy.DRIVE_EDIT.get(db, actor, drive_id, read=policy.DRIVE_READ, lock=True)
    if drive.version != form.version:
        raise EditedMeanwhile
    _fill(drive, form)
    emit(db, DriveChanged(actor_id=actor.id, drive_id=drive.id, what="changed"))
    return drive


def remove(db: Session, actor: Actor, drive_id: int) -> None:
    """Delete a drive; its jobs stay. Raises NotFound, Forbidden."""
    drive = policy.DRIVE_EDIT.get(db, actor, drive_id, read=policy.DRIVE_READ, lock=True)
    drive.deleted_at = clock.now()
    emit(db, DriveChanged(actor_id=actor.id, drive_id=drive.id, what="deleted"))


def _fill(drive: Drive, form: DriveIn) -> None:
    if form.ends_on < form.starts_on:
        raise Invalid({"ends_on": _("The last day comes before the first one.")})
    drive.name = drive.name_key = form.name
    drive.about, drive.starts_on, drive.ends_on = form.about, form.starts_on, form.ends_on


def get(db: Session, actor: Actor, drive_id: int) -> Drive:
    """Return a drive. Raises NotFound, SignedOut."""
    return policy.DRIVE_READ.get(db, actor, drive_id)


def jobs_of(db: Session, actor: Actor, drive_id: int) -> Sequence[Any]:
    """Return the jobs of a drive that one may see, the newest first."""
    return db.execute(
        select(
            Job.id,
            Job.title,
            Job.company,
            Job.state,
            Job.deadline,
            Job.applications_count,
            Job.places,
        )
        .where(Job.drive_id == drive_id, policy.JOB_READ.where(actor, many=True))
        .order_by(Job.listed_at.desc(), Job.id.desc())
        .limit(200)
    ).all()


def stages_of(db: Session, drive_id: int) -> dict[Stage, int]:
    """Return how many applications of a drive are at each stage, for those who run it."""
    rows = db.execute(
        select(Application.stage, func.count(Application.id))
        .join(Job, Job.id == Application.job_id)
        .where(Job.drive_id == drive_id, Job.deleted_at.is_(None))
        .group_by(Application.stage)
    )
    found = dict.fromkeys(Stage, 0)
    found.update({row[0]: row[1] for row in rows})
    return found


def choices(db: Session, since: Any) -> list[tuple[int, str]]:
    """Return the drives a job can be put into: those that have not ended."""
    rows = db.execute(
        select(Drive.id, Drive.name)
        .where(Drive.deleted_at.is_(None), Drive.ends_on >= since)
        .order_by(Drive.starts_on, Drive.id)
    )
    return [(row.id, row.name) for row in rows]
