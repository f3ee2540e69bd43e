"""References and engagements over JSON."""

from __future__ import annotations

from datetime import date

from apiflask import APIBlueprint

from quad.alumni.forms.giving import (
    AskReference,
    DeclineReference,
    LogEngagement,
    RefuseEngagement,
    ThankEngagement,
    WriteReference,
)
from quad.alumni.lists.giving import ENGAGEMENTS, REFERENCES
from quad.alumni.models.engagements import EngagementKind, EngagementState
from quad.alumni.models.references import Delivery, ReferenceState
from quad.alumni.policy import giving as policy
from quad.alumni.service import engagements, references
from quad.core.forms import Form
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("giving_api", __name__, url_prefix="/api/v1", tag="References and engagements")
REFERENCE = "/references/<int:reference_id>"
ENGAGEMENT = "/engagements/<int:engagement_id>"


class ReferenceBrief(Out):
    """A reference in a list."""

    id: WireId
    asker: str
    writer: str
    purpose: str
    due_on: date | None
    requested_at: Moment
    state: ReferenceState


class ReferenceOut(Out):
    """A reference; `text` and `capacity` are empty for who may not read them."""

    id: WireId
    asker_id: WireId
    asker: str
    writer_id: WireId
    writer: str
    purpose: str
    message: str
    delivery: Delivery
    state: ReferenceState
    due_on: date | None
    capacity: str
    text: str
    reason: str
    serial: str
    created_at: Moment
    delivered_at: Moment | None
    version: int


class EngagementBrief(Out):
    """An engagement in a list."""

    id: WireId
    title: str
    alumnus: str
    kind: EngagementKind
    held_on: date
    minutes: int
    state: EngagementState
    thanked_at: Moment | None


class EngagementOut(Out):
    """An engagement. `by_institution` says which side wrote it down."""

    id: WireId
    alumnus_id: WireId
    alumnus: str
    kind: EngagementKind
    title: str
    about: str
    held_on: date
    minutes: int
    department: str
    by_institution: bool
    state: EngagementState
    reason: str
    thanks: str


class EngagementYearOut(Out):
    """What one graduate did in a year."""

    alumnus_id: WireId
    alumnus: str
    counts: dict[EngagementKind, int]
    total: int
    minutes: int


class EngagementReportOut(Out):
    """Confirmed engagements of a year."""

    year: int
    years: list[int]
    rows: list[EngagementYearOut]
    minutes: int


class YearQuery(Form):
    """Which year."""

    year: int | None = None


@operation(bp, "GET", "/references", answers=list[ReferenceBrief], paged=True)
def references_list() -> Answer:
    """References one asked for or is asked to write; the office sees all."""
    return list_json(REFERENCES)


@operation(
    bp,
    "POST",
    "/references",
    body=AskReference,
    answers=ReferenceOut,
    status=201,
    message="Asked",
    errors=(403, 409),
)
def reference_ask(body: AskReference) -> references.ShownReference:
    return _reference(references.ask(current_db(), current_actor(), body).id)


def _reference(reference_id: int) -> references.ShownReference:
    return references.show(current_db(), current_actor(), reference_id)


@operation(bp, "GET", REFERENCE, answers=ReferenceOut)
def reference_show(reference_id: int) -> references.ShownReference:
    return _reference(reference_id)


@operation(
    bp,
    "POST",
    f"{REFERENCE}/accept",
    answers=ReferenceOut,
    message="Accepted",
    errors=(403, 409),
)
def reference_accept(reference_id: int) -> references.ShownReference:
    references.accept(current_db(), current_actor(), reference_id)
    return _reference(reference_id)


@operation(
    bp,
    "POST",
    f"{REFERENCE}/decline",
    body=DeclineReference,
    answers=ReferenceOut,
    message="Declined",
    errors=(403, 409),
)
def reference_decline(reference_id: int, body: DeclineReference) -> references.ShownReference:
    references.decline(current_db(), current_actor(), reference_id, body.reason)
    return _reference(reference_id)


