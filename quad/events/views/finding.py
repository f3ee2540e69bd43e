"""Finding events: lists, the month, and the page of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from quad.core import clock
from quad.core.errors import NotFound, QuadError
from quad.core.forms import Bound
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.markdown import as_html
from quad.events import policy
from quad.events.door import picture
from quad.events.forms.events import VISIBILITIES, CancelEvent, Refusal
from quad.events.kinds import month_name, place_of, weekday_name
from quad.events.lists.events import APPROVALS, EVENTS, MY_EVENTS, PAST, PAST_EVENTS, UPCOMING
from quad.events.service import calendars, programme, reading
from quad.events.views.blueprint import bp, host_tabs
from quad.web.download import download
from quad.web.kit import current_actor, current_db, page
from quad.web.lists import list_page


def _tabs(current: str) -> list[dict[str, Any]]:
    places = [
        ("index", _("To come")),
        ("mine", _("Mine")),
        ("past", _("Past")),
        ("month", _("Calendar")),
    ]
    if policy.OPEN_APPROVALS.may(current_actor()):
        places.append(("approvals", _("To approve")))
    return [
        {"label": label, "href": url_for(f"events.{name}"), "current": name == current}
        for name, label in places
    ]


def _actions() -> list[dict[str, Any]]:
    return [
        {"label": _("In my calendar"), "href": url_for("events.feed"), "icon": "calendar"},
        {
            "label": _("Propose an event")
            if not policy.PUBLISH.may(current_actor())
            else _("New event"),
            "href": url_for("events.create"),
            "icon": "plus",
            "primary": True,
        },
    ]


@bp.get("/events")
def index() -> ResponseReturnValue:
    """Events to come; signed out the public ones."""
    if not current_actor().signed_in:
        return page(
            "events/public.html",
            events=reading.public_events(current_db()),
            place_of=place_of,
        )
    return list_page(
        EVENTS,
        "events/index.html",
        fixed={"when": UPCOMING},
        actions=_actions(),
        tabs=_tabs("index"),
    )


@bp.get("/events/past")
def past() -> ResponseReturnValue:
    return list_page(
        PAST_EVENTS,
        "events/index.html",
        fixed={"when": PAST},
        actions=_actions(),
        tabs=_tabs("past"),
    )


@bp.get("/events/mine")
def mine() -> ResponseReturnValue:
    """What one holds and takes part in."""
    return list_page(MY_EVENTS, "events/index.html", actions=_actions(), tabs=_tabs("mine"))


@bp.get("/events/approvals")
def approvals() -> ResponseReturnValue:
    """What waits for one's approval."""
    policy.OPEN_APPROVALS.require(current_actor())
    return list_page(APPROVALS, "events/index.html", tabs=_tabs("approvals"))


@bp.get("/events/calendar")
def month() -> ResponseReturnValue:
    """A month of events; `?month=2026-11`."""
    return page(
        "events/month.html",
        month=reading.month(current_db(), current_actor(), _asked_month()),
        tabs=_tabs("month"),
        actions=_actions(),
        month_name=month_name,
        weekday_name=weekday_name,
    )


def _asked_month() -> date:
    given = request.args.get("month", "")
    if not given:
        return clock.today(current_reader().zone).replace(day=1)
    try:
        first = date.fromisoformat(f"{given}-01")
    except ValueError as error:
        raise QuadError(_("Write a month as 2026-11.")) from error
    if not 1990 <= first.year <= 2200:
        raise QuadError(_("Write a month as 2026-11."))
    return first


@bp.get("/events/<int:event_id>")
def event(event_id: int) -> ResponseReturnValue:
    return _page(event_id)


@bp.get("/events/<slug>")
def by_slug(slug: str) -> ResponseReturnValue:
    """The same page by the event's name, which links from elsewhere use."""
    if "\0" in slug:  # no database keeps it
        raise NotFound
    return _page(slug)


def _page(key: int | str) -> ResponseReturnValue:
    found = reading.shown(current_db(), current_actor(), key)
    return page(
        "events/show.html" if current_actor().signed_in else "events/show_public.html",
        shown=found,
        event=found.event,
        about=as_html(found.event.about),
        place=place_of(found.event),
        zone_differs=found.event.zone != current_reader().zone,
        visibilities=VISIBILITIES,
        tabs=host_tabs(found.event, "event") if found.may_host else (),
        cancel_form=Bound(CancelEvent),
        refusal=Bound(Refusal),
        publishes=policy.PUBLISH.may(current_actor()),
    )


@bp.get("/events/<int:event_id>/event.ics")
def ics(event_id: int) -> Response:
    """The event for a calendar; the link to take part online only with a seat."""
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, event_id)
    content = calendars.one_event(db, found.event, has_seat=found.sees_link)
    return download(content, calendars.MEDIA_TYPE, f"event-{event_id}.ics")


@bp.get("/events/<int:event_id>/cover")
def cover(event_id: int) -> Response:
    db = current_db()
    reading.find(db, current_actor(), event_id)
    return picture(programme.cover(db, event_id))


@bp.get("/events/<int:event_id>/speakers/<int:speaker_id>/photo")
def speaker_photo(event_id: int, speaker_id: int) -> Response:
    db = current_db()
    reading.find(db, current_actor(), event_id)
    return picture(programme.photo_of(db, event_id, speaker_id))
