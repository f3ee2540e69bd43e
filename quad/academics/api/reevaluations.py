"""Re-evaluations over JSON."""

from __future__ import annotations

from datetime import date

from apiflask import APIBlueprint

from quad.academics.forms.reevaluation import (
    AnswerReevaluation,
    ConfirmReevaluation,
    NewReevaluation,
    ReturnReevaluation,
)
from quad.academics.lists.reevaluation import REEVALUATIONS
from quad.academics.models.reevaluation import Answer, ReevaluationState, Step
from quad.academics.policy import reevaluation as policy
from quad.academics.service.reevaluation import answering, asking, reading
from quad.web.api import Answer as Reply
from quad.web.api import Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint(
    "academics_reevaluations_api",
    __name__,
    url_prefix="/api/v1/academics",
    tag="Re-evaluations",
)
ONE = "/reevaluations/<int:reevaluation_id>"


class ListedReevaluationOut(Out):
    """`component_id` null is the whole result."""

    id: WireId
    enrolment_id: WireId
    offering_id: WireId
    student_id: WireId
    full_name: str
    register_number: str
    course: str
    code: str
    term: str
    component_id: WireId | None
    component: str | None
    state: ReevaluationState
    due_on: date
    asked_at: Moment
    decided_at: Moment | None


class MarkInQuestionOut(Out):
    """A component: the mark that stands, and with `proposed` the one the answer gives instead."""

    component_id: WireId
    name: str
    maximum: Number
    value: Number | None
    absent: bool
    asked: bool
    proposed: bool
    value_before: Number | None
    absent_before: bool
    new_value: Number | None
    new_absent: bool


class StepOut(Out):
    step: Step
    note: str
    at: Moment
    by: str | None


class ReevaluationOut(Out):
    """One request. The student reads the answer once it is confirmed."""

    id: WireId
    enrolment_id: WireId
    offering_id: WireId
    student_id: WireId
    student: str
    course: str
    term: str
    component_id: WireId | None
    component: str | None
    state: ReevaluationState
    reason: str
    receipt: str
    due_on: date
    answer: Answer | None
    answer_reason: str
    percentage_before: Number | None
    letter_before: str
    percentage_after: Number | None
    letter_after: str
    marks: list[MarkInQuestionOut]
    steps: list[StepOut]
    version: int


class ChoiceOut(Out):
    """Something one may ask about; `component_id` null is the whole result."""

    component_id: WireId | None
    label: str
    until: Moment


class AskableOut(Out):
    """`problem` says why nothing may be asked about; empty when something may."""

    choices: list[ChoiceOut]
    problem: str
    open_id: WireId | None
    fee_note: str


def _one(reevaluation_id: int) -> ReevaluationOut:
    actor = current_actor()
    found = reading.request_of(current_db(), actor, reevaluation_id)
    row = found.row
    return ReevaluationOut(
        id=row.id,
        enrolment_id=row.enrolment_id,
        offering_id=row.offering_id,
        student_id=row.student_id,
        student=found.student,
        course=found.course,
        term=found.term,
        component_id=row.component_id,
        component=found.component,
        state=row.state,
        reason=row.reason,
        receipt=row.receipt,
        due_on=row.due_on,
        answer=None if found.hidden else row.answer,
        answer_reason="" if found.hidden else row.answer_reason,
        percentage_before=row.percentage_before,
        letter_before=row.letter_before,
        percentage_after=row.percentage_after,
        letter_after=row.letter_after,
        marks=[MarkInQuestionOut.model_validate(one) for one in found.marks],
        steps=[StepOut.model_validate(one) for one in found.steps],
        version=row.version,
    )


@operation(bp, "GET", "/reevaluations", answers=list[ListedReevaluationOut], paged=True)
def reevaluations_index() -> Reply:
    """One's own, those of one's offerings, or those of the department; filters: open, state, overdue, term, student."""
    policy.REEVALUATION_LIST.require(current_actor())
    return list_json(REEVALUATIONS)


@operation(
    bp,
    "POST",
    "/reevaluations",
    body=NewReevaluation,
    answers=ReevaluationOut,
    status=201,
    message="Request made",
    errors=(403, 404, 409),
)
def reevaluation_ask(body: NewReevaluation) -> ReevaluationOut:
    """Ask that a component, or the whole result, be looked at again."""
    return _one(asking.ask(current_db(), current_actor(), body.enrolment_id, body).id)


@operation(
    bp,
    "GET",
    "/enrolments/<int:enrolment_id>/reevaluation",
    answers=AskableOut,
    errors=(403,),
)
def reevaluation_choices(enrolment_id: int) -> asking.Askable:
    """What the reader may ask about a result of their own, and until when."""
    return asking.askable(current_db(), current_actor(), enrolment_id)


@operation(bp, "GET", ONE, answers=ReevaluationOut)
def reevaluation_show(reevaluation_id: int) -> ReevaluationOut:
    return _one(reevaluation_id)


@operation(
    bp,
    "POST",
    f"{ONE}/answer",
    body=AnswerReevaluation,
    answers=ReevaluationOut,
    message="Answered",
    errors=(403, 409),
)
def reevaluation_answer(reevaluation_id: int, body: AnswerReevaluation) -> ReevaluationOut:
    """Keep the result or propose other marks; nothing changes until it is confirmed."""
    answering.answer(current_db(), current_actor(), reevaluation_id, body)
    return _one(reevaluation_id)


@operation(
    bp,
    "POST",
    f"{ONE}/confirm",
    body=ConfirmReevaluation,
    answers=ReevaluationOut,
    message="Confirmed",
    errors=(403, 409),
)
def reevaluation_confirm(reevaluation_id: int, body: ConfirmReevaluation) -> ReevaluationOut:
    """Let the answer count: marks are superseded, the result follows, locked or not."""
    answering.confirm(current_db(), current_actor(), reevaluation_id, body)
    return _one(reevaluation_id)


@operation(
    bp,
    "POST",
    f"{ONE}/return",
    body=ReturnReevaluation,
    answers=ReevaluationOut,
    message="Sent back",
    errors=(403, 409),
)
def reevaluation_return(reevaluation_id: int, body: ReturnReevaluation) -> ReevaluationOut:
    answering.send_back(current_db(), current_actor(), reevaluation_id, body)
    return _one(reevaluation_id)


@operation(
    bp,
    "POST",
    f"{ONE}/withdraw",
    answers=ReevaluationOut,
    message="Withdrawn",
    errors=(403, 409),
)
def reevaluation_withdraw(reevaluation_id: int) -> ReevaluationOut:
    asking.withdraw(current_db(), current_actor(), reevaluation_id)
    return _one(reevaluation_id)
