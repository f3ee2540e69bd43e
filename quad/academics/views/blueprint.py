"""The one blueprint of the pages of academics, and what several of them need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from markupsafe import Markup

from quad.academics.service.sheets import OfferingHead
from quad.core.export.writing import FORMATS, Written
from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.identity.service.hashing import hasher
from quad.identity.service.users import OneTime, make_one_time
from quad.web.kit import ask_who_it_is, runtime

bp = Blueprint("academics", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)

area("/record", "student", "student", "alumnus")
for _prefix in ("/offerings", "/enrolments", "/teachers", "/results"):
    area(_prefix, "faculty", "faculty", "hod", "admin")


def fresh_one_time() -> OneTime:
    """Make a one-time password before the request's first statement. Raises TooMany."""
    return make_one_time(hasher(runtime().settings))


UNDOABLE = 40


def told_with_undo(told: str, undo: str, ids: Sequence[int], otherwise: str) -> Markup:
    """Return a message with a button that posts `ids` to the address `undo`.

    A message travels in a cookie: past 40 ids it leads to the page `otherwise`, where everything can be undone.
    """
    few = ids if len(ids) <= UNDOABLE else ()
    button = render_template("academics/undo.html", undo=undo, ids=few, otherwise=otherwise)
    return Markup.escape(told) + Markup(button)  # noqa: S704 - a template of ours, which escapes


def offering_crumbs(head: OfferingHead) -> list[Any]:
    """Return the way to an offering's pages."""
    return [
        (_("Offerings"), url_for("academics.offerings_index")),
        (named(head), url_for("academics.offering", offering_id=head.id)),
    ]


def named(head: OfferingHead) -> str:
    """Name an offering: "Operating Systems, section A"."""
    return _("%(title)s, section %(section)s", title=head.title, section=head.section)


def as_file(written: Written, kind: str, name: str) -> Response:
    """Send a table as a file in the format `kind`; its name keeps plain letters and digits."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    response = Response(written.pieces(), mimetype=FORMATS[kind])
    response.headers["Content-Length"] = str(written.size)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.call_on_close(written.file.close)
    return response
