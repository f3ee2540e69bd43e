"""Events in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.files import Files
from quad.events.forms.events import AddCoHost, AgendaIn, NewEvent, Register, Scan, SpeakerIn
from quad.events.forms.questions import QuestionIn
from quad.events.models.attending import Registration
from quad.events.models.events import Event
from quad.events.service import certificates, helping, programme, seats, tickets, writing
from quad.identity.models.accounts import User

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def _picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 64), "green").save(written, "PNG")
    return written.getvalue()


PICTURE = _picture()


def _form(title: str, starts: datetime) -> NewEvent:
    return NewEvent(
        title=title,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        venue="Hall",
        certificates=True,
    )


def build(db: Session, settings: Settings, people: dict[str, User]) -> Given:
    """A teacher's event of today that two come to, one that is over, and drafts; a student's proposal."""
    teacher, student, graduate = (
        actor_by_id(db, people[name].id) for name in ("fac", "stu", "alu")
    )
    soon = clock.now() + timedelta(hours=2)
    event, draft, over = (
        writing.create(db, teacher, _form(title, soon)) for title in ("Today", "Draft", "Over")
    )
    proposal = writing.create(db, student, _form("Proposal", soon))
    writing.publish(db, student, proposal.id)
    for one in (event, over):
        writing.publish(db, teacher, one.id)
    files = Files.from_settings(settings)
    kept = programme.prepare_picture(files, BytesIO(PICTURE), "a.png", programme.FACE)
    speaker = programme.save_speaker(db, teacher, event.id, SpeakerIn(name="Guest"), photo=kept)
    programme.set_cover(db, teacher, event.id, kept)
    at = AgendaIn(at=soon.time().replace(microsecond=0, tzinfo=None), title="Welcome")
    item = programme.save_item(db, teacher, event.id, at)
    programme.add_question(db, teacher, event.id, QuestionIn(label="Size"))
    seats.register(db, student, event.id, Register())
    there = seats.register(db, graduate, event.id, Register())
    came = seats.register(db, student, over.id, Register())
    tickets.check_in(db, teacher, over.id, [Scan(code=came.code)])
    past = {
        name: getattr(over, name) - timedelta(days=2)
        for name in ("starts_at", "ends_at", "deadline_at")
    }
    db.execute(update(Event).where(Event.id == over.id).values(**past))
    db.refresh(over)
    certificates.issue_own(db, student, over.id)
    helped = writing.create(db, teacher, _form("Helped", soon))
    writing.publish(db, teacher, helped.id)
    helping.add(db, teacher, helped.id, AddCoHost(user_id=people["hod2"].id))
    code = db.scalar(select(Registration.code).where(Registration.id == there.id))
    return {
        "event": event.id,
        "event_version": event.version,
        "draft_event": draft.id,
        "waiting_event": proposal.id,
        "past_event": over.id,
        "helped_event": helped.id,
        "helper": people["hod2"].id,
        "event_speaker": speaker.id,
        "agenda_item": item.id,
        "event_question": event.questions[0]["key"],
        "event_registration": there.id,
        "came": came.id,
        "ticket_code": code,
    }


USUAL = {"event_id": "event", "speaker_id": "event_speaker"}
WORDS: dict[str, str] = {}
NAMES = {"/events/feed/<token>.ics": "guess.ics"}
_ONE = "/events/<int:event_id>"
_PAST, _CAME = {"event_id": "past_event"}, {"event_id": "past_event", "registration_id": "came"}
_HELPER = {"event_id": "helped_event", "user_id": "helper"}
_THERE, _ITEM = {"registration_id": "event_registration"}, {"item_id": "agenda_item"}
OTHERS: dict[str, dict[str, str]] = {
    f"{_ONE}/publish": {"event_id": "draft_event"},
    f"{_ONE}/approve": {"event_id": "waiting_event"},
    f"{_ONE}/refuse": {"event_id": "waiting_event"},
    f"{_ONE}/certificate": _PAST,
    f"{_ONE}/certificate.pdf": _PAST,
    f"{_ONE}/certificates": _PAST,
    f"{_ONE}/feedback": _PAST,
    **{
        f"{_ONE}/{who}/<int:registration_id>/certificates{rest}": _CAME
        for who in ("attendees", "registrations")
        for rest in ("", "/revoke", "/reissue")
    },
    f"{_ONE}/co-hosts/<int:user_id>": _HELPER,
    f"{_ONE}/co-hosts/<int:user_id>/remove": _HELPER,
    f"{_ONE}/attendees/<int:registration_id>/remove": _THERE,
    f"{_ONE}/attendees/<int:registration_id>/undo": _CAME,
    f"{_ONE}/registrations/<int:registration_id>": _THERE,
    f"{_ONE}/check-ins/<int:registration_id>": _CAME,
    f"{_ONE}/agenda/<int:item_id>": _ITEM,
    f"{_ONE}/agenda/<int:item_id>/delete": _ITEM,
    f"{_ONE}/questions/<key>": {"key": "event_question"},
    f"{_ONE}/questions/<key>/delete": {"key": "event_question"},
}
COVER = f"POST /api/v1{_ONE}/cover"
PHOTO = f"POST /api/v1{_ONE}/speakers/<int:speaker_id>/photo"
SUFFIXES = dict.fromkeys((COVER, PHOTO), "?name=a.png")
RAW: dict[str, tuple[bytes, str]] = dict.fromkeys(
    (COVER, PHOTO), (PICTURE, "application/octet-stream")
)
_NEW = {
    "title": "New",
    "starts_at": "2040-05-01T10:00",
    "ends_at": "2040-05-01T12:00",
    "zone": "UTC",
    "venue": "Hall",
}
_SPEAKER, _POINT = {"name": "Guest"}, {"at": "10:00", "title": "Welcome"}
_QUESTION = {"label": "Diet", "kind": "text"}
FORMS: dict[str, Give] = {
    "/events/create": lambda _: {**_NEW, "times": "1"},
    f"{_ONE}/edit": lambda v: {**_NEW, "version": str(v.event_version)},
    f"{_ONE}/refuse": lambda _: {"reason": "No"},
    f"{_ONE}/speakers/new": lambda _: dict(_SPEAKER),
    f"{_ONE}/speakers/<int:speaker_id>": lambda _: dict(_SPEAKER),
    f"{_ONE}/agenda/new": lambda _: dict(_POINT),
    f"{_ONE}/agenda/<int:item_id>": lambda _: dict(_POINT),
    f"{_ONE}/questions": lambda _: dict(_QUESTION),
    f"{_ONE}/cover": lambda _: {"file": (BytesIO(PICTURE), "a.png")},
    f"{_ONE}/co-hosts": lambda v: {"user_id": v.alu_user},
    f"{_ONE}/attendees/<int:registration_id>/certificates/revoke": lambda _: {"reason": "No"},
    f"{_ONE}/check-in": lambda v: {"code": v.ticket_code},
    f"{_ONE}/feedback": lambda _: {"rating": "4", "anonymous": "true"},
}
BODIES: dict[str, Give] = {
    "POST /events": lambda _: dict(_NEW),
    f"PUT {_ONE}": lambda v: {**_NEW, "version": v.event_version},
    f"POST {_ONE}/refuse": lambda _: {"reason": "No"},
    f"POST {_ONE}/cancel": lambda _: {"reason": "Rain"},
    f"POST {_ONE}/speakers": lambda _: _SPEAKER,
    f"PUT {_ONE}/speakers/<int:speaker_id>": lambda _: _SPEAKER,
    f"POST {_ONE}/agenda": lambda _: _POINT,
    f"PUT {_ONE}/agenda/<int:item_id>": lambda _: _POINT,
    f"POST {_ONE}/questions": lambda _: _QUESTION,
    f"POST {_ONE}/co-hosts": lambda v: {"user_id": v.alu_user},
    f"POST {_ONE}/registrations/<int:registration_id>/certificates/revoke": lambda _: {
        "reason": "No"
    },
    f"POST {_ONE}/registrations": lambda _: {},
    f"PATCH {_ONE}/registrations": lambda _: {"name_hidden": True},
    f"POST {_ONE}/check-ins": lambda v: {"scans": [{"code": v.ticket_code}]},
    f"POST {_ONE}/feedback": lambda _: {"rating": 4},
}
