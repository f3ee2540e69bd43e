"""Headers every answer carries, cross-site request forgery, and who may call the API from another origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from secure import (
    ContentSecurityPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

from quad.core.config import Settings
from quad.core.errors import QuadError
from quad.core.i18n import gettext as _
from quad.web.site import SAFE_METHODS, Site, wants_json

SESSION_COOKIE = "quad_session"
TWO_YEARS = 63_072_000

csrf = CSRFProtect()
V = TypeVar("V", bound=Callable[..., Any])


def content_policy(*, frame_ancestors: str = "'none'") -> ContentSecurityPolicy:
    """Return our policy: nothing inline, nothing from elsewhere."""
    return (
        ContentSecurityPolicy()
        .default_src("'self'")
        .img_src("'self'", "data:")
        .object_src("'none'")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors(frame_ancestors)
    )


def init_security(app: Site, settings: Settings) -> None:
    """Install headers, CSRF and CORS on `app`."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="quad_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookies_secure,
    )
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = form_token
    headers = _headers(settings)

    @app.before_request
    def refuse_forgery() -> None:
        if request.method in SAFE_METHODS or not _cookie_counts() or _proved_by_address(app):
            return
        try:
            csrf.protect()
        except CSRFError as error:
            raise QuadError(
                _("This form is too old or came from elsewhere. Reload the page and send it again.")
            ) from error

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if not response.headers.get("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        return _allow_origin(response, settings)


def proved_by_address(view: V) -> V:
    """Mark a view whose address alone proves that one may: it looks at no cookie, so nothing can ride on one."""
    view.proved_by_address = True  # type: ignore[attr-defined]
    return view


def _proved_by_address(app: Site) -> bool:
    view = app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "proved_by_address", False))


def form_token() -> str:
    """Return this request's token for forms; a page of sixty forms asks sixty times."""
    made: str | None = g.get("csrf_token")
    return made or generate_csrf()


def _cookie_counts() -> bool:
    """A forged request rides on a cookie; one with a bearer token, or to the API without our cookie, cannot."""
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return False
    return not wants_json() or SESSION_COOKIE in request.cookies


def _headers(settings: Settings) -> dict[str, str]:
    secure = Secure(
        csp=content_policy(),
        xfo=XFrameOptions().deny(),
        xcto=XContentTypeOptions().nosniff(),
        referrer=ReferrerPolicy().same_origin(),
        permissions=PermissionsPolicy().camera().microphone().geolocation(),
        hsts=StrictTransportSecurity().max_age(TWO_YEARS).include_subdomains()
        if settings.cookies_secure
        else None,
    )
    return dict(secure.headers)


def _allow_origin(response: Response, settings: Settings) -> Response:
    origin = request.headers.get("Origin")
    if not origin or not wants_json() or origin not in settings.cors_origins:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers.add("Vary", "Origin")
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
        response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
