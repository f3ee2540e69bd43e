"""What the shell itself refuses, in the same envelope as everything else: JSON for programs, a page for people."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from html import escape

import orjson
from starlette.types import Receive, Scope, Send

from quad.core.i18n import gettext as _

Headers = list[tuple[bytes, bytes]]
ErrorPage = Callable[[int, str], str]
"""(status, sentence) → HTML; the roof may give a nicer page than the plain one."""


class Refusal(Exception):
    """The shell does not pass this request on. `str(error)` is the sentence for the reader."""

    def __init__(self, status: int, sentence: str, *, headers: Headers | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or []


class Disconnected(Exception):
    """The client went away: nobody is there to answer."""


def too_large(limit: int) -> Refusal:
    """Refuse a body above `limit` bytes."""
    size = f"{limit / 1024 / 1024:.0f} MB" if limit >= 1024 * 1024 else f"{limit / 1024:.0f} KB"
    return Refusal(413, _("That is too large: at most %(size)s can be sent here.", size=size))


def too_slow() -> Refusal:
    """Refuse a body that does not arrive."""
    return Refusal(408, _("The upload stopped or was too slow. Please send it again."))


def no_room() -> Refusal:
    """Refuse a body the disk cannot hold."""
    return Refusal(
        507, _("There is no room on the server for this upload. Please tell an administrator.")
    )


def too_busy() -> Refusal:
    """Refuse a request when too many are waiting already."""
    return Refusal(
        503,
        _("Too many people are asking at the same moment. Please try again in a few seconds."),
        headers=[(b"retry-after", b"5")],
    )


def not_found() -> Refusal:
    """Refuse an address the shell owns and has nothing at."""
    return Refusal(404, _("There is nothing here, or you may not see it."))


def wrong_method() -> Refusal:
    """Refuse a method on an address that is only read."""
    return Refusal(405, _("This address can only be read."), headers=[(b"allow", b"GET, HEAD")])


def crashed() -> Refusal:
    """Say that the mistake is ours."""
    return Refusal(
        500, _("Something went wrong on our side. It has been recorded; please try again.")
    )


def wants_json(scope: Scope) -> bool:
    """Tell whether a program asks: below /api/, or it accepts JSON and not HTML."""
    if scope["path"].startswith("/api/"):
        return True
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept").lower()
    return b"application/json" in accept and b"text/html" not in accept


def plain_page(status: int, sentence: str, *, title: str = "", stylesheet: str = "") -> str:
    """Return a page that says `sentence` and leads on; it needs no script and no template."""
    link = f'<link rel="stylesheet" href="{escape(stylesheet)}">' if stylesheet else ""
    heading = escape(title or str(status))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title>{link}</head>"
        '<body><main class="container-tight py-4"><div class="empty">'
        f'<h1 class="empty-title">{heading}</h1><p class="empty-subtitle">{escape(sentence)}</p>'
        f'<p><a class="btn btn-primary" href="/">{escape(_("To the start page"))}</a></p>'
        "</div></main></body></html>"
    )


class Refuser:
    """Sends refusals."""

    def __init__(self, page: ErrorPage = plain_page) -> None:
        self._page = page

    async def answer(
        self, refusal: Refusal, scope: Scope, receive: Receive, send: Send, linger: float
    ) -> None:
        """Send the refusal; an unfinished body is read to its end and forgotten, for `linger` seconds at most."""
        body, content_type = self._body(refusal, scope)
        unfinished = refusal.status in (408, 413, 507)
        headers: Headers = [
            (b"content-type", content_type),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (
                b"content-security-policy",
                b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
            *refusal.headers,
        ]
        if unfinished:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else body
        if unfinished and refusal.status != 408:
            await send({"type": "http.response.body", "body": shown, "more_body": True})
            await _drain(receive, linger)
            shown = b""
        await send({"type": "http.response.body", "body": shown, "more_body": False})

    def _body(self, refusal: Refusal, scope: Scope) -> tuple[bytes, bytes]:
        sentence = str(refusal)
        if wants_json(scope):
            envelope = {"success": False, "error": sentence, "fields": {}}
            return orjson.dumps(envelope), b"application/json"
        return self._page(refusal.status, sentence).encode(), b"text/html; charset=utf-8"


async def _drain(receive: Receive, seconds: float) -> None:
    # Closing on a client that is still sending resets the connection, and it would never read why.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            message = await receive()
            while message["type"] == "http.request" and message.get("more_body", False):
                message = await receive()
