"""`/live`: what has just happened, as server-sent events, for thousands of open pages and without threads.

One follower per process reads the numbered events once and every stream gets its own from memory. A stream names its
place (`id:`) with every event and heartbeat, so a browser that comes back gets exactly what it missed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from quad.asgi.refusal import Refusal, too_busy, wrong_method
from quad.core.db.engine import Database
from quad.core.i18n import gettext as _
from quad.core.live import INTERVAL, SIGNED_OUT, Event, Follower, Missed, missed

Headers = list[tuple[bytes, bytes]]

QUEUE = 200
STREAMS = 10_000
HEARTBEAT = 15.0
RETRY_MS = 3_000
READERS = 2
CHECKED = 500
PER_SESSION = 12

log = structlog.get_logger("quad.live")


@dataclass(frozen=True)
class Viewer:
    """Who listens: the key of the session (any text that names it) and the audiences the person belongs to."""

    key: str
    tokens: frozenset[str]


class LiveAccess(Protocol):
    """What the roof knows about sessions. Both are called in a thread."""

    def authenticate(self, scope: Scope) -> Viewer | None:
        """Return who asks, by the session cookie in `scope`; None when signed out."""

    def still_valid(self, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the audiences, as they are now, of those sessions among `keys` that still hold."""


class _Ended(Exception):
    """The stream is over: signed out, too slow, or the server stops."""


@dataclass(eq=False)
class _Stream:
    viewer: Viewer
    waiting: list[Event] = field(default_factory=list)
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def give(self, event: Event) -> None:
        """Queue an event; a reader too slow for the queue is ended and comes back for what it missed."""
        if len(self.waiting) == QUEUE:
            self.end()
        if not self.ended:
            self.waiting.append(event)
            self.filled.set()

    def take(self) -> list[Event]:
        """Return what waits; raises _Ended."""
        if self.ended:
            raise _Ended
        events, self.waiting = self.waiting, []
        self.filled.clear()
        return events

    def end(self) -> None:
        self.ended = True
        self.filled.set()


