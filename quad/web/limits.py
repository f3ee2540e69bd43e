"""Rate limits: in memory for one process, in Redis for several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from flask_limiter import Limiter

from quad.core.config import Settings
from quad.web.site import Site, runtime

V = TypeVar("V", bound=Callable[..., Any])
# A Redis that hangs is one that is away: each process counts by itself then, and looks again now and then.
PATIENCE = 2.0


def client_address() -> str:
    """Return the caller's address; the process shell has already judged the proxies."""
    return request.remote_addr or "unknown"


# No `on_breach` that raises an error of ours: with Redis the limiter takes any but its own for a broken
# storage, counts in memory from then on and lets the caller in. web.errors answers RateLimitExceeded.
limiter = Limiter(key_func=client_address, headers_enabled=False)


def init_limits(app: Site, settings: Settings) -> None:
    """Install the limits on `app`."""
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis or "memory://",
        RATELIMIT_STORAGE_OPTIONS=patience if settings.redis else {},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis),
    )
    limiter.init_app(app)


def _switched_off() -> bool:
    """The setting of this application decides; one process may hold several (tests do)."""
    return runtime().settings.rate_limits == "off"


def limit(
    rule: str,
    *,
    key: Callable[[], str] = client_address,
    scope: str = "",
    methods: list[str] | None = None,
) -> Callable[[V], V]:
    """Limit a view to `rule` ("10 per minute") per `key`; views that share `scope` share the count.

    `methods` limits only requests by these methods.
    """
    chosen: Any = (
        limiter.shared_limit(
            rule, scope=scope, key_func=key, methods=methods, exempt_when=_switched_off
        )
        if scope
        else limiter.limit(rule, key_func=key, methods=methods, exempt_when=_switched_off)
    )
    return chosen  # type: ignore[no-any-return]
