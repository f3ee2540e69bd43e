"""Who may look at the numbers of the institution, and how far; who may build, open and share reports."""

from __future__ import annotations

from sqlalchemy import or_, select

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.insights.models import EVERYWHERE, ReportShare, SavedReport
from quad.institution.models import Department


def _departments(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    headed = actor.departments("hod")
    return [Department.id.in_(headed)] if headed else []


OPEN = Gate(
    "insights.analytics.open", _l("Open the analytics"), lambda actor: actor.has("admin", "hod")
)
READ_DEPARTMENT = Permission(
    "insights.department.read", _l("See a department’s analytics"), Department, _departments
)

STAFF = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")
SHARERS = ("admin", "hod")


def _own(actor: Actor) -> Branches:
    return (SavedReport.owner_id == actor.own_id,) if actor.has(*STAFF) else NOTHING


def _shared(actor: Actor) -> Branches:
    """Reports shared with a role one holds, everywhere or in the department one holds it in."""
    if not actor.has(*STAFF):
        return NOTHING
    held = [
        (ReportShare.role == grant.role)
        & ReportShare.department_id.in_({EVERYWHERE, grant.department_id or EVERYWHERE})
        for grant in actor.grants
        if grant.role in STAFF
    ]
    return (SavedReport.id.in_(select(ReportShare.report_id).where(or_(*held))),)


REPORTS = Gate(
    "insights.reports.open", _l("Build and open reports"), lambda actor: actor.has(*STAFF)
)
REPORT_READ = Permission(
    "insights.report.read",
    _l("Open a saved report"),
    SavedReport,
    lambda actor: [*_own(actor), *_shared(actor)],
)
REPORT_CHANGE = Permission(
    "insights.report.change", _l("Change, send and delete a saved report"), SavedReport, _own
)
REPORT_RESTORE = Permission(
    "insights.report.restore",
    _l("Bring back a deleted report"),
    SavedReport,
    _own,
    deleted_too=True,
)
REPORT_SHARE = Gate(
    "insights.report.share", _l("Share reports with a role"), lambda actor: actor.has(*SHARERS)
)
