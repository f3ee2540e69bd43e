"""Words for what the pages of coding show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quad.coding.models.figures import Metric, Scope
from quad.coding.models.snapshots import Flag, SnapshotEventKind, Source, Status
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment

# Status: its mark and its word.
STATUS_WORDS: dict[Status, tuple[str, str]] = {
    Status.PENDING: ("going", _l("Waits")),
    Status.APPROVED: ("done", _l("Approved")),
    Status.REJECTED: ("stop", _l("Rejected")),
    Status.SUPERSEDED: ("open", _l("Replaced")),
}
SOURCE_WORDS: dict[Source, str] = {
    Source.MANUAL: _l("Entered by the student"),
    Source.IMPORT: _l("From a file"),
    Source.SYNC: _l("Read from the platform"),
}
FLAG_WORDS: dict[str, str] = {
    Flag.JUMP: _l("Far more than this student usually solves in one step"),
    Flag.FALLING: _l("The total is lower than before"),
    Flag.UNPROVED: _l("It is not proved that the account is the student’s"),
    Flag.SHARED_HANDLE: _l("Another student has linked the same account"),
}
NUMBER_WORDS: dict[str, str] = {
    "total_solved": _l("Problems solved"),
    "easy_solved": _l("Easy"),
    "medium_solved": _l("Medium"),
    "hard_solved": _l("Hard"),
    "contest_rating": _l("Contest rating"),
    "global_rank": _l("Global rank"),
    "contests": _l("Contests"),
}
METRIC_WORDS: dict[Metric, str] = {
    Metric.TOTAL: _l("Solved"),
    Metric.SCORE: _l("Score"),
    Metric.RATING: _l("Rating"),
    Metric.WEEK: _l("New in 7 days"),
    Metric.MONTH: _l("New in 30 days"),
}
SCOPE_WORDS: dict[Scope, str] = {
    Scope.CLASS: _l("My class"),
    Scope.BATCH: _l("My batch"),
    Scope.DEPARTMENT: _l("My department"),
    Scope.INSTITUTION: _l("Institution"),
}
SENTENCES: dict[SnapshotEventKind, str] = {
    SnapshotEventKind.SUBMITTED: _l("%(who)s handed it in."),
    SnapshotEventKind.APPROVED: _l("%(who)s approved it."),
    SnapshotEventKind.REJECTED: _l("%(who)s rejected it: %(text)s"),
    SnapshotEventKind.EVIDENCE_ASKED: _l("%(who)s would like to see more: %(text)s"),
    SnapshotEventKind.EVIDENCE_ADDED: _l("%(who)s added to it. %(text)s"),
    SnapshotEventKind.SUPERSEDED: _l("A correction took its place."),
    SnapshotEventKind.REMINDED: _l("A reminder went out."),
}
KEY_EVENTS = (SnapshotEventKind.APPROVED, SnapshotEventKind.REJECTED)


def story(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what happened to a snapshot as the timeline draws it."""
    return [
        {
            "when": moment(event.created_at),
            "iso": event.created_at.isoformat(),
            "text": str(SENTENCES[event.kind])
            % {"who": event.full_name or _("Quad"), "text": event.text},
            "key": event.kind in KEY_EVENTS,
        }
        for event in events
    ]
