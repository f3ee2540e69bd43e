"""Events over JSON: find, write, approve, cancel, and their programme."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.core.files import Files
from quad.core.forms import Form
from quad.events import policy
from quad.events.api.shapes import (
    AgendaItemOut,
    CampusEventBrief,
    CampusEventOut,
    EventSpeakerOut,
)
from quad.events.door import picture
from quad.events.forms.events import (
    AgendaIn,
    CancelEvent,
    EditEvent,
    NewEvent,
    Refusal,
    SpeakerIn,
)
from quad.events.forms.questions import QuestionIn
from quad.events.lists.events import ALL_EVENTS, APPROVALS, MY_EVENTS
from quad.events.service import calendars, programme, reading, tickets, writing
from quad.web.api import Answer, operation
from quad.web.download import download
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

API = "/api/v1/events"
bp = APIBlueprint("events_api", __name__, url_prefix=API, tag="Events")
ONE = "/<int:event_id>"


class PictureQuery(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]


@operation(bp, "GET", "", answers=list[CampusEventBrief], paged=True)
def events_index() -> Answer:
    """Events one may see. Filters: when (upcoming, past), state, online, from."""
    return list_json(ALL_EVENTS, _brief)


@operation(bp, "GET", "/mine", answers=list[CampusEventBrief], paged=True)
def events_mine() -> Answer:
    """Events one holds or takes part in."""
    return list_json(MY_EVENTS, _brief)


@operation(bp, "GET", "/approvals", answers=list[CampusEventBrief], paged=True)
def events_approvals() -> Answer:
    """Events that wait for one's approval."""
    policy.OPEN_APPROVALS.require(current_actor())
    return list_json(APPROVALS, _brief)


def _brief(row: Any) -> CampusEventBrief:
    return CampusEventBrief.model_validate(row._mapping)


@operation(
    bp,
    "POST",
    "",
    body=NewEvent,
    answers=CampusEventOut,
    status=201,
    message="Written down as a draft",
    errors=(403,),
)
def event_add(body: NewEvent) -> CampusEventOut:
    """Write an event down; with `repeat` and `times` a series, of which the first is answered."""
    made = writing.create(current_db(), current_actor(), body)
    return one(made.id)


@operation(bp, "GET", ONE, answers=CampusEventOut, public=True, errors=(401,))
def event_show(event_id: int) -> CampusEventOut:
    """One event; public ones also signed out."""
    return one(event_id)


@operation(
    bp,
    "PUT",
    ONE,
    body=EditEvent,
    answers=CampusEventOut,
    message="Saved",
    errors=(403, 409),
)
def event_edit(event_id: int, body: EditEvent) -> CampusEventOut:
    writing.edit(current_db(), current_actor(), event_id, body)
    return one(event_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403,))
def event_delete(event_id: int) -> None:
    writing.delete(current_db(), current_actor(), event_id)


@operation(bp, "POST", f"{ONE}/publish", answers=CampusEventOut, message="Done", errors=(403, 409))
def event_publish(event_id: int) -> CampusEventOut:
    """Publish a draft; of those who are not of the staff it waits for approval first."""
    writing.publish(current_db(), current_actor(), event_id)
    return one(event_id)


@operation(
    bp, "POST", f"{ONE}/approve", answers=CampusEventOut, message="Approved", errors=(403, 409)
)
def event_approve(event_id: int) -> CampusEventOut:
    writing.approve(current_db(), current_actor(), event_id)
    return one(event_id)


@operation(bp, "POST", f"{ONE}/refuse", body=Refusal, message="Sent back", errors=(403, 409))
def event_refuse(event_id: int, body: Refusal) -> None:
    writing.refuse(current_db(), current_actor(), event_id, body)


@operation(
    bp,
    "POST",
    f"{ONE}/cancel",
    body=CancelEvent,
    answers=CampusEventOut,
    message="Cancelled",
    errors=(403, 409),
)
def event_cancel(event_id: int, body: CancelEvent) -> CampusEventOut:
    writing.cancel(current_db(), current_actor(), event_id, body)
    return one(event_id)


@operation(bp, "GET", f"{ONE}/event.ics", file="text/calendar", public=True, errors=(401,))
def event_calendar(event_id: int) -> Response:
    """The event as iCalendar."""
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, event_id)
    content = calendars.one_event(db, found.event, has_seat=found.sees_link)
    return download(content, calendars.MEDIA_TYPE, f"event-{event_id}.ics")


@operation(
    bp,
    "POST",
    f"{ONE}/speakers",
    body=SpeakerIn,
    answers=list[EventSpeakerOut],
    status=201,
    message="Added",
    errors=(403, 409),
)
def speaker_add(event_id: int, body: SpeakerIn) -> list[EventSpeakerOut]:
    programme.save_speaker(current_db(), current_actor(), event_id, body)
    return one(event_id).speakers


@operation(
    bp,
    "PUT",
    f"{ONE}/speakers/<int:speaker_id>",
    body=SpeakerIn,
    answers=list[EventSpeakerOut],
    message="Saved",
    errors=(403,),
)
def speaker_edit(event_id: int, speaker_id: int, body: SpeakerIn) -> list[EventSpeakerOut]:
    programme.save_speaker(current_db(), current_actor(), event_id, body, speaker_id=speaker_id)
    return one(event_id).speakers


