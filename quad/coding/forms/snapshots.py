"""Input of snapshots and of what is decided about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from quad.coding.models.snapshots import Source
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LONGEST_NOTE = 1_000
LONGEST_REMARKS = 1_000
# Larger than any platform has; what is believed is a setting (service/rules.py).
LARGEST = 1_000_000_000
BEST_RATING = 10_000
MOST_AT_ONCE = 500


def _whole(value: Any) -> Any:
    """Platforms show ratings with decimals; the nearest whole number is kept."""
    return round(value) if isinstance(value, float) and abs(value) < LARGEST else value


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else str(value)


Count = Annotated[int, Field(ge=0, le=LARGEST)]
Rating = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=BEST_RATING)]
Note = Annotated[
    str, words(_l("Remark"), longest=LONGEST_NOTE, shortest=0, widget="textarea", rows=2)
]


class Numbers(Form):
    """What was reached: the numbers of a snapshot."""

    total_solved: Annotated[int, Field(title=_l("Problems solved"), ge=0, le=LARGEST)]
    easy_solved: Annotated[Count | None, Field(title=_l("Easy"))] = None
    medium_solved: Annotated[Count | None, Field(title=_l("Medium"))] = None
    hard_solved: Annotated[Count | None, Field(title=_l("Hard"))] = None
    contest_rating: Annotated[Rating | None, Field(title=_l("Contest rating"))] = None
    global_rank: Annotated[Count | None, Field(title=_l("Global rank"))] = None
    contests: Annotated[Count | None, Field(title=_l("Contests"))] = None


class SnapshotForm(Numbers):
    """A snapshot of a page, and of a correction: its day is the corrected one's then."""

    snapshot_date: Annotated[date | None, Field(title=_l("Day"))] = None
    note: Note = ""


class SnapshotBody(Numbers):
    """A snapshot as programs send it. The day is read by `day_of`; the remark may be called `remarks`."""

    platform_account_id: Id
    snapshot_date: Annotated[
        str, BeforeValidator(_text), Field(max_length=40, json_schema_extra={"format": "date"})
    ]
    note: Annotated[str | None, Field(max_length=LONGEST_NOTE)] = None
    remarks: Annotated[str | None, Field(max_length=LONGEST_NOTE)] = None


class CorrectionBody(Numbers):
    """What the snapshot of that day should have said."""

    note: Note = ""


class RejectSnapshot(Form):
    remarks: Annotated[
        str,
        words(
            _l("Remark"),
            longest=LONGEST_REMARKS,
            hint=_l("The student reads it."),
            widget="textarea",
            rows=3,
        ),
    ]


class AskEvidence(Form):
    remarks: Annotated[
        str,
        words(
            _l("What would you like to see?"),
            longest=LONGEST_REMARKS,
            hint=_l("The student reads it."),
            widget="textarea",
            rows=3,
        ),
    ]


class RejectOne(Form):
    id: Id
    remarks: Annotated[str, Field(max_length=LONGEST_REMARKS)] = ""


class BatchReview(Form):
    """Decisions about many snapshots, each on its own."""

    approve: Annotated[list[Id], Field(max_length=MOST_AT_ONCE)] = []
    reject: Annotated[list[RejectOne], Field(max_length=MOST_AT_ONCE)] = []


class FilteredReview(Form):
    """One decision about everything that waits and fits; a rejection needs a remark."""

    decision: Annotated[Literal["approve", "reject"], Field(title=_l("Decision"))]
    remarks: Annotated[str, Field(title=_l("Remark"), max_length=LONGEST_REMARKS)] = ""
    flagged: Annotated[Literal["", "yes", "no"], Field(title=_l("With a flag"))] = ""
    source: Annotated[Source | None, Field(title=_l("How they came"))] = None
    platform: Annotated[str, Field(title=_l("Platform"), max_length=40)] = ""


class Evidence(Form):
    """Words that go with a picture, or stand for one."""

    note: Note = ""


class SnapshotRow(Numbers):
    """One line of a file of snapshots."""

    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    platform: Annotated[str, words(_l("Platform"), longest=40)]
    username: Annotated[str, words(_l("Username there"), longest=60, shortest=0)] = ""
    snapshot_date: Annotated[date, Field(title=_l("Day"))]
    note: Note = ""
