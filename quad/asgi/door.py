"""The outermost layer: who asks, under which number, how long a client may dawdle, what is written in the log."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quad.asgi.limits import Limits
from quad.asgi.protocol import ABORT, GONE
from quad.asgi.proxy import TrustedProxies
from quad.asgi.refusal import Disconnected, Refusal, Refuser, crashed

REQUEST_ID = b"x-request-id"
ACCEPTABLE = re.compile(rb"[A-Za-z0-9-]{8,64}")
WENT_AWAY = 499

log = structlog.get_logger("quad.access")
faults = structlog.get_logger("quad.asgi")


class TooSlow(Exception):
    """The client does not read its answer."""


class _Sender:
    """Sends on behalf of one request: adds the number, counts, and gives up on a client that does not read."""

    def __init__(
        self, send: Send, request_id: bytes, patience: float, gone: Callable[[], bool]
    ) -> None:
        self._send = send
        self._gone = gone
        self._request_id = request_id
        self._patience = patience
        self.status = 0
        self.size = 0
        self.finished = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [item for item in message.get("headers", ()) if item[0] != REQUEST_ID]
            message = {**message, "headers": [*headers, (REQUEST_ID, self._request_id)]}
        else:
            # Uvicorn swallows what is sent to a client that has gone; a film would be read to its end for nobody.
            if message.get("more_body", False) and self._gone():
                raise Disconnected
            self.size += len(message.get("body", b""))
        try:
            async with asyncio.timeout(self._patience):
                await self._send(message)
        except TimeoutError:
            raise TooSlow from None
        self.finished = message["type"] == "http.response.body" and not message.get(
            "more_body", False
        )


class Door:
    """Wraps the router. Whatever happens inside becomes an answer and a line in the log."""

    def __init__(
        self, app: ASGIApp, limits: Limits, proxies: TrustedProxies, refuser: Refuser
    ) -> None:
        self._app = app
        self._limits = limits
        self._proxies = proxies
        self._refuser = refuser

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises."""
        began = time.perf_counter()
        scope = self._proxies.apply(scope)
        request_id = _request_id(scope)
        headers = [item for item in scope["headers"] if item[0] != REQUEST_ID]
        scope["headers"] = [*headers, (REQUEST_ID, request_id)]
        scope["state"] = {**scope.get("state", {}), "request_id": request_id.decode()}
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        sender = _Sender(
            send, request_id, self._limits.send_idle, scope.get("extensions", {}).get(GONE, bool)
        )
        status = await self._attempt(scope, receive, sender)
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round((time.perf_counter() - began) * 1000, 1),
            bytes=sender.size,
            client=(scope.get("client") or ("-",))[0],
        )

    async def _attempt(self, scope: Scope, receive: Receive, sender: _Sender) -> int:
        """Return the status for the log; 499 for a client that went away."""
        try:
            await self._app(scope, receive, sender)
        except Disconnected:
            return WENT_AWAY
        except TooSlow:
            _abort(scope)
            return WENT_AWAY
        except Refusal as refusal:
            await self._refuse(refusal, scope, receive, sender)
        except Exception:
            faults.exception("unhandled", path=scope["path"])
            await self._refuse(crashed(), scope, receive, sender)
        return sender.status

    async def _refuse(
        self, refusal: Refusal, scope: Scope, receive: Receive, sender: _Sender
    ) -> None:
        if sender.status:
            # Part of another answer has been sent: a cut connection is the only honest end.
            if not sender.finished:
                _abort(scope)
            return
        try:
            await self._refuser.answer(refusal, scope, receive, sender, self._limits.linger)
        except TooSlow:
            _abort(scope)


def _abort(scope: Scope) -> None:
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == REQUEST_ID and ACCEPTABLE.fullmatch(value):
            return bytes(value)
    return uuid.uuid4().hex.encode()
