"""The blueprint of the pages of the community, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.community.service.pictures import MOST, PICTURE
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.policy import Actor
from quad.core.taking import Taken
from quad.web.kit import ask_who_it_is, attempted, current_actor, same_site
from quad.web.taken import posted_files

bp = Blueprint("community", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def signed_in() -> Actor:
    """Return who asks; there is somebody (`ask_who_it_is`)."""
    return current_actor()


def back(otherwise: str = "") -> str:
    """Return the page on which a button was, as its form says, or another one."""
    return same_site(request.form.get("back"), otherwise or url_for("community.index"))


def act(do: Callable[[], Any], told: str, *, place: str = "") -> BaseResponse:
    """Run a command and go back to where its button was."""
    return attempted(do, told, place or back())


def post_place(post_id: int, comment_id: int | None = None) -> str:
    """Return the address of a post, or of a comment to it."""
    mark = f"comment-{comment_id}" if comment_id else None
    return url_for("community.post", post_id=post_id, _anchor=mark)


def posted_pictures() -> tuple[list[Taken], str]:
    """Return the pictures that were posted, and what is wrong with them."""
    try:
        return posted_files(PICTURE, most=MOST), ""
    except Invalid as error:
        return [], error.fields["file"]


def with_problem(form: Bound[Any], problem: str) -> None:
    """Let a form show what is wrong with its pictures."""
    if problem:
        form.data = None
        form.errors["file"] = problem
