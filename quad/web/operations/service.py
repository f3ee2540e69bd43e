"""What an administrator may do about jobs and mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core.errors import Rejected
from quad.core.facts import Fact, emit
from quad.core.i18n import gettext as _
from quad.core.jobs import outbox as jobs
from quad.core.jobs.models import Job, JobState
from quad.core.mail import bounces
from quad.core.mail import outbox as mails
from quad.core.mail.bounces import BounceOutcome
from quad.core.policy import Actor
from quad.web.operations import policy

MANY = 999


@dataclass(frozen=True, kw_only=True)
class JobRetried(Fact):
    """A job that was given up got its tries again."""

    job_id: int


@dataclass(frozen=True, kw_only=True)
class MailResent(Fact):
    """A mail was sent again by hand; `as_mail_id` is its copy, or itself."""

    mail_id: int
    as_mail_id: int


@dataclass(frozen=True, kw_only=True)
class AddressLifted(Fact):
    """Mail goes again to an address that had refused it."""

    address_id: int


@dataclass(frozen=True, kw_only=True)
class BounceRecorded(Fact):
    """A report of delivery counted against the address of a mail."""

    mail_id: int


def retry_job(db: Session, actor: Actor, job_id: int) -> None:
    """Try a job again. Raises NotFound, Forbidden, or Rejected when it was not given up."""
    policy.RETRY_JOB.get(db, actor, job_id, read=policy.READ_JOBS, lock=True)
    jobs.retry(db, job_id)
    emit(db, JobRetried(actor_id=actor.id, job_id=job_id))


def retry_jobs(db: Session, actor: Actor, job_ids: Sequence[int]) -> int:
    """Try those of the jobs again that were given up; return how many.

    Raises Rejected when none of them was.
    """
    dead = select(Job.id).where(
        Job.id.in_(job_ids), Job.state == JobState.DEAD, policy.RETRY_JOB.where(actor)
    )
    found = db.scalars(dead.order_by(Job.id)).all()
    if not found:
        raise Rejected(_("Only a job that was given up can be tried again."))
    for job_id in found:
        retry_job(db, actor, job_id)
    return len(found)


def resend_mail(db: Session, actor: Actor, mail_id: int) -> int:
    """Send a mail again; return the number of the mail that goes.

    Raises NotFound, Forbidden, or Rejected when it is still under way or its text is gone.
    """
    policy.RESEND_MAIL.get(db, actor, mail_id, read=policy.READ_MAIL, lock=True)
    sent_as = mails.resend(db, mail_id)
    emit(db, MailResent(actor_id=actor.id, mail_id=mail_id, as_mail_id=sent_as))
    return sent_as


def lift_address(db: Session, actor: Actor, address_id: int) -> None:
    """Let mail go again to an address, and forget its refusals. Raises NotFound, Forbidden, Rejected."""
    row = policy.LIFT_ADDRESS.get(db, actor, address_id, read=policy.READ_ADDRESSES, lock=True)
    if row.suppressed_at is None:
        raise Rejected(_("Mail goes to this address already."))
    row.suppressed_at, row.refusals = None, 0
    emit(db, AddressLifted(actor_id=actor.id, address_id=address_id))


def record_bounce(db: Session, actor: Actor, raw: bytes) -> tuple[BounceOutcome, str]:
    """Read a report of delivery; return what became of it, and the address it is about (empty for none of ours).

    Raises SignedOut, Forbidden.
    """
    policy.RECORD_BOUNCE.require(actor)
    outcome, mail = bounces.record(db, raw)
    if mail is not None and outcome is BounceOutcome.COUNTED:
        emit(db, BounceRecorded(actor_id=actor.id, mail_id=mail.id))
    return outcome, mail.address if mail is not None and not mail.private else ""


def count_dead(db: Session) -> int:
    """Count the jobs that wait for a person, up to `MANY` + 1."""
    found = select(Job.id).where(Job.state == JobState.DEAD).limit(MANY + 1).subquery()
    return db.scalar(select(func.count()).select_from(found)) or 0
