"""What the analytics add to the product."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.insights import jobs
from quad.insights.api import analytics as analytics_api
from quad.insights.api import courses as courses_api
from quad.insights.api import reports as reports_api
from quad.insights.policy import STAFF
from quad.insights.service.reports import keeping
from quad.insights.views import analytics, building, courses, reports
from quad.web.module import Module, Nav, Panel

HEADS = frozenset({"admin", "hod"})

MODULE = Module(
    "insights",
    blueprints=(analytics.bp, analytics_api.bp),
    nav=(
        Nav(_l("Analytics"), "insights.overview", "report-analytics", "", HEADS, order=5),
        Nav(_l("Reports"), "insights.reports", "report", "", frozenset(STAFF), order=6),
    ),
    panels=(
        Panel("offering", "insights/way.html", courses.offering_panel, order=30),
        Panel("student", "insights/way.html", courses.student_panel, order=30),
    ),
    merges=keeping.MERGES,
    own_data=(keeping.OWN_DATA,),
    parts=(courses, courses_api, jobs, building, reports, reports_api),
    label=_l("Analytics"),
)
