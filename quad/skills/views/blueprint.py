"""The blueprint of the pages of skills, and what several of them need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint

from quad.core.errors import SignedOut
from quad.core.forms import Bound
from quad.web.kit import current_actor, page

bp = Blueprint("skills", __name__, template_folder="../templates")


@bp.before_request
def ask_who_it_is() -> None:
    """None of these pages is public."""
    if not current_actor().signed_in:
        raise SignedOut


def form_page(
    form: Bound[Any], *, title: str, crumbs: Sequence[Any], submit: str, cancel: str, lead: str = ""
) -> tuple[str, int]:
    """Draw a form on a page of its own."""
    return page(
        "skills/form.html",
        form.status,
        form=form,
        title=title,
        lead=lead,
        crumbs=[*crumbs, title],
        submit=submit,
        cancel=cancel,
    )
