"""The Flask helpers a domain needs for its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Forbidden, Invalid, QuadError, Rejected, SignedOut
from quad.core.facts import attempt
from quad.core.forms import Bound, Form
from quad.core.web_addresses import is_own_path
from quad.web.site import by_htmx, current_actor, current_db, runtime

__all__ = [
    "action",
    "ask_who_it_is",
    "attempted",
    "bind",
    "by_htmx",
    "current_actor",
    "current_db",
    "done",
    "form_page",
    "page",
    "refusals",
    "require_role",
    "runtime",
    "same_site",
]

F = TypeVar("F", bound=Form)
Choices = Mapping[str, Sequence[tuple[Any, Any]]]


def page(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page."""
    return render_template(template, **context), status


def bind(
    kind: type[F], *, initial: Mapping[str, Any] | None = None, choices: Choices | None = None
) -> Bound[F]:
    """Return the form of this request: empty (with `initial`) on GET, bound to what was posted otherwise."""
    if request.method == "GET":
        return Bound(kind, initial=initial, choices=choices)
    return Bound.from_html(kind, request.form, initial=initial, choices=choices)


@contextmanager
def refusals(form: Bound[Any]) -> Iterator[None]:
    """Run a command; a refusal (rule or input) is undone and shown in the form instead of ending the request.

    Check `form.errors` afterwards.
    """
    try:
        with attempt(current_db()):
            yield
    except (Invalid, Rejected) as error:
        form.refuse(error)


def done(message: str, url: str, *, category: str = "done") -> BaseResponse:
    """Say that it worked and go to `url` (303, or HX-Redirect when htmx asks)."""
    if message:
        flash(message, category)
    if by_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, code=303)


def same_site(target: str | None, otherwise: str | None = None) -> str:
    """Return `target` when it is a path on this site, else `otherwise` (the home page)."""
    return target if target and is_own_path(target) else otherwise or url_for("home.index")


def require_role(*roles: str) -> None:
    """Guard a page that belongs to working roles.

    Raises SignedOut (which leads to the portal and back) and Forbidden (not held); a role that is held but not active
    leads to the page that offers the switch.
    """
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    if actor.working_role in roles:
        return
    held = next((role for role in roles if role in actor.roles), None)
    if held is None:
        raise Forbidden
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    abort(redirect(url_for("identity.role", role=held, next=here), code=303))


def chosen_error(error: QuadError) -> str:
    """Return the sentence to flash for a refusal outside a form."""
    return "; ".join(error.fields.values()) if isinstance(error, Invalid) else str(error)


def ask_who_it_is() -> None:
    """Before every request of a blueprint none of whose pages is public: `bp.before_request(ask_who_it_is)`."""
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


def attempted(
    act: Callable[[], object], told: str, place: str, *, refused: str = ""
) -> BaseResponse:
    """Do something and go to `place` with what is `told`, or to `refused` (`place` without one) with why it was not."""
    try:
        with attempt(current_db()):
            act()
    except (Rejected, Invalid) as error:
        return done(chosen_error(error), refused or place, category="bad")
    return done(told, place)


Parts = Sequence[tuple[str, Mapping[str, Any]]]


def form_page(
    form: Bound[Any],
    *,
    title: str,
    crumbs: Sequence[Any],
    submit: str,
    cancel: str,
    lead: str = "",
    fields: Sequence[str] = (),
    more: Sequence[str] = (),
    beside: Parts = (),
    parts: Parts = (),
) -> tuple[str, int]:
    """Draw a form on a page of its own, with all its fields unless `fields` names some.

    Those in `more` are folded away until one of them is wrong. `beside` are panels that stand next to it, `parts` what
    follows its fields: templates, each with what it knows as `panel` or `part`.
    """
    shown = fields or list(form.kind.model_fields)
    return page(
        "form_page.html",
        form.status,
        form=form,
        title=title,
        lead=lead,
        crumbs=[*crumbs, title],
        submit=submit,
        cancel=cancel,
        fields=[name for name in shown if name not in more],
        more=list(more),
        beside=beside,
        parts=parts,
    )
