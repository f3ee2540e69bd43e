"""The one blueprint of the pages of academics, and what several of them need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, url_for

from quad.academics.service.sheets import OfferingHead
from quad.core.errors import SignedOut
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.identity.service.hashing import hasher
from quad.identity.service.users import OneTime, make_one_time
from quad.web.kit import current_actor, page, runtime

bp = Blueprint("academics", __name__, template_folder="../templates")

area("/record", "student", "student", "alumnus")
for _prefix in ("/offerings", "/enrolments", "/teachers"):
    area(_prefix, "faculty", "faculty", "hod", "admin")


@bp.before_request
def ask_who_it_is() -> None:
    """None of these pages is public."""
    if not current_actor().signed_in:
        raise SignedOut


def action(label: str, endpoint: str, icon: str, *, primary: bool = False, **values: Any) -> Any:
    """Return a button for the head of a list page."""
    return {
        "label": label,
        "href": url_for(endpoint, **values),
        "icon": icon,
        "primary": primary,
    }


def fresh_one_time() -> OneTime:
    """Make a one-time password before the request's first statement. Raises TooMany."""
    return make_one_time(hasher(runtime().settings))


def form_page(
    form: Bound[Any],
    *,
    title: str,
    crumbs: Sequence[Any],
    submit: str,
    cancel: str,
    lead: str = "",
    more: Sequence[str] = (),
) -> tuple[str, int]:
    """Draw a form on a page of its own; the fields named in `more` are folded away until one of them is wrong."""
    return page(
        "academics/form.html",
        form.status,
        form=form,
        title=title,
        lead=lead,
        crumbs=[*crumbs, title],
        submit=submit,
        cancel=cancel,
        fields=[name for name in form.kind.model_fields if name not in more],
        more=list(more),
    )


def offering_crumbs(head: OfferingHead) -> list[Any]:
    """Return the way to an offering's pages."""
    return [
        (_("Offerings"), url_for("academics.offerings_index")),
        (named(head), url_for("academics.offering", offering_id=head.id)),
    ]


def named(head: OfferingHead) -> str:
    """Name an offering: "Operating Systems, section A"."""
    return _("%(title)s, section %(section)s", title=head.title, section=head.section)
