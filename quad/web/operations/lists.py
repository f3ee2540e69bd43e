"""Jobs and mails as lists."""

from __future__ import annotations

from typing import Any

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment
from quad.core.jobs.models import Job, JobState
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.core.mail.models import Mail, MailAddress, MailState
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
    if row.bounced_at is not None:
        return Cell(_("Came back"), kind="status", state="stop")
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
            choices=tuple((state.value, label) for state, (label, _mark) in JOB_STATES.items()),
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
        Column(
            "state",
            _l("State"),
            (Mail.state, Mail.bounced_at),
            _mail_state,
            export=lambda row: "bounced" if row.bounced_at else row.state.value,
        ),
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
            choices=tuple((state.value, label) for state, (label, _mark) in MAIL_STATES.items()),
        ),
        Filter("template", _l("Letter"), "text", lambda word: Mail.template == word),
        Filter(
            "bounced",
            _l("Came back"),
            "flag",
            lambda yes: Mail.bounced_at.is_not(None) if yes else Mail.bounced_at.is_(None),
        ),
    ),
    href=lambda row: ("operations.show_mail", {"mail_id": row.id}),
    row_label=lambda row: row.address,
)


def _address_state(row: Any) -> Cell:
    if row.suppressed_at is None:
        return Cell(_("Refused lately"), kind="status", state="warn")
    return Cell(_("Gets no mail"), kind="status", state="stop")


ADDRESSES = Listing(
    name="operations.addresses",
    title=_l("Addresses that refuse mail"),
    singular=_l("address"),
    plural=_l("addresses"),
    read=policy.READ_ADDRESSES,
    columns=(
        Column("address", _l("Address"), MailAddress.address),
        Column("suppressed_at", _l("State"), MailAddress.suppressed_at, _address_state),
        Column("refusals", _l("Refusals in a row"), MailAddress.refusals, numeric=True),
        Column("reason", _l("Answer of the mail server"), MailAddress.reason, hide_below="md"),
        Column("last_at", _l("Last"), MailAddress.last_at, sort=MailAddress.last_at),
    ),
    default_sort="-last_at",
    search=SearchColumns((MailAddress.address,)),
    search_label=_l("Search by address"),
    filters=(
        Filter(
            "suppressed",
            _l("Gets no mail"),
            "flag",
            lambda yes: (
                MailAddress.suppressed_at.is_not(None)
                if yes
                else MailAddress.suppressed_at.is_(None)
            ),
        ),
    ),
    href=lambda row: ("operations.show_address", {"address_id": row.id}),
    row_label=lambda row: row.address,
)
