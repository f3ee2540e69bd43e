"""Uvicorn's HTTP protocol with bounds on the head of a request.

httptools keeps whatever arrives until the head is complete, and Uvicorn waits for it for ever. Here a head has a size,
a number of fields and a time. Fields after the body (trailers) are dropped: they would otherwise be added to the header
list the application already holds, behind the back of whoever checked it.
"""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, ClassVar, cast

import orjson
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from quad.asgi.limits import Limits

ABORT = "quad.abort"
GONE = "quad.gone"
# Written before anything is known about the reader, so in plain English.
SENTENCES = {
    408: "The request took too long to arrive. Please send it again.",
    431: "The request's address and headers are too large. Delete this site's cookies and try again.",
}


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `limits` is set by `bounded`."""

    limits: ClassVar[Limits] = Limits()

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._reading_head = True
        self._refused = False
        self._too_big = False
        self._heard = False
        self._silent = 0
        self._size = 0
        self._head_timer: TimerHandle | None = None
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._heard = False
        super().data_received(data)
        if self._too_big:
            self._refuse(431)
        if self._heard or self._refused:
            self._silent = 0
            return
        # Not one callback for the whole packet: an endless line, be it in the head, a trailer or a chunk's extension.
        self._silent += len(data)
        if self._silent > self.limits.header_bytes:
            self._refuse(431)
        elif self._reading_head:
            self._start_head_timer()

    def on_message_begin(self) -> None:
        self._heard = True
        self._too_big = False
        self._size = 0
        self._reading_head = True
        super().on_message_begin()
        scope = cast(dict[str, Any], self.scope)
        scope["extensions"] = {
            ABORT: self.transport.abort,
            GONE: self.transport.is_closing,
        }
        self._start_head_timer()

    def on_url(self, url: bytes) -> None:
        if self._fits(len(url)):
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._fits(len(name) + len(value)) and self._reading_head:
            super().on_header(name, value)
            self._too_big = len(self.headers) > self.limits.header_count

    def on_headers_complete(self) -> None:
        self._heard = True
        self._stop_head_timer()
        if self._too_big:
            self._refuse(431)
        if not self._refused:
            self._reading_head = False
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._heard = True
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._heard = True
        if not self._refused:
            self._reading_head = True
            super().on_message_complete()

    def _fits(self, size: int) -> bool:
        self._heard = True
        self._size += size
        if self._size > self.limits.header_bytes:
            self._too_big = True
        return not self._too_big

    def _start_head_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.limits.header_seconds, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._answering():
            self._start_head_timer()
        else:
            self._refuse(408)

    def _answering(self) -> bool:
        cycle = cast(RequestResponseCycle | None, self.cycle)
        return cycle is not None and not cycle.response_complete

    def _refuse(self, status: int) -> None:
        """Answer in one line and close. Inside another answer there is nothing to say: just close."""
        if self._refused:
            return
        self._refused = True
        self._stop_head_timer()
        if self.transport.is_closing():
            return
        if self._answering():
            self.transport.abort()
            return
        sentence = SENTENCES[status]
        body, kind = sentence.encode() + b"\n", b"text/plain; charset=utf-8"
        if getattr(self, "url", b"").startswith(b"/api/"):
            body = orjson.dumps({"success": False, "error": sentence, "fields": {}})
            kind = b"application/json"
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: %b\r\ncontent-length: %d\r\n" % (kind, len(body))
            + b"connection: close\r\n\r\n"
            + body
        )
        # Closing while bytes are still arriving resets the connection and takes the answer away from the reader.
        self.transport.write_eof()
        self.loop.call_later(self.limits.linger, self.transport.close)


def bounded(limits: Limits) -> type[BoundedProtocol]:
    """Return the protocol class with these limits, for Uvicorn's `http` setting."""
    return type("QuadProtocol", (BoundedProtocol,), {"limits": limits})
