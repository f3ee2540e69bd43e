"""Connections, blocks and reports over JSON."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.relations import policy
from quad.relations.forms import DecideReport, ReportForm
from quad.relations.lists import REPORTS
from quad.relations.models import Reason, ReportState
from quad.relations.service import following, reports
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("relations_api", __name__, url_prefix="/api/v1", tag="Connections")


class ConnectionPerson(Out):
    """Somebody around one."""

    id: WireId
    full_name: str


class CircleOut(Out):
    """The people around one; `counts` are the whole numbers, the lists end at 200."""

    connections: list[ConnectionPerson]
    followers: list[ConnectionPerson]
    following: list[ConnectionPerson]
    blocked: list[ConnectionPerson]
    counts: dict[str, int]


class StandingOut(Out):
    """How one stands to somebody."""

    following: bool
    followed: bool
    connected: bool
    blocking: bool


class PersonReportOut(Out):
    """A report of a person or of something a person made."""

    id: WireId
    person: str
    what: str
    reason: Reason
    reporter: str
    reported_at: Moment
    state: ReportState


class ReportTaken(Out):
    """A report that was taken."""

    id: WireId
    state: ReportState


@operation(bp, "GET", "/me/connections", answers=CircleOut, errors=(403,))
def connections() -> following.Circle:
    return following.circle(current_db(), current_actor())


def _standing(user_id: int) -> following.Standing:
    return following.standings(current_db(), current_actor(), [user_id])[user_id]


@operation(bp, "GET", "/users/<int:user_id>/connection", answers=StandingOut)
def connection(user_id: int) -> following.Standing:
    """How one stands to somebody."""
    policy.BLOCK.get(current_db(), current_actor(), user_id)
    return _standing(user_id)


@operation(
    bp, "PUT", "/users/<int:user_id>/follow", answers=StandingOut, message="You follow them now"
)
def connection_follow(user_id: int) -> following.Standing:
    following.follow(current_db(), current_actor(), user_id)
    return _standing(user_id)


@operation(
    bp,
    "DELETE",
    "/users/<int:user_id>/follow",
    answers=StandingOut,
    message="You do not follow them any more",
    errors=(403,),
)
def connection_unfollow(user_id: int) -> following.Standing:
    following.unfollow(current_db(), current_actor(), user_id)
    return _standing(user_id)


@operation(bp, "DELETE", "/me/followers/<int:user_id>", message="Removed", errors=(403,))
def follower_remove(user_id: int) -> None:
    following.remove_follower(current_db(), current_actor(), user_id)


@operation(bp, "PUT", "/users/<int:user_id>/block", answers=StandingOut, message="Blocked")
def connection_block(user_id: int) -> following.Standing:
    following.block(current_db(), current_actor(), user_id)
    return _standing(user_id)


@operation(
    bp,
    "DELETE",
    "/users/<int:user_id>/block",
    answers=StandingOut,
    message="Not blocked any more",
    errors=(403,),
)
def connection_unblock(user_id: int) -> following.Standing:
    following.unblock(current_db(), current_actor(), user_id)
    return _standing(user_id)


@operation(
    bp,
    "POST",
    "/users/<int:user_id>/reports",
    body=ReportForm,
    answers=ReportTaken,
    status=201,
    message="Reported",
    errors=(409,),
)
def person_report(user_id: int, body: ReportForm) -> object:
    return reports.report_person(current_db(), current_actor(), user_id, body)


@operation(bp, "GET", "/reports/people", answers=list[PersonReportOut], paged=True)
def person_reports() -> Answer:
    policy.REPORTS.require(current_actor())
    return list_json(REPORTS)


@operation(
    bp,
    "POST",
    "/reports/people/<int:report_id>/decision",
    body=DecideReport,
    answers=ReportTaken,
    message="Answered",
    errors=(403, 409),
)
def person_report_decide(report_id: int, body: DecideReport) -> object:
    return reports.decide(current_db(), current_actor(), report_id, body)
