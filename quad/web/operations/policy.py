"""Who may look after the machinery."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.models import Job
from quad.core.mail.models import Mail, MailAddress
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission


def _admin(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _watches(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (Job.created_by == actor.own_id,)


def _letters(actor: Actor) -> Branches:
    return (Mail.private.is_(False),) if actor.has("admin") else NOTHING


READ_JOBS = Permission("operations.job.read", _l("See background jobs"), Job, _admin)
WATCH_JOB = Permission("operations.job.watch", _l("Watch a job one asked for"), Job, _watches)
RETRY_JOB = Permission("operations.job.retry", _l("Try a job again that was given up"), Job, _admin)
READ_MAIL = Permission("operations.mail.read", _l("See the log of mails"), Mail, _letters)
RESEND_MAIL = Permission("operations.mail.resend", _l("Send a mail again"), Mail, _letters)
READ_ADDRESSES = Permission(
    "operations.address.read", _l("See addresses that refuse mail"), MailAddress, _admin
)
LIFT_ADDRESS = Permission(
    "operations.address.lift",
    _l("Let mail go again to an address that refused it"),
    MailAddress,
    _admin,
)
RECORD_BOUNCE = Gate(
    "operations.bounce.record",
    _l("Hand over a report of mail that came back"),
    lambda actor: actor.has("admin"),
)
