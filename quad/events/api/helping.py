"""Co-hosts and the pictures of speakers over JSON."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from quad.core.files import Files
from quad.events.api.events import API, ONE, PictureQuery, one
from quad.events.api.shapes import CoHostOut, EventSpeakerOut
from quad.events.door import picture
from quad.events.forms.events import AddCoHost
from quad.events.service import helping, programme, reading
from quad.web.api import operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("events_helping_api", __name__, url_prefix=API, tag="Events")
HELPING = f"{ONE}/co-hosts"
PHOTO = f"{ONE}/speakers/<int:speaker_id>/photo"


@operation(bp, "GET", HELPING, answers=list[CoHostOut], errors=(403,))
def co_hosts_index(event_id: int) -> Any:
    """Who helps to hold the event."""
    return helping.co_hosts(current_db(), current_actor(), event_id)


@operation(
    bp,
    "POST",
    HELPING,
    body=AddCoHost,
    answers=list[CoHostOut],
    status=201,
    message="Added",
    errors=(403, 409),
)
def co_host_add(event_id: int, body: AddCoHost) -> Any:
    """Let somebody help: of the staff, or connected with oneself; the staff asks everybody."""
    helping.add(current_db(), current_actor(), event_id, body)
    return helping.co_hosts(current_db(), current_actor(), event_id)


@operation(bp, "DELETE", f"{HELPING}/<int:user_id>", message="Removed", errors=(403,))
def co_host_remove(event_id: int, user_id: int) -> None:
    """Let somebody help no longer; a co-host may leave."""
    helping.remove(current_db(), current_actor(), event_id, user_id)


@operation(bp, "GET", PHOTO, file="image/webp", public=True, errors=(401,))
def speaker_photo_show(event_id: int, speaker_id: int) -> Response:
    db = current_db()
    reading.find(db, current_actor(), event_id)
    return picture(programme.photo_of(db, event_id, speaker_id))


@operation(
    bp,
    "POST",
    PHOTO,
    query=PictureQuery,
    answers=list[EventSpeakerOut],
    message="Saved",
    errors=(403, 413, 415),
    raw_body="application/octet-stream",
)
def speaker_photo_set(event_id: int, speaker_id: int, query: PictureQuery) -> list[EventSpeakerOut]:
    """Take the body as a picture of the speaker; it is drawn anew, cut to a square."""
    content = BytesIO(request.get_data(cache=False))
    files = Files.from_settings(runtime().settings)
    kept = programme.prepare_picture(files, content, query.name, programme.FACE)
    programme.set_photo(current_db(), current_actor(), event_id, speaker_id, kept)
    return one(event_id).speakers


@operation(bp, "DELETE", PHOTO, message="Removed", errors=(403,))
def speaker_photo_delete(event_id: int, speaker_id: int) -> None:
    programme.set_photo(current_db(), current_actor(), event_id, speaker_id, None)
