"""From ASGI to Flask and back, with a thread held for Flask's work and for nothing else.

The body is complete before a thread is taken, the answer is complete before it is sent: a slow client at either end
costs no thread, and an error in the middle of a streamed answer still becomes an error page. a2wsgi's environ is used;
its body and sender, which keep the thread in step with the client, are not.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from a2wsgi.wsgi import build_environ
from starlette.types import Receive, Scope, Send

from quad.asgi.body import Spool, has_body, read_body, spool
from quad.asgi.files import KEY_HEADER, FileSource, send_file
from quad.asgi.limits import Limits
from quad.asgi.refusal import Disconnected, not_found, too_busy

Headers = list[tuple[bytes, bytes]]

PRIVATE = b"x-quad-"
PIECE = 128 * 1024
# Uvicorn cuts the connection over such a character, which a file name may well bring along.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass
class _Answer:
    """What Flask said: small bodies as they are, large ones in a file."""

    limits: Limits
    status: int = 500
    headers: Headers = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    file: Spool | None = None

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [
            (
                name.strip().lower().encode("latin-1"),
                CONTROL.sub(" ", value).strip().encode("latin-1"),
            )
            for name, value in headers
        ]
        return self.write

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.file is None and self.size <= self.limits.in_memory:
            self.chunks.append(chunk)
            return
        if self.file is None:
            self.file = spool(self.limits)
            self.file.rollover()
            self.file.writelines(self.chunks)
            self.chunks.clear()
        self.file.write(chunk)

    def close(self) -> None:
        if self.file is not None:
            self.file.close()

    def take_private(self) -> dict[bytes, str]:
        """Remove the headers meant for the shell and return them."""
        private = {n: v.decode("latin-1") for n, v in self.headers if n.startswith(PRIVATE)}
        self.headers = [item for item in self.headers if not item[0].startswith(PRIVATE)]
        return private


class Bridge:
    """The ASGI application that is Flask. `busy` threads are at work, `queued` requests wait for one."""

    def __init__(self, wsgi: WSGIApplication, limits: Limits, files: FileSource) -> None:
        self._wsgi = wsgi
        self._limits = limits
        self._files = files
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="quad-request")
        self._slots = asyncio.Semaphore(limits.threads)
        self.busy = 0
        self.queued = 0

    def close(self) -> None:
        """Let the threads end; what runs is finished first."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request.

        Raises Refusal when it is not let in, Disconnected when the client has gone.
        """
        body, size = await read_body(scope, receive, self._limits)
        try:
            await self._wait_for_slot(receive)
        except BaseException:
            body.close()
            raise
        answer = await self._run(_environ(scope, body, size), body)
        try:
            await self._reply(answer, scope, send)
        finally:
            answer.close()

    async def _wait_for_slot(self, receive: Receive) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        if self.queued >= self._limits.waiting:
            raise too_busy()
        self.queued += 1
        slot = asyncio.ensure_future(self._slots.acquire())
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({slot, gone}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if slot.done():
                self._slots.release()
            raise
        finally:
            self.queued -= 1
            gone.cancel()
            got = slot.done()
            slot.cancel()
        if not got:
            raise Disconnected

    async def _run(self, environ: WSGIEnvironment, body: Spool) -> _Answer:
        loop = asyncio.get_running_loop()
        answer = _Answer(self._limits)
        context = contextvars.copy_context()
        self.busy += 1
        work: Future[None] = self._pool.submit(
            context.run, _call, self._wsgi, environ, answer, body
        )

        # The slot is free when the thread is, which is later than this coroutine when the server stops waiting for it.
        def done(finished: Future[None]) -> None:
            if finished.cancelled():
                body.close()
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._free)

        work.add_done_callback(done)
        try:
            await asyncio.wrap_future(work)
        except BaseException:
            answer.close()
            raise
        return answer

    def _free(self) -> None:
        self.busy -= 1
        self._slots.release()

    async def _reply(self, answer: _Answer, scope: Scope, send: Send) -> None:
        key = answer.take_private().get(KEY_HEADER)
        if key is not None and answer.status == 200:
            await self._reply_file(key, answer, scope, send)
            return
        bodiless = answer.status in (204, 304) or scope["method"] == "HEAD"
        headers = answer.headers
        if not bodiless and not any(name == b"content-length" for name, _value in headers):
            headers = [*headers, (b"content-length", str(answer.size).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.file is not None and not bodiless:
            answer.file.seek(0)
            while piece := answer.file.read(PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        rest = b"" if bodiless else b"".join(answer.chunks)
        await send({"type": "http.response.body", "body": rest, "more_body": False})

    async def _reply_file(self, key: str, answer: _Answer, scope: Scope, send: Send) -> None:
        file = await self._files.open(key)
        if file is None:
            raise not_found()
        try:
            await send_file(file, answer.headers, scope, send)
        finally:
            await file.close()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _environ(scope: Scope, body: Spool, size: int) -> WSGIEnvironment:
    environ = cast(WSGIEnvironment, build_environ(cast(Any, scope), cast(Any, body)))
    if has_body(scope):
        # The true length for chunked bodies too, which are otherwise silently empty.
        environ["CONTENT_LENGTH"] = str(size)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.input_terminated"] = True
    environ["quad.request_id"] = scope["state"]["request_id"]
    return environ


def _call(wsgi: WSGIApplication, environ: WSGIEnvironment, answer: _Answer, body: Spool) -> None:
    try:
        iterable = wsgi(environ, cast(StartResponse, answer.start))
        try:
            for chunk in iterable:
                answer.write(chunk)
        finally:
            close = getattr(iterable, "close", None)
            if close is not None:
                close()
    finally:
        body.close()
