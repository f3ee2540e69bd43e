"""The programme of an event: speakers, agenda, questions and cover."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid
from quad.core.files import Kept
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.questions import KIND_NAMES
from quad.events import policy
from quad.events.forms.events import AgendaIn, SpeakerIn
from quad.events.forms.questions import QuestionIn
from quad.events.models.events import Event
from quad.events.service import programme as service
from quad.events.service import reading
from quad.events.views.blueprint import act, bp, host_tabs, posted_picture
from quad.web.kit import bind, current_actor, current_db, done, form_page, page, refusals


def _event(event_id: int) -> Event:
    return policy.HOST.get(current_db(), current_actor(), event_id, read=policy.READ)


def _place(event_id: int) -> str:
    return url_for("events.programme", event_id=event_id)


def _crumbs(event: Event) -> list[tuple[str, str]]:
    return [
        (_("Events"), url_for("events.index")),
        (event.title, url_for("events.event", event_id=event.id)),
        (_("Programme"), _place(event.id)),
    ]


@bp.get("/events/<int:event_id>/programme")
def programme(event_id: int) -> ResponseReturnValue:
    return _programme(event_id)


def _programme(
    event_id: int, question: Bound[QuestionIn] | None = None, problem: str = ""
) -> ResponseReturnValue:
    db, event = current_db(), _event(event_id)
    form = question or Bound(QuestionIn)
    return page(
        "events/programme.html",
        422 if problem else form.status,
        event=event,
        tabs=host_tabs(event, "programme"),
        speakers=reading.speakers(db, event_id),
        agenda=reading.agenda(db, event_id),
        question=form,
        kinds=KIND_NAMES,
        problem=problem,
    )


@bp.route("/events/<int:event_id>/speakers/new", methods=["GET", "POST"])
def new_speaker(event_id: int) -> ResponseReturnValue:
    return _speaker(event_id, None)


@bp.route("/events/<int:event_id>/speakers/<int:speaker_id>", methods=["GET", "POST"])
def speaker(event_id: int, speaker_id: int) -> ResponseReturnValue:
    return _speaker(event_id, speaker_id)


def _speaker(event_id: int, speaker_id: int | None) -> ResponseReturnValue:
    problem, photo = "", None
    try:
        photo = posted_picture("file", service.FACE)
    except Invalid as error:
        problem = error.fields["file"]
    db, actor, event = current_db(), current_actor(), _event(event_id)
    row = service.speaker(db, actor, event_id, speaker_id) if speaker_id is not None else None
    initial = {name: getattr(row, name) for name in SpeakerIn.model_fields} if row else {}
    form = bind(SpeakerIn, initial=initial)
    if problem:
        form.data = None
        form.errors["file"] = problem
    if form.data is not None:
        with refusals(form):
            service.save_speaker(db, actor, event_id, form.data, speaker_id=speaker_id, photo=photo)
        if not form.errors:
            return done(_("Saved."), _place(event_id))
    return form_page(
        form,
        title=row.name if row else _("New speaker"),
        crumbs=_crumbs(event),
        submit=_("Save"),
        cancel=_place(event_id),
        parts=[("events/photo.html", {"error": form.errors.get("file", "")})],
    )


@bp.post("/events/<int:event_id>/speakers/<int:speaker_id>/photo/delete")
def drop_photo(event_id: int, speaker_id: int) -> BaseResponse:
    """Take the photo of a speaker away."""
    return act(
        event_id,
        lambda: service.set_photo(current_db(), current_actor(), event_id, speaker_id, None),
        _("The photo is gone."),
        place=_place(event_id),
    )


@bp.post("/events/<int:event_id>/speakers/<int:speaker_id>/delete")
def delete_speaker(event_id: int, speaker_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: service.delete_speaker(current_db(), current_actor(), event_id, speaker_id),
        _("Removed."),
        place=_place(event_id),
    )


@bp.route("/events/<int:event_id>/agenda/new", methods=["GET", "POST"])
def new_item(event_id: int) -> ResponseReturnValue:
    return _item(event_id, None)


@bp.route("/events/<int:event_id>/agenda/<int:item_id>", methods=["GET", "POST"])
def item(event_id: int, item_id: int) -> ResponseReturnValue:
    return _item(event_id, item_id)


def _item(event_id: int, item_id: int | None) -> ResponseReturnValue:
    db, actor, event = current_db(), current_actor(), _event(event_id)
    zone = ZoneInfo(event.zone)
    initial = {"at": event.starts_at.astimezone(zone).strftime("%H:%M")}
    row = service.item(db, actor, event_id, item_id) if item_id is not None else None
    if row is not None:
        initial = {
            "at": row.starts_at.astimezone(zone).strftime("%H:%M"),
            "title": row.title,
            "about": row.about,
            "speaker_id": str(row.speaker_id or ""),
        }
    choices = {"speaker_id": [(one.id, one.name) for one in reading.speakers(db, event_id)]}
    form = bind(AgendaIn, initial=initial, choices=choices)
    if form.data is not None:
        with refusals(form):
            service.save_item(db, actor, event_id, form.data, item_id=item_id)
        if not form.errors:
            return done(_("Saved."), _place(event_id))
    return form_page(
        form,
        title=row.title if row else _("New point of the agenda"),
        crumbs=_crumbs(event),
        submit=_("Save"),
        cancel=_place(event_id),
    )


@bp.post("/events/<int:event_id>/agenda/<int:item_id>/delete")
def delete_item(event_id: int, item_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: service.delete_item(current_db(), current_actor(), event_id, item_id),
        _("Removed."),
        place=_place(event_id),
    )


@bp.post("/events/<int:event_id>/questions")
def add_question(event_id: int) -> ResponseReturnValue:
    form = bind(QuestionIn)
    if form.data is not None:
        with refusals(form):
            service.add_question(current_db(), current_actor(), event_id, form.data)
        if not form.errors:
            return done(_("The question is asked from now on."), _place(event_id))
    return _programme(event_id, form)


@bp.post("/events/<int:event_id>/questions/<key>/delete")
def drop_question(event_id: int, key: str) -> BaseResponse:
    return act(
        event_id,
        lambda: service.drop_question(current_db(), current_actor(), event_id, key),
        _("Not asked any more. The answers given stay."),
        place=_place(event_id),
    )


@bp.post("/events/<int:event_id>/cover")
def set_cover(event_id: int) -> ResponseReturnValue:
    """Take a picture for the head of the page; without one the old one goes."""
    kept: Kept | None = None
    try:
        kept = posted_picture("file", service.COVER)
    except Invalid as error:
        return _programme(event_id, problem=error.fields["file"])
    return act(
        event_id,
        lambda: service.set_cover(current_db(), current_actor(), event_id, kept),
        _("The picture is saved.") if kept else _("The picture is removed."),
        place=_place(event_id),
    )
