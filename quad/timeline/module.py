"""What timelines add to the product."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.timeline import api, views
from quad.web.module import Module, Nav, Panel

MODULE = Module(
    "timeline",
    blueprints=(views.bp, api.bp),
    nav=(Nav(_l("My timeline"), "timeline.own", "history", _l("People"), order=59),),
    panels=(
        Panel("own_profile", "timeline/own_panel.html", views.way_to_own, order=80),
        Panel("student", "timeline/panel.html", views.way_of_student, order=60),
        Panel("member", "timeline/panel.html", views.way_of_member, order=80),
    ),
    label=_l("Timelines of people"),
)
