"""The shell around Flask: what needs no thread is answered here, everything else is passed on complete."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from quad.asgi.bridge import Bridge
from quad.asgi.door import Door
from quad.asgi.files import FileSource, LocalFiles
from quad.asgi.health import Health, HealthCheck
from quad.asgi.limits import Limits
from quad.asgi.live import Live
from quad.asgi.proxy import TrustedProxies
from quad.asgi.refusal import Refuser
from quad.asgi.static import StaticFiles
from quad.core.live_redis import RedisWakeUp

FILE_READERS = 4


@dataclass(frozen=True)
class Parts:
    """What the roof gives: the Flask application and, as far as there are, the rest."""

    wsgi: WSGIApplication
    limits: Limits = Limits()
    files: FileSource | Path = Path("files")
    """Where `X-Quad-File` keys are looked up; a folder means local files."""
    static: Path | None = None
    fresh_static: bool = False
    health: HealthCheck | None = None
    live: Live | None = None
    wake: RedisWakeUp | None = None
    trusted_proxies: tuple[str, ...] = ()
    refuser: Refuser = Refuser()


class Shell:
    """The ASGI application. `limits` also bounds the protocol (see `protocol.bounded`)."""

    def __init__(self, parts: Parts) -> None:
        self.limits = parts.limits
        self._parts = parts
        self._file_pool = ThreadPoolExecutor(FILE_READERS, thread_name_prefix="quad-file")
        source = parts.files
        files = LocalFiles(source, self._file_pool) if isinstance(source, Path) else source
        self.bridge = Bridge(parts.wsgi, parts.limits, files)
        self._health = Health(parts.health) if parts.health else None
        routes: list[BaseRoute] = []
        if self._health:
            routes.append(Route("/healthz", self._health))
        if parts.live:
            routes.append(Route("/live", parts.live))
        if parts.static:
            static = StaticFiles(parts.static, fresh=parts.fresh_static)
            routes.append(Route("/static/{path:path}", static))
        self._router = Router(
            routes, redirect_slashes=False, default=self.bridge, lifespan=self._lifespan
        )
        proxies = TrustedProxies(parts.trusted_proxies)
        self._door = Door(self._router, parts.limits, proxies, parts.refuser)

    @property
    def wsgi(self) -> WSGIApplication:
        """The application behind the shell."""
        return self._parts.wsgi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve HTTP and the lifespan; nothing else is spoken here."""
        if scope["type"] == "http":
            await self._door(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._router(scope, receive, send)

    def begin_stop(self) -> None:
        """End the streams, which would otherwise hold up a graceful stop; call on the event loop."""
        if self._parts.live is not None:
            self._parts.live.stop_streams()

    @asynccontextmanager
    async def _lifespan(self, _app: ASGIApp) -> AsyncIterator[None]:
        if self._parts.wake is not None:
            self._parts.wake.start()
        if self._parts.live is not None:
            await self._parts.live.start()
        try:
            yield
        finally:
            if self._parts.live is not None:
                await self._parts.live.close()
            if self._parts.wake is not None:
                await to_thread(self._parts.wake.stop)
            self.bridge.close()
            if self._health is not None:
                self._health.close()
            self._file_pool.shutdown(wait=False, cancel_futures=True)
