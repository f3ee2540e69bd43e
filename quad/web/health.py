"""What monitors ask: /healthz (alive, database answers), /readyz (everything configured answers)."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response
from redis import Redis
from sqlalchemy import text

from quad.web.api import json_response
from quad.web.site import Runtime, current_db, runtime

bp = Blueprint("health", __name__)
PROBE_SECONDS = 3.0
SMTP_DEFAULT_PORT = 25


@bp.get("/healthz")
def healthz() -> Response:
    """200 {"status": "ok", "db": "ok"}, or 503 when the database does not answer."""
    try:
        current_db().execute(text("SELECT 1"))
    except Exception:
        return json_response({"status": "error", "db": "error"}, 503)
    return json_response({"status": "ok", "db": "ok"}, 200)


@bp.get("/readyz")
def readyz() -> Response:
    """Every configured dependency by name, with its state and latency in milliseconds; 503 if one is down."""
    checks = {name: _timed(check) for name, check in _dependencies(runtime()).items()}
    ready = all(check["status"] == "ok" for check in checks.values())
    body = {"status": "ok" if ready else "error", "checks": checks}
    return json_response(body, 200 if ready else 503)


def _dependencies(here: Runtime) -> dict[str, Callable[[], object]]:
    settings = here.settings
    found: dict[str, Callable[[], object]] = {"db": lambda: current_db().execute(text("SELECT 1"))}
    if settings.redis:
        found["redis"] = lambda: _ask_redis(settings.redis)
    if settings.mail.startswith("smtp"):
        found["smtp"] = lambda: _ask_smtp(settings.mail)
    return found


def _timed(check: Callable[[], object]) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        check()
    except Exception as error:
        return {"status": "error", "reason": type(error).__name__}
    return {"status": "ok", "ms": round((time.perf_counter() - start) * 1000, 1)}


def _ask_redis(url: str) -> None:
    client = Redis.from_url(url, socket_timeout=PROBE_SECONDS, socket_connect_timeout=PROBE_SECONDS)
    client.ping()
    client.close()


def _ask_smtp(url: str) -> None:
    parts = urlsplit(url)
    address = (parts.hostname or "localhost", parts.port or SMTP_DEFAULT_PORT)
    if parts.scheme == "smtps":
        with socket.create_connection(address, timeout=PROBE_SECONDS):
            return
    with smtplib.SMTP(*address, timeout=PROBE_SECONDS) as client:
        client.noop()
