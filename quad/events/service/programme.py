"""Speakers, agenda, questions and the cover of an event."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import IO
from zoneinfo import ZoneInfo

import filetype
from PIL import Image, ImageOps
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import Files, Kept, StoredFile
from quad.core.i18n import gettext as _
from quad.core.pictures import decode, one_at_a_time
from quad.core.policy import Actor
from quad.core.questions import MOST_QUESTIONS, kept_question
from quad.core.uploads import HEAD, PHOTOS, inspect_upload
from quad.events import facts, policy
from quad.events.forms.events import AgendaIn, SpeakerIn
from quad.events.forms.questions import QuestionIn
from quad.events.models.events import AgendaItem, Event, Speaker
from quad.events.service import times

LARGEST = 16 * 1024 * 1024
COVER = (1600, 900)
FACE = (256, 256)
SMALLEST = 32
MOST_SPEAKERS = 40
MOST_ITEMS = 100
MEDIA_TYPE = "image/webp"


def prepare_picture(files: Files, stream: IO[bytes], name: str, size: tuple[int, int]) -> Kept:
    """Draw a picture anew, cut to `size`, and keep it (no database). Raises TooLarge, Invalid (field `file`)."""
    inspect_upload(stream, name or _fitting_name(stream), PHOTOS, limit=LARGEST)
    stream.seek(0)
    with one_at_a_time:
        picture = decode(stream, side=max(size) * 2, smallest=SMALLEST)
        if picture.mode not in ("RGB", "L"):
            seen = picture.convert("RGBA")
            ground = Image.new("RGB", seen.size, "white")
            ground.paste(seen, mask=seen.getchannel("A"))
            picture = ground
        cut = ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.LANCZOS)
        clean = Image.new("RGB", cut.size)
        clean.paste(cut)
        written = BytesIO()
        clean.save(written, "WEBP", quality=82, method=4)
    written.seek(0)
    return files.keep(written)


def _fitting_name(stream: IO[bytes]) -> str:
    found = filetype.guess(stream.read(HEAD))
    stream.seek(0)
    return f"picture.{found.extension if found else ''}"


def _row(db: Session, actor: Actor, kept: Kept, name: str) -> StoredFile:
    row = Files.row(kept, name=name, media_type=MEDIA_TYPE, owner_id=actor.id)
    db.add(row)
    db.flush()
    return row


def _changed(db: Session, actor: Actor, event: Event) -> None:
    emit(db, facts.EventProgrammeChanged(actor_id=actor.id, event_id=event.id))


def hosted(db: Session, actor: Actor, event_id: int) -> Event:
    """Return an event one may change, locked. Raises NotFound, Forbidden."""
    return policy.HOST.get(db, actor, event_id, read=policy.READ, lock=True)


def set_cover(db: Session, actor: Actor, event_id: int, kept: Kept | None) -> Event:
    """Give an event its picture, or take it away. Raises NotFound, Forbidden."""
    event = hosted(db, actor, event_id)
    event.cover_id = _row(db, actor, kept, f"event-{event.id}.webp").id if kept else None
    _changed(db, actor, event)
    return event


def cover(db: Session, event_id: int) -> StoredFile | None:
    """Return the picture of an event; who may see the event was asked before."""
    return db.scalar(
        select(StoredFile).join(Event, Event.cover_id == StoredFile.id).where(Event.id == event_id)
    )


def save_speaker(
    db: Session,
    actor: Actor,
    event_id: int,
    form: SpeakerIn,
    *,
    speaker_id: int | None = None,
    photo: Kept | None = None,
) -> Speaker:
    """Add or change a speaker; without a new `photo` the old one stays. Raises NotFound, Forbidden, Rejected."""
    event = hosted(db, actor, event_id)
    if speaker_id is None:
        count = select(func.count(Speaker.id)).where(Speaker.event_id == event.id)
        there = db.scalar(count) or 0
        if there >= MOST_SPEAKERS:
            raise Rejected(_("An event has at most %(n)s speakers.", n=MOST_SPEAKERS))
        row = Speaker(event_id=event.id, position=there)
        db.add(row)
    else:
        row = _speaker(db, event.id, speaker_id)
    row.name, row.headline, row.bio = form.name, form.headline, form.bio
    if photo is not None:
        row.photo_id = _row(db, actor, photo, "speaker.webp").id
    db.flush()
    _changed(db, actor, event)
    return row


def _speaker(db: Session, event_id: int, speaker_id: int) -> Speaker:
    row = db.get(Speaker, speaker_id)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def speaker(db: Session, actor: Actor, event_id: int, speaker_id: int) -> Speaker:
    """Return a speaker to change. Raises NotFound, Forbidden."""
    policy.HOST.get(db, actor, event_id, read=policy.READ)
    return _speaker(db, event_id, speaker_id)


def set_photo(
    db: Session, actor: Actor, event_id: int, speaker_id: int, kept: Kept | None
) -> Speaker:
    """Give a speaker a picture, or take it away. Raises NotFound, Forbidden."""
    event = hosted(db, actor, event_id)
    row = _speaker(db, event.id, speaker_id)
    row.photo_id = _row(db, actor, kept, "speaker.webp").id if kept else None
    _changed(db, actor, event)
    return row


def photo_of(db: Session, event_id: int, speaker_id: int) -> StoredFile:
    """Return a speaker's photo; who may see the event was asked before. Raises NotFound."""
    row = _speaker(db, event_id, speaker_id)
    found = db.get(StoredFile, row.photo_id) if row.photo_id is not None else None
    if found is None:
        raise NotFound
    return found


