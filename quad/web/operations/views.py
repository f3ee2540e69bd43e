"""The administrator's pages of jobs and mail, and the progress of a job for whoever asked for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.jobs.models import JobState
from quad.core.listing.bulk import chosen_ids
from quad.core.mail.models import MailState
from quad.web.kit import attempted, by_htmx, current_actor, current_db, done, page
from quad.web.lists import list_page
from quad.web.operations import policy, service
from quad.web.operations.lists import ADDRESSES, JOB_STATES, JOBS, MAIL_STATES, MAILS
from quad.web.operations.progress import shown

bp = Blueprint("operations", __name__, template_folder="templates")


@bp.get("/admin/jobs")
def jobs() -> Response:
    """What the worker does, did, and gave up."""
    dead = service.count_dead(current_db())
    given_up = request.args.get("state") == JobState.DEAD
    every, buried = url_for("operations.jobs"), url_for("operations.jobs", state="dead")
    tabs = [
        {"label": _("All jobs"), "href": every, "current": not given_up},
        {"label": _("Given up"), "href": buried, "current": given_up, "count": dead},
    ]
    return list_page(JOBS, "operations/jobs.html", tabs=tabs)


@bp.get("/admin/jobs/<int:job_id>")
def show_job(job_id: int) -> tuple[str, int]:
    """One job: how often it was tried, and what went wrong."""
    row = policy.READ_JOBS.get(current_db(), current_actor(), job_id)
    return page("operations/job.html", row=row, state=JOB_STATES[row.state], job=shown(row))


@bp.post("/admin/jobs/<int:job_id>/retry")
def retry(job_id: int) -> Response:
    """Give a dead job its tries again."""
    service.retry_job(current_db(), current_actor(), job_id)
    return done(_("The job will be tried again."), url_for("operations.show_job", job_id=job_id))


@bp.post("/admin/jobs/retry")
def retry_chosen() -> Response:
    """Give the chosen dead jobs their tries again."""
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(JOBS, db, actor, request.form, permission=policy.RETRY_JOB)
    count = service.retry_jobs(db, actor, chosen)
    said = ngettext("%(num)s job will be tried again.", "%(num)s jobs will be tried again.", count)
    return done(said, url_for("operations.jobs"))


@bp.get("/progress/<int:job_id>")
def watch(job_id: int) -> tuple[str, int]:
    """How far a job is: the bar alone for htmx, which asks again by itself, else a page around it."""
    row = policy.WATCH_JOB.get(current_db(), current_actor(), job_id)
    template = "operations/progress.html" if by_htmx() else "operations/watch.html"
    return page(template, job=shown(row, _("Your job")))


@bp.get("/admin/mail")
def mails() -> Response:
    """Which mails left, and what the mail server answered."""
    return list_page(MAILS, "operations/mails.html", tabs=_mail_tabs("mails"))


def _mail_tabs(current: str) -> list[dict[str, Any]]:
    places = (("mails", _("Mail")), ("addresses", _("Addresses that refuse mail")))
    return [
        {"label": label, "href": url_for(f"operations.{name}"), "current": name == current}
        for name, label in places
    ]


@bp.get("/admin/mail/addresses")
def addresses() -> Response:
    """Which addresses refused mail, and which get none any more."""
    return list_page(ADDRESSES, "operations/mails.html", tabs=_mail_tabs("addresses"))


@bp.get("/admin/mail/addresses/<int:address_id>")
def show_address(address_id: int) -> tuple[str, int]:
    """One address: what its server said, and the way to try it again."""
    row = policy.READ_ADDRESSES.get(current_db(), current_actor(), address_id)
    return page("operations/address.html", row=row)


@bp.post("/admin/mail/addresses/<int:address_id>/lift")
def lift_address(address_id: int) -> Response:
    return attempted(
        lambda: service.lift_address(current_db(), current_actor(), address_id),
        _("Mail goes to this address again."),
        url_for("operations.show_address", address_id=address_id),
    )


@bp.get("/admin/mail/<int:mail_id>")
def show_mail(mail_id: int) -> tuple[str, int]:
    """One mail; the text only when it is no secret."""
    row = policy.READ_MAIL.get(current_db(), current_actor(), mail_id)
    sure = row.uncertain == 0 or row.state is not MailState.SENT
    return page("operations/mail.html", row=row, state=MAIL_STATES[row.state], sure=sure)


@bp.post("/admin/mail/<int:mail_id>/resend")
def resend(mail_id: int) -> Response:
    """Send a mail again: the same one when it was given up, a copy when it was delivered."""
    sent_as = service.resend_mail(current_db(), current_actor(), mail_id)
    return done(_("The mail goes again."), url_for("operations.show_mail", mail_id=sent_as))
