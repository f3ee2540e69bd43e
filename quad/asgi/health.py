"""`/healthz`, answered beside the request threads: a busy server is not a dead one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import orjson
from starlette.types import Receive, Scope, Send

from quad.asgi.refusal import wrong_method

HealthCheck = Callable[[], tuple[int, Mapping[str, object]]]
"""Returns the status (200 or 503) and the JSON to answer; may raise, which is 503."""

PATIENCE = 5.0


class Health:
    """The ASGI application at `/healthz`. However many ask at once, the database is asked once."""

    def __init__(self, check: HealthCheck) -> None:
        self._check = check
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="quad-health")
        self._running: asyncio.Future[tuple[int, bytes]] | None = None

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raises Refusal for a method other than GET and HEAD."""
        if scope["method"] not in ("GET", "HEAD"):
            raise wrong_method()
        status, body = await self._ask()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown, "more_body": False})

    async def _ask(self) -> tuple[int, bytes]:
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._pool, self._measure)
        try:
            return await asyncio.wait_for(asyncio.shield(self._running), PATIENCE)
        except TimeoutError:
            return 503, _json({"status": "unavailable", "db": "timeout"})

    def _measure(self) -> tuple[int, bytes]:
        try:
            status, answer = self._check()
        except Exception as error:  # whatever it is, the answer is "not healthy"
            return 503, _json({"status": "unavailable", "db": type(error).__name__})
        return status, _json(answer)


def _json(value: Mapping[str, object]) -> bytes:
    return orjson.dumps(dict(value))
