"""The blueprint of pages, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import SignedOut
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.pages.forms.pages import VersionSeen
from quad.web.kit import attempted, current_actor

bp = Blueprint("pages", __name__, template_folder="../templates")

# These are there for people who are not signed in as well.
PUBLIC = frozenset({"about", "index", "show", "image"})


@bp.before_request
def ask_who_it_is() -> None:
    """Most of these pages are for people who are signed in."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint not in PUBLIC and not current_actor().signed_in:
        raise SignedOut


def signed_in() -> Actor:
    """Return who asks. Raises SignedOut."""
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    return actor


def desk(page_id: int) -> str:
    """Return the place where a page is worked on."""
    return url_for("pages.edit", page_id=page_id)


def seen() -> VersionSeen:
    """Return the version that the posted form had seen. Raises Invalid."""
    return Bound.from_html(VersionSeen, request.form).require()


def act(do: Callable[[], Any], told: str, place: str) -> BaseResponse:
    """Run a command and go on; a refusal is said at the same place."""
    return attempted(do, told, place)


def trail(*more: Any) -> Sequence[Any]:
    """Return the way to a page of the editors."""
    return [(_("Pages"), url_for("pages.manage")), *more]


def tabs(page_id: int, current: str) -> Sequence[dict[str, Any]]:
    """Return the places within a page for its editors."""
    places = (
        ("edit", _("Content")),
        ("settings", _("Readers and menus")),
        ("revisions", _("Revisions")),
        ("preview", _("Preview")),
    )
    return [
        {
            "label": label,
            "href": url_for(f"pages.{name}", page_id=page_id),
            "current": name == current,
        }
        for name, label in places
    ]
