"""What people are told of jobs and applications."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import DatedKind, Kind

POSTERS = frozenset({"admin", "placement", "hod", "faculty", "alumnus"})
OFFICE = frozenset({"admin", "placement"})


def _of_job(name: str, label: str, text: str, icon: str, roles: frozenset[str] = POSTERS) -> Kind:
    return Kind(f"job_{name}", label, text, icon, mailed=True, roles=roles)


JOB_WAITING = _of_job(
    "waiting",
    _l("A job waits for approval"),
    _l("The job “%(job)s” by %(person)s waits for your approval."),
    "briefcase",
    OFFICE,
)
JOB_OPENED = _of_job(
    "opened",
    _l("My job opens"),
    _l("Your job “%(job)s” is open. People can apply now."),
    "circle-check",
)
JOB_FOR_ME = DatedKind(
    "job_for_me",
    _l("A job opens that I can apply for"),
    _l("“%(job)s” at %(company)s is open to you. Apply by %(when)s."),
    "briefcase",
    mailed=False,
    roles=frozenset({"student", "alumnus"}),
)
JOB_SENT_BACK = _of_job(
    "sent_back",
    _l("My job is sent back"),
    _l("The placement office sent your job “%(job)s” back. The reason stands with it."),
    "arrow-back-up",
)
JOB_CLOSED = _of_job(
    "closed",
    _l("My job closes"),
    _l("Your job “%(job)s” is closed: its deadline has passed."),
    "ban",
)
APPLICATION_CAME = _of_job(
    "application",
    _l("Somebody applies for my job"),
    _l("%(person)s applied for “%(job)s”."),
    "user-plus",
)
APPLICATION_TAKEN_BACK = _of_job(
    "withdrawn",
    _l("Somebody takes an application for my job back"),
    _l("%(person)s does not want “%(job)s” any more."),
    "arrow-back-up",
)
REFERENCE_CAME = _of_job(
    "reference",
    _l("A reference for an application comes in"),
    _l("A reference for %(person)s came in, with the application for “%(job)s”."),
    "file-text",
)


def _of_application(stage: str, label: str, text: str, icon: str) -> Kind:
    return Kind(f"application_{stage}", label, text, icon, mailed=True)


# What becomes of one's application, by the stage it comes to.
APPLICATION_STAGES: dict[str, Kind] = {
    "under_review": _of_application(
        "under_review",
        _l("My application for a job is looked at"),
        _l("Your application for “%(job)s” is under review."),
        "eye-check",
    ),
    "shortlisted": _of_application(
        "shortlisted",
        _l("I am shortlisted for a job"),
        _l("Your application for “%(job)s” is shortlisted."),
        "list-details",
    ),
    "interview": _of_application(
        "interview",
        _l("I am invited to an interview"),
        _l("Your application for “%(job)s” goes on to an interview."),
        "message",
    ),
    "offered": _of_application(
        "offered",
        _l("I am offered a job"),
        _l("Your application for “%(job)s” brought you an offer."),
        "certificate",
    ),
    "hired": _of_application(
        "hired",
        _l("I am hired"),
        _l("Your application for “%(job)s” came to its end: you are hired. Congratulations!"),
        "circle-check",
    ),
    "rejected": _of_application(
        "rejected",
        _l("My application for a job is rejected"),
        _l("Your application for “%(job)s” was not successful."),
        "x",
    ),
}
