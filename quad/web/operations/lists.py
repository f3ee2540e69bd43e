"""Jobs and mails as lists."""

from __future__ import annotations

from typing import Any

from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment
from quad.core.jobs.models import Job, JobState
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.core.mail.models import Mail, MailState
from quad.web.operations import policy

JOB_STATES = {
    JobState.QUEUED: (_l("Waiting"), "open"),
    JobState.RUNNING: (_l("Running"), "going"),
    JobState.FAILED: (_l("Will be tried again"), "warn"),
    JobState.DONE: (_l("Done"), "done"),
    JobState.DEAD: (_l("Given up"), "stop"),
}
MAIL_STATES = {
    MailState.QUEUED: (_l("Waiting"), "open"),
    MailState.SENDING: (_l("On its way"), "going"),
    MailState.FAILED: (_l("Will be tried again"), "warn"),
    MailState.SENT: (_l("Delivered"), "done"),
    MailState.DEAD: (_l("Given up"), "stop"),
}


def _job_state(row: Any) -> Cell:
    label, mark = JOB_STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


def _mail_state(row: Any) -> Cell:
    label, mark = MAIL_STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


def _progress(row: Any) -> Cell:
    if not row.progress_total:
        return Cell(row.progress_note or "–")
    return Cell(f"{row.progress_done} / {row.progress_total}", sub=row.progress_note)


JOBS = Listing(
    name="operations.jobs",
    title=_l("Jobs"),
    singular=_l("job"),
    plural=_l("jobs"),
    read=policy.READ_JOBS,
    columns=(
        Column(
            "kind", _l("Kind"), (Job.kind, Job.last_error), lambda r: Cell(r.kind, r.last_error)
        ),
        Column("state", _l("State"), Job.state, _job_state),
        Column("attempts", _l("Tries"), Job.attempts, numeric=True),
        Column(
            "progress",
            _l("Progress"),
            (Job.progress_done, Job.progress_total, Job.progress_note),
            _progress,
            hide_below="md",
        ),
        Column(
            "created_at",
            _l("Asked for"),
            Job.created_at,
            lambda r: Cell(moment(r.created_at), kind="date"),
            hide_below="md",
        ),
        Column(
            "run_at",
            _l("Not before"),
            Job.run_at,
            lambda r: Cell(moment(r.run_at), kind="date"),
            default=False,
        ),
        Column("lane", _l("Lane"), Job.lane, default=False),
    ),
    default_sort="-id",
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda word: Job.state == word,
            choices=tuple((state.value, label) for state, (label, _) in JOB_STATES.items()),
        ),
        Filter("kind", _l("Kind"), "text", lambda word: Job.kind == word),
    ),
    bulk=(
        Bulk(
            "retry",
            _l("Try again"),
            "refresh",
            "operations.retry_chosen",
            policy.RETRY_JOB,
        ),
    ),
    href=lambda row: ("operations.show_job", {"job_id": row.id}),
    row_label=lambda row: f"{row.kind} {row.id}",
)

MAILS = Listing(
    name="operations.mails",
    title=_l("Mail"),
    singular=_l("mail"),
    plural=_l("mails"),
    read=policy.READ_MAIL,
    columns=(
        Column(
            "address",
            _l("To"),
            (Mail.name, Mail.address),
            lambda r: Cell(r.name or r.address, sub=r.address, kind="person"),
        ),
        Column("state", _l("State"), Mail.state, _mail_state),
        Column(
            "subject",
            _l("Subject"),
            (Mail.subject, Mail.secret, Mail.template),
            lambda r: Cell(r.template if r.secret else r.subject),
            export=lambda r: r.template if r.secret else r.subject,
            hide_below="sm",
        ),
        Column("attempts", _l("Tries"), Mail.attempts, numeric=True, hide_below="md"),
        Column("answer", _l("Answer of the mail server"), Mail.answer, hide_below="lg"),
        Column(
            "created_at",
            _l("Written"),
            Mail.created_at,
            lambda r: Cell(moment(r.created_at), kind="date"),
            sort=Mail.created_at,
            hide_below="md",
        ),
    ),
    default_sort="-created_at",
    search=SearchColumns((Mail.address,)),
    search_label=_l("Search by address"),
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda word: Mail.state == word,
            choices=tuple((state.value, label) for state, (label, _) in MAIL_STATES.items()),
        ),
        Filter("template", _l("Letter"), "text", lambda word: Mail.template == word),
    ),
    href=lambda row: ("operations.show_mail", {"mail_id": row.id}),
    row_label=lambda row: row.address,
)
