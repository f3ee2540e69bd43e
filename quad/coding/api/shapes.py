"""What the API answers about coding. The first half is promised to existing clients, field by field (docs/api.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

from quad.coding.models.figures import Metric, Scope
from quad.web.api import Moment, Number, Out, WireId


class CodingAccountOut(Out):
    id: WireId
    student_id: WireId
    platform_name: str
    username: str
    profile_url: str | None
    is_active: bool
    created_at: Moment


class SnapshotOut(Out):
    id: WireId
    platform_account_id: WireId
    total_solved: int
    easy_solved: int | None
    medium_solved: int | None
    hard_solved: int | None
    contest_rating: int | None
    global_rank: int | None
    contests: int | None
    snapshot_date: date
    created_at: Moment
    status: str
    reviewed_by: WireId | None
    reviewed_at: Moment | None
    remarks: str | None
    note: str
    flags: list[str]


class StudentInfoOut(Out):
    student_id: WireId
    full_name: str
    email: str
    register_number: str
    admission_year: int
    department_name: str | None


class OnPlatformOut(Out):
    platform_account_id: WireId
    platform_name: str
    username: str
    latest_total_solved: int
    latest_rating: int
    last_snapshot_date: date | None
    total_growth: int
    growth_percentage: Number


class OverallOut(Out):
    total_platforms_linked: int
    overall_total_solved: int
    overall_rating_average: Number
    overall_growth: int


class CodingSummaryOut(Out):
    student_info: StudentInfoOut
    platform_summary: list[OnPlatformOut]
    overall_aggregation: OverallOut


class GrowthOut(Out):
    platform_account_id: WireId
    latest_snapshot_date: date
    previous_snapshot_date: date
    latest_total_solved: int
    previous_total_solved: int
    total_growth: int
    growth_percentage: Number
    latest_rating: int | None
    previous_rating: int | None
    rating_growth: int | None


class InstitutionSummaryOut(Out):
    total_students: int
    total_departments: int
    total_linked_platforms: int
    total_problems_solved: int
    average_rating: Number
    total_growth: int


class DepartmentPerformanceOut(Out):
    department_id: WireId
    department_name: str
    total_students: int
    total_solved: int


class TopPerformerOut(Out):
    rank: int
    student_id: WireId
    full_name: str
    department_name: str | None
    total_solved: int
    average_rating: Number


class CodingRiskOut(Out):
    student_id: WireId
    full_name: str
    department_name: str
    growth: int
    last_snapshot_date: str
    reason: str


class DepartmentPlaceOut(Out):
    rank: int
    student_id: WireId
    full_name: str
    total_solved: int


class DepartmentBoardOut(Out):
    department_id: WireId
    department_name: str
    total_students: int
    leaderboard: list[DepartmentPlaceOut]


class PlaceOut(Out):
    rank: int
    student_id: WireId
    full_name: str
    department_name: str | None
    total_solved: int
    rating: Number | None
    growth: int
    value: Number


class BoardOut(Out):
    """`me` and `neighbours` are for a student; a class or batch without anybody has an empty `leaderboard`."""

    scope: Scope
    id: WireId | None
    metric: Metric
    platform: str | None
    leaderboard: list[PlaceOut]
    me: PlaceOut | None
    neighbours: list[PlaceOut]


class AdvisedOut(Out):
    student_id: WireId
    full_name: str
    department_name: str | None
    total_solved: int
    growth: int
    last_active_date: str


class CounsellorSummaryOut(Out):
    department_name: str
    total_students: int
    total_solved: int
    average_growth: Number
    at_risk_count: int


class CounselledOut(Out):
    student_id: WireId
    full_name: str
    register_number: str
    total_solved: int
    growth: int
    last_active: str
    is_risk: bool


class CounselledRiskOut(Out):
    student_id: WireId
    full_name: str
    total_solved: int
    growth: int
    last_active: str
    reason: str


class PendingSnapshotOut(Out):
    snapshot_id: WireId
    student_name: str
    register_number: str
    platform_name: str
    username: str
    total_solved: int
    contest_rating: int | None
    snapshot_date: date
    submitted_at: Moment


class ReviewResultOut(Out):
    id: WireId
    status: str
    error: str | None


class BatchReviewOut(Out):
    results: list[ReviewResultOut]


NEVER = "Never"
UNASSIGNED = "Unassigned"


def day_or_never(day: date | None) -> str:
    """Return a day as it goes out, "Never" when there is none."""
    return day.isoformat() if day is not None else NEVER


def snapshot_out(row: Any) -> SnapshotOut:
    """Return a snapshot as it goes out."""
    return SnapshotOut.model_validate(row)
