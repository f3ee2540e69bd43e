"""Announcements over JSON: read, write, approve, confirm."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.announcements import policy
from quad.announcements.forms import (
    CommentIn,
    EditAnnouncement,
    NewAnnouncement,
    RefuseAnnouncement,
)
from quad.announcements.lists import APPROVALS, CURRENT, EVERY, MINE, PAST, READERS
from quad.announcements.models import AnnouncementState, Priority
from quad.announcements.service import attachments, comments, reading, standing, writing
from quad.core.forms import Form
from quad.core.taking import PAPER, take
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

API = "/api/v1/announcements"
bp = APIBlueprint("announcements_api", __name__, url_prefix=API, tag="Announcements")
ONE = "/<int:announcement_id>"


class AnnouncementBrief(Out):
    """An announcement in a list."""

    id: WireId
    title: str
    author: str
    state: AnnouncementState
    priority: Priority
    pinned: bool
    acknowledge: bool
    comments: bool
    published_at: Moment | None
    begins_at: Moment | None
    ends_at: Moment | None


class AnnouncementFileOut(Out):
    id: WireId
    name: str
    size: int
    media_type: str
    url: str


class AnnouncementCommentOut(Out):
    id: WireId
    author_id: WireId
    author: str
    text: str
    created_at: Moment


class AnnouncementOut(AnnouncementBrief):
    """One announcement; `body` is Markdown, null when it was withdrawn. The numbers are for who may change it."""

    body: str | None
    audience: str
    offering_id: WireId | None
    mentees: bool
    refusal: str
    version: int
    told: int | None
    seen: int | None
    acknowledged: int | None
    acknowledged_at: Moment | None
    files: list[AnnouncementFileOut]
    commented: int
    may_host: bool
    may_approve: bool
    may_acknowledge: bool


class AnnouncementReaderOut(Out):
    """Somebody who was told of an announcement."""

    id: WireId
    user_id: WireId
    name: str
    seen_at: Moment | None
    acknowledged_at: Moment | None


class FileQuery(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]


def _brief(row: Any) -> AnnouncementBrief:
    return AnnouncementBrief.model_validate(row._mapping)


@operation(bp, "GET", "", answers=list[AnnouncementBrief], paged=True)
def announcements_index() -> Answer:
    """Announcements that are meant for oneself now: pinned, then by priority, then the newest."""
    return list_json(CURRENT, _brief)


@operation(bp, "GET", "/past", answers=list[AnnouncementBrief], paged=True)
def announcements_past() -> Answer:
    """Announcements that were meant for oneself and are over."""
    return list_json(PAST, _brief)


@operation(bp, "GET", "/mine", answers=list[AnnouncementBrief], paged=True, errors=(403,))
def announcements_mine() -> Answer:
    """Announcements one wrote."""
    policy.WRITE.require(current_actor())
    return list_json(MINE, _brief)


@operation(bp, "GET", "/all", answers=list[AnnouncementBrief], paged=True, errors=(403,))
def announcements_every() -> Answer:
    """Announcements of everybody, for the administration."""
    policy.OPEN_ALL.require(current_actor())
    return list_json(EVERY, _brief)


@operation(bp, "GET", "/approvals", answers=list[AnnouncementBrief], paged=True, errors=(403,))
def announcements_approvals() -> Answer:
    """Announcements that wait for one's approval."""
    policy.OPEN_APPROVALS.require(current_actor())
    return list_json(APPROVALS, _brief)


@operation(
    bp,
    "POST",
    "",
    body=NewAnnouncement,
    answers=AnnouncementOut,
    status=201,
    message="Written down",
    errors=(403,),
)
def announcement_add(body: NewAnnouncement) -> AnnouncementOut:
    """Write an announcement; with `publish` it is published, scheduled or sent for approval at once."""
    return one(writing.create(current_db(), current_actor(), body).id)


@operation(bp, "GET", ONE, answers=AnnouncementOut)
def announcement_show(announcement_id: int) -> AnnouncementOut:
    """One announcement; that it was read is remembered."""
    db, actor = current_db(), current_actor()
    reading.note_seen(db, actor, reading.shown(db, actor, announcement_id))
    return one(announcement_id)


@operation(
    bp,
    "PUT",
    ONE,
    body=EditAnnouncement,
    answers=AnnouncementOut,
    message="Saved",
    errors=(403, 409),
)
def announcement_edit(announcement_id: int, body: EditAnnouncement) -> AnnouncementOut:
    writing.edit(current_db(), current_actor(), announcement_id, body)
    return one(announcement_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403,))
def announcement_delete(announcement_id: int) -> None:
    writing.delete(current_db(), current_actor(), announcement_id)


@operation(bp, "POST", f"{ONE}/publish", answers=AnnouncementOut, message="Done", errors=(403, 409))
def announcement_publish(announcement_id: int) -> AnnouncementOut:
    """Publish a draft: now, at its time, or once it is approved."""
    standing.publish(current_db(), current_actor(), announcement_id)
    return one(announcement_id)


@operation(bp, "POST", f"{ONE}/approve", message="Approved", errors=(403, 409))
def announcement_approve(announcement_id: int) -> None:
    """Approve what a graduate wrote; whoever approves need not be among those it is meant for."""
    standing.approve(current_db(), current_actor(), announcement_id)


