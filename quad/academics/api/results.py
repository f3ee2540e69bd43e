"""The results of an offering over JSON: read, publish, lock, reopen, give by hand."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms.awards import AwardsBatch
from quad.academics.forms.marks import Reopen
from quad.academics.lists.results import RESULTS as LISTED
from quad.academics.models.results import AwardKind, Standing
from quad.academics.models.teaching import ComponentKind, Offering, ResultState
from quad.academics.policy import base as policy
from quad.academics.policy import results as results_policy
from quad.academics.service import awards, offering_results, results
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("academics_results_api", __name__, url_prefix="/api/v1", tag="Results")
RESULTS = "/academics/offerings/<int:offering_id>/results"


class ResultOut(Out):
    """One student's result. `shown` is what the record says: a letter, W, I or AB."""

    enrolment_id: WireId
    student_id: WireId
    name: str
    register_number: str
    attempt: int
    standing: Standing
    total: Number | None
    percentage: Number | None
    letter: str
    points: Number | None
    passed: bool
    awarded: bool
    shown: str


class ComponentFiguresOut(Out):
    id: WireId
    name: str
    kind: ComponentKind
    maximum: Number
    marked: int
    absent: int
    lowest: Number | None
    highest: Number | None
    average: Number | None


class ResultsOut(Out):
    """`by_letter` and `by_tens` count students; a pair of `by_tens` begins with the lower bound in per cent."""

    offering_id: WireId
    state: ResultState
    still_open: int
    average: Number | None
    pass_rate: Number | None
    by_letter: list[tuple[str, int]]
    by_tens: list[tuple[int, int]]
    components: list[ComponentFiguresOut]
    results: list[ResultOut]


class StateOut(Out):
    offering_id: WireId
    state: ResultState


class AwardOutcomeOut(Out):
    enrolment_id: WireId
    status: awards.Given
    error: str | None
    award_id: WireId | None


class AwardOut(Out):
    id: WireId
    kind: AwardKind
    letter: str
    reason: str
    current: bool
    created_at: Moment
    given_by: str | None


class ListedResultOut(Out):
    """One result that counts. `letter` is empty for an absence."""

    id: WireId
    enrolment_id: WireId
    student_id: WireId
    full_name: str
    register_number: str
    offering_id: WireId
    course_id: WireId
    code: str
    course_title: str
    term_id: WireId
    term_name: str
    attempt: int
    credits: Number
    percentage: Number | None
    letter: str
    points: Number | None
    passed: bool
    standing: Standing


@operation(
    bp, "GET", "/academics/results", answers=list[ListedResultOut], paged=True, errors=(403,)
)
def results_list() -> Answer:
    """The results that count, across courses; filters as on the page: term, department, year, letter, passed."""
    results_policy.LIST.require(current_actor())
    return list_json(LISTED)


@operation(bp, "GET", RESULTS, answers=ResultsOut, errors=(403,))
def results_show(offering_id: int) -> ResultsOut:
    found = offering_results.results_of(current_db(), current_actor(), offering_id)
    return ResultsOut(
        offering_id=offering_id,
        state=found.head.state,
        still_open=found.still_open,
        average=found.average,
        pass_rate=found.pass_rate,
        by_letter=found.by_letter,
        by_tens=found.by_tens,
        components=[ComponentFiguresOut.model_validate(one) for one in found.components],
        results=[ResultOut.model_validate(row) for row in found.rows],
    )


def _state(offering: Offering) -> StateOut:
    return StateOut(offering_id=offering.id, state=offering.state)


@operation(
    bp,
    "POST",
    f"{RESULTS}/publish",
    answers=StateOut,
    message="Results published",
    errors=(403, 409),
)
def results_publish(offering_id: int) -> StateOut:
    return _state(results.publish(current_db(), current_actor(), offering_id))


@operation(
    bp, "POST", f"{RESULTS}/lock", answers=StateOut, message="Results locked", errors=(403, 409)
)
def results_lock(offering_id: int) -> StateOut:
    return _state(results.lock(current_db(), current_actor(), offering_id))


@operation(
    bp,
    "POST",
    f"{RESULTS}/reopen",
    body=Reopen,
    answers=StateOut,
    message="Results reopened",
    errors=(403, 409),
)
def results_reopen(offering_id: int, body: Reopen) -> StateOut:
    return _state(results.reopen(current_db(), current_actor(), offering_id, body))


@operation(
    bp,
    "PUT",
    f"{RESULTS}/awards",
    body=AwardsBatch,
    answers=list[AwardOutcomeOut],
    message="Results taken",
    errors=(403, 409),
)
def awards_give(offering_id: int, body: AwardsBatch) -> list[awards.AwardOutcome]:
    """Each entry has its own outcome: saved, unchanged, refused or conflict."""
    return awards.give(current_db(), current_actor(), offering_id, body)


@operation(
    bp,
    "GET",
    "/academics/enrolments/<int:enrolment_id>/awards",
    answers=list[AwardOut],
    errors=(403,),
)
def awards_history(enrolment_id: int) -> list[AwardOut]:
    """Every result ever given by hand for one enrolment, the newest first."""
    policy.ENROLMENT_MANAGE.get(
        current_db(), current_actor(), enrolment_id, read=policy.ENROLMENT_READ
    )
    return [_award(row) for row in awards.history(current_db(), enrolment_id)]


def _award(row: Any) -> AwardOut:
    return AwardOut(
        id=row.id,
        kind=row.kind,
        letter=row.letter,
        reason=row.reason,
        current=row.current is not None,
        created_at=row.created_at,
        given_by=row.given_by,
    )
