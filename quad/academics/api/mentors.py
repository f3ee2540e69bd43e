"""Advisors and counsellors of students, as the coding contract has it."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.academics.forms.mentors import (
    AssignAdvisor,
    AssignCounsellor,
    ClassToMentor,
    MoveMentees,
    ShareOut,
    TakeMentor,
)
from quad.academics.service import mentors, sharing_out
from quad.academics.service.mentors import Assigned
from quad.academics.service.sharing_out import Suggestion
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.identity.models.mentors import MentorKind
from quad.web.api import Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("academics_mentors_api", __name__, url_prefix="/api/v1/staff", tag="Staff")


class AssignedOut(Out):
    assigned_count: int
    skipped_count: int


class MentorShareOut(Out):
    """One mentor: how many students there are, and who would come."""

    mentor_id: WireId
    full_name: str
    load: int
    student_ids: list[WireId]


class SuggestionOut(Out):
    """Who would get whom; `left` counts the students nobody may be given."""

    shares: list[MentorShareOut]
    left: int


def _out(result: Assigned) -> AssignedOut:
    return AssignedOut(assigned_count=result.assigned, skipped_count=result.skipped)


@operation(
    bp,
    "POST",
    "/assign-advisor",
    body=AssignAdvisor,
    answers=AssignedOut,
    message="Advisor assigned",
    errors=(403, 404),
    lenient="advisor_id and student_ids required",
)
def assign_advisor(body: AssignAdvisor) -> AssignedOut:
    """Students out of scope or unknown are skipped and counted."""
    return _out(
        mentors.assign(
            current_db(),
            current_actor(),
            MentorKind.ADVISOR,
            body.advisor_id,
            body.student_ids,
        )
    )


@operation(
    bp,
    "POST",
    "/assign-counsellor",
    body=AssignCounsellor,
    answers=AssignedOut,
    message="Counsellor assigned",
    errors=(403, 404),
    lenient="counsellor_id and student_ids required",
)
def assign_counsellor(body: AssignCounsellor) -> AssignedOut:
    """Advisors assign counsellors to their own students; others are skipped and counted."""
    return _out(
        mentors.assign(
            current_db(),
            current_actor(),
            MentorKind.COUNSELLOR,
            body.counsellor_id,
            body.student_ids,
        )
    )


@operation(
    bp,
    "POST",
    "/assign-class",
    body=ClassToMentor,
    answers=AssignedOut,
    message="Assigned",
    errors=(403, 404),
)
def assign_class(body: ClassToMentor) -> AssignedOut:
    """Everybody of a class to one mentor."""
    result = mentors.assign_class(
        current_db(),
        current_actor(),
        body.kind,
        body.mentor_id,
        body.class_id,
        only_without=body.only_without,
    )
    return _out(result)


def _suggested(body: ShareOut) -> Suggestion:
    db, actor = current_db(), current_actor()
    if body.class_id is not None:
        return sharing_out.of_class(
            db, actor, body.kind, body.class_id, only_without=body.only_without
        )
    if not body.student_ids:
        raise Invalid({"class_id": _("Name a class, or students.")})
    return sharing_out.of_students(db, actor, body.kind, body.student_ids)


@operation(bp, "POST", "/suggest", body=ShareOut, answers=SuggestionOut, errors=(403,))
def suggest(body: ShareOut) -> SuggestionOut:
    """Who would get whom if students were shared out evenly; nothing changes."""
    found = _suggested(body)
    return SuggestionOut(
        shares=[
            MentorShareOut(
                mentor_id=share.mentor_id,
                full_name=share.full_name,
                load=share.load,
                student_ids=[number for number, _name in share.students],
            )
            for share in found.shares
        ],
        left=found.left,
    )


@operation(
    bp, "POST", "/share-out", body=ShareOut, answers=AssignedOut, message="Assigned", errors=(403,)
)
def share_out(body: ShareOut) -> AssignedOut:
    """Share students out evenly among the mentors of their department."""
    found = _suggested(body)
    return _out(sharing_out.apply(current_db(), current_actor(), body.kind, found))


@operation(
    bp,
    "POST",
    "/reassign",
    body=MoveMentees,
    answers=AssignedOut,
    message="Assigned",
    errors=(403, 404, 409),
)
def reassign(body: MoveMentees) -> AssignedOut:
    """All students of one mentor, as far as they are one's to assign, to another."""
    db, actor = current_db(), current_actor()
    return _out(mentors.reassign(db, actor, body.kind, body.from_id, body.mentor_id))


@operation(
    bp,
    "POST",
    "/unassign",
    body=TakeMentor,
    answers=AssignedOut,
    message="Taken away",
    errors=(403,),
)
def unassign(body: TakeMentor) -> AssignedOut:
    """Take the mentor of this kind from these students."""
    return _out(mentors.unassign(current_db(), current_actor(), body.kind, body.student_ids))
