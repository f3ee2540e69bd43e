"""Summaries, leaderboards and students at risk, as existing clients know them (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from pydantic import Field

from quad.coding.api.paging import one_page, paged, whole_or_page
from quad.coding.api.shapes import (
    UNASSIGNED,
    AdvisedOut,
    BoardOut,
    CodingRiskOut,
    CodingSummaryOut,
    CounselledOut,
    CounselledRiskOut,
    CounsellorSummaryOut,
    DepartmentBoardOut,
    DepartmentPerformanceOut,
    DepartmentPlaceOut,
    InstitutionSummaryOut,
    OnPlatformOut,
    OverallOut,
    PlaceOut,
    StudentInfoOut,
    TopPerformerOut,
    day_or_never,
)
from quad.coding.kinds import REASONS
from quad.coding.models.figures import Metric, Risk, Scope
from quad.coding.service import leaderboards, mentees, risks, summaries
from quad.coding.service.leaderboards import Place, Wanted
from quad.coding.service.summaries import Summary
from quad.core.forms import Form, Id
from quad.institution.policy import READ_DEPARTMENT
from quad.web.api import Answer, ListQuery, PageOut, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint(
    "coding_analytics_api", __name__, url_prefix="/api/v1/analytics", tag="Coding: analytics"
)


class TopQuery(Form):
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class BoardQuery(Form):
    """`id` is a department, the year of admission of a batch, or a class; left out, it is one's own."""

    scope: Scope = Scope.INSTITUTION
    id: Id | None = None
    metric: Metric = Metric.TOTAL
    platform: Annotated[str, Field(max_length=40, description="A platform's key")] = ""
    page: Annotated[int, Field(ge=1, le=leaderboards.MOST_PAGES)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = leaderboards.SIZE


def summary_out(found: Summary) -> CodingSummaryOut:
    """Return a student's summary as it goes out."""
    student = found.student
    return CodingSummaryOut(
        student_info=StudentInfoOut(
            student_id=student.id,
            full_name=student.full_name,
            email=student.email,
            register_number=student.register_number,
            admission_year=student.admission_year,
            department_name=student.department_name,
        ),
        platform_summary=[OnPlatformOut.model_validate(one) for one in found.platforms],
        overall_aggregation=OverallOut(
            total_platforms_linked=len(found.platforms),
            overall_total_solved=found.total_solved,
            overall_rating_average=found.rating_average,
            overall_growth=found.growth,
        ),
    )


@operation(bp, "GET", "/my-summary", answers=CodingSummaryOut, errors=(403,))
def own_summary() -> CodingSummaryOut:
    """What one has reached oneself."""
    return summary_out(summaries.own_summary(current_db(), current_actor()))


@operation(bp, "GET", "/institution-summary", answers=InstitutionSummaryOut, errors=(403,))
def institution_summary() -> Any:
    """Totals of everybody in one's scope."""
    return summaries.institution(current_db(), current_actor())


@operation(
    bp,
    "GET",
    "/department-performance",
    query=ListQuery,
    answers=list[DepartmentPerformanceOut],
    errors=(403,),
)
def department_performance(query: ListQuery) -> Answer:
    """The departments in one's scope, by problems solved."""
    return whole_or_page(summaries.departments(current_db(), current_actor()), query)


@operation(
    bp,
    "GET",
    "/top-performers",
    query=TopQuery,
    answers=list[TopPerformerOut],
    errors=(403,),
)
def top_performers(query: TopQuery) -> list[TopPerformerOut]:
    """The best students in one's scope, by problems solved."""
    places = leaderboards.top(current_db(), current_actor(), query.limit)
    return [
        TopPerformerOut(
            rank=one.rank,
            student_id=one.student_id,
            full_name=one.full_name,
            department_name=one.department_name,
            total_solved=one.total_solved,
            average_rating=one.rating or summaries.average(0, 0),
        )
        for one in places
    ]


@operation(bp, "GET", "/at-risk", query=ListQuery, answers=list[CodingRiskOut], errors=(403,))
def at_risk(query: ListQuery) -> Answer:
    """Who has no account, has been quiet for too long, or does not grow."""
    db, actor = current_db(), current_actor()
    if not paged():
        return Answer([_risk(row) for row in mentees.at_risk(db, actor)])
    rows, total = risks.page(db, actor, query.page, query.size)
    return one_page([_risk(row) for row in rows], total, query)


def _risk(row: Any) -> CodingRiskOut:
    return CodingRiskOut(
        student_id=row.student_id,
        full_name=row.full_name,
        department_name=row.department_name or UNASSIGNED,
        growth=row.growth,
        last_snapshot_date=day_or_never(row.last_on),
        reason=REASONS[row.risk],
    )


@operation(
    bp,
    "GET",
    "/department/<int:department_id>/leaderboard",
    query=ListQuery,
    answers=DepartmentBoardOut,
    errors=(403,),
)
def department_leaderboard(department_id: int, query: ListQuery) -> Answer:
    """Everybody of a department, by problems solved."""
    db, actor = current_db(), current_actor()
    own = leaderboards.own_of(db, actor)
    board = leaderboards.board_for(db, actor, own, Wanted(Scope.DEPARTMENT, department_id))
    department = READ_DEPARTMENT.get(db, actor, department_id)
    if paged():
        found = leaderboards.page(db, actor, own, board, query.page, query.size)
        places, total = found.places, found.total
        where = one_page(places, total, query, exact=found.exact).page
    else:
        places = tuple(leaderboards.whole(db, actor, board))
        total, where = len(places), None
    out = DepartmentBoardOut(
        department_id=department.id,
        department_name=department.name,
        total_students=total,
        leaderboard=[DepartmentPlaceOut.model_validate(one) for one in places],
    )
    return Answer(out, page=where)


@operation(bp, "GET", "/leaderboard", query=BoardQuery, answers=BoardOut, errors=(403, 404))
def leaderboard(query: BoardQuery) -> Answer:
    """A leaderboard of the institution, a department, a batch or a class; weeks and months are the last 7, 30 days."""
    db, actor = current_db(), current_actor()
    own = leaderboards.own_of(db, actor)
    wanted = Wanted(query.scope, query.id, query.metric, query.platform)
    board = leaderboards.board_for(db, actor, own, wanted)
    found = leaderboards.page(db, actor, own, board, query.page, query.size)
    me, neighbours = leaderboards.around(db, actor, own, board)
    out = BoardOut(
        scope=board.scope,
        id=board.scope_id or None,
        metric=board.metric,
        platform=query.platform or None,
        leaderboard=[_place(one) for one in found.places],
        me=_place(me) if me else None,
        neighbours=[_place(one) for one in neighbours],
    )
    where = PageOut(
        total=found.total,
        exact=found.exact,
        next=_turn(query.page + 1) if found.more else None,
        previous=_turn(query.page - 1) if query.page > 1 else None,
    )
    return Answer(out, page=where)


def _turn(page: int) -> str:
    kept = {name: text for name, text in request.args.items() if name != "page"}
    words = "&".join(f"{name}={text}" for name, text in {**kept, "page": str(page)}.items())
    return f"{request.path}?{words}"


def _place(one: Place) -> PlaceOut:
    return PlaceOut.model_validate(one)


@operation(
    bp, "GET", "/advisor/my-students", query=ListQuery, answers=list[AdvisedOut], errors=(403,)
)
def advised_students(query: ListQuery) -> Answer:
    """The students one is the advisor of."""
    rows = [
        AdvisedOut(
            student_id=row.student_id,
            full_name=row.full_name,
            department_name=row.department_name,
            total_solved=row.total,
            growth=row.growth,
            last_active_date=day_or_never(row.last_on),
        )
        for row in mentees.of_advisor(current_db(), current_actor())
    ]
    return whole_or_page(rows, query)


@operation(
    bp,
    "GET",
    "/advisor/student/<int:student_id>",
    answers=CodingSummaryOut,
    errors=(403,),
)
def advised_student(student_id: int) -> CodingSummaryOut:
    """The summary of a student assigned to one."""
    return summary_out(summaries.mentee_summary(current_db(), current_actor(), student_id))


@operation(bp, "GET", "/counsellor/summary", answers=CounsellorSummaryOut, errors=(403,))
def counsellor_summary() -> Any:
    """The students one is the counsellor of, together."""
    return mentees.counsellor_summary(current_db(), current_actor())


@operation(
    bp, "GET", "/counsellor/students", query=ListQuery, answers=list[CounselledOut], errors=(403,)
)
def counselled_students(query: ListQuery) -> Answer:
    """The students one is the counsellor of."""
    rows = [
        CounselledOut(
            student_id=row.student_id,
            full_name=row.full_name,
            register_number=row.register_number,
            total_solved=row.total,
            growth=row.growth,
            last_active=day_or_never(row.last_on),
            is_risk=row.risk != Risk.NONE,
        )
        for row in mentees.of_counsellor(current_db(), current_actor())
    ]
    return whole_or_page(rows, query)


@operation(
    bp,
    "GET",
    "/counsellor/at-risk",
    query=ListQuery,
    answers=list[CounselledRiskOut],
    errors=(403,),
)
def counselled_at_risk(query: ListQuery) -> Answer:
    """Those of one's students who may need help."""
    rows = [
        CounselledRiskOut(
            student_id=row.student_id,
            full_name=row.full_name,
            total_solved=row.total,
            growth=row.growth,
            last_active=day_or_never(row.last_on),
            reason=REASONS[row.risk],
        )
        for row in mentees.of_counsellor(current_db(), current_actor(), at_risk=True)
    ]
    return whole_or_page(rows, query)
