"""A request's whole body, in a file, before any thread is taken."""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile

from starlette.types import Receive, Scope

from quad.asgi.limits import Limits
from quad.asgi.refusal import Disconnected, no_room, too_large, too_slow

Spool = SpooledTemporaryFile[bytes]


def spool(limits: Limits) -> Spool:
    """Return an empty file that stays in memory while it is small; on disk it has no name and cannot be left behind."""
    folder = str(limits.spool_dir) if limits.spool_dir else None
    return SpooledTemporaryFile(max_size=limits.in_memory, dir=folder)


def has_body(scope: Scope) -> bool:
    """Tell whether the request announces a body."""
    return any(
        name in (b"content-length", b"transfer-encoding") for name, _value in scope["headers"]
    )


async def read_body(scope: Scope, receive: Receive, limits: Limits) -> tuple[Spool, int]:
    """Return the complete body, rewound, and its size; the caller closes it.

    Raises Refusal (408 slow, 413 large, 507 disk full) or Disconnected; nothing is left open then.
    """
    limit = limits.body_limit(scope["path"])
    if _declared(scope) > limit:
        raise too_large(limit)
    body = spool(limits)
    try:
        size = await _fill(body, receive, limit, limits) if has_body(scope) else 0
        body.seek(0)
    except BaseException:
        body.close()
        raise
    return body, size


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _fill(body: Spool, receive: Receive, limit: int, limits: Limits) -> int:
    loop = asyncio.get_running_loop()
    started = loop.time()
    size = 0
    more = True
    while more:
        # Every byte buys time, so a slow line may send for hours, but a trickle may not.
        due = started + limits.body_grace + size / limits.body_rate
        try:
            async with asyncio.timeout_at(min(due, loop.time() + limits.body_idle)):
                message = await receive()
        except TimeoutError:
            raise too_slow() from None
        if message["type"] != "http.request":
            raise Disconnected
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        try:
            body.write(chunk)
        except OSError as error:
            raise no_room() from error
    return size