class Hub:
    """The open streams of this process, by audience. Everything but `take` runs on the event loop."""

    def __init__(self) -> None:
        self.at = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._by_token: dict[str, set[_Stream]] = defaultdict(set)
        self._by_key: dict[str, set[_Stream]] = defaultdict(set)

    def open(self, at: int) -> None:
        """Begin at number `at`, on the running loop."""
        self.at = at
        self._loop = asyncio.get_running_loop()

    def take(self, events: Sequence[Event]) -> None:
        """Take the next events, from the follower's thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, events)

    def _spread(self, events: Sequence[Event]) -> None:
        for event in events:
            for stream in tuple(self._by_token.get(event.audience, ())):
                if event.kind == SIGNED_OUT:
                    stream.end()  # whoever is still signed in comes back, and misses nothing
                else:
                    stream.give(event)
            self.at = event.seq

    def add(self, viewer: Viewer) -> _Stream:
        """Open a stream that gets every event after `at`."""
        stream = _Stream(viewer)
        self._by_key[viewer.key].add(stream)
        for token in viewer.tokens:
            self._by_token[token].add(stream)
        return stream

    def remove(self, stream: _Stream) -> None:
        """Forget a stream."""
        _discard(self._by_key, stream.viewer.key, stream)
        for token in stream.viewer.tokens:
            _discard(self._by_token, token, stream)

    def __len__(self) -> int:
        return sum(map(len, self._by_key.values()))

    def count(self, key: str) -> int:
        """Return how many streams a session has."""
        return len(self._by_key.get(key, ()))

    def keys(self) -> list[str]:
        """Return the sessions that listen."""
        return list(self._by_key)

    def keep_only(self, asked: Iterable[str], valid: Mapping[str, frozenset[str]]) -> None:
        """End the streams of the `asked` sessions that hold no more, or whose audiences have changed."""
        for key in asked:
            for stream in tuple(self._by_key.get(key, ())):
                if valid.get(key) != stream.viewer.tokens:
                    stream.end()

    def end_all(self) -> None:
        """End every stream: the server stops."""
        for key in self.keys():
            self.keep_only([key], {})


def _discard(index: dict[str, set[_Stream]], key: str, stream: _Stream) -> None:
    streams = index.get(key, set())
    streams.discard(stream)
    if not streams:
        index.pop(key, None)


class Live:
    """The ASGI application at `/live`."""

    def __init__(
        self,
        database: Database,
        access: LiveAccess,
        *,
        heartbeat: float = HEARTBEAT,
        interval: float = INTERVAL,
        streams: int = STREAMS,
    ) -> None:
        self._database = database
        self._access = access
        self._heartbeat = heartbeat
        self._most = streams
        self._hub = Hub()
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="quad-live-read")
        self._follower = Follower(database, self._hub.take, interval=interval)
        self._follower.on_error = _complain
        self._checks: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to follow; call on the event loop."""
        # The hub knows its place before the first event comes: what was left without a number by a killed process is
        # numbered at once, and would otherwise be forgotten again by the place.
        self._hub.open(await asyncio.get_running_loop().run_in_executor(None, self._follower.begin))
        self._follower.start()
        self._checks = asyncio.create_task(self._check_sessions())

    def stop_streams(self) -> None:
        """End every stream and take no more; pages come back when a server is there."""
        self._stopping = True
        self._hub.end_all()

    async def close(self) -> None:
        """Stop everything."""
        self.stop_streams()
        if self._checks is not None:
            self._checks.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self._follower.stop)
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._hub)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold one stream; raises Refusal (401 signed out, 405, 503) before it has begun."""
        if scope["method"] != "GET":
            raise wrong_method()
        if self._stopping or self.streams >= self._most:
            raise too_busy()
        loop = asyncio.get_running_loop()
        viewer = await loop.run_in_executor(self._pool, self._access.authenticate, scope)
        if viewer is None:
            raise Refusal(401, _("Please sign in first."))
        if self._hub.count(viewer.key) >= PER_SESSION:
            raise Refusal(429, _("Too many pages are open at once. Please close some."))
        stream = self._hub.add(viewer)
        gone = asyncio.ensure_future(_until_gone(receive, stream))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._speak(stream, _place(scope), send)
        except _Ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._hub.remove(stream)

    async def _speak(self, stream: _Stream, after: int | None, send: Send) -> None:
        # The stream is in the hub's tables already: what comes from now on is in its queue, what is up to `until` and
        # also in its queue is skipped. So nothing is lost or told twice between the past and the queue.
        until = self._hub.at
        opening = f"retry: {RETRY_MS}\n"
        if after is None:
            await _say(send, f"{opening}id: {until}\n\n")
        else:
            past = await asyncio.get_running_loop().run_in_executor(
                self._pool, self._missed, stream.viewer.tokens, after, until
            )
            if not past.reset:
                until = max(until, after)
            await _say(send, f"{opening}\n{_caught_up(past, until)}")
        if self._stopping:
            raise _Ended
        while True:
            await _say(send, await self._next(stream, until))

    async def _next(self, stream: _Stream, until: int) -> str:
        """Wait for events after `until`, or a heartbeat; raises _Ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._heartbeat):
                await stream.filled.wait()
        events = stream.take()
        if not events:
            # Nothing waits, so everything up to `at` that was meant for this stream has been sent.
            return f": still here\nid: {max(until, self._hub.at)}\n\n"
        return "".join(_written(event) for event in events if event.seq > until)

    def _missed(self, tokens: frozenset[str], after: int, until: int) -> Missed:
        with self._database.reading() as db:
            return missed(db, tokens, after, until)

    async def _check_sessions(self) -> None:
        """Ask once per heartbeat, for all streams together, which sessions still hold."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._heartbeat / 2)
            every = self._hub.keys()
            for keys in (every[at : at + CHECKED] for at in range(0, len(every), CHECKED)):
                try:
                    valid = await loop.run_in_executor(self._pool, self._access.still_valid, keys)
                except Exception as error:  # a database that is away signs nobody out
                    _complain(error)
                else:
                    self._hub.keep_only(keys, valid)


_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def _until_gone(receive: Receive, stream: _Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _place(scope: Scope) -> int | None:
    """Read where the browser was: the header it sends by itself, or `?after=` from a page that opens anew."""
    given = [value for name, value in scope["headers"] if name == b"last-event-id"]
    text = given[0] if given else scope["query_string"].removeprefix(b"after=")
    return int(text) if text.isdigit() and len(text) < 19 else None


def _written(event: Event) -> str:
    data = orjson.dumps(event.data).decode()
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {data}\n\n"


def _caught_up(past: Missed, place: int) -> str:
    """Write what was missed. After a `reset` the page has to load its numbers again."""
    if past.reset:
        return f"id: {place}\nevent: reset\ndata: {{}}\n\n"
    return "".join(map(_written, past.events)) + f"id: {place}\n\n"


def _complain(error: Exception) -> None:
    log.warning("live_error", error=f"{type(error).__name__}: {error}")
