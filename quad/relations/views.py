"""One's connections, the buttons on other people's pages, and reports."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.relations import policy
from quad.relations.forms import DecideReport, ReportForm
from quad.relations.lists import REPORTS, STATES, WORDS
from quad.relations.service import following, reports
from quad.web.added import panels
from quad.web.kit import (
    ask_who_it_is,
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    page,
    refusals,
    same_site,
)
from quad.web.lists import list_page

bp = Blueprint("relations", __name__, template_folder="templates")
bp.before_request(ask_who_it_is)
area("/reports/people", "admin")


@bp.get("/connections")
def connections() -> ResponseReturnValue:
    """The people around one, and what floors above know of what one follows."""
    actor = current_actor()
    return page(
        "relations/connections.html",
        circle=following.circle(current_db(), actor),
        panels=panels("connections", actor.own_id),
    )


def _answer(person_id: int, told: str) -> ResponseReturnValue:
    """Go back to where the button was; htmx gets the buttons as they are now."""
    if by_htmx():
        found = following.standings(current_db(), current_actor(), [person_id])
        return page("relations/buttons.html", person_id=person_id, standing=found[person_id])
    return done(told, same_site(request.form.get("back"), url_for("relations.connections")))


@bp.post("/people/<int:person_id>/follow")
def follow(person_id: int) -> ResponseReturnValue:
    mutual = following.follow(current_db(), current_actor(), person_id)
    told = _("You are connected now.") if mutual else _("You follow this person now.")
    return _answer(person_id, told)


@bp.post("/people/<int:person_id>/unfollow")
def unfollow(person_id: int) -> ResponseReturnValue:
    following.unfollow(current_db(), current_actor(), person_id)
    return _answer(person_id, _("You do not follow this person any more."))


@bp.post("/people/<int:person_id>/remove-follower")
def remove_follower(person_id: int) -> ResponseReturnValue:
    following.remove_follower(current_db(), current_actor(), person_id)
    return _answer(person_id, _("This person does not follow you any more."))


@bp.post("/people/<int:person_id>/block")
def block(person_id: int) -> BaseResponse:
    following.block(current_db(), current_actor(), person_id)
    told = _("Blocked. Neither of you meets the other any more.")
    return done(told, url_for("relations.connections"))


@bp.post("/people/<int:person_id>/unblock")
def unblock(person_id: int) -> BaseResponse:
    following.unblock(current_db(), current_actor(), person_id)
    return done(_("Not blocked any more."), url_for("relations.connections"))


@bp.route("/people/<int:person_id>/report", methods=["GET", "POST"])
def report_person(person_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    who = reports.person(db, actor, person_id)
    form = bind(ReportForm)
    if form.data is not None:
        with refusals(form):
            reports.report_person(db, actor, person_id, form.data)
        if not form.errors:
            told = _("Thank you. An administrator looks at it.")
            return done(told, url_for("relations.connections"))
    return page("relations/report_form.html", form.status, form=form, who=who)


@bp.get("/reports/people", endpoint="reports")
def reports_index() -> BaseResponse:
    policy.REPORTS.require(current_actor())
    return list_page(REPORTS)


@bp.route("/reports/people/<int:report_id>", methods=["GET", "POST"])
def report(report_id: int) -> ResponseReturnValue:
    """A report; a POST answers it."""
    db, actor = current_db(), current_actor()
    policy.REPORTS.require(actor)
    row, reporter, person = reports.report_details(db, actor, report_id)
    form = bind(DecideReport)
    if form.data is not None:
        with refusals(form):
            reports.decide(db, actor, report_id, form.data)
        if not form.errors:
            return done(_("Answered."), url_for("relations.reports"))
    return page(
        "relations/report.html",
        form.status,
        form=form,
        report=row,
        reporter=reporter,
        person=person,
        reason=WORDS[row.reason],
        states=dict(STATES),
    )
