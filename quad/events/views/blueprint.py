"""The blueprint of the pages of events, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, SignedOut, TooLarge
from quad.core.files import Files, Kept
from quad.core.i18n import gettext as _
from quad.events.models.events import Event
from quad.events.service import programme
from quad.web.kit import attempted, current_actor, runtime
from quad.web.security import content_policy

bp = Blueprint("events", __name__, template_folder="../templates")

# These are there for people who are not signed in as well.
PUBLIC = frozenset(
    {"index", "event", "by_slug", "ics", "cover", "speaker_photo", "feed_file", "keeper"}
)


@bp.before_request
def ask_who_it_is() -> None:
    """Most of these pages are for people who are signed in."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint not in PUBLIC and not current_actor().signed_in:
        raise SignedOut


def act(event_id: int, do: Callable[[], Any], told: str, *, place: str = "") -> BaseResponse:
    """Run a command and go on; a refusal is said at the place one comes from."""
    here = url_for("events.event", event_id=event_id)
    return attempted(do, told, place or here, refused=here)


def posted_picture(name: str, size: tuple[int, int]) -> Kept | None:
    """Draw a posted picture anew and keep it, before the request's first statement; None when none was chosen.

    Raises Invalid (field `file`).
    """
    given = request.files.get(name)
    if given is None or not given.filename:
        return None
    files = Files.from_settings(runtime().settings)
    try:
        return programme.prepare_picture(files, given.stream, given.filename, size)
    except TooLarge as error:
        raise Invalid({"file": str(error)}) from error
    finally:
        given.close()


def with_camera(made: tuple[str, int]) -> Response:
    """Let a page of ours ask for the camera, which no other page may."""
    response = Response(*made)
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    policy = content_policy().img_src("'self'", "data:", "blob:").media_src("'self'", "blob:")
    response.headers["Content-Security-Policy"] = policy.header_value
    return response


def host_tabs(event: Event, current: str) -> Sequence[dict[str, Any]]:
    """Return the places within an event for its host."""
    places = (
        ("event", _("Event"), 0),
        ("programme", _("Programme"), 0),
        ("attendees", _("Registrations"), event.registered + event.waiting),
        ("check_in", _("Check-in"), event.attended),
        ("results", _("Feedback"), 0),
        ("co_hosts", _("Co-hosts"), 0),
    )
    return [
        {
            "label": label,
            "href": url_for(f"events.{name}", event_id=event.id),
            "current": name == current,
            "count": count,
        }
        for name, label, count in places
    ]
