"""Announcements in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.announcements.forms import CommentIn, NewAnnouncement
from quad.announcements.models import Announcement
from quad.announcements.service import attachments, comments, standing, writing
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.taking import PAPER, take
from quad.identity.models.accounts import User
from tests.matrix.events import PICTURE

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, settings: Settings, people: dict[str, User], home: int) -> Given:
    """The head announces to the department, with a file and a student's comment; a graduate waits for approval."""
    head, student, graduate = (actor_by_id(db, people[name].id) for name in ("hod", "stu", "alu"))

    def write(title: str, *, publish: bool = True) -> Announcement:
        form = NewAnnouncement(
            title=title,
            body="Text",
            for_departments=[home],
            acknowledge=True,
            comments=True,
            publish=publish,
        )
        return writing.create(db, head, form)

    shown, withdrawn, draft = write("Shown"), write("Withdrawn"), write("Draft", publish=False)
    standing.withdraw(db, head, withdrawn.id)
    file = take(settings, BytesIO(PICTURE), "a.png", PAPER, limit=PAPER.limit(db))
    attachments.add(db, head, shown.id, [file])
    said = comments.add(db, student, shown.id, CommentIn(text="Thank you"))
    waiting = writing.create(
        db, graduate, NewAnnouncement(title="Waiting", body="Text", publish=True)
    )
    return {
        "announcement": shown.id,
        "announcement_version": shown.version,
        "withdrawn_announcement": withdrawn.id,
        "draft_announcement": draft.id,
        "waiting_announcement": waiting.id,
        "announcement_file": attachments.of(db, shown.id)[0].id,
        "announcement_comment": said.id,
    }


_ONE = "/announcements/<int:announcement_id>"
USUAL = {
    "announcement_id": "announcement",
    "address_id": "address",
}
NAMES = dict.fromkeys(
    ("/unsubscribe/<token>", "/unsubscribe/<token>/undo"), "1-announcement-0123456789abcdef"
)
WORDS: dict[str, str] = {}
OTHERS: dict[str, dict[str, str]] = {
    f"{_ONE}/publish": {"announcement_id": "draft_announcement"},
    f"{_ONE}/approve": {"announcement_id": "waiting_announcement"},
    f"{_ONE}/refuse": {"announcement_id": "waiting_announcement"},
    f"{_ONE}/restore": {"announcement_id": "withdrawn_announcement"},
    f"{_ONE}/files/<int:attachment_id>": {"attachment_id": "announcement_file"},
    f"{_ONE}/files/<int:attachment_id>/delete": {"attachment_id": "announcement_file"},
    f"{_ONE}/comments/<int:comment_id>": {"comment_id": "announcement_comment"},
    f"{_ONE}/comments/<int:comment_id>/delete": {"comment_id": "announcement_comment"},
}
FILES = f"POST /api/v1{_ONE}/files"
SUFFIXES = {FILES: "?name=a.png"}
RAW: dict[str, tuple[bytes, str]] = {FILES: (PICTURE, "application/octet-stream")}


def _new(v: SimpleNamespace) -> Given:
    return {"title": "New", "body": "Text", "offering_id": str(v.offering)}


FORMS: dict[str, Give] = {
    "/announcements/create": _new,
    "/announcements/preview": lambda _: {"title": "New", "body": "Text"},
    f"{_ONE}/edit": lambda v: {**_new(v), "version": str(v.announcement_version)},
    f"{_ONE}/refuse": lambda _: {"reason": "No"},
    f"{_ONE}/comments": lambda _: {"text": "Yes"},
    f"{_ONE}/files": lambda _: {"file": (BytesIO(PICTURE), "a.png")},
}
BODIES: dict[str, Give] = {
    "POST /announcements": _new,
    f"PUT {_ONE}": lambda v: {**_new(v), "version": v.announcement_version},
    f"POST {_ONE}/refuse": lambda _: {"reason": "No"},
    f"POST {_ONE}/comments": lambda _: {"text": "Yes"},
    "POST /me/notifications/unread": lambda _: {"at": "2040-05-01T10:00:00Z"},
    "POST /notifications/unread": lambda _: {"at": "2040-05-01T10:00:00Z"},
    "PUT /me/mail-hours": lambda _: {"digest_hour": 7},
}
