"""The way to a platform: one request at a time, with a deadline, a limit on size, and no trip to other hosts.

An answer is not to be trusted: it may come one byte a minute, never end, unpack to a gigabyte, or lead elsewhere. So
the whole request has one deadline, bytes are counted as they are unpacked, and redirects are followed on the same host
only.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx
import orjson

from quad.coding.connectors.manners import again_at, is_limit
from quad.coding.connectors.reading import Keepsake
from quad.coding.connectors.troubles import Trouble, VisitFailed

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
PIECE = 64 * 1024
LONGEST_ETAG = 200
AGENT = "Quad (campus platform; reads public coding profiles that students have linked)"


@dataclass(frozen=True)
class Limits:
    """How long one request may take in all, how long each step of it, and how large its unpacked answer may be."""

    deadline: float = 30.0
    step: float = 10.0
    largest: int = 16 * 1024 * 1024
    proxy: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back: a status below 500, and its JSON. `unchanged` means: as last time, there is no body."""

    status: int
    data: Any
    etag: str = ""
    unchanged: bool = False


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `work` in a thread made for it: who calls may have a running loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@cache
def _trust() -> SSLContext:
    """The certificates to trust, read once per process."""
    return httpx.create_ssl_context(trust_env=False)


def _at_once() -> None:
    return None


@dataclass
class Wire:
    """One visit to one platform. `turn` waits until the platform may be asked again; it is called before each request.

    `kept` is what the last visit left by name; `fresh` collects what this one leaves.
    """

    limits: Limits = field(default_factory=Limits)
    turn: Callable[[], None] = _at_once
    kept: Mapping[str, Keepsake] = field(default_factory=dict)
    fresh: dict[str, Keepsake] = field(default_factory=dict)

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        known: str = "",
    ) -> Answer:
        """Ask for `url`. With `known`, an answer the last visit kept under this name is asked for conditionally.

        Raises VisitFailed.
        """
        sent = dict(headers or {})
        if known in self.kept:
            sent["If-None-Match"] = self.kept[known].etag
        return self._ask("GET", url, params, sent, None)

    def post(
        self, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send `body` as JSON to `url`. Raises VisitFailed."""
        sent = {"Content-Type": "application/json"} | dict(headers or {})
        return self._ask("POST", url, None, sent, orjson.dumps(body))

    def recall(self, name: str) -> Mapping[str, Any]:
        """Return what the last visit kept under `name`, and keep it for the next one."""
        self.fresh[name] = self.kept[name]
        return self.kept[name].value

    def keep(self, name: str, answer: Answer, value: Mapping[str, Any]) -> None:
        """Remember `value` under `name` for the next visit, if the platform gave its answer a tag."""
        if answer.etag:
            self.fresh[name] = Keepsake(answer.etag, value)

    def _ask(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        self.turn()
        try:
            return _in_a_loop_of_its_own(self._in_time(method, url, params, headers, body))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise VisitFailed(Trouble.SLOW) from error
        except httpx.ConnectError as error:
            raise VisitFailed(Trouble.UNREACHABLE, type(error).__name__) from error
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error, OSError) as error:
            raise VisitFailed(Trouble.CUT_OFF, type(error).__name__) from error

    async def _in_time(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        common = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": AGENT}
        async with (
            asyncio.timeout(self.limits.deadline),
            httpx.AsyncClient(
                verify=_trust(),
                timeout=self.limits.step,
                proxy=self.limits.proxy or None,
                trust_env=False,  # no proxies, and above all no passwords, that nobody set for this
                follow_redirects=False,
            ) as client,
        ):
            request = client.build_request(
                method, url, params=params, headers=common | dict(headers), content=body
            )
            for _step in range(MOST_REDIRECTS + 1):
                response = await client.send(request, stream=True)
                try:
                    if response.status_code not in REDIRECTS:
                        return await self._read(response)
                    request = _next(client, request, response)
                finally:
                    await response.aclose()
        raise VisitFailed(Trouble.REDIRECTED, "in a circle")

    async def _read(self, response: httpx.Response) -> Answer:
        status = response.status_code
        if status == 304:
            return Answer(status, None, unchanged=True)
        if is_limit(status, response.headers):
            raise VisitFailed(Trouble.LIMITED, str(status), again_at=again_at(response.headers))
        if status >= 500:
            raise VisitFailed(Trouble.FAILING, str(status), again_at=again_at(response.headers))
        return Answer(status, _parsed(status, await self._body(response)), _etag(response))

    async def _body(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip"):
            raise VisitFailed(Trouble.STRANGE, f"an encoding nobody asked for: {encoding[:40]}")
        sink = _Unpacked(self.limits.largest) if encoding == "gzip" else _Plain(self.limits.largest)
        async for piece in response.aiter_raw(PIECE):
            sink.take(piece)
        return sink.all()


def _next(client: httpx.AsyncClient, asked: httpx.Request, told: httpx.Response) -> httpx.Request:
    """Return the request a redirect leads to, if it stays on the same host and changes nothing else."""
    place = asked.url.join(told.headers.get("Location", ""))
    here = (asked.url.scheme, asked.url.host, asked.url.port)
    if asked.method != "GET" or (place.scheme, place.host, place.port) != here:
        raise VisitFailed(Trouble.REDIRECTED, place.host[:100])
    return client.build_request("GET", place, headers=asked.headers)


def _etag(response: httpx.Response) -> str:
    etag = response.headers.get("ETag", "")
    return etag if len(etag) <= LONGEST_ETAG else ""


def _parsed(status: int, body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if status == 404:  # a page that says so is as good
            return None
        if status in (401, 403):
            raise VisitFailed(Trouble.REFUSED, str(status)) from error
        raise VisitFailed(Trouble.NOT_JSON, str(status)) from error


class _Plain:
    """Collects bytes up to a limit."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._held = bytearray()

    def take(self, piece: bytes) -> None:
        self._held += piece
        if len(self._held) > self._largest:
            raise VisitFailed(Trouble.TOO_LARGE)

    def all(self) -> bytes:
        return bytes(self._held)


class _Unpacked(_Plain):
    """Unpacks gzip as it comes, never more than the limit: a kilobyte can hold a gigabyte of nothing."""

    def __init__(self, largest: int) -> None:
        super().__init__(largest)
        self._unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def take(self, piece: bytes) -> None:
        while not self._unpack.eof:
            out = self._unpack.decompress(piece, PIECE)
            super().take(out)
            piece = self._unpack.unconsumed_tail
            if not piece and len(out) < PIECE:
                break

    def all(self) -> bytes:
        if not self._unpack.eof:
            raise zlib.error("the end is missing")
        return super().all()
