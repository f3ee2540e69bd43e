"""Taking part: register, the ticket, certificate, feedback, and the own calendar."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.questions import given_answers, page_field
from quad.events.door import sent
from quad.events.forms.events import GiveFeedback, HideAttendance, Register
from quad.events.forms.questions import registration_form
from quad.events.kinds import place_of
from quad.events.service import calendars, certificates, feedback, reading, seats, tickets
from quad.events.views.blueprint import act, bp
from quad.web.download import disposition, download
from quad.web.kit import bind, current_actor, current_db, done, page, refusals


@bp.route("/events/<int:event_id>/register", methods=["GET", "POST"])
def register(event_id: int) -> ResponseReturnValue:
    """Take a seat, or a place on the waiting list; the host's questions are asked here."""
    db, actor = current_db(), current_actor()
    shown = reading.shown(db, actor, event_id)
    form: Bound[Any] = bind(registration_form(shown.event.questions))
    place = url_for("events.event", event_id=event_id)
    if form.data is not None:
        made = []
        with refusals(form):
            made.append(seats.register(db, actor, event_id, _given(form.data)))
        if made:
            told = (
                _("You have a seat. Your ticket is on this page.")
                if made[0].seated_at is not None
                else _("You are on the waiting list. You hear as soon as a seat is free.")
            )
            return done(told, place)
        form.errors = {page_field(name): said for name, said in form.errors.items()}
    return page(
        "events/register.html",
        form.status,
        form=form,
        shown=shown,
        event=shown.event,
        place=place_of(shown.event),
    )


def _given(data: Any) -> Register:
    return Register(answers=given_answers(data), name_hidden=data.name_hidden)


@bp.post("/events/<int:event_id>/unregister")
def unregister(event_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: seats.cancel(current_db(), current_actor(), event_id),
        _("You are off the list."),
    )


@bp.post("/events/<int:event_id>/name")
def hide_name(event_id: int) -> BaseResponse:
    form = Bound.from_html(HideAttendance, request.form).require()
    told = _("Your name is hidden.") if form.name_hidden else _("Your name is shown.")
    return act(
        event_id, lambda: seats.hide_name(current_db(), current_actor(), event_id, form), told
    )


@bp.get("/events/<int:event_id>/ticket")
def ticket(event_id: int) -> ResponseReturnValue:
    found = tickets.ticket(current_db(), current_actor(), event_id)
    return page(
        "events/ticket.html",
        event=found.event,
        ticket=found,
        code=tickets.spaced(found.registration.code),
        qr=Markup(tickets.qr_picture(found.address)),  # noqa: S704 - drawn by us from our own address
        place=place_of(found.event),
    )


@bp.get("/events/<int:event_id>/ticket.pdf")
def ticket_file(event_id: int) -> Response:
    content = tickets.ticket_pdf(current_db(), current_actor(), event_id)
    return download(content, "application/pdf", f"ticket-{event_id}.pdf")


@bp.post("/events/<int:event_id>/certificate")
def issue_certificate(event_id: int) -> BaseResponse:
    """Issue one's own certificate and go to its file."""
    return act(
        event_id,
        lambda: certificates.issue_own(current_db(), current_actor(), event_id),
        _("Your certificate is ready. Whoever gets it can check its number."),
    )


@bp.get("/events/<int:event_id>/certificate.pdf")
def certificate_file(event_id: int) -> Response:
    return sent(certificates.own_file(current_db(), current_actor(), event_id))


@bp.route("/events/<int:event_id>/feedback", methods=["GET", "POST"])
def give_feedback(event_id: int) -> ResponseReturnValue:
    """What one thought of it, once."""
    db, actor = current_db(), current_actor()
    event = reading.find(db, actor, event_id)
    feedback.may_give(db, actor, event_id)
    form = bind(GiveFeedback)
    if form.data is not None:
        with refusals(form):
            feedback.give(db, actor, event_id, form.data)
        if not form.errors:
            return done(_("Thank you."), url_for("events.event", event_id=event_id))
    return page(
        "events/feedback.html",
        form.status,
        form=form,
        event=event,
        fields=list(form.kind.model_fields),
    )


@bp.route("/events/feed", methods=["GET", "POST"])
def feed() -> ResponseReturnValue:
    """One's own calendar address: shown once, when it is made."""
    db, actor = current_db(), current_actor()
    address = ""
    if request.method == "POST":
        address = calendars.feed_address(db, calendars.make_address(db, actor))
    return page("events/feed.html", address=address, there=calendars.has_address(db, actor))


@bp.post("/events/feed/drop")
def drop_feed() -> BaseResponse:
    calendars.drop_address(current_db(), current_actor())
    return done(_("The address leads nowhere now."), url_for("events.feed"))


@bp.get("/events/feed/<token>.ics")
def feed_file(token: str) -> Response:
    """The calendar behind a secret address; programs ask without signing in."""
    response = Response(
        calendars.feed(current_db(), token), mimetype=f"{calendars.MEDIA_TYPE}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = disposition("inline", "events.ics")
    response.headers["Cache-Control"] = "private, max-age=900"
    return response
