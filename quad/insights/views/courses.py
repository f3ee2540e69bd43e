"""How an offering goes, and how a student gets on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.academics.policy import base as academics
from quad.core.errors import SignedOut
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.core.policy import Actor
from quad.insights.service import courses, progress
from quad.insights.service.courses import Reason, Rule
from quad.insights.views.analytics import bp
from quad.web.kit import current_actor, current_db, page


def worded(reason: Reason) -> str:
    """Say why a student is at risk: the rule, what it looked at, and the limit."""
    much, limit = number(reason.number, 1), number(reason.limit)
    if reason.rule is Rule.FAILED:
        return _("Failed with %(much)s %%; %(limit)s %% pass", much=much, limit=limit)
    if reason.rule is Rule.BELOW:
        return _("So far %(much)s %%; %(limit)s %% pass", much=much, limit=limit)
    if reason.rule is Rule.ATTENDANCE:
        return _("Attendance %(much)s %%; %(limit)s %% are required", much=much, limit=limit)
    count = int(reason.number or 0)
    if reason.rule is Rule.ABSENT:
        return ngettext("Absent in %(num)s test", "Absent in %(num)s tests", count)
    if reason.rule is Rule.MISSING:
        return _("%(n)s marks missing that others have", n=number(count))
    return _("Attempt %(n)s at this course", n=number(count))


RULES = {
    Rule.FAILED: "stop",
    Rule.BELOW: "warn",
    Rule.ATTENDANCE: "warn",
    Rule.ABSENT: "warn",
    Rule.MISSING: "open",
    Rule.REPEATING: "open",
}


@bp.get("/offerings/<int:offering_id>/analytics")
def offering(offering_id: int) -> ResponseReturnValue:
    """How an offering goes, for who teaches it or decides about it."""
    if not current_actor().signed_in:
        raise SignedOut
    found = courses.of_offering(current_db(), current_actor(), offering_id)
    return page(
        "insights/offering.html",
        found=found,
        results=found.results,
        head=found.results.head,
        worded=worded,
        rules=RULES,
    )


@bp.get("/students/<int:student_id>/progress")
def student(student_id: int) -> ResponseReturnValue:
    """How a student gets on, for whoever may see the record."""
    if not current_actor().signed_in:
        raise SignedOut
    found = progress.of_student(current_db(), current_actor(), student_id)
    own = found.record.user_id == current_actor().id
    staff = academics.STUDENT_LIST.may(current_actor())
    return page("insights/progress.html", progress=found, record=found.record, own=own, staff=staff)


def offering_panel(_db: Session, actor: Actor, offering_id: int) -> Mapping[str, Any] | None:
    """The way to an offering's analytics."""
    if not academics.OFFERING_ADD.may(actor):
        return None
    return {
        "label": _("How the course goes"),
        "href": url_for("insights.offering", offering_id=offering_id),
    }


def student_panel(_db: Session, _actor: Actor, student_id: int) -> Mapping[str, Any] | None:
    """The way to a student's progress."""
    return {"label": _("Progress"), "href": url_for("insights.student", student_id=student_id)}
