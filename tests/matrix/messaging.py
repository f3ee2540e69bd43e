"""Messages in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.taking import take
from quad.identity.models.accounts import User
from quad.messaging.forms import WriteMessage
from quad.messaging.models.conversations import Attachment
from quad.messaging.service import writing
from quad.messaging.service.settings import FILES

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def _picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (8, 8), "green").save(written, "PNG")
    return written.getvalue()


PICTURE = _picture()


def build(db: Session, settings: Settings, people: dict[str, User]) -> Given:
    """The student and the teacher talk; the student of the other department asks the student."""
    student, teacher, stranger = (
        actor_by_id(db, people[name].id) for name in ("stu", "fac", "stu2")
    )
    file = take(settings, BytesIO(PICTURE), "a.png", FILES, limit=1_000_000)
    asked = writing.compose(db, student, teacher.own_id, WriteMessage(text="A question"), [file])
    answer = writing.compose(db, teacher, student.own_id, WriteMessage(text="An answer"))
    request = writing.compose(db, stranger, student.own_id, WriteMessage(text="Hello"))
    attachment = select(Attachment.id).where(Attachment.message_id == asked.id)
    return {
        "conversation": asked.conversation_id,
        "message": asked.id,
        "answer": answer.id,
        "message_request": request.conversation_id,
        "message_file": db.scalars(attachment).one(),
        "correspondent": student.own_id,
    }


USUAL = {"conversation_id": "conversation", "message_id": "message"}
WORDS: dict[str, str] = {}
_ONE, _ITEM = "/conversations/<int:conversation_id>", "/messages/<int:message_id>"
_REQUEST, _ANSWER = {"conversation_id": "message_request"}, {"message_id": "answer"}
OTHERS: dict[str, dict[str, str]] = {
    "/messages/compose/<int:person_id>": {"person_id": "correspondent"},
    "/messages/files/<int:attachment_id>": {"attachment_id": "message_file"},
    "/attachments/<int:attachment_id>": {"attachment_id": "message_file"},
    "/messages/<int:conversation_id>/accept": _REQUEST,
    "/messages/<int:conversation_id>/decline": _REQUEST,
    f"{_ONE}/accept": _REQUEST,
    f"{_ONE}/decline": _REQUEST,
    "/messages/items/<int:message_id>/report": _ANSWER,
    f"{_ITEM}/report": _ANSWER,
}
_SEND = f"POST /api/v1{_ONE}/attachments"
SUFFIXES = {_SEND: "?name=a.png"}
RAW: dict[str, tuple[bytes, str]] = {_SEND: (PICTURE, "application/octet-stream")}
FORMS: dict[str, Give] = {
    "/messages/compose/<int:person_id>": lambda _: {"text": "Hello"},
    "/messages/<int:conversation_id>": lambda _: {"text": "Hello"},
    "/messages/items/<int:message_id>/edit": lambda _: {"text": "Another question"},
    "/messages/items/<int:message_id>/report": lambda _: {"reason": "spam"},
    "/messages/settings": lambda _: {"receipts": "true"},
}
BODIES: dict[str, Give] = {
    "POST /conversations": lambda v: {"person_id": str(v.correspondent), "text": "Hello"},
    f"POST {_ONE}/messages": lambda _: {"text": "Hello"},
    f"POST {_ONE}/read": lambda _: {},
    f"PUT {_ONE}/mute": lambda _: {"muted": True},
    f"PATCH {_ITEM}": lambda _: {"text": "Another question"},
    f"POST {_ITEM}/report": lambda _: {"reason": "spam"},
    "PUT /messages/preferences": lambda _: {"receipts": True, "requests": True},
}