@operation(
    bp,
    "PUT",
    f"{REFERENCE}/text",
    body=WriteReference,
    answers=ReferenceOut,
    message="Saved",
    errors=(403, 409),
)
def reference_write(reference_id: int, body: WriteReference) -> references.ShownReference:
    references.write(current_db(), current_actor(), reference_id, body)
    return _reference(reference_id)


@operation(
    bp,
    "POST",
    f"{REFERENCE}/deliver",
    answers=ReferenceOut,
    message="Given",
    errors=(403, 409),
)
def reference_deliver(reference_id: int) -> references.ShownReference:
    references.deliver(current_db(), current_actor(), reference_id)
    return _reference(reference_id)


@operation(
    bp,
    "POST",
    f"{REFERENCE}/withdraw",
    answers=ReferenceOut,
    message="Taken back",
    errors=(403, 409),
)
def reference_withdraw(reference_id: int) -> references.ShownReference:
    references.withdraw(current_db(), current_actor(), reference_id)
    return _reference(reference_id)


@operation(bp, "GET", "/engagements", answers=list[EngagementBrief], paged=True)
def engagements_list() -> Answer:
    policy.ENGAGEMENT_LOG.require(current_actor())
    return list_json(ENGAGEMENTS)


@operation(
    bp,
    "POST",
    "/engagements",
    body=LogEngagement,
    answers=EngagementOut,
    status=201,
    message="Written down",
    errors=(403,),
)
def engagement_log(body: LogEngagement) -> EngagementOut:
    return _engagement(engagements.log(current_db(), current_actor(), body).id)


def _engagement(engagement_id: int) -> EngagementOut:
    found = engagements.show(current_db(), current_actor(), engagement_id)
    row = found.row
    return EngagementOut(
        id=row.id,
        alumnus_id=row.alumnus_id,
        alumnus=found.alumnus,
        kind=row.kind,
        title=row.title,
        about=row.about,
        held_on=row.held_on,
        minutes=row.minutes,
        department=found.department,
        by_institution=row.by_institution,
        state=row.state,
        reason=row.reason,
        thanks=row.thanks,
    )


@operation(
    bp,
    "GET",
    "/engagements/report",
    query=YearQuery,
    answers=EngagementReportOut,
    errors=(403,),
)
def engagements_report(query: YearQuery) -> engagements.EngagementReport:
    return engagements.report(current_db(), current_actor(), query.year)


@operation(bp, "GET", ENGAGEMENT, answers=EngagementOut)
def engagement_show(engagement_id: int) -> EngagementOut:
    return _engagement(engagement_id)


@operation(
    bp,
    "POST",
    f"{ENGAGEMENT}/confirm",
    answers=EngagementOut,
    message="Confirmed",
    errors=(403, 409),
)
def engagement_confirm(engagement_id: int) -> EngagementOut:
    engagements.confirm(current_db(), current_actor(), engagement_id)
    return _engagement(engagement_id)


@operation(
    bp,
    "POST",
    f"{ENGAGEMENT}/refuse",
    body=RefuseEngagement,
    answers=EngagementOut,
    message="Refused",
    errors=(403, 409),
)
def engagement_refuse(engagement_id: int, body: RefuseEngagement) -> EngagementOut:
    engagements.refuse(current_db(), current_actor(), engagement_id, body.reason)
    return _engagement(engagement_id)


@operation(
    bp,
    "POST",
    f"{ENGAGEMENT}/thank",
    body=ThankEngagement,
    answers=EngagementOut,
    message="Thanked",
    errors=(403, 409),
)
def engagement_thank(engagement_id: int, body: ThankEngagement) -> EngagementOut:
    engagements.thank(current_db(), current_actor(), engagement_id, body.thanks)
    return _engagement(engagement_id)