def delete_speaker(db: Session, actor: Actor, event_id: int, speaker_id: int) -> None:
    """Take a speaker off an event. Raises NotFound, Forbidden."""
    event = hosted(db, actor, event_id)
    db.delete(_speaker(db, event.id, speaker_id))
    _changed(db, actor, event)


def save_item(
    db: Session, actor: Actor, event_id: int, form: AgendaIn, *, item_id: int | None = None
) -> AgendaItem:
    """Add or change a point of the agenda. Raises NotFound, Forbidden, Rejected, Invalid."""
    event = hosted(db, actor, event_id)
    if form.speaker_id is not None:
        try:
            _speaker(db, event.id, form.speaker_id)
        except NotFound as error:
            raise Invalid({"speaker_id": _("Choose a speaker of this event.")}) from error
    if item_id is None:
        count = select(func.count(AgendaItem.id)).where(AgendaItem.event_id == event.id)
        if (db.scalar(count) or 0) >= MOST_ITEMS:
            raise Rejected(_("An agenda has at most %(n)s points.", n=MOST_ITEMS))
        row = AgendaItem(event_id=event.id)
        db.add(row)
    else:
        row = _item(db, event.id, item_id)
    first = event.starts_at.astimezone(ZoneInfo(event.zone)).date()
    row.starts_at = times.moment(datetime.combine(first, form.at.replace(tzinfo=None)), event.zone)
    row.title, row.about, row.speaker_id = form.title, form.about, form.speaker_id
    db.flush()
    _changed(db, actor, event)
    return row


def _item(db: Session, event_id: int, item_id: int) -> AgendaItem:
    row = db.get(AgendaItem, item_id)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def item(db: Session, actor: Actor, event_id: int, item_id: int) -> AgendaItem:
    """Return a point of the agenda to change. Raises NotFound, Forbidden."""
    policy.HOST.get(db, actor, event_id, read=policy.READ)
    return _item(db, event_id, item_id)


def delete_item(db: Session, actor: Actor, event_id: int, item_id: int) -> None:
    """Take a point off the agenda. Raises NotFound, Forbidden."""
    event = hosted(db, actor, event_id)
    row = _item(db, event.id, item_id)
    db.execute(delete(AgendaItem).where(AgendaItem.id == row.id))
    _changed(db, actor, event)


def add_question(db: Session, actor: Actor, event_id: int, form: QuestionIn) -> Event:
    """Ask one more thing of who registers from now on. Raises NotFound, Forbidden, Rejected, Invalid."""
    event = hosted(db, actor, event_id)
    question = kept_question(form)
    if len(event.questions) >= MOST_QUESTIONS:
        raise Rejected(_("An event asks at most %(n)s questions.", n=MOST_QUESTIONS))
    event.questions = [*event.questions, question]
    _changed(db, actor, event)
    return event


def drop_question(db: Session, actor: Actor, event_id: int, key: str) -> Event:
    """Stop asking something; what was answered stays. Raises NotFound, Forbidden."""
    event = hosted(db, actor, event_id)
    left = [one for one in event.questions if one["key"] != key]
    if len(left) == len(event.questions):
        raise NotFound
    event.questions = left
    _changed(db, actor, event)
    return event
