"""The staff's side: students with their numbers, one student, follow-ups, analytics."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.coding import policy
from quad.coding.forms.mentoring import OUTCOMES, CloseFollowUp, NewDelegation, NewFollowUp
from quad.coding.kinds import RISK_WORDS
from quad.coding.lists.students import MARKS, STUDENTS
from quad.coding.models.mentoring import Outcome
from quad.coding.service import (
    accounts,
    delegations,
    followups,
    summaries,
    trends,
)
from quad.coding.views.blueprint import bp
from quad.coding.views.growing import growth_of
from quad.coding.views.words import STATUS_WORDS
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.web.kit import (
    action,
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)
from quad.web.lists import list_page


@bp.get("/students")
def students() -> BaseResponse:
    """The students one looks after."""
    actor = current_actor()
    policy.STUDENTS.require(actor)
    actions = [action(_("Leaderboard"), "coding.leaderboard", "trophy")]
    actions.append(action(_("Reading"), "coding_sync.readings", "refresh"))
    if policy.ANALYSE.may(actor):
        actions.append(action(_("Analytics"), "coding.analytics", "chart-bar"))
    return list_page(STUDENTS, "coding/students.html", actions=actions)


@bp.get("/at-risk")
def at_risk() -> BaseResponse:
    """Those of them who may need help."""
    policy.STUDENTS.require(current_actor())
    return done("", url_for("coding.students", risk="any"))


@bp.get("/students/<int:student_id>")
def student(student_id: int) -> ResponseReturnValue:
    return _student(student_id, Bound(NewFollowUp))


def _student(student_id: int, form: Bound[NewFollowUp]) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found, tended = summaries.seen_summary(db, actor, student_id)
    gains, today = trends.days(db, student_id), local_today(db)
    grown, span = growth_of(gains, today)
    return page(
        "coding/student.html",
        max(form.status, span.status),
        found=found,
        figure=trends.of_student(db, student_id),
        today=today,
        streak_now=trends.streak_now,
        grown=grown,
        span=span,
        heat=trends.heat(gains, today),
        accounts=accounts.of_student(db, student_id, unlinked_too=True),
        follow_ups=followups.of_student(db, actor, student_id) if tended else [],
        tended=tended,
        form=form,
        closing=Bound(CloseFollowUp),
        risks=RISK_WORDS,
        marks=MARKS,
        statuses=STATUS_WORDS,
        open_outcome=Outcome.OPEN,
        outcomes=dict(OUTCOMES),
    )


@bp.post("/students/<int:student_id>/follow-ups")
def add_follow_up(student_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    form = bind(NewFollowUp)
    if form.data is not None:
        with refusals(form):
            followups.add(db, actor, student_id, form.data)
        if not form.errors:
            place = url_for("coding.student", student_id=student_id, _anchor="follow-ups")
            return done(_("Noted."), place)
    return _student(student_id, form)


@bp.post("/follow-ups/<int:follow_up_id>/close")
def close_follow_up(follow_up_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    row = policy.FOLLOW_UP.get(db, actor, follow_up_id)
    place = url_for("coding.student", student_id=row.student_id, _anchor="follow-ups")
    form = bind(CloseFollowUp)
    return attempted(
        lambda: followups.close(db, actor, follow_up_id, form.require()), _("Noted."), place
    )


@bp.get("/analytics")
def analytics() -> ResponseReturnValue:
    """Departments against each other, years of admission, the last weeks; within one's scope."""
    db, actor = current_db(), current_actor()
    policy.ANALYSE.require(actor)
    departments = summaries.departments(db, actor)
    chosen = request.args.get("department", "")
    known = {str(one.department_id): one for one in departments}
    one = known.get(chosen)
    return page(
        "coding/analytics.html",
        together=summaries.institution(db, actor),
        departments=departments,
        chosen=one,
        weeks=trends.weeks(db, actor, one.department_id if one else None),
        cohorts=trends.cohorts(db, actor),
    )


@bp.route("/delegations", methods=["GET", "POST"])
def delegate() -> ResponseReturnValue:
    """Let a colleague review while one is away."""
    db, actor = current_db(), current_actor()
    policy.DELEGATE.require(actor)
    today = local_today(db)
    form = bind(NewDelegation, initial={"first_day": today, "last_day": today})
    if form.data is not None:
        with refusals(form):
            delegations.add(db, actor, form.data)
        if not form.errors:
            return done(_("Arranged."), url_for("coding.review"))
    form.choices["deputy_id"] = delegations.choices(db, actor)
    return form_page(
        form,
        title=_("While you are away"),
        lead=_("The colleague sees and reviews what you could, on these days."),
        crumbs=[(_("Review"), url_for("coding.review"))],
        submit=_("Arrange"),
        cancel=url_for("coding.review"),
    )


@bp.post("/delegations/<int:delegation_id>/end")
def end_delegation(delegation_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    place = url_for("coding.review")
    return attempted(lambda: delegations.end(db, actor, delegation_id), _("Ended."), place)
