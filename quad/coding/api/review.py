"""Reviewing snapshots, as existing clients know it (docs/api.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from apiflask import APIBlueprint
from pydantic import Field

from quad.coding.api.paging import one_page, paged
from quad.coding.api.shapes import BatchReviewOut, PendingSnapshotOut, ReviewResultOut
from quad.coding.forms.snapshots import AskEvidence, BatchReview, FilteredReview, RejectSnapshot
from quad.coding.models.snapshots import Source
from quad.coding.service import filtered, queue, review
from quad.coding.service.queue import Wanted
from quad.coding.service.review import Decided
from quad.core.errors import QuadError
from quad.web.api import Answer, ListQuery, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint(
    "coding_review_api", __name__, url_prefix="/api/v1/counsellor", tag="Coding: review"
)
ONE = "/snapshots/<int:snapshot_id>"


@contextmanager
def _as_promised() -> Iterator[None]:
    """A snapshot that is decided already answers 400, as existing clients expect."""
    try:
        yield
    except Decided as decided:
        raise QuadError(str(decided)) from decided


class PendingQuery(ListQuery):
    """`flagged` is yes or no, `source` manual, import or sync; left out, all that waits."""

    flagged: Literal["", "yes", "no"] = ""
    source: Source | None = None
    platform: Annotated[str, Field(max_length=40, description="A platform's key")] = ""


@operation(
    bp,
    "GET",
    "/pending-snapshots",
    query=PendingQuery,
    answers=list[PendingSnapshotOut],
    errors=(403,),
)
def pending_snapshots(query: PendingQuery) -> Answer:
    """What waits for one's review, the newest first."""
    db, actor = current_db(), current_actor()
    wanted = Wanted(filtered.FLAGGED[query.flagged], query.platform, query.source)
    if not paged():
        return Answer(list(queue.pending(db, actor, wanted)))
    offset = (query.page - 1) * query.size
    rows = queue.pending(db, actor, wanted, limit=query.size, offset=offset)
    waiting, flagged = queue.counts(db, actor, wanted)
    total = {None: waiting, True: flagged, False: waiting - flagged}[wanted.flagged]
    return one_page(rows, total, query, exact=waiting < queue.COUNTED_TO)


@operation(
    bp,
    "PUT",
    f"{ONE}/approve",
    message="Snapshot approved successfully.",
    errors=(400, 403),
)
def snapshot_approve(snapshot_id: int) -> None:
    with _as_promised():
        review.approve(current_db(), current_actor(), snapshot_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/reject",
    body=RejectSnapshot,
    message="Snapshot rejected.",
    errors=(403,),
    lenient="remarks required",
)
def snapshot_reject(snapshot_id: int, body: RejectSnapshot) -> None:
    with _as_promised():
        review.reject(current_db(), current_actor(), snapshot_id, body)


@operation(
    bp,
    "PUT",
    f"{ONE}/ask-evidence",
    body=AskEvidence,
    message="Asked.",
    errors=(403,),
    lenient="remarks required",
)
def snapshot_ask_evidence(snapshot_id: int, body: AskEvidence) -> None:
    """Ask the student to show more; the snapshot goes on waiting."""
    with _as_promised():
        review.ask_evidence(current_db(), current_actor(), snapshot_id, body)


@operation(
    bp,
    "POST",
    "/snapshots/batch",
    body=BatchReview,
    answers=BatchReviewOut,
    message="Done",
    errors=(403,),
    lenient="",
)
def snapshots_batch(body: BatchReview) -> BatchReviewOut:
    """Decide about many; each on its own, and what cannot be done is skipped with a sentence."""
    results = review.batch(current_db(), current_actor(), body)
    return BatchReviewOut(results=[ReviewResultOut.model_validate(one) for one in results])


@operation(
    bp,
    "POST",
    "/snapshots/batch-by-filter",
    body=FilteredReview,
    answers=BatchReviewOut,
    message="Done",
    errors=(403,),
)
def snapshots_filtered(body: FilteredReview) -> BatchReviewOut:
    """Decide about everything that waits and fits, at most 500 at once; what has a flag is never approved so."""
    results = filtered.decide(current_db(), current_actor(), body)
    return BatchReviewOut(results=[ReviewResultOut.model_validate(one) for one in results])
