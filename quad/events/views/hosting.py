"""The host's side: write an event down, change, publish, cancel, delete; and approving those of others."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.audience.service.choices import choices
from quad.audience.service.keeping import values_of
from quad.core.forms import Bound
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.events import policy
from quad.events.forms.events import CancelEvent, EditEvent, NewEvent, Refusal
from quad.events.models.events import Event
from quad.events.service import times, writing
from quad.events.views.blueprint import act, bp
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime

MOMENTS = ("starts_at", "ends_at", "deadline_at")


def _zone() -> str:
    zone = current_reader().zone
    return zone if zone != "UTC" else runtime().settings.time_zone


@bp.route("/events/create", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Write an event down; it is a draft until it is published."""
    actor = current_actor()
    policy.PROPOSE.require(actor)
    form = bind(NewEvent, initial={"zone": _zone()}, choices=choices(current_db()))
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(writing.create(current_db(), actor, form.data).id)
        if made:
            told = _("The draft is kept. Add speakers and an agenda, then publish it.")
            return done(told, url_for("events.event", event_id=made[0]))
    return page(
        "events/edit.html",
        form.status,
        form=form,
        title=_("New event") if policy.PUBLISH.may(actor) else _("Propose an event"),
        back=url_for("events.index"),
        event=None,
    )


@bp.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
def edit(event_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    back = url_for("events.event", event_id=event_id)
    audience = values_of(db, event.audience_id)
    form = bind(EditEvent, initial=_initial(event) | dict(audience), choices=choices(db))
    if form.data is not None:
        with refusals(form):
            writing.edit(db, actor, event_id, form.data)
        if not form.errors:
            return done(_("Saved."), back)
    return page(
        "events/edit.html",
        form.status,
        form=form,
        title=_("Edit the event"),
        back=back,
        event=event,
    )


def _initial(event: Event) -> dict[str, Any]:
    given = {name: getattr(event, name) for name in EditEvent.model_fields if hasattr(event, name)}
    for name in MOMENTS:
        given[name] = times.written(given[name], event.zone)
    if event.deadline_at == event.starts_at:
        given["deadline_at"] = ""
    return given


@bp.post("/events/<int:event_id>/publish")
def publish(event_id: int) -> BaseResponse:
    actor = current_actor()
    told = (
        _("Published.")
        if policy.PUBLISH.may(actor)
        else _("Sent. You hear by mail as soon as somebody decided.")
    )
    return act(event_id, lambda: writing.publish(current_db(), actor, event_id), told)


@bp.post("/events/<int:event_id>/approve")
def approve(event_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: writing.approve(current_db(), current_actor(), event_id),
        _("Approved and published."),
    )


@bp.post("/events/<int:event_id>/refuse")
def refuse(event_id: int) -> BaseResponse:
    form = Bound.from_html(Refusal, request.form)
    return act(
        event_id,
        lambda: writing.refuse(current_db(), current_actor(), event_id, form.require()),
        _("Sent back with your reason."),
        place=url_for("events.approvals"),
    )


@bp.post("/events/<int:event_id>/cancel")
def cancel(event_id: int) -> BaseResponse:
    form = Bound.from_html(CancelEvent, request.form)
    return act(
        event_id,
        lambda: writing.cancel(current_db(), current_actor(), event_id, form.require()),
        _("Cancelled. Everybody who registered hears of it."),
    )


@bp.post("/events/<int:event_id>/delete")
def delete(event_id: int) -> BaseResponse:
    """Hide one's own event."""
    return act(
        event_id,
        lambda: writing.delete(current_db(), current_actor(), event_id),
        _("The event is deleted."),
        place=url_for("events.mine"),
    )
