"""How an offering goes and how a student gets on, over JSON."""

from __future__ import annotations

from typing import Any

from quad.insights.api.analytics import bp
from quad.insights.service import courses, progress
from quad.insights.service.courses import AtRisk, Rule
from quad.insights.service.progress import Backlog
from quad.web.api import Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db


class SpreadOut(Out):
    """How a component's marks spread, in per cent of its maximum; an absence counts as 0."""

    id: WireId
    name: str
    maximum: Number
    marked: int
    absent: int
    lowest: Number | None
    middle: Number | None
    average: Number | None
    highest: Number | None
    deviation: Number | None


class EarlierOut(Out):
    id: WireId
    term: str
    section: str
    teacher: str | None
    results: int
    pass_rate: Number | None
    average: Number | None
    this: bool


class ReasonOut(Out):
    """Why a student is at risk: a rule, the number it looked at, and the limit it was compared with."""

    rule: Rule
    number: Number | int | None
    limit: Number | int | None


class AtRiskOut(Out):
    student_id: WireId
    enrolment_id: WireId
    name: str
    register_number: str
    percentage: Number | None
    reasons: list[ReasonOut]


class CourseAnalyticsOut(Out):
    """`by_tens` and `by_letter` count students; `earlier` are the offerings of the course that have results."""

    offering_id: WireId
    students: int
    still_open: int
    average: Number | None
    pass_rate: Number | None
    by_tens: list[tuple[int, int]]
    by_letter: list[tuple[str, int]]
    components: list[SpreadOut]
    earlier: list[EarlierOut]
    at_risk: list[AtRiskOut]


class TermProgressOut(Out):
    term_id: WireId
    name: str
    passed: int
    failed: int
    still_open: int
    earned: Number
    sgpa: Number | None
    cgpa: Number | None
    cohort: Number | None


class BacklogOut(Out):
    course_id: WireId
    code: str
    title: str
    term: str
    attempts: int
    taken_again: bool


class ProgressOut(Out):
    """`cohort` is the average grade point of the same year's students of the department."""

    student_id: WireId
    cgpa: Number | None
    credits_earned: Number
    terms: list[TermProgressOut]
    backlogs: list[BacklogOut]


@operation(
    bp,
    "GET",
    "/analytics/offerings/<int:offering_id>",
    answers=CourseAnalyticsOut,
    errors=(403,),
)
def offering_show(offering_id: int) -> dict[str, Any]:
    """How an offering goes, for who teaches it or decides about it."""
    found = courses.of_offering(current_db(), current_actor(), offering_id)
    results = found.results
    return {
        "offering_id": offering_id,
        "students": len(results.staying),
        "still_open": results.still_open,
        "average": results.average,
        "pass_rate": results.pass_rate,
        "by_tens": results.by_tens,
        "by_letter": results.by_letter,
        "components": found.components,
        "earlier": found.earlier,
        "at_risk": [_at_risk(one) for one in found.at_risk],
    }


@operation(bp, "GET", "/analytics/students/<int:student_id>", answers=ProgressOut)
def student_show(student_id: int) -> dict[str, Any]:
    """How a student gets on, for whoever may see the record."""
    found = progress.of_student(current_db(), current_actor(), student_id)
    return {
        "student_id": student_id,
        "cgpa": found.record.cgpa,
        "credits_earned": found.record.credits_earned,
        "terms": found.terms,
        "backlogs": [_backlog(one) for one in found.backlogs],
    }


def _at_risk(one: AtRisk) -> dict[str, Any]:
    names = ("student_id", "enrolment_id", "name", "register_number", "percentage")
    return {**{name: getattr(one.row, name) for name in names}, "reasons": one.reasons}


def _backlog(one: Backlog) -> dict[str, Any]:
    names = ("course_id", "code", "title")
    told = {name: getattr(one.course, name) for name in names}
    return {**told, "term": one.term, "attempts": one.attempts, "taken_again": one.taken}
