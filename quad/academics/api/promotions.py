"""Promotions, promotion rules and dues over JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms.promotion import (
    ApplyPromotion,
    ClearDues,
    FlagDues,
    NewPromotion,
    OverrideMany,
    RuleForm,
    UndoPromotion,
)
from quad.academics.lists.dues import DUES
from quad.academics.lists.promotion import LINES, PROMOTIONS, why
from quad.academics.models.promotion import Outcome, Promotion, PromotionState, Skip
from quad.academics.policy import base as records_policy
from quad.academics.policy import promotion as policy
from quad.academics.service import dues
from quad.academics.service.promotion import applying, previews, reading, rules, undoing
from quad.web.added import reasons
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint(
    "academics_promotions_api", __name__, url_prefix="/api/v1/academics", tag="Promotions"
)
ONE = "/promotions/<int:promotion_id>"


class PromotionOut(Out):
    """A run. The counts are of students; `problem` says why the worker did not apply it."""

    id: WireId
    batch_id: WireId
    term_id: WireId
    state: PromotionState
    graduates_on: date
    students: int
    promoted: int
    graduated: int
    held: int
    skipped: int
    overridden: int
    problem: str
    previewed_at: Moment
    applied_at: Moment | None
    undone_at: Moment | None
    version: int


class ListedPromotionOut(Out):
    id: WireId
    batch_id: WireId
    batch: str
    term_id: WireId
    term: str
    state: PromotionState
    graduates_on: date
    students: int
    promoted: int
    graduated: int
    held: int
    skipped: int
    overridden: int
    applied_at: Moment | None
    version: int


class PromotionDetailOut(PromotionOut):
    """`undo_until` and `obstacles` say whether an applied run can be undone."""

    undo_until: Moment | None
    obstacles: list[str]


class LineOut(Out):
    """One student of a run. `why` says in words what holds back or leaves out."""

    student_id: WireId
    full_name: str
    register_number: str
    outcome: Outcome
    by_rule: Outcome
    skip: Skip | None
    why: list[str]
    override_reason: str
    semester: int
    backlogs: int
    open_results: int
    credits_earned: Number
    credits_needed: Number
    cgpa: Number | None
    dues: bool


class SeenOut(Out):
    semester: int
    cgpa: Number | None
    credits_earned: Number
    backlogs: int
    open_results: int
    dues: bool
    by_rule: Outcome
    skip: Skip | None


class DifferenceOut(Out):
    """A student for whom something is not as in the preview; null is "not in the batch"."""

    student_id: WireId
    name: str
    register_number: str
    before: SeenOut | None
    now: SeenOut | None


class DecidedOut(Out):
    changed: int


class RuleOut(Out):
    """`version` 0: nothing was set, the usual rule holds."""

    programme_id: WireId
    semesters: int
    credits_required: Number
    most_backlogs: int | None
    credits_a_semester: Number | None
    least_cgpa: Number | None
    graduation_cgpa: Number | None
    dues_hold: bool
    open_results_hold: bool
    version: int


class DuesOut(Out):
    id: WireId
    reason: str
    open: bool
    flagged_at: Moment
    flagged_by: str | None
    cleared_at: Moment | None
    cleared_note: str


class ListedDuesOut(Out):
    id: WireId
    student_id: WireId
    full_name: str
    register_number: str
    reason: str
    open: bool
    flagged_at: Moment
    flagged_by: str | None
    cleared_at: Moment | None


def _line(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "why": why(row)}


@operation(bp, "GET", "/promotions", answers=list[ListedPromotionOut], paged=True)
def promotions_index() -> Answer:
    policy.PROMOTION_LIST.require(current_actor())
    return list_json(PROMOTIONS)


@operation(
    bp,
    "POST",
    "/promotions",
    body=NewPromotion,
    answers=PromotionOut,
    status=201,
    message="Preview made",
    errors=(403, 409),
)
def promotion_preview(body: NewPromotion) -> Promotion:
    """Preview a batch at the end of a term. A preview that waits already is made again."""
    return previews.preview(current_db(), current_actor(), body)


@operation(bp, "GET", ONE, answers=PromotionDetailOut, errors=(403,))
def promotion_show(promotion_id: int) -> PromotionDetailOut:
    db, actor = current_db(), current_actor()
    row = reading.run_of(db, actor, promotion_id).row
    return PromotionDetailOut(
        **PromotionOut.model_validate(row).model_dump(),
        undo_until=undoing.until(db, row),
        obstacles=undoing.obstacles(db, row, reasons("promotion")) if row.applied_at else [],
    )


@operation(bp, "DELETE", ONE, message="Preview given up", errors=(403, 409))
def promotion_discard(promotion_id: int) -> None:
    previews.discard(current_db(), current_actor(), promotion_id)


@operation(bp, "GET", f"{ONE}/students", answers=list[LineOut], paged=True)
def promotion_students(promotion_id: int) -> Answer:
    """Every student of a run; filters: outcome, held_by, by_hand, semester."""
    policy.PROMOTION_READ.get(current_db(), current_actor(), promotion_id)
    return list_json(LINES, _line, fixed={"run": str(promotion_id)})


@operation(
    bp,
    "PUT",
    f"{ONE}/students",
    body=OverrideMany,
    answers=DecidedOut,
    message="Decision kept",
    errors=(403, 409),
)
def promotion_override(promotion_id: int, body: OverrideMany) -> DecidedOut:
    """Decide otherwise than the rule for some students, with a reason; `outcome` null lets the rule decide again."""
    db, actor = current_db(), current_actor()
    policy.PROMOTION_RUN.get(db, actor, promotion_id, read=policy.PROMOTION_READ)
    lines = previews.lines_of(db, promotion_id, body.student_ids)
    return DecidedOut(changed=previews.override(db, actor, promotion_id, lines, body))


@operation(bp, "GET", f"{ONE}/differences", answers=list[DifferenceOut], errors=(403,))
def promotion_differences(promotion_id: int) -> list[applying.Difference]:
    """Who is not as in the preview any more, at most 200."""
    return applying.differences(current_db(), current_actor(), promotion_id)


@operation(
    bp,
    "POST",
    f"{ONE}/refresh",
    answers=PromotionOut,
    message="Preview made again",
    errors=(403, 409),
)
def promotion_refresh(promotion_id: int) -> Promotion:
    return previews.refresh(current_db(), current_actor(), promotion_id)


@operation(
    bp,
    "POST",
    f"{ONE}/apply",
    body=ApplyPromotion,
    answers=PromotionOut,
    message="Promotion applied",
    errors=(403, 409),
)
def promotion_apply(promotion_id: int, body: ApplyPromotion) -> Promotion:
    """Do what the preview shows. Above 1,000 students the worker does it: ask again until the state is `applied`."""
    return applying.apply(current_db(), current_actor(), promotion_id, body)


@operation(
    bp,
    "POST",
    f"{ONE}/undo",
    body=UndoPromotion,
    answers=PromotionOut,
    message="Promotion undone",
    errors=(403, 409),
)
def promotion_undo(promotion_id: int, body: UndoPromotion) -> Promotion:
    return undoing.undo(current_db(), current_actor(), promotion_id, body, reasons("promotion"))


def _rule(programme_id: int) -> RuleOut:
    programme, rule, version = rules.read(current_db(), current_actor(), programme_id)
    return RuleOut(programme_id=programme.id, **vars(rule), version=version)


@operation(
    bp, "GET", "/programmes/<int:programme_id>/promotion-rule", answers=RuleOut, errors=(403,)
)
def promotion_rule(programme_id: int) -> RuleOut:
    return _rule(programme_id)


@operation(
    bp,
    "PUT",
    "/programmes/<int:programme_id>/promotion-rule",
    body=RuleForm,
    answers=RuleOut,
    message="Rule saved",
    errors=(403, 409),
)
def promotion_rule_set(programme_id: int, body: RuleForm) -> RuleOut:
    rules.change(current_db(), current_actor(), programme_id, body)
    return _rule(programme_id)


@operation(bp, "GET", "/dues", answers=list[ListedDuesOut], paged=True)
def dues_index() -> Answer:
    """Every flag the reader may see; filters: open, student."""
    policy.DUES_LIST.require(current_actor())
    return list_json(
        DUES, lambda row: {**row._asdict(), "open": bool(row.open), "flagged_at": row.since}
    )


def _dues(student_id: int) -> list[DuesOut]:
    db, actor = current_db(), current_actor()
    policy.DUES_SET.get(db, actor, student_id, read=records_policy.STUDENT_READ)
    return [
        DuesOut(
            id=row.id,
            reason=row.reason,
            open=row.open is not None,
            flagged_at=row.created_at,
            flagged_by=row.flagged_by,
            cleared_at=row.cleared_at,
            cleared_note=row.cleared_note,
        )
        for row in dues.history(db, student_id)
    ]


@operation(bp, "GET", "/students/<int:student_id>/dues", answers=list[DuesOut], errors=(403,))
def student_dues(student_id: int) -> list[DuesOut]:
    """The dues of a student, open ones first."""
    return _dues(student_id)


@operation(
    bp,
    "PUT",
    "/students/<int:student_id>/dues",
    body=FlagDues,
    answers=list[DuesOut],
    message="Student flagged",
    errors=(403,),
)
def student_dues_flag(student_id: int, body: FlagDues) -> list[DuesOut]:
    dues.flag(current_db(), current_actor(), student_id, body)
    return _dues(student_id)


@operation(
    bp,
    "POST",
    "/students/<int:student_id>/dues/clear",
    body=ClearDues,
    answers=list[DuesOut],
    message="Flag cleared",
    errors=(403, 409),
)
def student_dues_clear(student_id: int, body: ClearDues) -> list[DuesOut]:
    dues.clear(current_db(), current_actor(), student_id, body)
    return _dues(student_id)