@operation(
    bp,
    "DELETE",
    f"{ONE}/speakers/<int:speaker_id>",
    message="Removed",
    errors=(403,),
)
def speaker_delete(event_id: int, speaker_id: int) -> None:
    programme.delete_speaker(current_db(), current_actor(), event_id, speaker_id)


@operation(
    bp,
    "POST",
    f"{ONE}/agenda",
    body=AgendaIn,
    answers=list[AgendaItemOut],
    status=201,
    message="Added",
    errors=(403, 409),
)
def agenda_add(event_id: int, body: AgendaIn) -> list[AgendaItemOut]:
    programme.save_item(current_db(), current_actor(), event_id, body)
    return one(event_id).agenda


@operation(
    bp,
    "PUT",
    f"{ONE}/agenda/<int:item_id>",
    body=AgendaIn,
    answers=list[AgendaItemOut],
    message="Saved",
    errors=(403,),
)
def agenda_edit(event_id: int, item_id: int, body: AgendaIn) -> list[AgendaItemOut]:
    programme.save_item(current_db(), current_actor(), event_id, body, item_id=item_id)
    return one(event_id).agenda


@operation(bp, "DELETE", f"{ONE}/agenda/<int:item_id>", message="Removed", errors=(403,))
def agenda_delete(event_id: int, item_id: int) -> None:
    programme.delete_item(current_db(), current_actor(), event_id, item_id)


@operation(
    bp,
    "POST",
    f"{ONE}/questions",
    body=QuestionIn,
    answers=CampusEventOut,
    status=201,
    message="Asked from now on",
    errors=(403, 409),
)
def question_add(event_id: int, body: QuestionIn) -> CampusEventOut:
    programme.add_question(current_db(), current_actor(), event_id, body)
    return one(event_id)


@operation(bp, "DELETE", f"{ONE}/questions/<key>", message="Not asked any more", errors=(403,))
def question_delete(event_id: int, key: str) -> None:
    programme.drop_question(current_db(), current_actor(), event_id, key)


@operation(bp, "GET", f"{ONE}/cover", file="image/webp", public=True, errors=(401,))
def cover_show(event_id: int) -> Response:
    reading.find(current_db(), current_actor(), event_id)
    return picture(programme.cover(current_db(), event_id))


@operation(
    bp,
    "POST",
    f"{ONE}/cover",
    query=PictureQuery,
    answers=CampusEventOut,
    message="Saved",
    errors=(403, 413, 415),
    raw_body="application/octet-stream",
)
def cover_set(event_id: int, query: PictureQuery) -> CampusEventOut:
    """Take the body as a picture; it is drawn anew, cut to 16:9."""
    content = BytesIO(request.get_data(cache=False))
    files = Files.from_settings(runtime().settings)
    kept = programme.prepare_picture(files, content, query.name, programme.COVER)
    programme.set_cover(current_db(), current_actor(), event_id, kept)
    return one(event_id)


@operation(bp, "DELETE", f"{ONE}/cover", message="Removed", errors=(403,))
def cover_delete(event_id: int) -> None:
    programme.set_cover(current_db(), current_actor(), event_id, None)


def one(event_id: int) -> CampusEventOut:
    """Return one event as the API shows it to whoever asks."""
    db = current_db()
    db.flush()
    found = reading.shown(db, current_actor(), event_id)
    event, path = found.event, f"{API}/{event_id}"
    values = {
        name: getattr(event, name) for name in CampusEventOut.model_fields if hasattr(event, name)
    }
    return CampusEventOut.model_validate(
        {
            **values,
            "host": found.host,
            "refusal": event.refusal if found.may_host else "",
            "online_link": event.online_link if found.sees_link else None,
            "cover": f"{path}/cover" if event.cover_id else None,
            "speakers": [
                {
                    **row._mapping,
                    "photo": f"{path}/speakers/{row.id}/photo" if row.photo_id else None,
                }
                for row in found.speakers
            ],
            "agenda": [dict(row._mapping) for row in found.agenda],
            "registration": own_part(event_id, found.own),
            "audience": found.audience,
            "co_hosts": found.co_hosts,
            "may_host": found.may_host,
            "may_lead": found.may_lead,
            "may_approve": found.may_approve,
            "may_register": found.may_register,
        }
    )


def own_part(event_id: int, own: reading.Own | None) -> dict[str, Any] | None:
    """Return one's own registration as the API shows it."""
    if own is None:
        return None
    row = own.row
    standing = "seat" if own.seated else "waiting" if own.waits else "cancelled"
    address = tickets.ticket_address(current_db(), event_id, row.code) if own.seated else None
    return {
        "id": row.id,
        "standing": standing,
        "before": own.before,
        "place": row.place,
        "came_at": row.came_at,
        "code": row.code if own.seated else None,
        "ticket": address,
        "name_hidden": row.name_hidden,
        "came": own.came,
        "certificate": own.certificate or None,
        "certificate_revoked": own.revoked,
    }
