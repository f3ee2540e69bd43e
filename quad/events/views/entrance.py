"""At the door: who registered, checking in, certificates for all, and what people said afterwards."""

from __future__ import annotations

import secrets

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.documents import RevokeDocument
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.events import policy
from quad.events.forms.events import Scan
from quad.events.lists.attending import PARTICIPANTS, REGISTRATIONS
from quad.events.service import certificates as service
from quad.events.service import feedback, reading, seats, tickets
from quad.events.views.blueprint import act, bp, host_tabs, with_camera
from quad.web.assets import built
from quad.web.kit import attempted, bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/events/<int:event_id>/attendees")
def attendees(event_id: int) -> BaseResponse:
    """Who registered, for the host; for others the names of those who take part and show it."""
    db, actor = current_db(), current_actor()
    event = reading.find(db, actor, event_id)
    fixed = {"event": str(event_id)}
    if not policy.HOST.allowed(db, actor, [event_id]):
        return list_page(PARTICIPANTS, "events/participants.html", fixed=fixed, event=event)
    return list_page(
        REGISTRATIONS,
        "events/attendees.html",
        fixed=fixed,
        event=event,
        tabs=host_tabs(event, "attendees"),
        certifies=not service.reason_against(event),
    )


@bp.post("/events/<int:event_id>/attendees/<int:registration_id>/remove")
def remove(event_id: int, registration_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: seats.remove(current_db(), current_actor(), event_id, registration_id),
        _("Taken off the list. A free seat goes to who waits longest."),
        place=url_for("events.attendees", event_id=event_id),
    )


@bp.post("/events/<int:event_id>/attendees/<int:registration_id>/undo")
def undo(event_id: int, registration_id: int) -> BaseResponse:
    return act(
        event_id,
        lambda: tickets.undo(current_db(), current_actor(), event_id, registration_id),
        _("Not checked in any more."),
        place=url_for("events.check_in", event_id=event_id),
    )


@bp.route("/events/<int:event_id>/check-in", methods=["GET", "POST"])
def check_in(event_id: int) -> ResponseReturnValue:
    """Check people in by camera or by typing; a browser keeps what it cannot send yet.

    `?copy=1` is the page as a browser keeps it for times without a connection: it names nobody.
    """
    db, actor = current_db(), current_actor()
    copied = "copy" in request.args
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    form = bind(Scan, initial={"code": request.args.get("code", ""), "key": secrets.token_hex(16)})
    scanned = None
    if form.data is not None:
        with refusals(form):
            scanned = tickets.check_in(db, actor, event_id, [form.data])[0]
        if scanned is not None:
            good = scanned.outcome in (tickets.ScanOutcome.DONE, tickets.ScanOutcome.ALREADY)
            told = f"{scanned.name}: {scanned.sentence}" if scanned.name else scanned.sentence
            here = url_for("events.check_in", event_id=event_id)
            return done(told, here, category="done" if good else "bad")
    return with_camera(
        page(
            "events/check_in.html",
            form.status,
            form=form,
            event=event,
            tabs=host_tabs(event, "check_in"),
            copied=copied,
            latest=() if copied else tickets.latest(db, actor, event_id),
        )
    )


@bp.get("/events/check-in-keeper.js")
def keeper() -> Response:
    """The worker that keeps the check-in page; it stands here because it may only see addresses beside its own."""
    response = Response(built("check-in-keeper.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.post("/events/<int:event_id>/certificates")
def issue_certificates(event_id: int) -> BaseResponse:
    """Let the worker issue the certificates of everybody who came."""
    return act(
        event_id,
        lambda: service.issue_all(current_db(), current_actor(), event_id),
        _("The certificates are being written. Everybody hears when theirs is ready."),
        place=url_for("events.attendees", event_id=event_id),
    )


@bp.get("/events/<int:event_id>/attendees/<int:registration_id>/certificates")
def certificates(event_id: int, registration_id: int) -> ResponseReturnValue:
    """The certificates of one who came: revoke the valid one, or issue one with a new number."""
    return _certificates(event_id, registration_id)


def _certificates(
    event_id: int, registration_id: int, form: Bound[RevokeDocument] | None = None
) -> ResponseReturnValue:
    shown = form or Bound(RevokeDocument)
    return page(
        "events/certificates.html",
        shown.status,
        shown=service.issued(current_db(), current_actor(), event_id, registration_id),
        form=shown,
    )


@bp.post("/events/<int:event_id>/attendees/<int:registration_id>/certificates/revoke")
def revoke_certificate(event_id: int, registration_id: int) -> ResponseReturnValue:
    form = bind(RevokeDocument)
    if form.data is not None:
        with refusals(form):
            service.revoke(current_db(), current_actor(), event_id, registration_id, form.data)
    if form.errors:
        return _certificates(event_id, registration_id, form)
    return done(
        _("Revoked. Whoever checks the number reads it."), _place(event_id, registration_id)
    )


@bp.post("/events/<int:event_id>/attendees/<int:registration_id>/certificates/reissue")
def reissue_certificate(event_id: int, registration_id: int) -> BaseResponse:
    return attempted(
        lambda: service.reissue(current_db(), current_actor(), event_id, registration_id),
        _("Issued with a new number. The old one stays revoked."),
        _place(event_id, registration_id),
    )


def _place(event_id: int, registration_id: int) -> str:
    return url_for("events.certificates", event_id=event_id, registration_id=registration_id)


@bp.get("/events/<int:event_id>/results")
def results(event_id: int) -> ResponseReturnValue:
    """What people said, for the host."""
    db, actor = current_db(), current_actor()
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    return page(
        "events/results.html",
        event=event,
        tabs=host_tabs(event, "results"),
        results=feedback.results(db, actor, event_id),
    )
