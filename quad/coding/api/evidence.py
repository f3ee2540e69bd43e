"""One snapshot with its story and its evidence, and one's own choices, for programs."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.coding.api.shapes import SnapshotOut, snapshot_out
from quad.coding.forms.accounts import HideName
from quad.coding.forms.snapshots import Evidence
from quad.coding.service import accounts, evidence, snapshots
from quad.coding.service.evidence import PICTURE
from quad.core.errors import Invalid
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.taking import take
from quad.web.api import Moment, Out, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint(
    "coding_evidence_api", __name__, url_prefix="/api/v1/coding", tag="Coding: students"
)
ONE = "/snapshots/<int:snapshot_id>"


class SnapshotEventOut(Out):
    """One thing that happened: submitted, approved, rejected, evidence_asked, evidence_added, superseded, reminded."""

    kind: str
    by: str | None
    text: str
    created_at: Moment


class SnapshotStoryOut(Out):
    """A snapshot with what happened to it; `source` is manual, import or sync."""

    snapshot: SnapshotOut
    source: str
    has_evidence: bool
    evidence_asked_at: Moment | None
    events: list[SnapshotEventOut]


class NameChoiceOut(Out):
    hide_name: bool


class PictureQuery(Form):
    """The body of the request is the picture: PNG, JPEG or WebP."""

    name: Annotated[str, Field(title=_l("Name of the file"), min_length=1, max_length=200)] = (
        "screenshot.png"
    )


@operation(bp, "GET", ONE, answers=SnapshotStoryOut, errors=(403,))
def snapshot_show(snapshot_id: int) -> SnapshotStoryOut:
    return _story(snapshot_id)


def _story(snapshot_id: int) -> SnapshotStoryOut:
    db = current_db()
    row = snapshots.one(db, current_actor(), snapshot_id)
    return SnapshotStoryOut(
        snapshot=snapshot_out(row),
        source=row.source,
        has_evidence=row.evidence_id is not None,
        evidence_asked_at=row.evidence_asked_at,
        events=[
            SnapshotEventOut(
                kind=event.kind, by=event.full_name, text=event.text, created_at=event.created_at
            )
            for event in snapshots.events(db, snapshot_id)
        ],
    )


@operation(
    bp,
    "POST",
    f"{ONE}/evidence",
    body=Evidence,
    answers=SnapshotStoryOut,
    message="Added",
    errors=(403, 409),
)
def evidence_note(snapshot_id: int, body: Evidence) -> SnapshotStoryOut:
    """Add words to one's own snapshot that waits."""
    evidence.add(current_db(), current_actor(), snapshot_id, body)
    return _story(snapshot_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/evidence",
    query=PictureQuery,
    answers=SnapshotStoryOut,
    message="Added",
    errors=(403, 409, 413),
    raw_body="application/octet-stream",
)
def evidence_picture(snapshot_id: int, query: PictureQuery) -> SnapshotStoryOut:
    """Add the picture in the body to one's own snapshot that waits."""
    content = request.get_data(cache=False)
    if not content:
        raise Invalid({"file": _("Choose a file first.")})
    with runtime().database.reading() as looking:  # nothing is kept for who may not add it
        evidence.require_open(looking, current_actor(), snapshot_id)
        limit = PICTURE.limit(looking)
    picture = take(runtime().settings, BytesIO(content), query.name, PICTURE, limit=limit)
    evidence.add(current_db(), current_actor(), snapshot_id, Evidence(), picture)
    return _story(snapshot_id)


@operation(bp, "GET", f"{ONE}/evidence", file="image/*", errors=(403,))
def evidence_download(snapshot_id: int) -> Response:
    """The picture of a snapshot one may see."""
    return stored_file(evidence.find(current_db(), current_actor(), snapshot_id), inline=True)


@operation(bp, "GET", "/name", answers=NameChoiceOut, errors=(403,))
def name_choice() -> NameChoiceOut:
    """Whether one keeps the name from other students in leaderboards."""
    db = current_db()
    student: Any = accounts.own_student(db, current_actor())
    return NameChoiceOut(hide_name=accounts.hides_name(db, student.id))


@operation(bp, "PUT", "/name", body=HideName, answers=NameChoiceOut, message="Saved", errors=(403,))
def name_choose(body: HideName) -> NameChoiceOut:
    """Keep the name from other students in leaderboards, or show it. Mentors and the staff still see it."""
    accounts.hide_name(current_db(), current_actor(), body)
    return NameChoiceOut(hide_name=body.hide_name)
