"""Delegations, and what is noted and done about students at risk, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.coding import policy
from quad.coding.forms.mentoring import CloseFollowUp, NewDelegation, NewFollowUp
from quad.coding.service import delegations, followups
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint(
    "coding_mentoring_api", __name__, url_prefix="/api/v1/coding", tag="Coding: mentoring"
)


class DelegationOut(Out):
    """`deputy` reviews for `mentor` from the first to the last day."""

    id: WireId
    mentor_id: WireId
    mentor: str
    deputy_id: WireId
    deputy: str
    first_day: date
    last_day: date


class DeputyOut(Out):
    user_id: WireId
    full_name: str


class FollowUpOut(Out):
    """What was noted about a student, what is to be done, and what came of it.

    `reason` is why the student was at risk: none, no_account, inactive or no_growth; `outcome` is open, improved,
    unchanged, passed_on or not_needed.
    """

    id: WireId
    student_id: WireId
    reason: str
    note: str
    task: str
    due_on: date | None
    outcome: str
    outcome_note: str
    author: str | None
    created_at: Moment
    closed_at: Moment | None


class CodingTaskOut(Out):
    """One of one's own tasks that is to be done."""

    id: WireId
    student_id: WireId
    student: str
    task: str
    due_on: date | None


@operation(bp, "GET", "/delegations", answers=list[DelegationOut])
def delegations_index() -> list[Any]:
    """The delegations from and to one that are not over."""
    return list(delegations.current(current_db(), current_actor()))


@operation(bp, "GET", "/deputies", answers=list[DeputyOut], errors=(403,))
def deputies() -> list[DeputyOut]:
    """Who could review in one's place."""
    actor = current_actor()
    policy.DELEGATE.require(actor)
    return [
        DeputyOut(user_id=number, full_name=name)
        for number, name in delegations.choices(current_db(), actor)
    ]


@operation(
    bp,
    "POST",
    "/delegations",
    body=NewDelegation,
    answers=DelegationOut,
    status=201,
    message="Arranged",
    errors=(403,),
)
def delegation_add(body: NewDelegation) -> Any:
    """Let a colleague review in one's place for some days."""
    db, actor = current_db(), current_actor()
    made = delegations.add(db, actor, body)
    return next(row for row in delegations.current(db, actor) if row.id == made.id)


@operation(
    bp,
    "DELETE",
    "/delegations/<int:delegation_id>",
    message="Ended",
    errors=(409,),
)
def delegation_end(delegation_id: int) -> None:
    """End a delegation before its last day."""
    delegations.end(current_db(), current_actor(), delegation_id)


@operation(
    bp, "GET", "/students/<int:student_id>/follow-ups", answers=list[FollowUpOut], errors=(403,)
)
def follow_ups_index(student_id: int) -> list[Any]:
    """What was noted about a student one looks after, the latest first."""
    db, actor = current_db(), current_actor()
    policy.TEND_STUDENT.get(db, actor, student_id, read=policy.SEE_STUDENT)
    return list(followups.of_student(db, actor, student_id))


@operation(
    bp,
    "POST",
    "/students/<int:student_id>/follow-ups",
    body=NewFollowUp,
    answers=FollowUpOut,
    status=201,
    message="Noted",
    errors=(403,),
)
def follow_up_add(student_id: int, body: NewFollowUp) -> Any:
    """Note something about a student, and what is to be done until when."""
    db, actor = current_db(), current_actor()
    made = followups.add(db, actor, student_id, body)
    return followups.one(db, actor, made.id)


@operation(bp, "GET", "/follow-ups", answers=list[CodingTaskOut], errors=(403,))
def tasks_index() -> list[CodingTaskOut]:
    """One's own tasks that are to be done, what is due first."""
    actor = current_actor()
    policy.STUDENTS.require(actor)
    return [
        CodingTaskOut(
            id=row.id,
            student_id=row.student_id,
            student=row.full_name,
            task=row.task,
            due_on=row.due_on,
        )
        for row in followups.waiting(current_db(), actor, limit=followups.MOST_TASKS)
    ]


@operation(
    bp,
    "POST",
    "/follow-ups/<int:follow_up_id>/close",
    body=CloseFollowUp,
    answers=FollowUpOut,
    message="Noted",
    errors=(409,),
)
def follow_up_close(follow_up_id: int, body: CloseFollowUp) -> Any:
    """Say what came of it."""
    db, actor = current_db(), current_actor()
    followups.close(db, actor, follow_up_id, body)
    return followups.one(db, actor, follow_up_id)
