"""The style page: every macro in every state, with samples. Registered in development only."""

from __future__ import annotations

import datetime
from typing import Final

from flask import Blueprint, abort, flash, render_template

from quad.web import samples

bp: Final = Blueprint("styleguide", __name__, url_prefix="/dev/ui")
PAGES: Final = (
    ("pieces", "Pieces"),
    ("forms", "Forms"),
    ("list", "List page"),
    ("list-empty", "Empty list"),
    ("data", "Figures and charts"),
    ("marks", "Marks sheet"),
    ("talk", "Split and thread"),
)
ERRORS: Final = {
    400: ("This cannot be read", "What was sent does not fit what this page expects."),
    401: ("Please sign in", "This page is for people who are signed in."),
    403: ("You have no such rights", "Your roles do not include what this page needs."),
    404: ("This page is not here", "There is nothing at this address, or you may not know of it."),
    409: ("Someone was faster", "This has changed since you opened it, so nothing was saved."),
    413: ("This is too large", "A file may have at most 25 MB."),
    429: ("Too many tries", "There were many tries in a short time."),
    500: ("Something broke on our side", "The error has been written down."),
}


def _tabs(current: str) -> list[dict[str, object]]:
    return [
        {"label": label, "href": f"/dev/ui/{name}", "current": name == current}
        for name, label in PAGES
    ]


@bp.get("/")
def index() -> str:
    """Show the first of the style pages, with a message of each kind."""
    for kind, text in (("done", "The student was added."), ("bad", "The file could not be read.")):
        flash(text, kind)
    return show("pieces")


@bp.get("/<name>")
def show(name: str) -> str:
    """Show one of the style pages; 404 for others."""
    if name not in dict(PAGES):
        abort(404)
    return render_template(
        f"dev/{name.removesuffix('-empty')}.html",
        tabs=_tabs(name),
        sample=samples,
        page=samples.list_page(found=name == "list"),
        day_of_talk=datetime.date(2026, 11, 27),
    )


@bp.get("/door")
def door() -> str:
    """Show the sign-in page."""
    return render_template("dev/door.html", form=samples.door_form(), bad=False)


@bp.get("/door-bad")
def door_bad() -> str:
    """Show the sign-in page after a mistake."""
    return render_template("dev/door.html", form=samples.door_form(), bad=True)


@bp.get("/code")
def code() -> str:
    """Show the page that asks for the mailed code."""
    return render_template("dev/code.html", form=samples.door_form())


@bp.get("/error/<int:status>")
def error(status: int) -> tuple[str, int]:
    """Show the error page for a status; 404 for one that has none."""
    if status not in ERRORS:
        abort(404)
    title, sentence = ERRORS[status]
    values = {"status": status, "title": title, "sentence": sentence, "request_id": "01J9ZK3Q7M"}
    return render_template("error.html", home_href="/", **values), status