@operation(
    bp, "POST", f"{ONE}/refuse", body=RefuseAnnouncement, message="Sent back", errors=(403, 409)
)
def announcement_refuse(announcement_id: int, body: RefuseAnnouncement) -> None:
    standing.refuse(current_db(), current_actor(), announcement_id, body)


@operation(
    bp, "POST", f"{ONE}/withdraw", answers=AnnouncementOut, message="Withdrawn", errors=(403, 409)
)
def announcement_withdraw(announcement_id: int) -> AnnouncementOut:
    standing.withdraw(current_db(), current_actor(), announcement_id)
    return one(announcement_id)


@operation(
    bp, "POST", f"{ONE}/restore", answers=AnnouncementOut, message="Undone", errors=(403, 409)
)
def announcement_restore(announcement_id: int) -> AnnouncementOut:
    """Undo a withdrawal."""
    standing.restore(current_db(), current_actor(), announcement_id)
    return one(announcement_id)


@operation(
    bp, "POST", f"{ONE}/acknowledge", answers=AnnouncementOut, message="Confirmed", errors=(409,)
)
def announcement_acknowledge(announcement_id: int) -> AnnouncementOut:
    """Confirm having read it."""
    reading.acknowledge(current_db(), current_actor(), announcement_id)
    return one(announcement_id)


@operation(
    bp,
    "GET",
    f"{ONE}/readers",
    answers=list[AnnouncementReaderOut],
    paged=True,
    errors=(403,),
)
def announcement_readers(announcement_id: int) -> Answer:
    """Who was told, who opened it, who confirmed. Filter: standing (unseen, seen, acknowledged)."""
    db, actor = current_db(), current_actor()
    policy.OPEN_READERS.require(actor)
    policy.HOST.get(db, actor, announcement_id, read=policy.READ)
    return list_json(
        READERS,
        lambda row: AnnouncementReaderOut.model_validate(row._mapping),
        fixed={"announcement": str(announcement_id)},
    )


@operation(bp, "GET", f"{ONE}/comments", answers=list[AnnouncementCommentOut])
def announcement_comments(announcement_id: int) -> list[AnnouncementCommentOut]:
    """The newest comments, at most 200, the oldest first."""
    return _said(announcement_id)


def _said(announcement_id: int) -> list[AnnouncementCommentOut]:
    found = reading.shown(current_db(), current_actor(), announcement_id)
    return [AnnouncementCommentOut.model_validate(row._mapping) for row in found.comments]


@operation(
    bp,
    "POST",
    f"{ONE}/comments",
    body=CommentIn,
    answers=list[AnnouncementCommentOut],
    status=201,
    message="Added",
    errors=(409,),
)
def announcement_comment(announcement_id: int, body: CommentIn) -> list[AnnouncementCommentOut]:
    comments.add(current_db(), current_actor(), announcement_id, body)
    return _said(announcement_id)


@operation(bp, "DELETE", f"{ONE}/comments/<int:comment_id>", message="Deleted", errors=(403,))
def announcement_comment_delete(announcement_id: int, comment_id: int) -> None:
    comments.delete(current_db(), current_actor(), announcement_id, comment_id)


@operation(bp, "GET", f"{ONE}/files/<int:attachment_id>", file="*/*")
def announcement_file(announcement_id: int, attachment_id: int) -> Response:
    return stored_file(
        attachments.find(current_db(), current_actor(), announcement_id, attachment_id)
    )


@operation(
    bp,
    "POST",
    f"{ONE}/files",
    query=FileQuery,
    answers=AnnouncementOut,
    status=201,
    message="Added",
    errors=(403, 409, 413, 415),
    raw_body="application/octet-stream",
)
def announcement_file_add(announcement_id: int, query: FileQuery) -> AnnouncementOut:
    """Take the body as a file."""
    db, actor = current_db(), current_actor()
    content = BytesIO(request.get_data(cache=False))
    given = take(runtime().settings, content, query.name, PAPER, limit=PAPER.limit(db))
    attachments.add(db, actor, announcement_id, [given])
    return one(announcement_id)


@operation(bp, "DELETE", f"{ONE}/files/<int:attachment_id>", message="Removed", errors=(403, 409))
def announcement_file_delete(announcement_id: int, attachment_id: int) -> None:
    attachments.remove(current_db(), current_actor(), announcement_id, attachment_id)


def one(announcement_id: int) -> AnnouncementOut:
    """Return one announcement as the API shows it to whoever asks."""
    db = current_db()
    db.flush()
    found = reading.shown(db, current_actor(), announcement_id)
    row, hosts = found.row, found.may_host
    db.refresh(row)
    values = {
        name: getattr(row, name) for name in AnnouncementOut.model_fields if hasattr(row, name)
    }
    return AnnouncementOut.model_validate(
        {
            **values,
            "author": found.author,
            "body": None if found.hidden else row.body,
            "audience": found.meant_for,
            "refusal": row.refusal if hosts else "",
            "told": row.told if hosts else None,
            "seen": row.told - row.unseen if hosts else None,
            "acknowledged": row.told - row.unacknowledged if hosts else None,
            "acknowledged_at": found.acknowledged_at,
            "files": [
                {**one._mapping, "url": f"{API}/{row.id}/files/{one.id}"} for one in found.files
            ],
            "may_host": hosts,
            "may_approve": found.may_approve,
            "may_acknowledge": found.may_acknowledge,
        }
    )
