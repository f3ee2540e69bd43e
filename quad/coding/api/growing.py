"""Students' numbers over time, and lists of students, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from quad.coding import policy
from quad.coding.api.accounts import account_out
from quad.coding.api.analytics import summary_out
from quad.coding.api.shapes import CodingAccountOut, CodingSummaryOut
from quad.coding.forms.spans import Span
from quad.coding.kinds import RISK_WORDS
from quad.coding.lists.students import STUDENTS
from quad.coding.models.figures import Risk
from quad.coding.service import accounts, spans, summaries, trends
from quad.coding.service.spans import Growth
from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.web.api import Answer, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("coding_growth_api", __name__, url_prefix="/api/v1", tag="Coding: analytics")


class AccountGrowthOut(Out):
    """One account over a time; `rating_growth` is null where a rating is unknown at either end."""

    platform_account_id: WireId
    total_before: int
    total_after: int
    growth: int
    rating_before: int | None
    rating_after: int | None
    rating_growth: int | None


class GrowthDayOut(Out):
    """One approved day: what was solved in all then, and how much of it is new."""

    day: date
    total_solved: int
    growth: int


class StudentGrowthOut(Out):
    """What a student gained from `since` to `until`, both included."""

    student_id: WireId
    since: date
    until: date
    growth: int
    growth_percentage: Number
    active_days: int
    active_weeks: int
    accounts: list[AccountGrowthOut]
    days: list[GrowthDayOut]


class CodingStudentOut(Out):
    """One student one looks after; `risk` is none, no_account, inactive or no_growth, `state` says it in words."""

    student_id: WireId
    student: str
    register_number: str
    department: str | None
    total: int
    score: int
    growth: int
    week: int
    month: int
    active_weeks: int
    last: date | None
    risk: str
    state: str


class TrendWeekOut(Out):
    """One week from its Monday: what was solved, and by how many students."""

    week: date
    growth: int
    active_students: int


class CohortOut(Out):
    """The students of one year of admission; averages are of each of them, rounded down."""

    admission_year: int
    total_students: int
    with_account: int
    total_solved: int
    growth_month: int
    solved_by_each: int
    growth_month_of_each: int


class OwnRankOut(Out):
    """Where one stood when a week was noted."""

    noted_on: date
    total_solved: int
    institution_rank: int
    department_rank: int


class SeenAccountOut(CodingAccountOut):
    """An account of a student one may see; `is_proved` once it was shown to be the student's."""

    is_proved: bool


class StudentCodingOut(CodingSummaryOut):
    """What a student reached, on which accounts, those unlinked as well; `streak` counts weeks in a row until now."""

    accounts: list[SeenAccountOut]
    score: int
    growth_week: int
    growth_month: int
    active_weeks: int
    streak: int


class TrendQuery(Form):
    department: Annotated[Id | None, Field(title=_l("Department"))] = None


def _growth(student_id: int, found: Growth) -> StudentGrowthOut:
    return StudentGrowthOut(
        student_id=student_id,
        since=found.since,
        until=found.until,
        growth=found.growth,
        growth_percentage=found.percentage,
        active_days=found.active_days,
        active_weeks=found.active_weeks,
        accounts=[
            AccountGrowthOut(
                platform_account_id=one.account_id,
                total_before=one.before,
                total_after=one.total,
                growth=one.growth,
                rating_before=one.rating_before,
                rating_after=one.rating,
                rating_growth=one.rating_growth,
            )
            for one in found.accounts
        ],
        days=[
            GrowthDayOut(day=day, total_solved=total, growth=gain)
            for day, total, gain in found.days
        ],
    )


@operation(
    bp,
    "GET",
    "/analytics/growth",
    query=Span,
    answers=StudentGrowthOut,
    errors=(403,),
)
def own_growth(query: Span) -> StudentGrowthOut:
    """What one gained oneself from one day to another."""
    db, actor = current_db(), current_actor()
    student_id = accounts.own_student(db, actor).id
    return _growth(student_id, spans.of_student(db, actor, student_id, query))


@operation(
    bp,
    "GET",
    "/analytics/students/<int:student_id>/growth",
    query=Span,
    answers=StudentGrowthOut,
)
def student_growth(student_id: int, query: Span) -> StudentGrowthOut:
    """What a student gained from one day to another, for the student and who looks after the student."""
    return _growth(student_id, spans.of_student(current_db(), current_actor(), student_id, query))


@operation(bp, "GET", "/coding/students", answers=list[CodingStudentOut], paged=True, errors=(403,))
def coding_students() -> Answer:
    """The students one looks after, with their numbers. Filters: name, risk, department, year, quiet, solved."""
    policy.STUDENTS.require(current_actor())
    return list_json(STUDENTS, _student)


@operation(bp, "GET", "/coding/students/<int:student_id>", answers=StudentCodingOut)
def coding_student(student_id: int) -> StudentCodingOut:
    """What a student reached, for the student and who looks after the student."""
    db, actor = current_db(), current_actor()
    found, _tended = summaries.seen_summary(db, actor, student_id)
    figure = trends.of_student(db, student_id)
    return StudentCodingOut(
        **vars(summary_out(found)),
        accounts=[
            SeenAccountOut(**vars(account_out(row)), is_proved=row.proved_at is not None)
            for row in accounts.of_student(db, student_id, unlinked_too=True)
        ],
        score=-figure.score_down if figure else 0,
        growth_week=figure.week if figure else 0,
        growth_month=figure.month if figure else 0,
        active_weeks=figure.active_weeks if figure else 0,
        streak=trends.streak_now(figure, local_today(db)) if figure else 0,
    )


def _student(row: Any) -> CodingStudentOut:
    return CodingStudentOut.model_validate(
        {**row._mapping, "risk": row.risk.value, "state": str(RISK_WORDS[Risk(row.risk)])}
    )


@operation(
    bp, "GET", "/analytics/trends", query=TrendQuery, answers=list[TrendWeekOut], errors=(403,)
)
def weekly_trend(query: TrendQuery) -> list[TrendWeekOut]:
    """The last twelve weeks of one's scope, or of one department in it."""
    rows = trends.weeks(current_db(), current_actor(), query.department)
    return [
        TrendWeekOut(week=one.week, growth=one.gain, active_students=one.active) for one in rows
    ]


@operation(bp, "GET", "/analytics/cohorts", answers=list[CohortOut], errors=(403,))
def cohorts() -> list[CohortOut]:
    """The years of admission in one's scope, the latest first."""
    return [
        CohortOut(
            admission_year=one.year,
            total_students=one.students,
            with_account=one.with_account,
            total_solved=one.total,
            growth_month=one.month,
            solved_by_each=one.each,
            growth_month_of_each=one.each_month,
        )
        for one in trends.cohorts(current_db(), current_actor())
    ]


@operation(bp, "GET", "/analytics/my-ranks", answers=list[OwnRankOut], errors=(403,))
def own_ranks() -> list[OwnRankOut]:
    """Where one stood, week by week, the latest first."""
    db = current_db()
    student = accounts.own_student(db, current_actor())
    return [
        OwnRankOut(
            noted_on=row.noted_on,
            total_solved=row.total,
            institution_rank=row.institution_rank,
            department_rank=row.department_rank,
        )
        for row in reversed(trends.ranks(db, student.id))
    ]
