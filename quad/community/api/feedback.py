"""Forms for feedback over JSON: answer, make, and read what was answered."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.community import policy
from quad.community.api.shapes import (
    FeedbackBrief,
    FeedbackFormOut,
    FeedbackManagedOut,
    FeedbackResultsOut,
)
from quad.community.forms.feedback import FeedbackFormIn, FeedbackGivenIn, FeedbackQuestionIn
from quad.community.lists.feedback import FORMS
from quad.community.service import answering, asking
from quad.community.service import results as outcomes
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint(
    "community_feedback_api", __name__, url_prefix="/api/v1/feedback", tag="Community"
)
ONE = "/<int:form_id>"


@operation(bp, "GET", "", answers=list[FeedbackBrief])
def feedback_index() -> list[Any]:
    """The forms one is asked to answer now."""
    return list(answering.open_forms(current_db(), current_actor()))


@operation(bp, "GET", "/managed", answers=list[FeedbackManagedOut], paged=True)
def feedback_managed() -> Answer:
    """The forms one made; an administrator sees all."""
    policy.ASK.require(current_actor())
    return list_json(FORMS, lambda row: FeedbackManagedOut.model_validate(row._mapping))


@operation(
    bp,
    "POST",
    "",
    body=FeedbackFormIn,
    answers=FeedbackFormOut,
    status=201,
    message="Made; ask its questions next",
    errors=(403,),
)
def feedback_make(body: FeedbackFormIn) -> FeedbackFormOut:
    """Make a form; `for_…` say who is asked."""
    return _one(asking.create(current_db(), current_actor(), body).id)


@operation(bp, "POST", "/box", body=FeedbackGivenIn, status=201, message="Thank you")
def feedback_box(body: FeedbackGivenIn) -> None:
    """Tell those who run the place what one thinks of it: answers `about` and `text`."""
    answering.answer_box(current_db(), current_actor(), body)


@operation(bp, "GET", ONE, answers=FeedbackFormOut)
def feedback_form(form_id: int) -> FeedbackFormOut:
    return _one(form_id)


def _one(form_id: int) -> FeedbackFormOut:
    found = answering.asked(current_db(), current_actor(), form_id)
    names = [name for name in FeedbackFormOut.model_fields if name not in ("open", "answered")]
    values = {name: getattr(found.form, name) for name in names}
    return FeedbackFormOut.model_validate(
        {**values, "open": found.open, "answered": found.answered}
    )


@operation(
    bp,
    "PUT",
    ONE,
    body=FeedbackFormIn,
    answers=FeedbackFormOut,
    message="Saved",
    errors=(403, 409),
)
def feedback_change(form_id: int, body: FeedbackFormIn) -> FeedbackFormOut:
    asking.edit(current_db(), current_actor(), form_id, body)
    return _one(form_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403, 409))
def feedback_drop(form_id: int) -> None:
    asking.delete(current_db(), current_actor(), form_id)


@operation(
    bp,
    "POST",
    f"{ONE}/questions",
    body=FeedbackQuestionIn,
    answers=FeedbackFormOut,
    status=201,
    message="Asked from now on",
    errors=(403, 409),
)
def feedback_question_add(form_id: int, body: FeedbackQuestionIn) -> FeedbackFormOut:
    asking.add_question(current_db(), current_actor(), form_id, body)
    return _one(form_id)


@operation(
    bp,
    "DELETE",
    f"{ONE}/questions/<key>",
    answers=FeedbackFormOut,
    message="Not asked any more",
    errors=(403, 409),
)
def feedback_question_drop(form_id: int, key: str) -> FeedbackFormOut:
    asking.drop_question(current_db(), current_actor(), form_id, key)
    return _one(form_id)


@operation(
    bp,
    "POST",
    f"{ONE}/answers",
    body=FeedbackGivenIn,
    status=201,
    message="Thank you",
    errors=(409,),
)
def feedback_answer(form_id: int, body: FeedbackGivenIn) -> None:
    """Answer a form, once; where the form says so nobody can tell who it was."""
    answering.answer(current_db(), current_actor(), form_id, body)


@operation(bp, "GET", f"{ONE}/results", answers=FeedbackResultsOut, errors=(403,))
def feedback_results(form_id: int) -> Any:
    """What people answered, for who runs the form."""
    return outcomes.results(current_db(), current_actor(), form_id)
