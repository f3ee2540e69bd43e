"""Every error becomes one envelope in the API and one helpful page elsewhere; never a stack, never SQL."""

from __future__ import annotations

import structlog
from flask import Response, g, redirect, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import (
    Forbidden,
    NotFound,
    QuadError,
    SignedOut,
    TooLarge,
    TooMany,
    Unavailable,
)
from quad.core.i18n import gettext as _
from quad.web.api import error_response
from quad.web.site import Site, by_htmx, current_actor, runtime, wants_json

log = structlog.get_logger("quad.web")


def init_errors(app: Site) -> None:
    """Install the error handlers on `app`."""
    app.register_error_handler(QuadError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(OperationalError, _database_down)
    app.register_error_handler(Exception, _crashed)


def titles(status: int) -> str:
    """Return the heading of an error page."""
    known = {
        400: _("That request made no sense to us"),
        401: _("Please sign in"),
        403: _("You have no such rights"),
        404: _("Nothing here"),
        405: _("That cannot be done here"),
        409: _("That is not possible now"),
        413: _("Too large"),
        415: _("This kind of content is not accepted"),
        422: _("Something does not fit"),
        429: _("Too many tries"),
        503: _("Not available at the moment"),
    }
    return known.get(status, _("Something went wrong"))


def _refused(error: QuadError) -> BaseResponse:
    response: BaseResponse
    if wants_json():
        response = error_response(error)
    elif isinstance(error, SignedOut):
        return redirect(runtime().door.sign_in_url(_wanted()), code=303)
    else:
        response = _page(error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _wanted() -> str:
    if request.method != "GET":
        return "/"
    return request.full_path.rstrip("?")


def _page(error: QuadError) -> Response:
    actor = current_actor()
    home, home_label = url_for("home.index"), _("Go to the home page")
    if isinstance(error, Forbidden):
        home, home_label = runtime().door.refusal_help(actor, request.path)
    body = render_template(
        "error.html",
        status=error.status,
        title=titles(error.status),
        sentence=str(error),
        request_id=g.get("request_id", ""),
        home_href=home,
        home_label=home_label,
    )
    response = Response(body, error.status, mimetype="text/html")
    if by_htmx():
        response.headers["HX-Retarget"] = "body"
    return response


class _Plain(QuadError):
    """An HTTP error in our own words."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def _http_error(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    sentences = {
        400: QuadError.default(),
        404: NotFound.default(),
        405: _("This address does not take %(method)s.", method=request.method),
        413: TooLarge.default(),
    }
    response = _refused(_Plain(status, sentences.get(status, titles(status) + ".")))
    if status == 405 and isinstance(error, HTTPException):
        valid = getattr(error, "valid_methods", None)
        if valid:
            response.headers["Allow"] = ", ".join(sorted(valid))
    return response


def _limited(error: RateLimitExceeded) -> BaseResponse:
    return _refused(TooMany(retry_after=max(1, int(error.limit.limit.get_expiry()))))


def _database_down(error: OperationalError) -> BaseResponse:
    log.error("database does not answer", exc_info=error)
    return _refused(Unavailable())


def _crashed(error: Exception) -> BaseResponse:
    log.error("unexpected error", exc_info=error, path=request.path, method=request.method)
    sentence = _("This is our mistake, not yours. It has been written down; please try again.")
    return _refused(_Plain(500, sentence))
